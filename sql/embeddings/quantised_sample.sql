-- One row per content of a family with its vector and its codes of a kind, so many at most, the same ones every time.
select
    texts.vector,
    quantised.scale,
    quantised.codes
from embeddings.item_texts as texts
inner join embeddings.quantised_texts as quantised
    on
        texts.model = quantised.model
        and texts.revision = quantised.revision
        and texts.variant = quantised.variant
        and texts.content_hash = quantised.content_hash
where
    quantised.model = $model
    and quantised.revision = $revision
    and quantised.variant = $variant
    and quantised.kind = $kind
    and texts.vector is not null
order by texts.content_hash
limit $most
