-- One row per event that had landed before a date, in the version of then: the newest one, where it had landed, and one
-- that another superseded since.
with versions as (
    select
        platform,
        user_key,
        item_id,
        strength,
        occurred_at,
        day,
        landed_on
    from joined.interactions
    union all
    select
        platform,
        user_key,
        item_id,
        strength,
        occurred_at,
        day,
        landed_on
    from clean.events
    where superseded_on >= $known_by::date
)

select *
from versions
where landed_on < $known_by::date
