-- One row per identity link that a platform landed.
select * exclude (rule, found, is_duplicate, kept_file, kept_line)
from clean.judged
where rule is null and not is_duplicate
