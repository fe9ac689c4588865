"""What rankers that learn in passes tell of how they learned."""

import json
from pathlib import Path

import numpy as np
from sklearn import decomposition

from tests.rankers.planted import planted_world
from xdrec_assets.rankers.nmf import NMF
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import NMFSettings, PopularitySettings
from xdrec_assets.rankers.store import save_ranker

WORLD = planted_world()
SETTINGS = NMFSettings(factors=6, iterations=12)


def fitted() -> NMF:
    return NMF(SETTINGS).fit(WORLD.history, WORLD.knowledge)


def test_nmf_learns_what_scikit_learn_does_in_one_go() -> None:
    taken = WORLD.history.matrix(WORLD.history.strength)
    whole = decomposition.NMF(n_components=6, init="nndsvda", tol=0, max_iter=12, random_state=SETTINGS.seed)
    people = whole.fit_transform(taken)
    arrays = [*fitted().arrays().values()]
    for wanted in (people, whole.components_.T):
        assert any(array.shape == wanted.shape and np.allclose(array, wanted, atol=1e-6) for array in arrays)


def test_the_loss_of_nmf_is_what_its_factors_leave_unexplained_and_falls() -> None:
    ranker = fitted()
    taken = WORLD.history.matrix(WORLD.history.strength).toarray()
    scores = np.concatenate([ranker.score(np.arange(len(taken)), slice(0, taken.shape[1]))])
    left = np.square(taken - scores, dtype=np.float64).sum() / np.square(taken, dtype=np.float64).sum()
    assert len(ranker.losses) == SETTINGS.iterations
    np.testing.assert_allclose(ranker.losses[-1], left, rtol=1e-4)
    assert all(after <= before + 1e-6 for before, after in zip(ranker.losses, ranker.losses[1:], strict=False))


def test_losses_are_kept_beside_the_model(tmp_path: Path) -> None:
    save_ranker(fitted(), tmp_path / "nmf")
    assert len(json.loads((tmp_path / "nmf" / "ranker.json").read_text())["losses"]) == SETTINGS.iterations


def test_a_ranker_that_goes_in_no_passes_tells_none(tmp_path: Path) -> None:
    save_ranker(Popularity(PopularitySettings()).fit(WORLD.history, WORLD.knowledge), tmp_path)
    assert "losses" not in json.loads((tmp_path / "ranker.json").read_text())
