-- One row per row of an as-of table, within some as-of dates.
select *
from evaluation.rows
where as_of between $first::date and $last::date
