"""Names of topics and interests of people by a text generator, where the settings name one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from resources.generation.answers import Refusal
from resources.generation.prompts import as_data
from resources.plain_text import plain_text
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.extraction.interests import GENERATED, interests_table, recent_items
from xdrec_assets.knowledge.extraction.question import Content, Question, question
from xdrec_assets.knowledge.extraction.topics import Topics, examples
from xdrec_assets.knowledge.people import recency_weights

NAME_TOKENS, INTERESTS_TOKENS = 64, 512
TITLE_CHARACTERS = 200


class TopicName(BaseModel):
    """A topic's name."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: str = Field(min_length=2, max_length=60, pattern=r"^[^<>{}\n]+$")


class Interest(BaseModel):
    """An interest, and the numbers of the titles that show it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    tag: str = Field(min_length=2, max_length=60, pattern=r"^[^<>{}\n]+$")
    titles: list[int] = Field(min_length=1)


class Interests(BaseModel):
    """The interests of a person."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    interests: list[Interest] = Field(max_length=8)


def name_question() -> Question[TopicName]:
    """What is this topic called?"""
    return question("topic_name", TopicName, NAME_TOKENS)


def name_contents(topics: Topics, titles: Sequence[str]) -> list[Content]:
    """What the model reads of each topic: its keywords and the titles nearest to its centre."""
    return [
        Content({"keywords": ", ".join(words), "titles": [_shown(title) for title in near]})
        for words, near in zip(topics.keywords, examples(topics, titles), strict=True)
    ]


def renamed(topics: Topics, contents: Sequence[Content], names: Mapping[str, TopicName]) -> Topics:
    """Topics under the names that were given; the others keep their keywords."""
    found = [names.get(content.hash) for content in contents]
    return topics.named([plain_text(each.name) if each else None for each in found])


def interests_question() -> Question[Interests]:
    """What interests the person who chose these titles?"""
    return question("interests", Interests, INTERESTS_TOKENS, rests_on_titles)


def interests_content(titles: Sequence[str]) -> Content:
    """What the model reads of a person: titles alone, the newest first."""
    return Content({"titles": [_shown(title) for title in titles]})


def rests_on_titles(answer: Interests, content: Content) -> Interests | Refusal:
    """The answer where every interest names titles that there are, none twice; else a refusal."""
    named = [number for interest in answer.interests for number in interest.titles]
    most = len(content.fields["titles"])
    if any(not 1 <= number <= most for number in named):
        return Refusal(f"titles {sorted({n for n in named if not 1 <= n <= most})} are named, there are {most}")
    if len(set(named)) < len(named):
        return Refusal("a title is named twice; each may show one interest")
    return answer


def people_contents(history: History, titles: Sequence[str], count: int) -> dict[int, tuple[list[int], Content]]:
    """By person: the interactions of the titles chosen last, and what the model reads of them."""
    recent = recent_items(history, titles, count)
    return {
        person: (rows, interests_content([titles[history.item[row]] for row in rows]))
        for person, rows in recent.items()
    }


def generated_interests(
    history: History,
    people: Mapping[int, tuple[list[int], Content]],
    answers: Mapping[str, Interests],
    half_life_days: float,
    count: int,
) -> pa.Table:
    """Rows of knowledge/person_interests of people for whom there is an answer with interests.

    An interest's weight is the share of its titles in the weight of all titles read, by strength and recency.
    """
    weights = recency_weights(history, half_life_days).astype(np.float64)
    rows: list[tuple[str, int, str, float, int]] = []
    for person, (chosen, content) in sorted(people.items()):
        answer, weight = answers.get(content.hash), weights[chosen]
        if answer is None or not weight.sum():
            continue
        tags = [
            (weight[np.array(each.titles) - 1].sum() / weight.sum(), plain_text(each.tag), len(each.titles))
            for each in answer.interests
        ]
        tags.sort(key=lambda tag: -tag[0])
        name = str(history.person_id[person])
        rows += [(name, rank, tag, share, n) for rank, (share, tag, n) in enumerate(tags[:count], start=1)]
    people_of, ranks, tags_of, shares, counts = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return interests_table(
        history,
        person_id=pa.array(people_of, pa.string()),
        rank=pa.array(ranks, pa.int32()),
        topic=pa.nulls(len(rows), pa.int32()),
        label=pa.array(tags_of, pa.string()),
        source=pa.repeat(pa.scalar(GENERATED), len(rows)),
        weight=pa.array(shares, pa.float32()),
        n_events=pa.array(counts, pa.int32()),
    )


def _shown(title: str) -> str:
    return as_data(title)[:TITLE_CHARACTERS]
