-- One row: how many files of a source were read for some days, a file of several days once for each.
select count(*) as n_files
from raw.files
where source = $source and day >= $first::date and day < $after::date
