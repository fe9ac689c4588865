-- One row per distinct content in use that a family of vectors does not have yet and that did not break its encoder.
with known as (
    select content_hash
    from embeddings.item_texts
    where model = $model and revision = $revision and variant = $variant
    union all
    select content_hash
    from embeddings.quarantined
    where model = $model and revision = $revision and variant = $variant
),

used as (
    select content_hash from joined.items
    union all
    select content_hash from embeddings.other_texts
)

select used.content_hash
from used
anti join known on used.content_hash = known.content_hash
group by used.content_hash
