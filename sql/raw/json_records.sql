-- One row per landed line of a JSON Lines file, or record of an array: the record in one line, or why it is none.
-- A key that stands twice in an object that is read has no one value: readers differ in which of the two they take.
-- Few keys are compared with each other, which is fast; many are not, which would be slow.
with lines as (
    select
        *,
        case when problem is null and json_valid(line) then json_type(line) end as kind
    from raw.lines
),

keyed as (
    select
        *,
        case when kind = 'OBJECT' then json_keys(line, $object_paths::varchar[]) end as key_lists
    from lines
),

judged as (
    select
        *,
        case
            when problem is not null then problem
            when kind is null then 'not valid JSON'
            when kind <> 'OBJECT' then 'JSON, but not an object'
            when
                len(
                    list_filter(
                        key_lists,
                        lambda keys: case
                            when len(keys) > 50 then list_unique(keys) < len(keys)
                            else list_transform(keys, lambda key: list_position(keys, key)) <> range(1, len(keys) + 1)
                        end
                    )
                ) > 0
                then 'a key stands twice in one object'
        end as reason
    from keyed
)

select
    source_file,
    source_line,
    file_first,
    file_last,
    line,
    case when reason is null then replace(line, chr(10), ' ') end as record,
    reason
from judged
