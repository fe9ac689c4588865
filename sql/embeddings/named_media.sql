-- One row per item and medium that names a file, as the item stands now.
with current_items as (
    select *
    from joined.items
    where valid_to is null
),

named as (
    select
        platform,
        item_id,
        'image' as medium,
        image as file
    from current_items
    union all
    select
        platform,
        item_id,
        'audio' as medium,
        audio as file
    from current_items
)

select *
from named
where file is not null and trim(file) <> ''
order by
    platform,
    item_id,
    medium
