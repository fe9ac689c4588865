-- One row per landed item: the canonical columns as the record writes them.
with records as (
    select
        *,
        json_extract_string(record, $paths::varchar[]) as found,
        json_extract_string(record, $attribute_paths::varchar[]) as said
    from raw.items
)

select
    platform,
    source_file,
    source_line,
    landed_on,
    coalesce($constants[1], found[1]) as item_id,
    one_text(coalesce($constants[2], found[2])) as title,
    one_text(coalesce($constants[3], found[3])) as description,
    texts(coalesce($constants[4], found[4]), $separator) as categories,
    texts(coalesce($constants[5], found[5]), $separator) as tags,
    coalesce($constants[6], found[6]) as language,
    coalesce($constants[7], found[7]) as image,
    coalesce($constants[8], found[8]) as audio,
    cast(
        flatten(
            list_transform(
                range(1, len($attribute_names::varchar[]) + 1),
                lambda place: list_transform(
                    texts(coalesce(($attribute_constants::varchar[])[place], said[place]), $separator),
                    lambda value: {'name': ($attribute_names::varchar[])[place], 'value': value}
                )
            )
        ) as struct(name varchar, value varchar)[]
    ) as attributes
from records
where landed_on >= $first::date and landed_on < $after::date
