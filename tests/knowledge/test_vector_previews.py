"""Previews of vectors: what people see of them."""

import numpy as np
import pyarrow as pa

from tests.knowledge.histories import history_of
from xdrec_assets.knowledge.people import pool_people
from xdrec_assets.knowledge.vector_previews import items_preview, people_preview

ITEMS = [("shop", "pan"), ("shop", "pot"), ("shop", "wok"), ("video", "bake"), ("video", "cook")]
TAKEN = [("ann", "pan", 9), ("ann", "cook", 2), ("bob", "wok", 1)]
TITLES = pa.table({"item_id": [item for _, item in ITEMS], "title": ["Pan", "Pot", None, "How to bake", "How to cook"]})
FUSED = np.array([[1, 0], [0.6, 0.8], [0, 1], [0, 0], [0.8, 0.6]], dtype=np.float32)


def test_items_stand_by_their_titles_beside_the_nearest() -> None:
    preview = items_preview(history_of(ITEMS, TAKEN), TITLES, FUSED).to_pydict()
    assert preview["item"] == ["Pan", "Pot", "wok", "How to cook"]
    assert preview["platform"] == ["shop", "shop", "shop", "video"]
    assert preview["nearest"] == ["How to cook", "How to cook", "Pot", "Pot"]
    assert preview["nearest on"] == ["video", "video", "shop", "shop"]
    np.testing.assert_allclose(preview["cosine"], [0.8, 0.96, 0.8, 0.96], atol=1e-6)


def test_an_item_alone_has_no_nearest() -> None:
    fused = np.zeros_like(FUSED)
    assert items_preview(history_of(ITEMS, TAKEN), TITLES, fused).num_rows == 0
    fused[1] = FUSED[1]
    (row,) = items_preview(history_of(ITEMS, TAKEN), TITLES, fused).to_pylist()
    assert row == {"platform": "shop", "item": "Pot", "nearest": None, "nearest on": None, "cosine": None}


def test_people_stand_by_what_they_took_and_from_where() -> None:
    history = history_of(ITEMS, TAKEN)
    ann, bob = people_preview(history, TITLES, FUSED, pool_people(history, FUSED, 7)).to_pylist()
    assert ann["took last"] == "How to cook; Pan"
    assert ann["from"] == "video 67%, shop 33%"
    assert (ann["items"], ann["nearest of the rest"]) == (2, "Pot")
    assert bob == {"person": "bob", "took last": "wok", "items": 1, "from": "shop 100%", "nearest of the rest": "Pot"}


def test_people_of_whom_no_item_has_a_vector_have_no_nearest() -> None:
    history = history_of(ITEMS, TAKEN)
    nothing = np.zeros_like(FUSED)
    preview = people_preview(history, TITLES, nothing, pool_people(history, nothing, 7))
    assert preview["nearest of the rest"].null_count == 2
