-- One row per day: where the landed records of its partition went, and the lines landed on it that were no records.
with judged as (
    select
        day,
        count(*) as n_in,
        count(*) filter (where rule is null and not is_duplicate) as n_clean,
        count(*) filter (where is_duplicate) as n_duplicate,
        count(*) filter (where rule is not null) as n_quarantined
    from clean.judged
    group by day
),

rejected as (
    select
        day,
        sum(n_rejected)::bigint as n_rejected
    from raw.files
    where source = $source and day >= $first::date and day < $after::date
    group by day
)

select
    coalesce(judged.day, rejected.day) as day,
    coalesce(judged.n_in, 0) as n_in,
    coalesce(judged.n_clean, 0) as n_clean,
    coalesce(judged.n_duplicate, 0) as n_duplicate,
    coalesce(judged.n_quarantined, 0) as n_quarantined,
    coalesce(rejected.n_rejected, 0) as n_rejected
from judged
full join rejected on judged.day = rejected.day
order by all
