-- One row per recommendation of some people as of a date.
with recommended as (
    select
        platform,
        person_id,
        rank,
        item_id,
        reason
    from recommendations.top_k
    where as_of = $as_of::date and list_contains($people, person_id)
)

select * from recommended
