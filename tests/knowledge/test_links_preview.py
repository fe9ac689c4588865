"""Links between items, by their titles."""

import pyarrow as pa

from xdrec_assets.knowledge.item_links import SCHEMA
from xdrec_assets.knowledge.links_preview import N_LINKS, links_preview

ITEMS = pa.table({"platform": ["shop", "video"], "item_id": ["1", "1"], "title": ["Trail shoes", None]})


def link(rank: int) -> dict[str, object]:
    ids = {"platform": "shop", "item_id": "1", "other_platform": "video", "other_item_id": "1"}
    return {**ids, "similarity": 0.5, "rank": rank}


def test_items_go_by_title_and_by_id_where_they_have_none() -> None:
    rows = links_preview(pa.Table.from_pylist([link(1), link(2)], SCHEMA), ITEMS).to_pylist()
    expected = {
        "platform": "shop",
        "item": "Trail shoes",
        "nearest on": "video",
        "nearest item": "1",
        "similarity": 0.5,
    }
    assert rows == [expected]


def test_a_few_of_many_are_shown() -> None:
    assert links_preview(pa.Table.from_pylist([link(1)] * 100, SCHEMA), ITEMS).num_rows == N_LINKS


def test_no_links_no_rows() -> None:
    assert links_preview(SCHEMA.empty_table(), ITEMS).num_rows == 0
