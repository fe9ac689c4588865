"""What a ranker tells of how it learned."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.rankers.neural.tiny import Tiny
from tests.rankers.planted import planted_world
from xdrec_assets.rankers.neural.settings import TrainingSettings
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.settings import PopularitySettings
from xdrec_assets.rankers.store import about_sha256, load_ranker, save_ranker, verified_ranker
from xdrec_assets.rankers.told import Told

TOLD = Told((2.0, 1.0), (None, 0.25), {"shop": {"popular": 0.75, "recent": 0.25}})


def popularity(told: Told) -> Popularity:
    ranker = Popularity.from_arrays({"popularity": np.ones(2, dtype=np.float32)}, PopularitySettings())
    ranker.told = told
    return ranker


def test_passes_of_trainings_follow_each_other_and_validation_stays_beside_its_loss() -> None:
    once = Told().followed_by([3.0, 2.0], [])
    assert once == Told(losses=(3.0, 2.0))
    twice = once.followed_by([1.0], [0.5])
    assert twice == Told((3.0, 2.0, 1.0), (None, None, 0.5))
    assert twice.followed_by([0.5], []) == Told((3.0, 2.0, 1.0, 0.5), (None, None, 0.5, None))
    assert once == Told(losses=(3.0, 2.0))


def test_json_has_what_there_is_and_comes_back() -> None:
    assert Told().as_json() == {}
    assert Told(losses=(np.float32(0.5),)).as_json() == {"losses": [0.5]}
    about = {"ranker": "svd", **json.loads(json.dumps(TOLD.as_json()))}
    assert Told.of_json(about) == TOLD


def test_it_is_kept_beside_the_model(tmp_path: Path) -> None:
    save_ranker(popularity(TOLD), tmp_path)
    about, _ = verified_ranker(tmp_path)
    assert about["validation"] == [None, 0.25]
    assert about["importance"] == {"shop": {"popular": 0.75, "recent": 0.25}}
    assert load_ranker(tmp_path).told == TOLD


@pytest.mark.parametrize(("said", "told"), [({}, Told()), ({"losses": [2.0, 1.0]}, Told(losses=(2.0, 1.0)))])
def test_models_that_say_less_still_load(tmp_path: Path, said: dict[str, object], told: Told) -> None:
    save_ranker(popularity(Told()), tmp_path)
    about = {**json.loads((tmp_path / "ranker.json").read_text()), **said}
    (tmp_path / "ranker.json").write_text(json.dumps({**about, "about_sha256": about_sha256(about)}))
    assert load_ranker(tmp_path).told == told


def test_losses_can_be_told_alone() -> None:
    ranker = popularity(TOLD)
    ranker.losses = (4.0,)
    assert ranker.losses == (4.0,)
    assert ranker.told == Told((4.0,), TOLD.validation, TOLD.importance)
    assert TOLD.losses == (2.0, 1.0)
    assert Popularity(PopularitySettings()).losses == ()


def test_networks_tell_of_validation_pass_by_pass() -> None:
    world, settings = planted_world(), TrainingSettings(epochs=2, events_per_batch=400)
    ranker = Tiny(settings)
    network = ranker.fresh_network(world.history, world.knowledge)
    ranker.learn(network, world.history, settings.model_copy(update={"validation_people": 0, "epochs": 1}))
    course = ranker.learn(network, world.history)
    assert len(course.validation) == 2
    assert ranker.told.validation == (None, *course.validation)
    assert ranker.losses[1:] == tuple(course.losses)
