"""The blend as a ranker: what it learns from, what it falls back on, what it keeps."""

from dataclasses import replace

import numpy as np
import pytest

from tests.rankers.planted import TARGET, World, history_of, knowledge_of, planted_world
from xdrec_assets.rankers.blend.blend import LOWEST, Blend
from xdrec_assets.rankers.blend.settings import BlendSettings, MemberSettings, TreesSettings

SETTINGS = BlendSettings(
    members=(MemberSettings(ranker="nearest_text", scope="all"), MemberSettings(ranker="trending", scope="all")),
    windows=1,
    window_days=20,
    people=60,
    trees=TreesSettings(trees=5, depth=3, examples_per_leaf=10),
)
PLATFORM = 2  # the target


@pytest.fixture(scope="module")
def world() -> World:
    return planted_world()


@pytest.fixture(scope="module")
def linear(world: World) -> Blend:
    return Blend(SETTINGS).fit(world.history, world.knowledge)


@pytest.fixture(scope="module")
def trees(world: World) -> Blend:
    return Blend(SETTINGS.model_copy(update={"learner": "trees"})).fit(world.history, world.knowledge)


def kinds(blend: Blend) -> set[str]:
    return {key.split(".")[0] for key in blend.arrays() if key.split(".")[0] in ("linear", "trees")}


def test_few_examples_make_a_linear_blend_and_trees_are_a_setting(linear: Blend, trees: Blend) -> None:
    assert kinds(linear) == {"linear"}
    assert kinds(trees) == {"trees"}


def test_enough_examples_grow_trees(world: World) -> None:
    blend = Blend(SETTINGS.model_copy(update={"taken_for_trees": 30})).fit(world.history, world.knowledge)
    assert "trees" in kinds(blend)


def test_without_a_past_to_learn_from_members_are_added_up() -> None:
    history = history_of([(0, 0), (1, 0), (1, 1), (2, 2)], [4], 4)
    blend = Blend(SETTINGS).fit(history, knowledge_of(np.eye(4), 4))
    scores = blend.score(np.array([0, 3]), slice(0, 4))
    assert scores[0].argmax() == 1  # what one who is alike took
    assert not scores[1].any()


def test_a_young_platform_keeps_no_other_from_learning(world: World) -> None:
    """Music began a day ago: there is nothing to learn of it yet, and the target is learned as without it."""
    history = world.history
    is_young = history.item < history.items_of("music").stop
    age = np.where(is_young, history.age_days / 100, history.age_days + 1)
    blend = Blend(SETTINGS.model_copy(update={"window_days": 10.0})).fit(
        replace(history, age_days=age.astype(np.float32)), world.knowledge
    )
    young, target = (set(blend.arrays()[f"linear.{platform}.weight"].tolist()) for platform in (0, PLATFORM))
    assert young == {0.0, 1.0}  # members' shares, added up
    assert len(target) > 5


@pytest.mark.parametrize("learner", ["linear", "trees"])
def test_slices_change_nothing(learner: str, request: pytest.FixtureRequest, world: World) -> None:
    blend, people = request.getfixturevalue(learner), np.array([3, 70, 150])
    whole = blend.score(people, slice(0, world.history.n_items))
    for part in (slice(0, 5), slice(50, 130), world.history.items_of(TARGET), slice(7, 7)):
        assert blend.score(people, part).tobytes() == np.ascontiguousarray(whole[:, part]).tobytes()


def test_candidates_stand_above_all_else(linear: Blend, world: World) -> None:
    scores = linear.score(np.array([70]), world.history.items_of(TARGET))[0]
    assert np.count_nonzero(scores >= LOWEST) >= SETTINGS.candidates
    assert (scores[scores < LOWEST] <= LOWEST / 2).all()
    assert scores.max() <= 1


@pytest.mark.parametrize("learner", ["linear", "trees"])
def test_it_comes_back_from_its_arrays(learner: str, request: pytest.FixtureRequest, world: World) -> None:
    blend: Blend = request.getfixturevalue(learner)
    again = Blend.from_arrays(blend.arrays(), blend.settings)
    people, items = np.arange(50, 80), world.history.items_of(TARGET)
    assert again.score(people, items).tobytes() == blend.score(people, items).tobytes()
    assert all(array.dtype != object for array in blend.arrays().values())


def test_another_seed_draws_other_examples(world: World, trees: Blend) -> None:
    other = Blend(trees.settings.model_copy(update={"seed": 1})).fit(world.history, world.knowledge)
    assert any(other.arrays()[key].tobytes() != array.tobytes() for key, array in trees.arrays().items())


def test_importance_is_of_the_trees_alone_and_sums_to_one(linear: Blend, trees: Blend) -> None:
    shares = trees.importance(PLATFORM)
    assert sum(shares.values()) == pytest.approx(1)
    assert [*shares.values()] == sorted(shares.values(), reverse=True)
    assert linear.importance(PLATFORM) == {}


def test_importance_is_told_by_platform(linear: Blend, trees: Blend) -> None:
    assert trees.told.importance[TARGET] == trees.importance(PLATFORM)
    assert linear.told.importance == {}
