"""A few triples as people read them: with the titles of items, and what sources call other things."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from xdrec_assets.knowledge.triples import LABEL

OF_A_SOURCE = 4


def triples_preview(triples: pa.Table, items: pa.Table) -> pa.Table:
    """Some triples of each source, spread evenly, with a column of titles beside heads and beside tails.

    triples: of schema SCHEMA, sorted by source or not. items: columns platform, item_id, title. A name without a title
    or label has an empty cell.
    """
    shown = _spread(triples)
    names, titles = _titles(triples, items)
    of_head, of_tail = (titles.take(pc.index_in(shown[column], names)) for column in ("head", "tail"))
    columns = {name: shown[name] for name in shown.column_names}
    beside = {"head": columns.pop("head"), "head title": of_head, "relation": columns.pop("relation")}
    return pa.table({**beside, "tail": columns.pop("tail"), "tail title": of_tail, **columns})


def _spread(triples: pa.Table) -> pa.Table:
    """Rows from all over each source's."""
    chosen = []
    for source in sorted(pc.unique(triples["source"]).to_pylist()):
        rows = pc.indices_nonzero(pc.equal(triples["source"], source)).to_pylist()
        chosen += rows[:: max(1, len(rows) // OF_A_SOURCE)][:OF_A_SOURCE]
    return triples.take(pa.array(chosen, pa.int64()))


def _titles(triples: pa.Table, items: pa.Table) -> tuple[pa.Array, pa.Array]:
    """Names of items and of what has a label, and what each is called; the items first."""
    labels = triples.filter(pc.equal(triples["relation"], LABEL))
    known = pc.binary_join_element_wise(items["platform"], items["item_id"], "/")
    names = pa.chunked_array([*known.chunks, *labels["head"].chunks], pa.string())
    titles = pa.chunked_array([*items["title"].chunks, *labels["tail"].chunks], pa.string())
    return names.combine_chunks(), titles.combine_chunks()
