-- One row per item whose picture or sound has a vector, as of a date.
with items as (
    select
        platform,
        item_id,
        case when $medium = 'image' then image else audio end as file
    from joined.items
    where valid_from < $as_of::date
    qualify row_number() over (partition by platform, item_id order by valid_from desc) = 1
),

-- what was first read later stands for the time before it, when nobody looked
files as (
    select
        file,
        content_hash
    from embeddings.media_files
    where medium = $medium
    qualify
        row_number() over (
            partition by file
            order by
                read_at < $as_of::date desc,
                case when read_at < $as_of::date then read_at end desc,
                read_at
        ) = 1
)

select
    items.platform,
    items.item_id,
    vectors.vector
from items
inner join files on items.file = files.file
inner join embeddings.media_vectors as vectors on files.content_hash = vectors.content_hash
where vectors.model = $model and vectors.revision = $revision and vectors.variant = $variant
