import numpy as np
import pytest

from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.knowledge.links.nearest import largest, nearest


def clustered(rng: np.random.Generator, n: int, size: int = 64) -> np.ndarray:
    """Vectors around 40 centres."""
    centres = np.random.default_rng(7).standard_normal((40, size))
    return unit_rows(centres[rng.integers(0, 40, n)] + 0.7 * rng.standard_normal((n, size)))


@pytest.fixture(scope="module")
def sides() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return clustered(rng, 500), clustered(rng, 6_000)


def test_all_pairs_are_compared_below_the_size(sides: tuple[np.ndarray, np.ndarray]) -> None:
    rows, columns, products = nearest(*sides, 4, exact_below=6_000)
    scores = sides[0] @ sides[1].T
    expected = np.argsort(-scores, axis=1)[:, :4]
    assert rows.tolist() == list(range(500))
    np.testing.assert_array_equal(columns, expected)
    np.testing.assert_allclose(products, np.take_along_axis(scores, expected, axis=1), rtol=1e-5, atol=1e-6)


def test_blocks_change_nothing(sides: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = nearest(*sides, 4)[1]
    monkeypatch.setattr("xdrec_assets.knowledge.links.nearest.CELLS_PER_BLOCK", 6_000 * 7)
    np.testing.assert_array_equal(nearest(*sides, 4)[1], whole)


def test_candidates_hold_nearly_all_neighbours_and_their_products_are_exact(
    sides: tuple[np.ndarray, np.ndarray],
) -> None:
    true = nearest(*sides, 10)[1]
    _, columns, products = nearest(*sides, 10, exact_below=5_999)
    recall = np.mean([np.isin(found, wanted).mean() for found, wanted in zip(columns, true, strict=True)])
    assert recall >= 0.95
    expected = np.take_along_axis(sides[0] @ sides[1].T, columns, axis=1)
    np.testing.assert_allclose(products, expected, rtol=1e-5, atol=1e-6)
    assert (np.diff(products, axis=1) <= 0).all()


def test_the_same_seed_picks_the_same_candidates(sides: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = (nearest(*sides, 5, exact_below=0, candidates=2, seed=3) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_more_candidates_miss_less(sides: tuple[np.ndarray, np.ndarray]) -> None:
    few, many = (nearest(*sides, 5, exact_below=0, candidates=n)[2].sum() for n in (1, 20))
    assert few < many <= nearest(*sides, 5)[2].sum() + 1e-2


@pytest.mark.parametrize("exact_below", [None, 0])
def test_rows_of_zeros_neither_ask_nor_answer(sides: tuple[np.ndarray, np.ndarray], exact_below: int | None) -> None:
    vectors, others = sides[0][:20].copy(), sides[1][:1_000].copy()
    vectors[3], others[::2] = 0, 0
    rows, columns, _ = nearest(vectors, others, 5, exact_below)
    assert rows.tolist() == [row for row in range(20) if row != 3]
    assert (columns % 2 == 1).all()


@pytest.mark.parametrize("exact_below", [None, 0])
def test_fewer_others_than_asked_for_are_all_there(exact_below: int | None) -> None:
    vectors = clustered(np.random.default_rng(0), 700, 9)  # an odd size, too
    _, columns, products = nearest(vectors[:4], vectors, 900, exact_below)
    assert np.sort(columns, axis=1).tolist() == [list(range(700))] * 4
    assert products.shape == (4, 700)


def test_nothing_known_nothing_found() -> None:
    rows, columns, products = nearest(np.zeros((3, 2)), np.ones((4, 2)), 2, 0)
    assert (rows.shape, columns.shape, products.shape) == ((0,), (0, 0), (0, 0))


@pytest.mark.parametrize("exact_below", [None, 0])
def test_what_is_given_stays_as_it_is(sides: tuple[np.ndarray, np.ndarray], exact_below: int | None) -> None:
    vectors, others = sides[0].copy(), sides[1].copy()
    nearest(vectors, others, 3, exact_below)
    np.testing.assert_array_equal(vectors, sides[0])
    np.testing.assert_array_equal(others, sides[1])


def test_equal_scores_come_in_the_order_of_the_columns() -> None:
    columns, values = largest(np.array([[1.0, 3.0, 2.0, 3.0]]), 3)
    assert columns.tolist() == [[1, 3, 2]]
    assert values.tolist() == [[3, 3, 2]]


def test_largest_of_many_columns_are_those_of_a_full_sort() -> None:
    scores = np.random.default_rng(0).standard_normal((50, 1_003)).astype(np.float32)
    scores[0, -1] = 9  # behind the last whole group
    columns, values = largest(scores, 6)
    expected = np.argsort(-scores, axis=1)[:, :6]
    np.testing.assert_array_equal(columns, expected)
    np.testing.assert_array_equal(values, np.take_along_axis(scores, expected, axis=1))
