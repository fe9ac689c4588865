-- One row per person and item with a positive event that happened and landed before the date.
select
    identities.person_id,
    interactions.platform,
    interactions.item_id,
    max(interactions.strength) as strength,
    max(interactions.occurred_at) as last_at
from joined.interactions as interactions
inner join joined.identities as identities
    on interactions.platform = identities.platform and interactions.user_key = identities.user_key
where
    interactions.day < $as_of::date
    and interactions.landed_on < $as_of::date
    and interactions.strength > 0
group by all
