-- One row per landed line: its record or the reason it has none, whether it is this platform's, and the day it is filed
-- under: of its file's days the one on which it happened, or the first where it says none of them.
with records as (
    select
        * exclude (reason),
        json_extract_string(record, $where_paths::varchar[]) as owners,
        instant(json_extract_string(record, $time_path), $unit, $zone)::date as happened_on,
        case
            when reason is not null then reason
            when len(list_filter(owners, lambda owner: owner is not null)) < len($where_paths::varchar[])
                then 'says not whose it is: no value at ' || array_to_string($where_paths::varchar[], ', ')
        end as reason
    from raw.records
)

select
    $platform as platform,
    $source as source,
    source_file,
    source_line,
    case when reason is null then nullif(line, record) else coalesce(line, record) end as line,
    case when reason is null then record end as record,
    reason,
    reason is null and owners <> $where_values::varchar[] as is_elsewhere,
    case when happened_on between file_first and file_last then happened_on else file_first end as day
from records
