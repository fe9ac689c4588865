-- One row per text of an outside source, in order: without invisible characters, what may tell of a private person blanked out.
select
    place,
    masked(plain(text)) as text
from embeddings.outside_texts
order by place
