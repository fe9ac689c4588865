"""What is read back of how models were trained."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tests.rankers.planted import PLATFORMS, TARGET, World, planted_world
from tests.worlds import world as installation
from xdrec_assets.rankers.item_knn import ItemKNN
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import PopularitySettings, RankerSettings
from xdrec_assets.rankers.store import save_ranker
from xdrec_assets.rankers.training import Trained, train, training_losses


@pytest.fixture(scope="module")
def planted() -> World:
    return planted_world()


def test_model_of_all_learns_from_all_and_a_twin_from_its_platform_alone(planted: World) -> None:
    knowledge, settings = {"all": planted.knowledge, TARGET: planted.twin_knowledge()}, RankerSettings()
    whole = train(Trained("item_knn", "all"), planted.history, knowledge, settings)
    twin = train(Trained("item_knn", TARGET), planted.history, knowledge, settings)
    alone = ItemKNN(settings.item_knn).fit(planted.history.only(TARGET), planted.twin_knowledge())
    for name, array in twin.arrays().items():
        assert_array_equal(array, alone.arrays()[name])
    elsewhere = planted.history.items_of(PLATFORMS[0])
    assert whole.score(np.arange(5), elsewhere).any()
    assert not twin.score(np.arange(5), elsewhere).any()


def test_losses_of_models_that_have_any_are_read_back(tmp_path: Path) -> None:
    pipeline = installation(tmp_path, {})
    for ranker, as_of, scope, losses in (
        ("nmf", "2026-01-12", "all", (1.0, 0.5)),
        ("nmf", "2026-01-12", "shop", (1.0, 0.25)),
        ("nmf", "2026-01-19", "shop", (1.0, 0.125)),
        ("svd", "2026-01-12", "all", ()),
    ):
        model = Popularity.from_arrays({"popularity": np.ones(2, dtype=np.float32)}, PopularitySettings())
        model.losses = losses
        save_ranker(model, pipeline.places.models / Trained(ranker, scope).folder(as_of))
    assert training_losses(pipeline, "2026-01-12") == [
        {"ranker": "nmf", "trained_on": "all", "platform": "all", "losses": [1.0, 0.5]},
        {"ranker": "nmf", "trained_on": "one", "platform": "shop", "losses": [1.0, 0.25]},
    ]
    assert training_losses(pipeline, "2026-01-26") == []
