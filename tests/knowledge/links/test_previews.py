"""Links between items, by their titles."""

import pyarrow as pa

from xdrec_assets.knowledge.links.item_links import SCHEMA
from xdrec_assets.knowledge.links.previews import N_LINKS, links_preview, twins_preview

ITEMS = pa.table({"platform": ["shop", "video"], "item_id": ["1", "1"], "title": ["Trail shoes", None]})


def link(rank: int, is_twin: bool = False, turned: bool = False) -> dict[str, object]:
    one, other = ("video", "shop") if turned else ("shop", "video")
    ids = {"platform": one, "item_id": "1", "other_platform": other, "other_item_id": "1"}
    kind = "same_product" if is_twin else None
    return {**ids, "similarity": 0.5, "rank": rank, "kind": kind, "is_twin": is_twin}


def table(*links: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist([*links], SCHEMA)


EXPECTED = {
    "platform": "shop",
    "item": "Trail shoes",
    "nearest on": "video",
    "nearest item": "1",
    "similarity": 0.5,
    "kind": None,
}


def test_items_go_by_title_and_by_id_where_they_have_none() -> None:
    assert links_preview(table(link(1), link(2)), ITEMS).to_pylist() == [EXPECTED]


def test_twins_are_shown_once_and_by_themselves() -> None:
    links = table(link(1, is_twin=True), link(1, is_twin=True, turned=True))
    assert twins_preview(links, ITEMS).to_pylist() == [EXPECTED | {"kind": "same_product"}]
    assert links_preview(links, ITEMS).num_rows == 0


def test_a_few_of_many_are_shown() -> None:
    assert links_preview(table(*[link(1)] * 100), ITEMS).num_rows == N_LINKS
    assert twins_preview(table(*[link(1, is_twin=True)] * 100), ITEMS).num_rows == N_LINKS


def test_no_links_no_rows() -> None:
    assert links_preview(SCHEMA.empty_table(), ITEMS).num_rows == 0
    assert twins_preview(SCHEMA.empty_table(), ITEMS).num_rows == 0
