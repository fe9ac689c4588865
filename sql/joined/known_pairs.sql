-- One row per person and item with a positive event that happened and landed before the date, in the version of then.
select
    identities.person,
    versions.platform,
    versions.item_id,
    max(versions.strength) as strength,
    max(versions.occurred_at) as last_at
from joined.known_versions as versions
inner join joined.numbered_identities as identities
    on versions.platform = identities.platform and versions.user_key = identities.user_key
where versions.day < $as_of::date and versions.strength > 0
group by all
