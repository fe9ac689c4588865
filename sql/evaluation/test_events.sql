-- One row per event of the test window that had landed before the date of the judgement, in the version of then, with the
-- person who acted, as they were known before the window, on whichever platform; somebody who was not is a person of
-- their own.
with people as (
    select
        user_key,
        min(person_id) as person_id
    from joined.identities
    group by user_key
)

select
    versions.platform,
    coalesce(people.person_id, versions.user_key) as person_id,
    versions.item_id,
    versions.strength,
    versions.day
from joined.known_versions as versions
left join people on versions.user_key = people.user_key
where versions.day >= $first::date and versions.day < $after::date
