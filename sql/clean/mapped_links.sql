-- One row per landed identity link: who here is who elsewhere, as the record writes it.
with records as (
    select
        *,
        json_extract_string(record, $paths::varchar[]) as found
    from raw.links
)

select
    platform,
    source_file,
    source_line,
    landed_on,
    coalesce($constants[1], found[1]) as user_id,
    coalesce($constants[2], found[2]) as other_platform,
    coalesce($constants[3], found[3]) as other_user_id
from records
where landed_on >= $first::date and landed_on < $after::date
