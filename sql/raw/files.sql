-- One row per landed file and day: where its lines went; one of a file without any, under its first day.
-- Of a CSV record of several lines all but the first are continued lines, the empty ones between them included.
with read as (
    select
        *,
        case when contains(line, chr(10)) then string_split(line, chr(10)) else ['one'] end as lines
    from raw.read
),

counted as (
    select
        source_file,
        day,
        count(*) as n_lines,
        count(*) filter (where reason is null and not is_elsewhere) as n_records,
        count(*) filter (where reason is not null) as n_rejected,
        count(*) filter (where reason is null and is_elsewhere) as n_elsewhere,
        sum(len(lines) - 1)::bigint as n_continued,
        sum(len(list_filter(lines, lambda part: part = '')))::bigint as n_empty_within,
        max(source_line + len(lines) - 1) as last_line
    from read
    group by source_file, day
),

files as (
    select
        source_file,
        sum(n_lines + n_continued)::bigint as n_held,
        sum(n_empty_within)::bigint as n_empty_within,
        max(last_line) as last_line
    from counted
    group by source_file
),

accounts as (
    select
        arrivals.*,
        coalesce(counted.day, arrivals.first) as day,
        coalesce(arrivals.n_physical, files.last_line, arrivals.n_header) as n_physical_lines,
        coalesce(files.n_held, 0) as n_held,
        coalesce(files.n_empty_within, 0) as n_empty_within,
        coalesce(counted.n_lines, 0) as n_lines,
        coalesce(counted.n_records, 0) as n_records,
        coalesce(counted.n_rejected, 0) as n_rejected,
        coalesce(counted.n_elsewhere, 0) as n_elsewhere,
        coalesce(counted.n_continued, 0) as n_continued
    from raw.arrivals as arrivals
    left join counted on arrivals.source_file = counted.source_file
    left join files on arrivals.source_file = files.source_file
)

select
    $platform as platform,
    $source as source,
    source_file,
    day,
    day as landed_on,
    bytes,
    modified_at,
    file_sha256,
    n_physical_lines,
    n_header,
    coalesce(n_blank - n_empty_within, n_physical_lines - n_header - n_held) as n_blank,
    n_lines,
    n_records,
    n_rejected,
    n_elsewhere,
    n_continued,
    n_held - n_lines - n_continued as n_other_days,
    columns
from accounts
where day >= $first::date and day < $after::date
