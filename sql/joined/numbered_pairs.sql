-- One row per person and item of the known pairs, by their places in the history, in the history's order.
with pairs as (
    select * from joined.known_pairs
),

items as (
    select
        platform,
        item_id,
        item
    from joined.numbered_items
),

numbered as (
    select
        pairs.person,
        items.item,
        pairs.strength,
        pairs.last_at
    from pairs
    inner join items on pairs.platform = items.platform and pairs.item_id = items.item_id
)

select * from numbered
order by person asc, item asc
