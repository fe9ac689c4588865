-- One row per content that a revision of a model has encoded.
select
    content_hash,
    vector
from embeddings.item_texts
where model = $model and revision = $revision
