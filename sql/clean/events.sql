-- One row per version of an event of a platform.
select
    platform,
    user_key,
    item_id,
    event_type,
    strength,
    rating,
    occurred_at,
    day,
    landed_on,
    superseded_on,
    event_id,
    source_file,
    source_line
from clean.judged
where rule is null and not is_duplicate
