-- One row per file and day that was read.
select
    source_file,
    day
from raw.files
group by all
