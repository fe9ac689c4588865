-- One row per item of a platform as it landed on a day.
select * exclude (rule, found, is_duplicate, kept_file, kept_line)
from clean.judged
where rule is null and not is_duplicate
