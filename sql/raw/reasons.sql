-- One row per reason for which lines of some days are no records, the most frequent first.
select
    reason,
    count(*) as n_lines
from raw.broken
where day >= $first::date and day < $after::date
group by reason
order by n_lines desc, reason asc
limit 3
