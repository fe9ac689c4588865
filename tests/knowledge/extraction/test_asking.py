"""Each content is asked about once, whatever became of the answer; the next run goes on where the budget ended."""

import json

import pytest
from pydantic import BaseModel

from resources.generation.answers import Refusal
from resources.generation.prompts import Prompt
from tests.knowledge.extraction.writers import Writer, let_write, settings
from tests.worlds import rows, world
from xdrec_assets.knowledge.extraction.asking import GENERATED, REFUSED, Answers, Asker, quietly
from xdrec_assets.knowledge.extraction.question import Content, Question
from xdrec_assets.pipeline import Pipeline


class Length(BaseModel):
    length: int


def long_enough(answer: Length, content: Content) -> Length | Refusal:
    return Refusal("too short") if answer.length < 3 else answer


QUESTION = Question(Prompt("length", "How long is {text}?"), Length, 5, long_enough)


def measure(fields: list[str]) -> str:
    return "a silly text" if "silly" in fields[0] else json.dumps({"length": len(fields[0])})


def contents(*texts: str) -> list[Content]:
    return [Content({"text": text}) for text in texts]


@pytest.fixture
def pipeline(tmp_path) -> Pipeline:
    return world(tmp_path, {})


@pytest.fixture
def writers(monkeypatch) -> list[Writer]:
    return let_write(monkeypatch, measure)


def asked(pipeline: Pipeline, *texts: str, question: Question[Length] = QUESTION, **more: object) -> Answers[Length]:
    return quietly(Asker(pipeline, settings(**more)).answers(question, contents(*texts)))


def lengths(answers: Answers[Length], *texts: str) -> list[int | None]:
    found = [answers.of_hash.get(content.hash) for content in contents(*texts)]
    return [each.length if each else None for each in found]


def test_answers_are_kept_and_only_new_contents_are_asked_about(pipeline: Pipeline, writers: list[Writer]) -> None:
    first = asked(pipeline, "tea", "kettle", "tea")
    assert lengths(first, "tea", "kettle") == [3, 6] and first.n_asked == 2
    second = asked(pipeline, "tea", "cups")
    assert lengths(second, "tea", "cups", "kettle") == [3, 4, None]
    assert [sorted(map(str, writer.asked)) for writer in writers] == [["['kettle']", "['tea']"], ["['cups']"]]


def test_nothing_is_loaded_where_nothing_is_new(pipeline: Pipeline, writers: list[Writer]) -> None:
    for _ in range(2):
        assert lengths(asked(pipeline, "tea"), "tea") == [3]
    assert asked(pipeline).of_hash == {}
    assert len(writers) == 1


def test_what_was_refused_is_kept_with_its_reason_and_not_asked_again(
    pipeline: Pipeline, writers: list[Writer]
) -> None:
    for _ in range(2):
        found = asked(pipeline, "tea", "silly thing", "ox")
        assert lengths(found, "tea", "silly thing", "ox") == [3, None, None] and found.n_refused == 2
    assert len(writers) == 1 and len(writers[0].asked) == 3
    refused = {row["raw"]: row["reason"] for row in rows(pipeline, REFUSED)}
    assert refused["a silly text"].startswith("no JSON") and refused['{"length":2}'] == "too short"
    (kept,) = rows(pipeline, GENERATED)
    assert (kept["answer"], kept["n_tokens"], kept["answered_on"]) == ('{"length":3}', 10, pipeline.today)
    assert (kept["model"], kept["revision"], kept["prompt"]) == ("writer", "1", "length")


def test_another_prompt_or_model_is_asked_again(pipeline: Pipeline, writers: list[Writer]) -> None:
    asked(pipeline, "tea", "silly")
    reworded = Question(Prompt("length", "Say how long {text} is."), Length, 5)
    assert asked(pipeline, "tea", "silly", question=reworded).n_asked == 2
    assert asked(pipeline, "tea", "silly", temperature=0.5).n_asked == 2
    assert asked(pipeline, "tea", "silly").n_asked == 0
    assert len(rows(pipeline, GENERATED)) == 3


def test_the_budget_of_a_run_leaves_the_rest_for_the_next(pipeline: Pipeline, writers: list[Writer]) -> None:
    texts = ["tea", "kettle", "cups", "pots", "silly"]
    left = []
    while True:
        found = asked(pipeline, *texts, per_run=2)
        left.append((found.n_asked, found.n_left))
        if not found.n_left:
            break
    assert left == [(2, 3), (2, 1), (1, 0)]
    assert lengths(found, *texts) == [3, 6, 4, 4, None]


def test_a_kill_loses_one_chunk_at_most(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    count = iter(range(99))

    def dies(fields: list[str]) -> str:
        if next(count) >= 5:
            raise KeyboardInterrupt
        return measure(fields)

    let_write(monkeypatch, dies)
    texts = [f"text {n}" for n in range(8)]
    with pytest.raises(KeyboardInterrupt):
        asked(pipeline, *texts, chunk_size=2)
    assert len(rows(pipeline, GENERATED)) == 4
    writers = let_write(monkeypatch, measure)
    assert lengths(asked(pipeline, *texts, chunk_size=2), *texts) == [6] * 8
    assert len(writers[0].asked) == 4


def test_publications_say_how_fast_it_goes(pipeline: Pipeline, writers: list[Writer]) -> None:
    published = list(Asker(pipeline, settings(chunk_size=1)).answers(QUESTION, contents("tea", "silly")))
    assert {each.table for each in published} == {GENERATED, REFUSED}
    assert all(each.figures["answers a second"] > 0 and each.figures["ran as"] == "by hand" for each in published)
