-- One row: how many vectors are stored, and how many of them are of content in use and of a family that is kept.
with needed as (
    select texts.content_hash
    from embeddings.item_texts as texts
    inner join embeddings.kept as kept
        on texts.model = kept.model and texts.revision = kept.revision and texts.variant = kept.variant
    semi join embeddings.in_use as in_use on texts.content_hash = in_use.content_hash
),

stored as (
    select count(*) as n_stored from embeddings.item_texts
)

select
    stored.n_stored,
    (select count(*) from needed) as n_needed
from stored
