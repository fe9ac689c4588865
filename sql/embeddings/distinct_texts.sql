-- One row per distinct text of items and outside documents, under its content hash.
with texts as (
    select
        content_hash,
        text
    from joined.items
    union all
    select
        sha256(text) as content_hash,
        text
    from embeddings.documents
)

select
    content_hash,
    any_value(text) as text
from texts
group by content_hash
order by content_hash
