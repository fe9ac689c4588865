-- One row per missing content with its text, in the order of the hashes, so many at most.
with texts as (
    select
        content_hash,
        text
    from joined.items
    union all
    select
        content_hash,
        text
    from embeddings.other_texts
)

select
    texts.content_hash,
    any_value(texts.text) as text
from texts
semi join embeddings.missing as missing on texts.content_hash = missing.content_hash
group by texts.content_hash
order by texts.content_hash
limit $most
