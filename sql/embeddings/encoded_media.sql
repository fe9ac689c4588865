-- One row per content that a family of vectors of pictures or sounds has.
select content_hash
from embeddings.media_vectors
where model = $model and revision = $revision and variant = $variant
