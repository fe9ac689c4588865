-- One row, or none where a family has no vector: how long its vectors are.
select len(vector) as size
from embeddings.item_texts
where model = $model and revision = $revision and variant = $variant and vector is not null
order by content_hash
limit 1
