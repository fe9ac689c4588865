-- One row: how many identities there are, and how many the published people have together.
with known as (
    select count(*) as n_rows from joined.identities
),

published as (
    select coalesce(sum(n_identities), 0)::bigint as n_rows from joined.people
)

select
    'all platforms' as place,
    known.n_rows as n_in,
    published.n_rows as n_out
from known
cross join published
