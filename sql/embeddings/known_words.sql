-- One row per scope and content with its word vector, as of a date.
select
    scope,
    content_hash,
    vector
from embeddings.item_words
where as_of = $as_of::date
