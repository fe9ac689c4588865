"""Build the history before a date from the joined tables."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resources.engine import Session
from xdrec_assets.joined.history import History
from xdrec_assets.joined.identities import identities_before
from xdrec_assets.joined.joining import bind_clean, bind_joined
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
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def load_past(pipeline: Pipeline, as_of: date) -> Past:
    """The past of an as-of date, read from the lake once for all steps of a process that ask while nothing changes."""
    upstream = ["joined/interactions", "joined/items", *pipeline.tables("events"), *pipeline.tables("links")]
    versions = tuple(pipeline.lake.state(table) for table in upstream)
    return _loaded(_Reader(pipeline, pipeline.lake.root), as_of, versions)


def past_before(session: Session, as_of: date) -> Past:
    """What was known before `as_of`; needs joined.interactions, joined.items, clean.events and clean.links bound.

    Only rows that happened and landed before the date count, identities are resolved by the links of then, items have
    their texts of then: nothing of the future is in it.
    """
    identities = identities_before(session, as_of)
    session.bind_rows("joined.identities", identities)
    session.view("joined.known_versions", "joined/known_versions", {"known_by": as_of})
    session.build("joined.known_pairs", "joined/known_pairs", {"as_of": as_of})
    session.build("joined.known_items", "joined/known_items", {"as_of": as_of})
    order = [("platform", "ascending"), ("item_id", "ascending")]
    items = session.arrow("joined.known_items").sort_by(order)
    return Past(_history(as_of, session.arrow("joined.known_pairs"), items, identities), items, identities)


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
        return past_before(session, as_of)


def _history(as_of: date, pairs: pa.Table, items: pa.Table, identities: pa.Table) -> History:
    people = np.unique(identities.column("person_id").to_numpy(zero_copy_only=False).astype(object))
    platforms = tuple(
        sorted(set(items.column("platform").to_pylist()) | set(identities.column("platform").to_pylist()))
    )
    item_ids = pc.binary_join_element_wise(items.column("platform"), items.column("item_id"), "\0")
    pair_items = pc.binary_join_element_wise(pairs.column("platform"), pairs.column("item_id"), "\0")
    item = np.asarray(pc.index_in(pair_items, item_ids).combine_chunks()).astype(np.int32)
    person = np.asarray(pc.index_in(pairs.column("person_id"), pa.array(people, pa.string())).combine_chunks()).astype(
        np.int32
    )
    order = np.lexsort((item, person))
    midnight = np.datetime64(datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC).replace(tzinfo=None), "us")
    last_at = pairs.column("last_at").cast(pa.timestamp("us")).to_numpy()
    age_days = ((midnight - last_at) / np.timedelta64(1, "D")).astype(np.float32)
    return History(
        as_of=as_of,
        platforms=platforms,
        person_id=people,
        item_id=items.column("item_id").to_numpy(zero_copy_only=False).astype(object),
        item_platform=np.asarray(
            pc.index_in(items.column("platform"), pa.array(platforms, pa.string())).combine_chunks()
        ).astype(np.int16),
        person=person[order],
        item=item[order],
        strength=pairs.column("strength").to_numpy().astype(np.float32)[order],
        age_days=age_days[order],
    )
