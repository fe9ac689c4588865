-- One row per landed event: the canonical columns as the record writes them.
with records as (
    select
        *,
        json_extract_string(record, $paths::varchar[]) as found
    from raw.events
)

select
    platform,
    source_file,
    source_line,
    landed_on,
    record,
    coalesce($constants[1], found[1]) as event_id,
    coalesce($constants[2], found[2]) as user_id,
    coalesce($constants[3], found[3]) as item_id,
    coalesce($constants[4], found[4]) as event_type,
    coalesce($constants[5], found[5]) as occurred_at,
    coalesce($constants[6], found[6]) as rating
from records
where landed_on >= $first::date - 1 and landed_on < $after::date + $late_days::integer
