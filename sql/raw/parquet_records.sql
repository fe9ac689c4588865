-- One row per landed row of a Parquet file: the record as a JSON object, or why the file cannot be read.
select
    source_file,
    source_line,
    file_first,
    file_last,
    case when problem is not null then line end as line,
    case when problem is null then line end as record,
    problem as reason
from raw.lines
