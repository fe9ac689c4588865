-- One row per published file and day whose lines are not all in one place: what the file has against what is published.
-- The physical lines were counted from the bytes; the published rows are counted here, however they came about.
with files as (
    select
        source_file,
        day,
        sum(n_physical_lines) as n_in,
        sum(n_header + n_blank + n_elsewhere + n_continued + n_other_days) as n_no_rows
    from raw.files
    where source = $source and day >= $first::date and day < $after::date
    group by all
),

published as (
    select
        source_file,
        day,
        count(*) as n_rows
    from raw.published
    where day >= $first::date and day < $after::date
    group by all
),

rejected as (
    select
        source_file,
        day,
        count(*) as n_rows
    from raw.rejected
    where source = $source and day >= $first::date and day < $after::date
    group by all
),

placed as (
    select
        coalesce(files.source_file, published.source_file, rejected.source_file) as source_file,
        coalesce(files.day, published.day, rejected.day) as day,
        coalesce(files.n_in, 0) as n_in,
        coalesce(files.n_no_rows, 0)
        + coalesce(published.n_rows, 0)
        + coalesce(rejected.n_rows, 0) as n_out,
        coalesce(published.n_rows, 0) as n_published,
        coalesce(rejected.n_rows, 0) as n_rejected
    from files
    full join published on files.source_file = published.source_file and files.day = published.day
    full join rejected
        on
            coalesce(files.source_file, published.source_file) = rejected.source_file
            and coalesce(files.day, published.day) = rejected.day
)

select
    source_file,
    day,
    n_in,
    n_out,
    n_published,
    n_rejected
from placed
where n_in <> n_out
order by all
