-- One row per wanted content that a family of vectors has, with the number under which it is wanted.
select
    wanted.number,
    texts.vector
from embeddings.item_texts as texts
inner join embeddings.wanted as wanted on texts.content_hash = wanted.content_hash
where texts.model = $model and texts.revision = $revision and texts.variant = $variant and texts.vector is not null
