-- One row per landed event of the partitions: typed, the rule it breaks, if any, and the version that stands for it.
with events as (
    select * exclude (is_mine)
    from clean.typed_events
    where is_mine
),

versions as (
    select * exclude (day, is_other)
    from clean.event_versions
)

select
    events.*,
    versions.superseded_on,
    coalesce(versions.is_duplicate, false) as is_duplicate,
    versions.kept_file,
    versions.kept_line
from events
left join versions on events.source_file = versions.source_file and events.source_line = versions.source_line
