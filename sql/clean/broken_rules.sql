-- One row per rule that records of some days break, the most frequent first, with the first of these records.
with broken as (
    select
        *,
        count(*) over (partition by rule) as n_rows
    from clean.broken
    where day >= $first::date and day < $after::date
    qualify row_number() over (partition by rule order by source_file, source_line) = 1
)

select
    rule,
    n_rows,
    source_file,
    source_line,
    found
from broken
order by n_rows desc, rule asc
limit 3
