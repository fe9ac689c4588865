-- One row per event of any platform in its newest version, with the key of the user who acted.
-- Who that is across platforms depends on the date one asks for: joined/identities says it for today.
select
    platform,
    user_key,
    item_id,
    event_type,
    strength,
    rating,
    occurred_at,
    day,
    landed_on
from clean.events
where day >= $first::date and day < $after::date and superseded_on is null
