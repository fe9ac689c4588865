"""Read the published knowledge of an as-of date back as arrays."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import pyarrow as pa

from data_quality.contract import load_contract
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.knowledge.tables import Knowledge, with_texts
from xdrec_assets.knowledge.vector_tables import knowledge_from_tables
from xdrec_assets.pipeline import Pipeline

ITEMS, PEOPLE = "knowledge/item_vectors", "knowledge/person_vectors"


def load_knowledge(pipeline: Pipeline, as_of: date) -> dict[str, Knowledge]:
    """The knowledge of an as-of date by scope, read once for all steps of a process while nothing changes."""
    fingerprints = [pipeline.lake.fingerprints(table, [as_of.isoformat()]) for table in (ITEMS, PEOPLE)]
    past = load_past(pipeline, as_of)
    return _loaded(_Rows(pipeline, past), str(fingerprints), past.digest)


class _Rows:
    """The two tables of an as-of date; equal to those of the same lake and date."""

    def __init__(self, pipeline: Pipeline, past: Past) -> None:
        self.pipeline, self.past = pipeline, past
        self.key = pipeline.lake.root, past.history.as_of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rows) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def read(self, table: str) -> pa.Table:
        """The rows of a table."""
        with self.pipeline.engine.session() as session:
            session.bind("knowledge.rows", [table], load_contract(table).arrow_schema())
            as_of = {"as_of": self.past.history.as_of}
            return session.query("knowledge/as_of_rows", as_of).to_arrow_table()


@lru_cache(maxsize=2)
def _loaded(rows: _Rows, fingerprints: str, digest: str) -> dict[str, Knowledge]:
    past = rows.past
    known = knowledge_from_tables(past.history, rows.read(ITEMS), rows.read(PEOPLE))
    return with_texts(known, past.history, past.items.column("text").to_pylist())
