"""Ask a text generator about contents, each once: what was answered or refused before is looked up."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic

import pyarrow as pa

from data_quality.contract import load_contract
from resources.engine import Session
from resources.generation.answers import Answer, Refusal, ask
from resources.generation.generator import TextGenerator, model_and_revision, text_generator
from xdrec_assets.knowledge.extraction.question import Content, M, Question
from xdrec_assets.knowledge.extraction.settings import GeneratorSettings
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.progress import working
from xdrec_assets.publishing import Publication, publish

GENERATED, REFUSED = "knowledge/generated", "knowledge/generated_refused"


@dataclass(frozen=True)
class Answers(Generic[M]):
    """What is known of contents after asking."""

    of_hash: dict[str, M] = field(default_factory=dict)
    n_asked: int = 0
    n_refused: int = 0
    """Of all contents, whenever it was."""
    n_left: int = 0
    """Contents that are for the next run."""

    @property
    def figures(self) -> dict[str, int]:
        """Counts for those who look at the asset."""
        counts = {"contents asked about": self.n_asked, "answers refused": self.n_refused}
        return counts | {"answers": len(self.of_hash), "left for the next run": self.n_left}


@dataclass(frozen=True)
class Asker:
    """A pipeline's text generator, loaded when first asked, and what it answered before."""

    pipeline: Pipeline
    settings: GeneratorSettings

    @cached_property
    def generator(self) -> TextGenerator:
        """The generator itself."""
        return text_generator(self.settings)

    @cached_property
    def key(self) -> dict[str, str]:
        """What is part of every key: model, revision and variant; nothing is loaded for it."""
        model, revision = model_and_revision(self.settings)
        return {"model": model, "revision": revision, "variant": self.settings.variant}

    def known(self, question: Question[M], contents: Sequence[Content]) -> dict[str, M | None]:
        """Answers by the hash of the content, None where it was refused; contents not asked about are not in it."""
        wanted = pa.table({"content_hash": pa.array([content.hash for content in contents], pa.string())})
        with self.pipeline.engine.session() as session:
            for table in (GENERATED, REFUSED):
                session.bind(table.replace("/", "."), [table], load_contract(table).arrow_schema())
            session.bind_rows("knowledge.wanted", wanted)
            rows = session.query("knowledge/known_answers", self._key_of(question)).to_arrow_table().to_pylist()
        read = question.schema.model_validate_json
        return {row["content_hash"]: read(row["answer"]) if row["answer"] is not None else None for row in rows}

    def answers(self, question: Question[M], contents: Sequence[Content]) -> Generator[Publication, None, Answers[M]]:
        """Ask about the contents that were not asked about, `per_run` of them at most, and publish chunk by chunk.

        A kill loses one chunk at most. Nothing is loaded where nothing is new.
        """
        distinct = {content.hash: content for content in contents}
        known = self.known(question, contents)
        new = [content for name, content in sorted(distinct.items()) if name not in known]
        asked = new[: self.settings.per_run]
        began = time.monotonic()
        with working(GENERATED, "answers") as show:
            n_tokens = 0
            for start in range(0, len(asked), self.settings.chunk_size):
                chunk = asked[start : start + self.settings.chunk_size]
                shown = _of_all(show, start, len(asked), n_tokens)
                found = self._asked(question, chunk, shown)
                n_tokens += sum(each.n_tokens for each in found)
                known |= _by_hash(chunk, found)
                rate = round((start + len(chunk)) / max(time.monotonic() - began, 1e-9), 2)
                yield from self._published(question, chunk, found, rate)
        kept = {name: value for name, value in known.items() if value is not None}
        return Answers(kept, len(asked), len(known) - len(kept), len(new) - len(asked))

    def _asked(self, question: Question[M], chunk: Sequence[Content], show: Any) -> list[Answer[M] | Refusal]:
        prompts = [question.prompt.filled(**content.fields) for content in chunk]
        found = ask(self.generator, prompts, question.schema, question.max_tokens, show)
        return [_held(question, content, each) for content, each in zip(chunk, found, strict=True)]

    def _published(
        self, question: Question[M], chunk: Sequence[Content], found: Sequence[Answer[M] | Refusal], rate: float
    ) -> Iterator[Publication]:
        """The refused ones first, so that a kill between the two commits leaves none of them to be asked again."""
        key = self._key_of(question)
        rows: dict[str, list[dict[str, Any]]] = {REFUSED: [], GENERATED: []}
        for content, each in zip(chunk, found, strict=True):
            row = {**key, "content_hash": content.hash, "n_tokens": each.n_tokens, "answered_on": self.pipeline.today}
            if isinstance(each, Refusal):
                rows[REFUSED].append({**row, "reason": each.reason, "raw": each.raw})
            else:
                rows[GENERATED].append({**row, "answer": each.value.model_dump_json()})
        figures = {"answers a second": rate, "model": self.settings.model, "ran as": self.generator.how}
        for table, new in rows.items():
            if new:
                with self.pipeline.engine.session() as session:
                    yield added(self.pipeline, session, table, new, figures)

    def _key_of(self, question: Question[M]) -> dict[str, str]:
        return {**self.key, "prompt": question.prompt.name, "prompt_digest": question.digest}


def added(
    pipeline: Pipeline,
    session: Session,
    table: str,
    rows: Sequence[dict[str, Any]],
    figures: dict[str, Any] | None = None,
) -> Publication:
    """Add rows to a table of answers; those that another run has added meanwhile are left out."""
    name = table.replace("/", ".")
    session.bind_rows(name, pa.Table.from_pylist(list(rows), load_contract(table).arrow_schema()))
    return publish(pipeline, session, table, name, figures=figures, append=True)


def quietly(answers: Generator[Publication, None, Answers[M]]) -> Answers[M]:
    """Ask in a step of other tables: what is added to the tables of answers is not reported there."""
    while True:
        try:
            next(answers)
        except StopIteration as done:
            found: Answers[M] = done.value
            return found


def _held(question: Question[M], content: Content, found: Answer[M] | Refusal) -> Answer[M] | Refusal:
    """An answer held against its content: less of it, or a refusal with what the model wrote."""
    if isinstance(found, Refusal) or question.check is None:
        return found
    held = question.check(found.value, content)
    if isinstance(held, Refusal):
        return Refusal(held.reason, found.value.model_dump_json()[:300], found.n_tokens)
    return Answer(held, found.n_tokens)


def _by_hash(chunk: Sequence[Content], found: Sequence[Answer[M] | Refusal]) -> dict[str, M | None]:
    return {
        content.hash: each.value if isinstance(each, Answer) else None
        for content, each in zip(chunk, found, strict=True)
    }


def _of_all(show: Any, start: int, total: int, n_tokens: int) -> Any:
    """Progress of one chunk as progress of the whole."""
    return lambda done, _, tokens: show(start + done, total, n_tokens + tokens)
