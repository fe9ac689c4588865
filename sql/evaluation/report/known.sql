-- One row per platform: its events known before an as-of date and before the former one, and their people and items.
with known as (
    select
        platform,
        user_key,
        item_id,
        greatest(day, landed_on) < $before::date as is_before
    from joined.interactions
    where greatest(day, landed_on) < $as_of::date
),

counted as (
    select
        platform,
        count(*) as events,
        count(distinct user_key) as people,
        count(distinct item_id) as items,
        count(*) filter (where is_before) as events_before,
        count(distinct user_key) filter (where is_before) as people_before,
        count(distinct item_id) filter (where is_before) as items_before
    from known
    group by platform
)

select * from counted
order by platform asc
