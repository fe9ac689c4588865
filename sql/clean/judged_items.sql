-- One row per landed item of the partition: its text, the rule it breaks, if any, and whether a newer copy stands.
-- Every free text is brought to one form here, and what may tell of a private person is blanked out of it, so that nothing after
-- raw has it: in this order, since an invisible character would hide an address.
with mapped as (
    select
        * exclude (title, description, categories, tags, attributes),
        nullif(masked(plain(title)), '') as title,
        nullif(masked(plain(description)), '') as description,
        list_transform(categories, lambda category: masked(plain(category))) as categories,
        list_transform(tags, lambda tag: masked(plain(tag))) as tags,
        list_filter(
            list_transform(attributes, lambda said: {'name': said.name, 'value': masked(plain(said.value))}),
            lambda said: said.value <> ''
        ) as attributes
    from clean.mapped
),

written as (
    select
        *,
        replace(
            replace(
                replace(
                    replace($template, '{title}', coalesce(title, '')),
                    '{description}', coalesce(description, '')
                ),
                '{categories}', array_to_string(categories, ', ')
            ),
            '{tags}', array_to_string(tags, ', ')
        ) as filled
    from mapped
),

judged as (
    select
        *,
        case
            when trim(coalesce(item_id, '')) = '' then 'item_id is missing'
            when left(item_id, 1) in ('[', '{') then 'item_id is a list or an object, not one value'
        end as rule
    from written
)

select
    platform,
    item_id,
    title,
    description,
    categories,
    tags,
    attributes,
    language,
    image,
    audio,
    case
        when coalesce(title, description) is null and len(categories) + len(tags) = 0 then ''
        else plain(filled)
    end as text,
    landed_on as day,
    landed_on,
    source_file,
    source_line,
    rule,
    case when rule like 'item_id is a list%' then item_id end as found,
    rule is null and row_number() over copies > 1 as is_duplicate,
    first_value(source_file) over copies as kept_file,
    first_value(source_line) over copies as kept_line
from judged
window copies as (
    partition by rule is null, item_id, landed_on
    order by source_file desc, source_line desc
)
