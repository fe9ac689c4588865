-- One row per person with a text of what they chose lately, as of a date.
select
    person_id,
    content_hash
from embeddings.person_texts
where as_of = $as_of::date
order by person_id
