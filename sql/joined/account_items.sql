-- One row per platform and question: how many landed rows are in the text of their day, and how many published versions
-- begin with a landed row. In is what landed and what is published, out what of it was found on the other side.
with landed as (
    select * from clean.items
),

versions as (
    select * from joined.items
),

in_force as (
    select landed.platform
    from landed
    inner join versions
        on
            landed.platform = versions.platform
            and landed.item_id = versions.item_id
            and landed.day >= versions.valid_from
            and (versions.valid_to is null or landed.day < versions.valid_to)
),

begun as (
    select versions.platform
    from versions
    inner join landed
        on
            versions.platform = landed.platform
            and versions.item_id = landed.item_id
            and versions.valid_from = landed.day
),

counted as (
    select
        platform || ', landed rows' as place,
        1 as n_in,
        0 as n_out
    from landed
    union all
    select
        platform || ', landed rows' as place,
        0 as n_in,
        1 as n_out
    from in_force
    union all
    select
        platform || ', versions' as place,
        1 as n_in,
        0 as n_out
    from versions
    union all
    select
        platform || ', versions' as place,
        0 as n_in,
        1 as n_out
    from begun
)

select
    place,
    sum(n_in)::bigint as n_in,
    sum(n_out)::bigint as n_out
from counted
group by place
order by place
