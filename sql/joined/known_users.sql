-- One row per platform and user key with the first day on which it was known, from events and from links. Who is known by
-- events alone that were superseded before the date is known no longer.
with seen as (
    select
        platform,
        user_key,
        landed_on,
        superseded_on
    from clean.events
    union all
    select
        platform,
        user_key,
        landed_on,
        null as superseded_on
    from clean.links
    union all
    select
        other_platform,
        other_user_key,
        landed_on,
        null as superseded_on
    from clean.links
)

select
    platform,
    user_key,
    min(landed_on) as known_from
from seen
where landed_on < $as_of::date
group by all
having bool_or(superseded_on is null or superseded_on >= $as_of::date)
