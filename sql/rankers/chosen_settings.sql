-- One row per model of a ranker whose settings were searched for as of a date, with those that were chosen.
with searches as (
    select *
    from rankers.searches
),

chosen as (
    select
        platform,
        settings
    from searches
    where
        as_of = $as_of::date
        and ranker = $ranker
        and is_chosen
)

select * from chosen
