-- One row per platform that showed something in the window: how many pairs of user and item it showed, and how many of
-- these were clicked, and converted, in the window and not before their first showing.
with interactions as (
    select * from joined.interactions
),

roles as (
    select * from evaluation.feedback_roles
),

said as (
    select
        interactions.platform,
        interactions.user_key,
        interactions.item_id,
        interactions.occurred_at,
        roles.role
    from interactions
    inner join roles on interactions.platform = roles.platform and interactions.event_type = roles.event_type
    where interactions.day >= $first::date and interactions.day < $after::date
),

shown as (
    select
        platform,
        user_key,
        item_id,
        min(occurred_at) as first_shown_at
    from said
    where role = 'shown'
    group by platform, user_key, item_id
),

answered as (
    select
        shown.platform,
        max(case when said.role = 'clicked' then 1 else 0 end) as is_clicked,
        max(case when said.role = 'converted' then 1 else 0 end) as is_converted
    from shown
    left join said
        on
            shown.platform = said.platform
            and shown.user_key = said.user_key
            and shown.item_id = said.item_id
            and shown.first_shown_at <= said.occurred_at
    group by shown.platform, shown.user_key, shown.item_id
),

counted as (
    select
        platform,
        count(*) as n_shown,
        sum(is_clicked)::bigint as n_clicked,
        sum(is_converted)::bigint as n_converted
    from answered
    group by platform
)

select * from counted
