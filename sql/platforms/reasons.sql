-- One row per reason for which lines of some days are bad, the most frequent first, with the first of these lines.
with broken as (
    select
        *,
        count(*) over (partition by why) as n_lines
    from platforms.broken
    where day >= $first::date and day < $after::date
    qualify row_number() over (partition by why order by source_file, source_line) = 1
)

select
    why,
    n_lines,
    source_file,
    source_line,
    found
from broken
order by n_lines desc, why asc
limit 3
