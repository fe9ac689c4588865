"""A few links between items as people read them: by their titles."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

N_LINKS = 7


def links_preview(links: pa.Table, items: pa.Table) -> pa.Table:
    """Nearest neighbours (rank 1) spread evenly over the table, with titles where the items have any.

    links: rows of knowledge/item_links. items: platform, item_id, title.
    """
    nearest = links.filter(pc.equal(links["rank"], 1))
    step = max(1, nearest.num_rows // N_LINKS)
    shown = nearest.take(pa.array(range(0, nearest.num_rows, step), pa.int64())).slice(0, N_LINKS)
    return pa.table(
        {
            "platform": shown["platform"],
            "item": _titles(shown["platform"], shown["item_id"], items),
            "nearest on": shown["other_platform"],
            "nearest item": _titles(shown["other_platform"], shown["other_item_id"], items),
            "similarity": shown["similarity"],
        }
    )


def _titles(platforms: pa.ChunkedArray, ids: pa.ChunkedArray, items: pa.Table) -> pa.ChunkedArray:
    known = pc.binary_join_element_wise(items["platform"], items["item_id"], "\0")
    wanted = pc.binary_join_element_wise(platforms, ids, "\0")
    return pc.coalesce(items["title"].take(pc.index_in(wanted, known)), ids)
