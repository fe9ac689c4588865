import numpy as np

from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.knowledge.extraction.clustering import clustered


def directions(rng: np.random.Generator, sizes: list[int], noise: float = 0.1) -> np.ndarray:
    """Rows near one of several directions, of any length."""
    centres = np.repeat(np.eye(len(sizes), 8), sizes, axis=0)
    rows = unit_rows(centres + noise * rng.standard_normal((sum(sizes), 8)))
    return rows * rng.uniform(0.1, 9, (len(rows), 1)).astype(np.float32)


def test_directions_are_found_the_largest_first():
    found = clustered(directions(np.random.default_rng(0), [10, 40, 20]), 3)
    assert found.of_row.tolist() == [2] * 10 + [0] * 40 + [1] * 20
    np.testing.assert_allclose(np.linalg.norm(found.centres, axis=1), 1, rtol=1e-6)
    assert found.similarity.min() > 0.8


def test_a_centre_is_the_mean_direction_and_the_similarity_its_cosine():
    rows = unit_rows(np.array([[1.0, 0.1], [1.0, -0.1], [-1.0, 0.3]]))
    found = clustered(rows, 2)
    assert found.of_row.tolist() == [0, 0, 1]
    np.testing.assert_allclose(found.centres[0], [1, 0], atol=1e-6)
    np.testing.assert_allclose(found.similarity, [rows[0, 0], rows[0, 0], 1], atol=1e-6)


def test_rows_of_zeros_are_in_no_cluster():
    rows = np.array([[1.0, 0.0], [0.0, 0.0], [0.9, 0.1]], dtype=np.float32)
    found = clustered(rows, 1)
    assert found.of_row.tolist() == [0, -1, 0] and found.similarity[1] == 0
    assert len(clustered(np.zeros((3, 2), np.float32)).centres) == 0
    assert clustered(np.zeros((0, 2), np.float32)).of_row.tolist() == []


def test_no_more_clusters_than_rows():
    assert len(clustered(np.eye(3, dtype=np.float32), 50).centres) == 3
    same = clustered(np.ones((5, 2), np.float32), 3)
    assert same.of_row.tolist() == [0] * 5


def test_the_same_seed_gives_the_same_and_the_input_stays():
    rows = np.random.default_rng(0).standard_normal((300, 8)).astype(np.float32)
    before = rows.copy()
    one, other = clustered(rows, seed=3), clustered(rows, seed=3)
    np.testing.assert_array_equal(one.of_row, other.of_row)
    np.testing.assert_array_equal(rows, before)
    assert len(one.centres) <= 12  # sqrt(300 / 2)


def test_blocks_change_nothing(monkeypatch):
    rows = np.random.default_rng(0).standard_normal((100, 8)).astype(np.float32)
    whole = clustered(rows, 5)
    monkeypatch.setattr("xdrec_assets.knowledge.extraction.clustering.ROWS_AT_ONCE", 7)
    np.testing.assert_array_equal(clustered(rows, 5).of_row, whole.of_row)
