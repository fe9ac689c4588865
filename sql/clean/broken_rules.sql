-- One row per rule that records of some days break, the most frequent first.
select
    rule,
    count(*) as n_rows
from clean.broken
where day >= $first::date and day < $after::date
group by rule
order by n_rows desc, rule asc
limit 3
