-- One row per row of a knowledge table, as of a date.
select *
from knowledge.rows
where as_of = $as_of::date
