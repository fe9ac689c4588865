-- One row: pairs of items found to be one product on two platforms, as of a date and as of the former one.
with pairs as (
    select as_of
    from knowledge.item_links
    where is_twin and platform < other_platform and as_of in ($as_of::date, $before::date)
),

counted as (
    select
        count(*) filter (where as_of = $before::date) as before,
        count(*) filter (where as_of = $as_of::date) as now
    from pairs
)

select * from counted
