"""Build the history before a date from the joined tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from resources.array_files import ROWS_AT_ONCE, Columns, in_memory, on_disk, slices
from resources.engine import Session
from xdrec_assets.joined.history import INTERACTION_TYPES, History
from xdrec_assets.joined.identities import identities_before
from xdrec_assets.joined.joining import bind_clean, bind_joined
from xdrec_assets.joined.settings import HistorySettings
from xdrec_assets.pipeline import Pipeline


@dataclass(frozen=True)
class Past:
    """The history before a date, and the tables its rows come from."""

    history: History
    items: pa.Table  # (n_items,) platform, item_id, title, text, content_hash, categories, tags, attributes
    identities: pa.Table  # platform, user_key, person_id, known_from

    @cached_property
    def digest(self) -> str:
        """A digest of all that models may learn from, by which a step sees that it need not run again."""
        history, digest = self.history, hashlib.blake2b(digest_size=16)
        for ids in (self.items.column("content_hash"), self.items.column("item_id"), pa.array(history.person_id)):
            digest.update("\0".join(value or "" for value in ids.to_pylist()).encode())
        for column in ("categories", "tags", "attributes"):
            said = self.items.column(column).to_pylist() if column in self.items.column_names else []
            digest.update(repr(said).encode())
        for array in (history.item_platform, history.person, history.item, history.strength, history.age_days):
            for rows in slices(len(array)):
                digest.update(np.ascontiguousarray(array[rows]).data)
        return digest.hexdigest()


def load_past(pipeline: Pipeline, as_of: date) -> Past:
    """The past of an as-of date, read from the lake once for all steps of a process that ask while nothing changes."""
    upstream = ["joined/interactions", "joined/items", *pipeline.tables("events"), *pipeline.tables("links")]
    versions = tuple(pipeline.lake.state(table) for table in upstream)
    return _loaded(_Reader(pipeline, pipeline.lake.root), as_of, versions)


def past_before(session: Session, as_of: date, most_in_memory: int = HistorySettings().in_memory_interactions) -> Past:
    """What was known before `as_of`; needs joined.interactions, joined.items, clean.events and clean.links bound.

    Only rows that happened and landed before the date count, identities are resolved by the links of then, items have
    their texts of then: nothing of the future is in it. Of more pairs than `most_in_memory`, the history's interactions
    lie in the engine's scratch folder; they are the same.
    """
    identities = identities_before(session, as_of)
    people = np.unique(identities.column("person_id").to_numpy(zero_copy_only=False).astype(object))
    person = _place_in(people, identities.column("person_id"))
    session.bind_rows("joined.numbered_identities", identities.append_column("person", person))
    session.view("joined.known_versions", "joined/known_versions", {"known_by": as_of})
    session.build("joined.known_pairs", "joined/known_pairs", {"as_of": as_of})
    session.build("joined.known_items", "joined/known_items", {"as_of": as_of})
    items = session.arrow("joined.known_items").sort_by([("platform", "ascending"), ("item_id", "ascending")])
    place = pa.array(np.arange(len(items), dtype=np.int32))
    session.bind_rows("joined.numbered_items", items.select(["platform", "item_id"]).append_column("item", place))
    spilled_to = session.engine.scratch if session.count("joined.known_pairs") > most_in_memory else None
    interactions = _interactions(session, as_of, spilled_to)
    return Past(_history(as_of, people, items, identities, interactions, spilled_to), items, identities)


@dataclass(frozen=True)
class _Reader:
    """Reads a pipeline's lake; equal to another of the same lake, so that what was read is found again."""

    pipeline: Pipeline = field(compare=False)
    root: str


@lru_cache(maxsize=2)
def _loaded(reader: _Reader, as_of: date, versions: tuple[str | None, ...]) -> Past:
    with reader.pipeline.engine.session() as session:
        bind_clean(reader.pipeline, session, "events", "links")
        bind_joined(reader.pipeline, session, "interactions", "items")
        return past_before(session, as_of, reader.pipeline.settings.history.in_memory_interactions)


def _place_in(sorted_values: Sequence[str] | NDArray[np.object_], values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.index_in(values, pa.array(sorted_values, pa.string()))


def _history(
    as_of: date,
    people: NDArray[np.object_],
    items: pa.Table,
    identities: pa.Table,
    interactions: Columns,
    spilled_to: Path | None,
) -> History:
    platforms = tuple(
        sorted(set(items.column("platform").to_pylist()) | set(identities.column("platform").to_pylist()))
    )
    item_platform = np.asarray(_place_in(platforms, items.column("platform")).combine_chunks())
    item_id = items.column("item_id").to_numpy(zero_copy_only=False).astype(object)
    columns = dict(zip(("person", "item", "strength", "age_days"), interactions, strict=True))
    return History(as_of, platforms, people, item_id, item_platform.astype(np.int16), **columns, spilled_to=spilled_to)


def _interactions(session: Session, as_of: date, spilled_to: Path | None) -> Columns:
    """Person, item, strength and age in days of the known pairs, in the history's order."""
    parts = _parts(session, as_of)
    if spilled_to is None:
        return in_memory(parts, INTERACTION_TYPES, session.count("joined.known_pairs"))
    return on_disk(parts, INTERACTION_TYPES, spilled_to)


def _parts(session: Session, as_of: date) -> Iterator[Columns]:
    midnight = np.datetime64(as_of, "us")
    for batch in session.query("joined/numbered_pairs").to_arrow_reader(ROWS_AT_ONCE):
        last_at = batch.column("last_at").cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
        age_days = (midnight - last_at) / np.timedelta64(1, "D")
        yield (*(batch.column(name).to_numpy() for name in ("person", "item", "strength")), age_days)
