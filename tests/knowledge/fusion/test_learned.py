"""Fusion that learns from what people choose together, on a planted world of which each source knows half."""

import numpy as np
import pytest

from tests.knowledge.fusion.worlds import NEVER_CHOSEN, half_known, precision
from xdrec_assets.embeddings.vectors import is_known
from xdrec_assets.knowledge.fusion.fuse import fuse
from xdrec_assets.knowledge.fusion.settings import FusionSettings

LEARNED = ("gated", "attention", "experts")
BASE = FusionSettings(
    weights={"text": 1.0, "image": 1.0, "behaviour": 1.0},
    size=32,
    input_size=32,
    steps=120,
    batch_size=64,
    learning_rate=0.01,
    anchor=0.1,
)


def how(strategy: str, **changed: object) -> FusionSettings:
    return BASE.model_copy(update={"strategy": strategy, **changed})


@pytest.mark.parametrize("strategy", LEARNED)
def test_it_beats_its_single_sources_and_their_concatenation(strategy: str) -> None:
    history, sources = half_known()
    fused = fuse(sources, how(strategy), history)
    concat = precision(fuse(sources, how("concat"), history))
    assert concat > max(precision(rows) for rows in sources.values()) + 0.1
    assert precision(fused) > concat + 0.1
    assert precision(fused, NEVER_CHOSEN) > precision(fuse(sources, how("concat"), history), NEVER_CHOSEN)


@pytest.mark.parametrize("strategy", LEARNED)
def test_choices_by_chance_leave_items_in_their_places(strategy: str) -> None:
    history, sources = half_known(shuffled=True)
    fused, concat = (fuse(sources, how(name), history) for name in (strategy, "concat"))
    np.testing.assert_allclose(fused, concat, atol=1e-6)


@pytest.mark.parametrize("strategy", LEARNED)
def test_any_source_may_be_missing_and_inputs_stay(strategy: str) -> None:
    history, sources = half_known()
    sources["text"][[0, 2]] = 0
    sources["image"][[1, 2]] = 0
    given = {name: rows.copy() for name, rows in sources.items()}
    one, two = (fuse(sources, how(strategy, steps=20), history) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert (one.shape, one.dtype) == ((history.n_items, 32), np.float32)
    np.testing.assert_array_equal(np.flatnonzero(~is_known(one)), [2])
    np.testing.assert_allclose(np.linalg.norm(np.delete(one, 2, axis=0), axis=1), 1, atol=1e-5)
    for name, rows in given.items():
        np.testing.assert_array_equal(sources[name], rows)


@pytest.mark.parametrize("strategy", LEARNED)
def test_the_anchor_keeps_items_near_their_places(strategy: str) -> None:
    history, sources = half_known()
    concat = fuse(sources, how("concat"), history)
    loose, tight = (fuse(sources, how(strategy, anchor=anchor), history) for anchor in (0.1, 10))
    assert 1 - (tight * concat).sum(axis=1).mean() < (1 - (loose * concat).sum(axis=1).mean()) / 2


def test_too_few_pairs_leave_the_concatenation() -> None:
    history, sources = half_known()
    fused = fuse(sources, how("gated", fewest_pairs=10**6), history)
    np.testing.assert_array_equal(fused, fuse(sources, how("concat"), history))


def test_what_was_made_of_choices_stands_beside_what_was_learned() -> None:
    history, sources = half_known()
    behaviour = np.zeros((history.n_items, 3), dtype=np.float32)
    behaviour[np.arange(history.n_items), np.arange(history.n_items) % 3] = 1
    learned = fuse(sources, how("gated"), history)
    fused = fuse({**sources, "behaviour": behaviour}, how("gated", size=35), history)
    wide = fuse(sources, how("gated", size=35), history)
    np.testing.assert_allclose(fused @ fused.T, (2 * wide @ wide.T + behaviour @ behaviour.T) / 3, atol=1e-4)
    assert precision(learned) > 0.5


def test_another_seed_is_another_network() -> None:
    history, sources = half_known()
    one, other = (fuse(sources, how("gated", seed=seed, steps=20), history) for seed in (0, 1))
    assert not np.allclose(one, other)
