-- One row per reason for which lines of some days are no records, the most frequent first, with the first of them.
with broken as (
    select
        *,
        count(*) over (partition by reason) as n_lines
    from raw.broken
    where day >= $first::date and day < $after::date
    qualify row_number() over (partition by reason order by source_file, source_line) = 1
)

select
    reason,
    n_lines,
    source_file,
    source_line
from broken
order by n_lines desc, reason asc
limit 3
