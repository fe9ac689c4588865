-- A text; a JSON list of texts is joined by spaces; an empty one is null.
create or replace macro one_text(written) as
    nullif(
        trim(
            case
                when starts_with(ltrim(written), '[') and json_valid(written)
                    then array_to_string(from_json(written, '["VARCHAR"]'), ' ')
                else written
            end
        ),
        ''
    );
