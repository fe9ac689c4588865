-- One row per record of this platform, byte-faithful, in the days asked.
select
    platform,
    source,
    source_file,
    source_line,
    day,
    day as landed_on,
    line,
    record
from raw.read
where reason is null and not is_elsewhere and day >= $first::date and day < $after::date
