-- One row per person: the platforms on which they are known.
select
    person_id,
    list_sort(list(distinct platform)) as platforms,
    count(*)::integer as n_identities,
    min(known_from) as known_from
from joined.identities
group by person_id
