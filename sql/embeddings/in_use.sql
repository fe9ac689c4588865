-- One row per distinct content that an item, an outside document or a person's text has.
with used as (
    select content_hash from joined.items
    union all
    select content_hash from embeddings.other_texts
    union all
    select content_hash from embeddings.person_texts
)

select content_hash
from used
group by content_hash
