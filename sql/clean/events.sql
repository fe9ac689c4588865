-- One row per event of a platform.
select * exclude (rule, found, is_duplicate, kept_file, kept_line)
from clean.judged
where rule is null and not is_duplicate
