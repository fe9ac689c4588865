-- One row per platform, place that the lines landed before a date came to, and rule that put them there: landed (all of
-- them), rejected, quarantined, duplicate.
with landed as (
    select
        platform,
        'landed' as place,
        null::varchar as rule,
        sum(n_lines)::bigint as n_lines
    from raw.files
    where landed_on < $as_of::date
    group by platform
),

rejected as (
    select
        platform,
        'rejected' as place,
        null::varchar as rule,
        sum(n_rejected)::bigint as n_lines
    from raw.files
    where landed_on < $as_of::date
    group by platform
),

quarantined as (
    select
        platform,
        'quarantined' as place,
        rule,
        count(*) as n_lines
    from clean.quarantined
    where landed_on < $as_of::date
    group by platform, rule
),

duplicates as (
    select
        platform,
        'duplicate' as place,
        null::varchar as rule,
        count(*) as n_lines
    from clean.duplicates
    where landed_on < $as_of::date
    group by platform
),

places as (
    select * from landed
    union all
    select * from rejected
    union all
    select * from quarantined
    union all
    select * from duplicates
)

select *
from places
order by platform asc, place asc, rule asc
