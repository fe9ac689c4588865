-- One row per file and path that some of its records have a value at.
with paths as (
    select unnest($paths::varchar[]) as path
),

asked as (
    select unnest($files::varchar[]) as source_file
)

select
    read.source_file,
    paths.path
from raw.read as read
inner join asked on read.source_file = asked.source_file
inner join paths on json_extract_string(read.record, paths.path) is not null
where read.record is not null and not read.is_elsewhere
group by all
