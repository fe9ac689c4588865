-- One row: how many distinct contents are in use.
with used as (
    select content_hash from joined.items
    union all
    select content_hash from embeddings.other_texts
)

select count(distinct content_hash) as n_texts
from used
