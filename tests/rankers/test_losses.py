"""What rankers that learn in passes tell of how they learned."""

import json
from pathlib import Path

import numpy as np
from sklearn import decomposition

from tests.rankers.planted import planted_world
from xdrec_assets.learning_plot import learning_pictures
from xdrec_assets.rankers.factors import FactorRanker
from xdrec_assets.rankers.logistic import PEOPLE_OF_LOSSES, Logistic
from xdrec_assets.rankers.nmf import NMF
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import LogisticSettings, NMFSettings, PopularitySettings
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


def test_the_loss_of_logistic_is_that_of_its_first_people_and_falls() -> None:
    settings = LogisticSettings(negatives=10_000, half_life_days=None)
    ranker = Logistic(settings).fit(WORLD.history, WORLD.knowledge)
    longer = Logistic(settings.model_copy(update={"iterations": 400})).fit(WORLD.history, WORLD.knowledge)
    assert len(ranker.losses) == settings.iterations
    assert ranker.losses[-1] < 0.9 * ranker.losses[0]
    assert longer.losses[-1] <= ranker.losses[-1]
    logits = FactorRanker.score(ranker, np.arange(PEOPLE_OF_LOSSES), slice(0, WORLD.history.n_items))
    taken = WORLD.history.matrix(WORLD.history.strength).toarray()[:PEOPLE_OF_LOSSES]
    push = settings.negative_weight * taken.sum(axis=1) * np.logaddexp(0, logits).mean(axis=1)
    without_distance = ((taken * np.logaddexp(0, -logits)).sum(axis=1) + push).mean()
    shared = ranker._shared_weights(WORLD.history, ranker.arrays()["items"], WORLD.history.strength, negatives())
    distance = np.square(ranker.arrays()["people"][:PEOPLE_OF_LOSSES] - shared).sum(axis=1).mean()
    expected = without_distance + settings.person_penalty / 2 * distance
    np.testing.assert_allclose(ranker.losses[-1], expected, rtol=1e-4)


def negatives() -> np.ndarray:
    """All items with a one beside them: as many negatives as there are items are all items."""
    return np.hstack([WORLD.knowledge.fused, np.ones((WORLD.history.n_items, 1), dtype=np.float32)])


def test_losses_are_kept_beside_the_model(tmp_path: Path) -> None:
    save_ranker(fitted(), tmp_path / "nmf")
    assert len(json.loads((tmp_path / "nmf" / "ranker.json").read_text())["losses"]) == SETTINGS.iterations


def test_a_ranker_that_goes_in_no_passes_tells_none(tmp_path: Path) -> None:
    save_ranker(Popularity(PopularitySettings()).fit(WORLD.history, WORLD.knowledge), tmp_path)
    assert "losses" not in json.loads((tmp_path / "ranker.json").read_text())


def test_models_that_tell_losses_are_drawn_on_their_own_rankers_asset() -> None:
    rows = [{"ranker": "nmf", "trained_on": "one", "platform": "shop", "losses": [1.0, 0.5], "validation": []}]
    (picture,) = learning_pictures(rows, "nmf").values()
    assert picture.startswith(b"\x89PNG")
    assert learning_pictures(rows, "als") == {}
    assert learning_pictures([rows[0] | {"losses": [1.0]}], "nmf") == {}


def test_validation_is_drawn_beside_the_losses_where_there_is_any() -> None:
    row = {"ranker": "lstm", "trained_on": "one", "platform": "shop", "losses": [1.0, 0.5, 0.4], "validation": []}
    (alone,) = learning_pictures([row], "lstm").values()
    (beside,) = learning_pictures([row, row | {"validation": [None, 0.1, 0.2]}], "lstm").values()
    widths = [int.from_bytes(png[16:20], "big") for png in (alone, beside)]
    assert widths == [540, 810]
