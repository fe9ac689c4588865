"""Shares of categories add up to 1, and count what they should."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_matrix

from xdrec_assets.evaluation.metrics.taste import item_shares, own_shares

categories = st.lists(st.one_of(st.none(), st.lists(st.sampled_from("abcd"), max_size=4)), min_size=1, max_size=6)


def test_an_item_is_shared_out_evenly_and_a_category_said_twice_counts_once() -> None:
    found = item_shares([["tea", "gifts", "tea"], [], None, ["tea"]]).toarray()
    assert_array_equal(found, [[0.5, 0.5], [0, 0], [0, 0], [0, 1]])  # gifts, tea


def test_own_shares_are_the_mean_over_items_that_have_a_category() -> None:
    items = item_shares([["a", "b"], ["a"], None])
    taken = csr_matrix(np.array([[0.2, 0.9, 0.4], [0, 0, 1.0], [0, 0, 0]], dtype=np.float32))
    assert_allclose(own_shares(taken, items).toarray(), [[0.75, 0.25], [0, 0], [0, 0]])


def test_a_world_without_categories_has_no_columns() -> None:
    items = item_shares([None, []])
    assert items.shape == (2, 0)
    assert own_shares(csr_matrix(np.ones((3, 2))), items).shape == (3, 0)


@given(categories, st.integers(0, 2**32 - 1))
def test_rows_add_up_to_one_or_are_empty(said: list[list[str] | None], seed: int) -> None:
    items = item_shares(said)
    taken = csr_matrix(np.random.default_rng(seed).random((3, len(said))) < 0.5)
    for shares in (items, own_shares(taken, items)):
        total = np.asarray(shares.sum(axis=1)).ravel()
        assert_allclose(total, np.where(np.diff(shares.indptr) > 0, 1, 0), atol=1e-12)
        assert (shares.data > 0).all()
