-- One row per event of the test window with the person who acted, as they were known before it; somebody who was not is
-- a person of their own.
select
    interactions.platform,
    coalesce(identities.person_id, interactions.user_key) as person_id,
    interactions.item_id,
    interactions.strength,
    interactions.day
from joined.interactions as interactions
left join joined.identities as identities
    on interactions.platform = identities.platform and interactions.user_key = identities.user_key
where interactions.day >= $first::date and interactions.day < $after::date
