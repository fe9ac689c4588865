-- The texts of a JSON list, or of one text with separators between them; empty ones are left out.
create or replace macro texts(written, separator) as
    list_filter(
        list_transform(
            case
                when written is null then []
                when starts_with(ltrim(written), '[') and json_valid(written) then from_json(written, '["VARCHAR"]')
                else string_split(written, separator)
            end,
            lambda part: trim(part)
        ),
        lambda part: part is not null and part <> ''
    );
