-- One row per platform: how many users its own events and all links tell of, and how many identities are published.
with users as (
    select
        platform,
        user_key
    from clean.events
    where superseded_on is null
    union
    select
        platform,
        user_key
    from clean.links
    union
    select
        other_platform,
        other_user_key
    from clean.links
),

known as (
    select
        platform,
        count(*) as n_rows
    from users
    group by platform
),

published as (
    select
        platform,
        count(*) as n_rows
    from joined.identities
    group by platform
)

select
    coalesce(known.platform, published.platform) as place,
    coalesce(known.n_rows, 0) as n_in,
    coalesce(published.n_rows, 0) as n_out
from known
full join published on known.platform = published.platform
order by place
