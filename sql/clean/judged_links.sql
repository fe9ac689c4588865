-- One row per landed identity link of the partition: both sides as keys, and the rule it breaks, if any.
with mapped as (
    select * from clean.mapped
),

namespaces as (
    select * from clean.namespaces
),

judged as (
    select
        mapped.*,
        namespaces.namespace as other_namespace,
        case
            when trim(coalesce(mapped.user_id, '')) = '' then 'user_id is missing'
            when trim(coalesce(mapped.other_user_id, '')) = '' then 'other_user_id is missing'
            when left(mapped.user_id, 1) in ('[', '{') then 'user_id is a list or an object, not one value'
            when left(mapped.other_user_id, 1) in ('[', '{') then 'other_user_id is a list or an object, not one value'
            when mapped.other_platform is null then 'other_platform is missing'
            when namespaces.namespace is null then 'other_platform is not a platform of this folder'
        end as rule
    from mapped
    left join namespaces on mapped.other_platform = namespaces.platform
)

select
    platform,
    keyed($namespace || ':' || user_id, $ipad, $opad) as user_key,
    other_platform,
    keyed(other_namespace || ':' || other_user_id, $ipad, $opad) as other_user_key,
    landed_on as day,
    landed_on,
    source_file,
    source_line,
    rule,
    case when rule like 'other_platform%' then other_platform end as found,
    rule is null and row_number() over copies > 1 as is_duplicate,
    first_value(source_file) over copies as kept_file,
    first_value(source_line) over copies as kept_line
from judged
window copies as (
    partition by rule is null, landed_on, user_id, other_platform, other_user_id
    order by source_file, source_line
)
