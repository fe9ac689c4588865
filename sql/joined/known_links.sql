-- One row per pair of user keys that a link known before the date makes one person.
select
    user_key,
    other_user_key
from clean.links
where landed_on < $as_of::date
group by all
