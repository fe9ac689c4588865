-- One row per item and version of its content, with the days on which it was in force.
with landed as (
    select
        *,
        sha256(
            to_json(
                [
                    title,
                    description,
                    array_to_string(categories, '|'),
                    array_to_string(tags, '|'),
                    array_to_string(list_transform(attributes, lambda said: said.name || '=' || said.value), '|'),
                    language,
                    image,
                    audio,
                    text
                ]
            )::varchar
        ) as version
    from clean.items
),

changed as (
    select *
    from landed
    qualify version is distinct from lag(version) over (partition by platform, item_id order by day)
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
    text,
    sha256(coalesce(text, '')) as content_hash,
    day as valid_from,
    lead(day) over (partition by platform, item_id order by day) as valid_to
from changed
