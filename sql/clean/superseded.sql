-- One row per day with events that landed more than once: versions that a newer one superseded, and copies that say
-- something else than the version that stands for them.
select
    day,
    count(*) filter (where not is_duplicate and superseded_on is not null) as n_superseded,
    count(*) filter (where is_duplicate and is_other) as n_other_content
from clean.event_versions
group by day
