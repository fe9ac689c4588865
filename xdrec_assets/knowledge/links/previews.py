"""A few links between items as people read them: by their titles."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

N_LINKS = 7


def links_preview(links: pa.Table, items: pa.Table) -> pa.Table:
    """Nearest neighbours (rank 1) that are no twins, spread evenly over the table, with titles where items have any.

    links: rows of knowledge/item_links. items: platform, item_id, title.
    """
    return _titled(_spread(links.filter(pc.and_(pc.equal(links["rank"], 1), pc.invert(links["is_twin"])))), items)


def twins_preview(links: pa.Table, items: pa.Table) -> pa.Table:
    """Some of the pairs that are the same product, each once, in the same columns."""
    return _titled(_spread(links.filter(pc.and_(links["is_twin"], _is_first(links)))), items)


def _is_first(links: pa.Table) -> pa.ChunkedArray:
    return pc.less(links["platform"], links["other_platform"])


def _spread(links: pa.Table) -> pa.Table:
    step = max(1, links.num_rows // N_LINKS)
    return links.take(pa.array(range(0, links.num_rows, step), pa.int64())).slice(0, N_LINKS)


def _titled(links: pa.Table, items: pa.Table) -> pa.Table:
    return pa.table(
        {
            "platform": links["platform"],
            "item": _titles(links["platform"], links["item_id"], items),
            "nearest on": links["other_platform"],
            "nearest item": _titles(links["other_platform"], links["other_item_id"], items),
            "similarity": links["similarity"],
            "kind": links["kind"],
        }
    )


def _titles(platforms: pa.ChunkedArray, ids: pa.ChunkedArray, items: pa.Table) -> pa.ChunkedArray:
    known = pc.binary_join_element_wise(items["platform"], items["item_id"], "\0")
    wanted = pc.binary_join_element_wise(platforms, ids, "\0")
    return pc.coalesce(items["title"].take(pc.index_in(wanted, known)), ids)
