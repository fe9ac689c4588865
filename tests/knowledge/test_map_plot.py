"""The map of item vectors."""

import numpy as np

from tests.knowledge.histories import planted_history
from xdrec_assets.knowledge.map_plot import map_plot, plane


def test_the_plane_holds_the_directions_of_most_difference() -> None:
    rng = np.random.default_rng(0)
    spread = rng.normal(size=(200, 4)) * [0.1, 5.0, 0.1, 2.0]
    places = plane(spread)
    assert places.shape == (200, 2)
    assert abs(np.corrcoef(places[:, 0], spread[:, 1])[0, 1]) > 0.99
    assert abs(np.corrcoef(places[:, 1], spread[:, 3])[0, 1]) > 0.99


def test_two_columns_are_a_plane_already() -> None:
    assert plane(np.eye(3, 2)).shape == (3, 2)


def test_the_map_is_a_picture_and_the_same_every_time() -> None:
    history = planted_history(np.random.default_rng(0))
    vectors = np.random.default_rng(1).normal(size=(history.n_items, 8)).astype(np.float32)
    panels = {"before": vectors, "after": vectors[:, ::-1]}
    picture = map_plot(history, panels)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    assert picture == map_plot(history, panels)
    alone = map_plot(history, {"before": vectors})
    assert alone is not None
    assert width(picture) == 2 * width(alone)


def width(png: bytes) -> int:
    return int.from_bytes(png[16:20])


def test_items_without_vectors_have_no_map() -> None:
    history = planted_history(np.random.default_rng(0))
    vectors = np.ones((history.n_items, 8), dtype=np.float32)
    assert map_plot(history, {"before": vectors, "after": 0 * vectors}) is None
