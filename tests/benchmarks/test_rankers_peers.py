"""What the comparison with other libraries reads, splits and prints."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.rankers_peers import PEERS, SETTINGS, Outcome, Split, mean_ndcg, ours, row, share_in_common, split_of
from tests.real_data import real_data


def ratings_of(*rows: tuple[int, int, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["user_id", "item_id", "rating", "timestamp"])


@pytest.fixture(scope="module")
def split() -> Split:
    ratings = pd.read_csv(real_data("movielens_100k") / "ml-100k.inter.gz", sep="\t")
    return split_of(ratings.rename(columns=lambda column: column.split(":")[0]))


def test_the_last_fifth_of_each_persons_likes_is_the_test() -> None:
    first = [(1, item, 4.0, 10.0 * item) for item in (1, 2, 3, 4, 5)]
    second = [(2, item, 5.0, 10.0 * (9 - item)) for item in (1, 2, 3, 4, 5)]
    found = split_of(ratings_of(*first, *second, (1, 9, 3.0, 1.0)))
    assert found.history.item_id.tolist() == ["1", "2", "3", "4", "5"]
    assert found.history.matrix().toarray().tolist() == [[1, 1, 1, 1, 0], [0, 1, 1, 1, 1]]
    assert found.indptr.tolist() == [0, 1, 2]
    assert found.item.tolist() == [4, 0]


def test_films_that_nobody_took_before_are_not_asked_for() -> None:
    found = split_of(ratings_of(*[(1, item, 4.0, 10.0 * item) for item in (1, 2, 3, 4, 5)]))
    assert found.history.n_items == 4
    assert found.indptr.tolist() == [0, 0]


def test_ndcg_is_of_those_with_something_to_find() -> None:
    found = split_of(ratings_of(*[(u, item, 4.0, 10.0 * (item ^ u)) for u in (0, 1) for item in (1, 2, 3, 4, 5)]))
    best = np.full((2, 10), -1)
    asked = np.flatnonzero(np.diff(found.indptr))
    best[asked, 1] = found.item[found.indptr[asked]]
    assert mean_ndcg(found, best) == pytest.approx(1 / np.log2(3))


def test_rankers_agree_with_what_was_measured_beside_their_peers(split: Split) -> None:
    found = {name: ours(name, split) for name in PEERS}
    assert found["ease"].ndcg[0] == pytest.approx(0.1396, abs=1e-4)
    assert found["item_knn"].ndcg[0] == pytest.approx(0.1204, abs=1e-4)
    assert np.mean(found["als"].ndcg) == pytest.approx(0.1338, abs=0.002)
    assert len(set(found["als"].ndcg)) > 1 == len(set(found["ease"].ndcg))


def test_both_sides_are_given_the_same_settings() -> None:
    for name in PEERS:
        assert getattr(SETTINGS, name).model_dump().get("half_life_days") is None


def test_a_line_compares_a_peer_with_ours() -> None:
    mine = Outcome([0.1, 0.3], np.array([[1, 2], [3, 4]]), 0.5, 0.25)
    peer = Outcome([0.2], np.array([[2, 9], [3, 4]]), 1.0, 0.5)
    assert share_in_common(mine.best, peer.best) == 0.75
    assert row("ours", mine).split() == ["ours", "0.2000", "0.1000-0.3000", "0.500", "0.250"]
    assert row("theirs", peer, mine).split() == ["theirs", "0.2000", "1.000", "0.500", "2.00", "2.00", "75.0%"]
