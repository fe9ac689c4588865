"""Stored vectors come in the order of the history."""

import numpy as np
import pyarrow as pa

from xdrec_assets.knowledge.fusion.reading import rows_of_items, rows_of_people

ITEMS = pa.table({"platform": ["shop", "shop", "video"], "item_id": ["a", "b", "a"]})


def test_items_are_found_by_platform_and_id() -> None:
    found = pa.table({"platform": ["video", "shop"], "item_id": ["a", "a"], "vector": [[3.0, 4.0], [1.0, 2.0]]})
    np.testing.assert_array_equal(rows_of_items(ITEMS, found), [[1, 2], [0, 0], [3, 4]])


def test_vectors_of_items_that_are_not_known_are_left_out() -> None:
    found = pa.table({"platform": ["video", "music"], "item_id": ["b", "a"], "vector": [[3.0, 4.0], [1.0, 2.0]]})
    assert not rows_of_items(ITEMS, found).any()


def test_people_are_found_by_their_id() -> None:
    vectors = np.array([[1, 2], [3, 4]], dtype=np.float32)
    found = rows_of_people(np.array(["ann", "bob", "eve"], dtype=object), pa.array(["eve", "zoe"]), vectors)
    np.testing.assert_array_equal(found, [[0, 0], [0, 0], [1, 2]])
    assert found.dtype == np.float32
