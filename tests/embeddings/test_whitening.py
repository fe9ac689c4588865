import numpy as np
import pytest

from tests.knowledge.histories import history_of
from xdrec_assets.embeddings.whitening import Whitening, whitened, whitened_by_platform


def narrow_cone(rng: np.random.Generator, n: int = 500, size: int = 6) -> np.ndarray:
    """Vectors that share a direction and vary most along few axes, as those of language models do."""
    return (rng.standard_normal((n, size)) * np.geomspace(3, 0.1, size) + 5).astype(np.float32)


def test_covariance_becomes_the_identity():
    vectors = narrow_cone(np.random.default_rng(0))
    white = Whitening.fit(vectors, shrinkage=0).apply(vectors)
    np.testing.assert_allclose(white.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(np.cov(white.T, bias=True), np.eye(6), atol=1e-3)


def test_covariance_becomes_the_identity_in_any_axes():
    rng = np.random.default_rng(1)
    turn = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    vectors = (narrow_cone(rng) @ turn).astype(np.float32)
    np.testing.assert_allclose(np.cov(Whitening.fit(vectors, 0).apply(vectors).T, bias=True), np.eye(6), atol=1e-3)


def test_axes_stay_those_given():
    vectors = narrow_cone(np.random.default_rng(0))
    white = Whitening.fit(vectors, shrinkage=0).apply(vectors)
    for axis in range(6):
        assert np.corrcoef(vectors[:, axis], white[:, axis])[0, 1] > 0.99


def test_full_shrinkage_only_centres_and_scales():
    vectors = narrow_cone(np.random.default_rng(0))
    turn = Whitening.fit(vectors, shrinkage=1).turn
    np.testing.assert_allclose(turn, np.eye(6) * turn[0, 0], atol=1e-6)


def test_shrinkage_by_itself_is_that_of_ledoit_and_wolf():
    from sklearn.covariance import ledoit_wolf_shrinkage

    vectors = narrow_cone(np.random.default_rng(0), n=20)
    by_itself = Whitening.fit(vectors)
    given = Whitening.fit(vectors, shrinkage=ledoit_wolf_shrinkage(vectors))
    np.testing.assert_allclose(by_itself.turn, given.turn, rtol=1e-3, atol=1e-4)


def test_rows_of_zeros_are_left_out_and_stay_zeros():
    vectors = narrow_cone(np.random.default_rng(0))
    padded = np.vstack([vectors, np.zeros((100, 6), dtype=np.float32)])
    white = Whitening.fit(padded, 0).apply(padded)
    assert not white[500:].any()
    np.testing.assert_allclose(white[:500], Whitening.fit(vectors, 0).apply(vectors), atol=1e-5)


def test_length_of_a_row_stays():
    vectors = narrow_cone(np.random.default_rng(0))
    vectors *= (np.random.default_rng(1).random(500)[:, None] / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(
        np.float32
    )
    lengths = np.linalg.norm(vectors, axis=1)
    np.testing.assert_allclose(np.linalg.norm(whitened(vectors), axis=1), lengths, rtol=1e-4)


def test_input_is_unchanged():
    vectors = narrow_cone(np.random.default_rng(0))
    before = vectors.copy()
    whitened(vectors)
    np.testing.assert_array_equal(vectors, before)


def test_direction_without_variance_gives_no_noise():
    vectors = narrow_cone(np.random.default_rng(0))
    vectors[:, 2] = 7
    white = Whitening.fit(vectors, 0).apply(vectors)
    np.testing.assert_allclose(white[:, 2], 0, atol=1e-3)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_hardly_any_rows_give_finite_vectors(n):
    vectors = narrow_cone(np.random.default_rng(0), n=n)
    white = whitened(vectors)
    assert white.shape == (n, 6)
    assert np.isfinite(white).all()


def test_accent_of_a_platform_is_taken_out():
    history = history_of([(platform, f"{platform}{i:02d}") for platform in ("shop", "video") for i in range(40)], [])
    meaning = np.random.default_rng(0).standard_normal((40, 6))
    vectors = np.vstack([meaning, meaning + 1.5]).astype(np.float32)
    white = whitened_by_platform(history, vectors)
    nearness = white[:40] @ white[40:].T
    assert np.median(np.diag(nearness)) > 0.85
    assert abs(np.median(nearness)) < 0.1
