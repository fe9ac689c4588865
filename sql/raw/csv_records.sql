-- One row per landed line of a CSV file: the record as a JSON object of its header's names, or why it is none.
-- A line with quotes is cut by a pattern whose pieces must make up the whole line; an open quote leaves a remainder.
-- The header's names come apart by the unit separator.
with lines as (
    select
        *,
        position('"' in line) = 0 as is_plain,
        string_split(header, chr(31)) as names
    from raw.lines
),

pieces as (
    select
        *,
        case
            when is_plain then string_split(line, $delimiter)
            else regexp_extract_all($delimiter || line, $field_pattern)
        end as raw_fields
    from lines
),

fields as (
    select
        *,
        case
            when is_plain then raw_fields
            else list_transform(
                raw_fields,
                lambda piece: case
                    when substr(piece, 2, 1) = '"' then replace(substr(piece, 3, length(piece) - 3), '""', '"')
                    else substr(piece, 2)
                end
            )
        end as values
    from pieces
),

judged as (
    select
        *,
        case
            when problem is not null then problem
            when header is null then 'the header line cannot be read'
            when len(list_distinct(names)) < len(names) then 'the header has a name twice: ' || array_to_string(names, $delimiter)
            when not is_plain and array_to_string(raw_fields, '') <> $delimiter || line
                then 'a quote that does not close, or stands inside a field'
            when len(values) <> len(names) then printf('%d fields, the header has %d', len(values), len(names))
        end as reason
    from fields
)

select
    source_file,
    source_line,
    file_first,
    file_last,
    line,
    case when reason is null then to_json(map_from_entries(list_zip(names, values)))::varchar end as record,
    reason
from judged
