"""Facts from documents by a text generator: what it writes down must stand in the document, or it is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from resources.generation.answers import Refusal
from resources.generation.prompts import as_data
from xdrec_assets.knowledge.extraction.linked_triples import Document
from xdrec_assets.knowledge.extraction.mentions import Names
from xdrec_assets.knowledge.extraction.question import Content, Question, question
from xdrec_assets.knowledge.triples import SCHEMA

SOURCE = "text generator"
MAX_TOKENS = 1536


class Fact(BaseModel):
    """One fact as the model writes it down."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    head: str = Field(min_length=2, max_length=120)
    relation: str = Field(pattern=r"^[a-z][a-z_]{1,39}$")
    tail: str = Field(min_length=2, max_length=120)
    evidence: str = Field(min_length=1, max_length=600)


class Facts(BaseModel):
    """The facts of a document."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    facts: list[Fact] = Field(max_length=30)


def facts_question() -> Question[Facts]:
    """What facts does this document state?"""
    return question("facts", Facts, MAX_TOKENS, grounded)


def facts_content(document: Document, characters: int) -> Content:
    """A document's title and the beginning of its text, as the model reads them."""
    return Content({"title": as_data(document.title), "text": as_data(document.text)[:characters]})


def grounded(answer: Facts, content: Content) -> Facts | Refusal:
    """The facts whose head, tail and evidence stand in the document, upper and lower case being the same.

    A refusal where there are facts and none of them does: such a model makes things up, or was talked into it.
    """
    text = " ".join(str(field) for field in content.fields.values()).casefold()
    kept = [fact for fact in answer.facts if is_stated(fact, text)]
    if answer.facts and not kept:
        return Refusal(f"none of the {len(answer.facts)} facts stands in the document: head, tail and evidence must")
    return Facts(facts=kept)


def is_stated(fact: Fact, text: str) -> bool:
    """Whether a casefolded text has the head, the tail and the evidence of a fact that says two things apart."""
    parts = [as_data(part).casefold() for part in (fact.head, fact.tail, fact.evidence)]
    return parts[0] != parts[1] and all(part and part in text for part in parts)


def generated_triples(
    documents: Sequence[Document], facts: Mapping[str, Facts], names: Names, characters: int, confidence: float
) -> pa.Table:
    """The facts of documents as triples; heads and tails that are known by name become the known entity.

    facts: answers by the hash of the content, as `facts_content` makes it; documents without one give nothing.
    """
    rows = [
        {
            "head": names.entity(fact.head) or fact.head,
            "relation": fact.relation,
            "tail": names.entity(fact.tail) or fact.tail,
            "source": SOURCE,
            "confidence": confidence,
            "evidence": fact.evidence,
        }
        for document in documents
        if (found := facts.get(facts_content(document, characters).hash)) is not None
        for fact in found.facts
    ]
    return pa.Table.from_pylist(rows, SCHEMA)
