-- One row per day with copies of events that say something else than the one that stands for them: how many.
select
    copies.day,
    count(*) as n_rows
from clean.judged as copies
inner join clean.judged as kept
    on copies.kept_file = kept.source_file and copies.kept_line = kept.source_line
where
    copies.is_duplicate
    and (
        copies.user_key <> kept.user_key
        or copies.item_id <> kept.item_id
        or copies.event_type <> kept.event_type
        or copies.occurred_at <> kept.occurred_at
        or copies.strength <> kept.strength
        or copies.rating is distinct from kept.rating
    )
group by copies.day
