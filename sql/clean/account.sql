-- One row per landed file and day whose records are not each in one place: clean, a duplicate or in quarantine.
-- Counts say whether any is lost or doubled, sums of line numbers whether they are the same ones.
with days as (
    select * from clean.settled_days
),

landed as (
    select
        records.source_file,
        records.landed_on,
        count(*) as n_in,
        sum(records.source_line::hugeint) as lines_in
    from raw.records as records
    inner join days on records.landed_on = days.day
    group by all
),

placed as (
    select
        source_file,
        landed_on,
        source_line
    from clean.published
    union all
    select
        source_file,
        landed_on,
        source_line
    from clean.published_duplicates
    where source = $source
    union all
    select
        source_file,
        landed_on,
        source_line
    from clean.published_quarantined
    where source = $source
),

found as (
    select
        placed.source_file,
        placed.landed_on,
        count(*) as n_out,
        sum(placed.source_line::hugeint) as lines_out
    from placed
    inner join days on placed.landed_on = days.day
    group by all
)

select
    coalesce(landed.source_file, found.source_file) as source_file,
    coalesce(landed.landed_on, found.landed_on) as landed_on,
    coalesce(landed.n_in, 0) as n_in,
    coalesce(found.n_out, 0) as n_out
from landed
full join found on landed.source_file = found.source_file and landed.landed_on = found.landed_on
where landed.n_in is distinct from found.n_out or landed.lines_in is distinct from found.lines_out
order by all
