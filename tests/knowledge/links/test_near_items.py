import numpy as np
import pytest

from tests.knowledge.histories import history_of
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.knowledge.links.near_items import near_items, similarity_by_chance
from xdrec_assets.knowledge.links.nearest import nearest
from xdrec_assets.knowledge.links.settings import LinkSettings


def topics(rng: np.random.Generator, n: int, centres: np.ndarray) -> np.ndarray:
    return unit_rows(centres[rng.integers(0, len(centres), n)] + 0.5 * rng.standard_normal((n, centres.shape[1])))


@pytest.mark.parametrize("share", [0.01, 0.1])
def test_of_texts_about_nothing_only_that_share_is_called_near(share: float) -> None:
    rng = np.random.default_rng(0)
    text, others = (topics(rng, 2_000, rng.standard_normal((400, 48))) for _ in range(2))  # no topic in common
    threshold = similarity_by_chance(text, others, share, seed=0)
    assert np.mean(nearest(text, others, 1)[2] > threshold) == pytest.approx(share, abs=share)


def test_texts_of_common_topics_are_nearer_than_by_chance() -> None:
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((30, 48))
    text, others = topics(rng, 500, centres), topics(rng, 500, centres)
    threshold = similarity_by_chance(text, others, 0.01, seed=0)
    assert np.mean(nearest(text, others, 1)[2] > threshold) > 0.95


def test_among_more_items_chance_brings_some_nearer() -> None:
    rng = np.random.default_rng(0)
    text, others = (unit_rows(rng.standard_normal((n, 32))) for n in (500, 5_000))
    few, many = (similarity_by_chance(text, others[:n], 0.01, seed=0) for n in (50, 5_000))
    assert few < many


def test_where_nothing_can_be_near_nothing_is() -> None:
    assert similarity_by_chance(np.zeros((3, 4)), np.ones((2, 4)), 0.01, seed=0) == 1


def test_neighbours_are_told_by_their_place_in_the_history() -> None:
    history = history_of([(platform, f"{platform}{i}") for platform in ("shop", "video") for i in range(3)], [])
    text = unit_rows(np.vstack([np.eye(3), np.roll(np.eye(3), 1, axis=0)]))
    there, back = near_items(history, text, LinkSettings(n_links=1))
    assert (there.platform, there.other, back.platform, back.other) == ("shop", "video", "video", "shop")
    assert there.pairs().tolist() == [[0, 4], [1, 5], [2, 3]]
    assert back.pairs().tolist() == [[3, 2], [4, 0], [5, 1]]
