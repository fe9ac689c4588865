-- One row per person and item with a positive event that happened and landed before the date, in the version of then:
-- the newest one, where it had landed, and one that another superseded since.
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
    where superseded_on >= $as_of::date
)

select
    identities.person_id,
    versions.platform,
    versions.item_id,
    max(versions.strength) as strength,
    max(versions.occurred_at) as last_at
from versions
inner join joined.identities as identities
    on versions.platform = identities.platform and versions.user_key = identities.user_key
where
    versions.day < $as_of::date
    and versions.landed_on < $as_of::date
    and versions.strength > 0
group by all
