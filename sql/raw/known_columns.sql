-- One row per file that was read before some day with records in it: the columns that were seen, the newest last.
select
    source_file,
    any_value(columns) as columns,
    max(day) as last_day
from raw.known_files
where source = $source and day < $first::date and n_records > 0 and columns is not null
group by source_file
order by last_day, source_file
