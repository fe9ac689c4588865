-- One row per line and record that was set apart in some days: why, where it stands and its raw line; of each reason the
-- first ones, with how many there are of it. Of the copies those alone that say something else than what stands for them.
with rejected as (
    select
        'rejected' as what,
        source,
        reason as why,
        day,
        source_file,
        source_line,
        file_sha256,
        null::varchar as found,
        line
    from raw.rejected
),

quarantined as (
    select
        'quarantined' as what,
        broken.source,
        broken.rule as why,
        broken.day,
        broken.source_file,
        broken.source_line,
        broken.file_sha256,
        broken.found,
        coalesce(records.line, records.record) as line
    from clean.quarantined as broken
    left join raw.records as records
        on
            broken.source = records.source
            and broken.source_file = records.source_file
            and broken.source_line = records.source_line
),

copies as (
    select
        'other content' as what,
        broken.source,
        'under an id that stands with other content' as why,
        broken.day,
        broken.source_file,
        broken.source_line,
        null::varchar as file_sha256,
        'line ' || broken.kept_line::varchar || ' of ' || broken.kept_file as found,
        coalesce(records.line, records.record) as line
    from clean.duplicates as broken
    inner join raw.records as records
        on
            broken.source = records.source
            and broken.source_file = records.source_file
            and broken.source_line = records.source_line
    inner join raw.records as kept
        on
            broken.source = kept.source
            and broken.kept_file = kept.source_file
            and broken.kept_line = kept.source_line
    where broken.source = 'events' and records.record <> kept.record
),

all_kinds as (
    select * from rejected
    union all
    select * from quarantined
    union all
    select * from copies
),

counted as (
    select
        *,
        count(*) over (partition by what, source, why) as n_rows,
        min(day) over (partition by what, source, why) as first_day,
        max(day) over (partition by what, source, why) as last_day
    from all_kinds
    where day >= $first::date and day <= $last::date
    qualify row_number() over (partition by what, source, why order by day, source_file, source_line) <= $examples::integer
)

select
    what,
    source,
    why,
    n_rows,
    first_day,
    last_day,
    source_file,
    source_line,
    file_sha256,
    found,
    line
from counted
order by n_rows desc, what asc, source asc, why asc, day asc, source_file asc, source_line asc
