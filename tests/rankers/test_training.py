"""What models learn from, when they are trained anew, and what is read back of how they were trained."""

from datetime import date
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from resources.partitions import Partition
from tests.rankers.planted import PLATFORMS, TARGET, World, knowledge_of, planted_world
from tests.worlds import SETTINGS, event, join, lines
from tests.worlds import world as installation
from xdrec_assets.joined.past import load_past
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers import training
from xdrec_assets.rankers.item_knn import ItemKNN
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import PopularitySettings, RankerSettings
from xdrec_assets.rankers.store import load_ranker, save_ranker
from xdrec_assets.rankers.training import Trained, publish_ranker, train, training_losses

AS_OF = Partition.of_day(date(2026, 1, 12))
EVENTS = lines(*(event(who, what, "2026-01-06T12:00:00Z") for who in "ab" for what in ("pan", "pot", "wok")))


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


@pytest.fixture
def joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """One platform's events, joined; item-KNN needs no knowledge of items, so none is made."""
    pipeline = with_neighbours(tmp_path, 2)
    join(pipeline)
    history = load_past(pipeline, AS_OF.first).history
    nothing = knowledge_of(np.zeros((history.n_items, 1)), history.n_people)
    monkeypatch.setattr(training, "load_knowledge", lambda *_: {"all": nothing, "shop": nothing})
    return pipeline


def with_neighbours(home: Path, n: int) -> Pipeline:
    """The installation with other settings of item-KNN."""
    settings = f"{SETTINGS}rankers: {{item_knn: {{neighbours: {n}}}}}\n"
    return installation(home, {"shop/events/2026-01-06.jsonl": EVENTS}, settings=settings)


def trained(pipeline: Pipeline) -> list[str]:
    """Materialise item-KNN; the files of its models that were written."""
    models = [pipeline.places.models / Trained("item_knn", scope).folder(AS_OF.key) for scope in ("all", "shop")]
    before = [folder.stat().st_ino if folder.exists() else None for folder in _about(models)]
    list(publish_ranker(pipeline, "item_knn", AS_OF))
    return [one.parent.name for one, inode in zip(_about(models), before, strict=True) if one.stat().st_ino != inode]


def _about(models: list[Path]) -> list[Path]:
    return [folder / "ranker.json" for folder in models]


def killed(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def test_models_made_from_the_same_are_left_alone(joined: Pipeline) -> None:
    assert trained(joined) == ["all", "shop"]
    assert trained(joined) == []


def test_models_of_a_run_killed_before_it_published_are_not_taken_for_the_former_ones(
    joined: Pipeline, tmp_path: Path
) -> None:
    trained(joined)
    other = with_neighbours(tmp_path, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "publish_as_of", killed)
        with pytest.raises(KeyboardInterrupt):
            trained(other)
    trained(with_neighbours(tmp_path, 2))
    for scope in ("all", "shop"):
        model = load_ranker(joined.places.models / Trained("item_knn", scope).folder(AS_OF.key))
        assert model.settings.neighbours == 2
        assert np.diff(model.arrays()["similarity.indptr"]).tolist() == [2, 2, 2]


def test_a_broken_model_is_trained_again(joined: Pipeline) -> None:
    trained(joined)
    (arrays,) = (joined.places.models / "item_knn" / AS_OF.key / "shop").glob("*.safetensors")
    whole = arrays.read_bytes()
    arrays.write_bytes(b"broken")
    assert "shop" in trained(joined)
    assert arrays.read_bytes() == whole
    assert trained(joined) == []
