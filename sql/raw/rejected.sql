-- One row per landed line that is no record, with the reason and the checksum of its file, in the days asked.
with read as (
    select * from raw.read
),

arrivals as (
    select * from raw.arrivals
)

select
    read.platform,
    read.source,
    read.source_file,
    read.source_line,
    read.day,
    read.day as landed_on,
    read.line,
    read.reason,
    arrivals.file_sha256
from read
inner join arrivals on read.source_file = arrivals.source_file
where read.reason is not null and read.day >= $first::date and read.day < $after::date
