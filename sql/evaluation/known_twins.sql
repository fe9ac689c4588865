-- One row per item that another platform lists too, by the links that were found as of a date.
select
    platform,
    item_id
from knowledge.item_links
where as_of = $as_of::date and is_twin
group by platform, item_id
