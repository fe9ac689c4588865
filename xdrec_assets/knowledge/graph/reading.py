"""Read the published entity vectors of an as-of date back, row-aligned with a history's items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_quality.contract import load_contract
from xdrec_assets.embeddings.vector_columns import vector_rows
from xdrec_assets.joined.history import History
from xdrec_assets.joined.past import Past
from xdrec_assets.knowledge.graph.graph import item_names
from xdrec_assets.pipeline import Pipeline

ENTITIES = "knowledge/entity_vectors"


def graph_vectors(pipeline: Pipeline, past: Past) -> dict[str, np.ndarray]:
    """The graph's vectors of items by scope ("all", and every platform's name): (n_items, d) float32.

    Row-aligned with `past.history`, zeros where the graph does not know an item; in a platform's scope the rows of the
    others' items are zeros. Where nothing was encoded for the date, d is 0.
    """
    with pipeline.engine.session() as session:
        session.bind("knowledge.rows", [ENTITIES], load_contract(ENTITIES).arrow_schema())
        rows = session.query("knowledge/as_of_rows", {"as_of": past.history.as_of}).to_arrow_table()
    return vectors_from_table(past.history, rows, ("all", *past.history.platforms))


def vectors_from_table(history: History, rows: pa.Table, scopes: Sequence[str]) -> dict[str, np.ndarray]:
    """Rows of knowledge/entity_vectors of one as-of date as arrays by scope, (n_items, d) float32."""
    items = rows.filter(pc.equal(rows["kind"], "item"))
    size = vector_rows(items["vector"]).shape[1] if items.num_rows else 0
    return {
        scope: _aligned(item_names(history), items.filter(pc.equal(items["scope"], scope)), size) for scope in scopes
    }


def _aligned(names: np.ndarray, rows: pa.Table, size: int) -> np.ndarray:
    found = pc.index_in(pa.array(names, pa.string()), value_set=rows["entity"].combine_chunks().cast(pa.string()))
    is_found = found.is_valid().to_numpy(zero_copy_only=False)
    vectors = np.zeros((len(names), size), dtype=np.float32)
    if size:
        vectors[is_found] = vector_rows(rows["vector"], size)[found.drop_null().to_numpy()]
    return vectors
