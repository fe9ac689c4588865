-- One row per record that says again what another one says: where both stand in raw.
select
    platform,
    $source as source,
    day,
    landed_on,
    source_file,
    source_line,
    kept_file,
    kept_line
from clean.judged
where is_duplicate
