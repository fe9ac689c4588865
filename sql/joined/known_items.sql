-- One row per item known before the date, in the version of then; an item may be known by its events alone.
with described as (
    select
        platform,
        item_id,
        title,
        text,
        content_hash,
        categories,
        tags,
        attributes,
        valid_from
    from joined.items
    where valid_from < $as_of::date
    qualify row_number() over (partition by platform, item_id order by valid_from desc) = 1
),

seen as (
    select
        platform,
        item_id
    from joined.known_pairs
    group by all
)

select
    coalesce(described.platform, seen.platform) as platform,
    coalesce(described.item_id, seen.item_id) as item_id,
    described.title,
    described.text,
    described.content_hash,
    described.categories,
    described.tags,
    described.attributes
from described
full join seen on described.platform = seen.platform and described.item_id = seen.item_id
