-- One row per file of a medium, as it was last read.
select
    file,
    n_bytes,
    modified_at,
    content_hash
from embeddings.media_files
where medium = $medium
qualify row_number() over (partition by file order by read_at desc) = 1
