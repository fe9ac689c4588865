-- One row per wanted content that a generator has answered or been refused; the answer is null where it was refused.
with known as (
    select
        content_hash,
        answer
    from knowledge.generated
    where
        model = $model
        and revision = $revision
        and variant = $variant
        and prompt = $prompt
        and prompt_digest = $prompt_digest
    union all
    select
        content_hash,
        null as answer
    from knowledge.generated_refused
    where
        model = $model
        and revision = $revision
        and variant = $variant
        and prompt = $prompt
        and prompt_digest = $prompt_digest
)

select
    known.content_hash,
    any_value(known.answer) as answer
from known
semi join knowledge.wanted as wanted on known.content_hash = wanted.content_hash
group by known.content_hash
