-- One row per vector of a family that has no codes of a kind yet.
with done as (
    select content_hash
    from embeddings.quantised_texts
    where model = $model and revision = $revision and variant = $variant and kind = $kind
)

select
    texts.content_hash,
    texts.vector
from embeddings.item_texts as texts
anti join done on texts.content_hash = done.content_hash
where texts.model = $model and texts.revision = $revision and texts.variant = $variant and texts.vector is not null
