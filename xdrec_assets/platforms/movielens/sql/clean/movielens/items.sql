-- One row per film as it landed, and one more per day on which it gained a tag, with the tags that it had by then.
-- A tag is a film's from the day on which a second person gives it: one person's tags are often notes to self. So the
-- text of a film knows only tags of its past.
with films as (
    select
        *,
        json_extract_string(record, '$.movieId') as item_id,
        json_extract_string(record, '$.title') as title,
        nullif(json_extract_string(record, '$.genres'), '(no genres listed)') as genres
    from raw.items
),

taggings as (
    select
        source_file,
        source_line,
        landed_on,
        json_extract_string(record, '$.userId') as user_id,
        json_extract_string(record, '$.movieId') as item_id,
        lower(trim(json_extract_string(record, '$.tag'))) as tag
    from raw.tags
    where landed_on < $after::date
),

first_taggings as (
    select *
    from taggings
    where tag <> ''
    qualify row_number() over (partition by item_id, tag, user_id order by landed_on, source_line) = 1
),

gained as (
    select *
    from first_taggings
    qualify row_number() over (partition by item_id, tag order by landed_on, source_line) = 2
),

tagged as (
    select
        source_file,
        source_line,
        landed_on,
        item_id,
        array_agg(tag) over (
            partition by item_id
            order by landed_on, source_line
            rows between unbounded preceding and current row
        ) as tags
    from gained
    qualify row_number() over (partition by item_id, landed_on order by source_line desc) = 1
),

versions as (
    select
        platform,
        source_file,
        source_line,
        landed_on,
        item_id,
        title,
        genres,
        cast([] as varchar[]) as tags
    from films
    union all
    select
        films.platform,
        tagged.source_file,
        tagged.source_line,
        tagged.landed_on,
        films.item_id,
        films.title,
        films.genres,
        tagged.tags
    from tagged
    inner join films on tagged.item_id = films.item_id
),

mapped as (
    select
        platform,
        source_file,
        source_line,
        landed_on,
        item_id,
        tags,
        'en' as language,
        cast(null as varchar) as description,
        cast(null as varchar) as image,
        cast(null as varchar) as audio,
        cast([] as struct(name varchar, value varchar)[]) as attributes,
        one_text(title) as title,
        texts(genres, $separator) as categories
    from versions
    where landed_on >= $first::date and landed_on < $after::date
)

select * from mapped
