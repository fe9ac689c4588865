-- One row per platform and day: how many current clean events went in, and how many interactions are published.
with landed as (
    select
        platform,
        day,
        count(*) as n_rows
    from clean.events
    where day >= $first::date and day < $after::date and superseded_on is null
    group by all
),

published as (
    select
        platform,
        day,
        count(*) as n_rows
    from joined.interactions
    where day >= $first::date and day < $after::date
    group by all
)

select
    coalesce(landed.platform, published.platform) || ' on ' || coalesce(landed.day, published.day)::varchar as place,
    coalesce(landed.n_rows, 0) as n_in,
    coalesce(published.n_rows, 0) as n_out
from landed
full join published on landed.platform = published.platform and landed.day = published.day
order by place
