-- One row per landed event of the partitions, typed, with the rule it breaks, if any; and per landed event of other days
-- that may be a version of one of theirs.
with mapped as (
    select * from clean.mapped
),

types as (
    select * from clean.event_types
),

typed as (
    select
        mapped.* exclude (event_id, occurred_at, rating, record),  -- noqa: RF02
        nullif(mapped.event_id, '') as event_id,
        mapped.occurred_at as written_at,
        instant(mapped.occurred_at, $unit, $zone) as occurred_at,
        case when isfinite(try_cast(mapped.rating as float)) then try_cast(mapped.rating as float) end as rating,
        types.event_type is not null as is_known_type,
        coalesce(
            types.strength,
            try_cast(json_extract_string(mapped.record, types.value_path) as double)
            / nullif(try_cast(json_extract_string(mapped.record, types.of_path) as double), 0),
            (try_cast(json_extract_string(mapped.record, types.value_path) as double) - types.low)
            / case when types.of_path is null then types.high - types.low end
        ) as said
    from mapped
    left join types on mapped.event_type = types.event_type
),

placed as (
    select
        *,
        occurred_at::date as happened_on,
        case
            when occurred_at::date between greatest(landed_on - $late_days::integer, $first_day) and least(landed_on + 1, $last_day)
                then occurred_at::date
            else landed_on
        end as day
    from typed
),

ruled as (
    select
        *,
        day >= $first::date and day < $after::date as is_mine,
        case
            when trim(coalesce(user_id, '')) = '' then 'user_id is missing'
            when trim(coalesce(item_id, '')) = '' then 'item_id is missing'
            when left(user_id, 1) in ('[', '{') then 'user_id is a list or an object, not one value'
            when left(item_id, 1) in ('[', '{') then 'item_id is a list or an object, not one value'
            when event_type is null then 'event_type is missing'
            when not is_known_type then 'event_type is not among those of the platform file'
            when written_at is null then 'occurred_at is missing'
            when
                (occurred_at is null or happened_on < $first_day or happened_on > $last_day)
                and likely_unit(written_at, $first_day, $last_day) <> $unit
                then 'occurred_at is a count of ' || likely_unit(written_at, $first_day, $last_day) || ', the platform file says ' || $unit
            when occurred_at is null and $unit <> 'iso' and instant(written_at, 'iso', $zone) is not null
                then 'occurred_at is an ISO 8601 text, the platform file says a count of ' || $unit
            when occurred_at is null then 'occurred_at is no instant in the unit of the platform file'
            when happened_on < $born then 'occurred_at is before the platform was born'
            when happened_on < $first_day then 'occurred_at is before the first day of the folder'
            when happened_on > $last_day then 'occurred_at is after the last day of the folder'
            when happened_on > landed_on + 1 then 'occurred_at is after the day it landed'
            when happened_on < landed_on - $late_days::integer then 'occurred_at is longer ago than late_days when it landed'
            when said is null or isnan(said) or isinf(said) then 'strength cannot be computed from the record'
        end as rule
    from placed
)

select
    platform,
    case when is_mine then keyed($namespace || ':' || user_id, $ipad, $opad) end as user_key,
    item_id,
    event_type,
    least(1, greatest(0, said))::float as strength,
    rating,
    occurred_at,
    day,
    landed_on,
    event_id,
    source_file,
    source_line,
    is_mine,
    rule,
    case
        when rule like 'event_type%' then event_type
        when rule like 'occurred_at%' then written_at
        when rule like 'item_id%' then item_id
    end as found
from ruled
where is_mine or (rule is null and event_id is not null)
