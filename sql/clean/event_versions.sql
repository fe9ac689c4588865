-- One row per landed event of the partitions that landed more than once: the version that stands for it, and until when.
-- The newest landing wins: of those of one day the last line of the last file, and content that stands already is no new
-- version. A day knows what lands while it is open, from the day before to late_days after it; thus it sees a correction
-- that moves an event to another day, and nothing that lands later changes it.
with repeated as (
    select
        event_id,
        case when event_id is null then (user_key, item_id, event_type, occurred_at) end as unnamed,
        row_number() over (order by event_id, unnamed) as identity
    from clean.typed_events
    where rule is null
    group by 1, 2
    having count(*) > 1
),

alike as (
    select
        repeated.identity,
        events.day,
        events.landed_on,
        events.source_file,
        events.source_line,
        (events.user_key, events.item_id, events.event_type, events.occurred_at, events.strength, events.rating) as content,
        events.is_mine
    from clean.typed_events as events
    inner join repeated
        on
            events.event_id is not distinct from repeated.event_id
            and case
                when events.event_id is null then (events.user_key, events.item_id, events.event_type, events.occurred_at)
            end is not distinct from repeated.unnamed
    where events.rule is null
),

open_days as (
    select
        identity,
        day
    from alike
    where is_mine
    group by all
),

seen as (
    select
        open_days.day as seen_by,
        alike.*
    from open_days
    inner join alike
        on
            open_days.identity = alike.identity
            and alike.landed_on between open_days.day - 1 and open_days.day + $late_days::integer
),

newest as (
    select *
    from seen
    qualify
        row_number() over (
            partition by identity, seen_by, landed_on
            order by source_file desc, source_line desc
        ) = 1
),

changed as (
    select *
    from newest
    qualify content is distinct from lag(content) over (partition by identity, seen_by order by landed_on)
),

versions as (
    select
        *,
        lead(landed_on) over (partition by identity, seen_by order by landed_on) as superseded_on
    from changed
)

select
    seen.day,
    seen.source_file,
    seen.source_line,
    versions.source_file as kept_file,
    versions.source_line as kept_line,
    versions.superseded_on,
    seen.source_file <> versions.source_file or seen.source_line <> versions.source_line as is_duplicate,
    (seen.content is distinct from versions.content) as is_other
from seen
inner join versions
    on
        seen.identity = versions.identity
        and seen.seen_by = versions.seen_by
        and seen.landed_on >= versions.landed_on
        and (versions.superseded_on is null or seen.landed_on < versions.superseded_on)
where seen.day = seen.seen_by
