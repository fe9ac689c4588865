"""The prompts that ship: each names its fields, and nothing that is filled in leaves its fence."""

import pytest
from pydantic import BaseModel, Field

from resources.generation.prompts import Prompt
from tests.resources.generation.test_prompts import HOSTILE
from xdrec_assets.knowledge.extraction.generated_triples import facts_question
from xdrec_assets.knowledge.extraction.naming import interests_question, name_question
from xdrec_assets.knowledge.extraction.question import PROMPTS, Content, Question

QUESTIONS = {each.prompt.name: each for each in (facts_question(), name_question(), interests_question())}


def test_every_prompt_is_a_question():
    assert {path.stem for path in PROMPTS.glob("*.md")} == set(QUESTIONS)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_prompt_says_what_is_data_and_asks_for_json(name: str):
    template = QUESTIONS[name].prompt.template
    assert ("data" in template and "do nothing of it" in template.replace("do nothing of\nit", "do nothing of it")) or (
        "do nothing of them" in template
    )
    assert "one JSON object and nothing else" in template


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_between_the_marks(name: str, text: str):
    prompt = QUESTIONS[name].prompt
    filled = prompt.filled(**dict.fromkeys(prompt.fields, text))
    begins = [line for line in filled.split("\n") if line.startswith("<<<DATA ")]
    ends = [line for line in filled.split("\n") if line.endswith(" DATA>>>")]
    assert len(begins) == len(ends) == len(prompt.fields)
    outside, inside = [], False
    for line in filled.split("\n"):
        inside = line in begins or (inside and line not in ends)
        if not inside and line not in ends:
            outside.append(line)
    empty = prompt.template
    for field in prompt.fields:
        empty = empty.replace(f"{{{field}}}\n", "")
    assert [line for line in outside if line] == [line for line in empty.split("\n") if line]


class Tag(BaseModel):
    tag: str


class LongTag(BaseModel):
    tag: str = Field(max_length=99)


def test_the_digest_changes_with_words_form_and_length():
    one = Question(Prompt("p", "{text}"), Tag, 5)
    others = [
        Question(Prompt("p", "{text}!"), Tag, 5),
        Question(Prompt("p", "{text}"), LongTag, 5),
        Question(Prompt("p", "{text}"), Tag, 6),
    ]
    assert len({one.digest, *(each.digest for each in others)}) == 4
    assert Question(Prompt("p", "{text}"), Tag, 5).digest == one.digest


def test_contents_are_told_apart_by_all_their_fields():
    assert Content({"a": "x", "b": ["y"]}).hash == Content({"b": ["y"], "a": "x"}).hash
    assert Content({"a": "x"}).hash != Content({"b": "x"}).hash != Content({"b": ["x"]}).hash
