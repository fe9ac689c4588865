"""Candidates of people at a moment, and what is known of them."""

from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from tests.rankers.planted import NOBODY, TARGET, World, planted_world
from xdrec_assets.rankers.blend.examples import chosen_windows, examples_of, together
from xdrec_assets.rankers.blend.members import fitted_members, of_settings, planned
from xdrec_assets.rankers.blend.moment import Moment, Pairs
from xdrec_assets.rankers.blend.settings import BlendSettings, MemberSettings

SETTINGS = BlendSettings(
    members=(MemberSettings(ranker="nearest_text"), MemberSettings(ranker="trending", scope="all")),
    candidates=5,
    windows=1,
    window_days=20,
    people=50,
    negatives=4,
)
PLATFORM = 2  # the target


@pytest.fixture(scope="module")
def world() -> World:
    return planted_world()


@pytest.fixture(scope="module")
def moment(world: World) -> Moment:
    return moment_of(world)


def moment_of(world: World) -> Moment:
    members = fitted_members(SETTINGS.members, world.history, world.knowledge)
    return Moment(world.history, world.knowledge.text, members, SETTINGS.candidates)


def pairs_of(moment: Moment, people: list[int]) -> Pairs:
    ((_, pairs),) = moment.pairs(np.array(people), PLATFORM)
    return pairs


def test_candidates_are_of_the_platform_and_not_taken(moment: Moment, world: World) -> None:
    pairs, people = pairs_of(moment, [70, 100]), np.array([70, 100])
    items = world.history.items_of(TARGET)
    assert ((pairs.item >= items.start) & (pairs.item < items.stop)).all()
    taken = {*zip(world.history.person.tolist(), world.history.item.tolist(), strict=True)}
    assert not taken & {*zip(people[pairs.row].tolist(), pairs.item.tolist(), strict=True)}
    assert np.bincount(pairs.row).min() >= 5


def test_who_names_a_candidate_is_counted(moment: Moment) -> None:
    pairs, names = pairs_of(moment, [70]), moment.names(PLATFORM)
    named = pairs.features[:, names.index("named_by")]
    assert named.sum() == 5 * (2 + 3)  # five of each of two members and three popularities
    best = pairs.features[:, names.index("nearest_text own rank")].argmin()
    assert named[best] >= 1


def test_features_are_finite_and_each_has_a_name(moment: Moment) -> None:
    pairs = pairs_of(moment, [3, 70, 100])
    assert pairs.features.shape == (len(pairs.item), len(set(moment.names(PLATFORM))))
    assert pairs.features.dtype == np.float32
    assert np.isfinite(pairs.features).all()


def test_some_people_at_a_time_get_what_each_gets_alone(moment: Moment, monkeypatch: pytest.MonkeyPatch) -> None:
    people = list(range(60, 75))
    together = pairs_of(moment, people)
    monkeypatch.setattr("xdrec_assets.rankers.blend.moment.PEOPLE_PER_BATCH", 4)
    parts = moment.pairs(np.array(people), PLATFORM)
    assert [rows for rows, _ in parts] == [slice(0, 4), slice(4, 8), slice(8, 12), slice(12, 15)]
    assert np.concatenate([pairs.row + rows.start for rows, pairs in parts]).tolist() == together.row.tolist()
    assert np.concatenate([pairs.item for _, pairs in parts]).tolist() == together.item.tolist()
    features = np.concatenate([pairs.features for _, pairs in parts])
    np.testing.assert_allclose(features, together.features, rtol=1e-4, atol=1e-6)


def test_the_matrix_library_is_left_one_thread_meanwhile(moment: Moment) -> None:
    def blas_threads() -> set[int]:
        return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}

    moment.pairs(np.array([70]), PLATFORM)  # loads whatever it computes with
    with threadpool_limits(2):
        assert moment.of_pairs(np.array([70]), PLATFORM, lambda rows, pairs: blas_threads()) == [{1}]
        assert blas_threads() == {2}


def test_of_nobody_there_are_no_candidates(moment: Moment) -> None:
    assert len(pairs_of(moment, [NOBODY]).item) == 0


def test_what_comes_after_a_cut_is_in_no_feature(world: World) -> None:
    (window,) = chosen_windows(world.history, SETTINGS)
    later = world.history.age_days <= SETTINGS.window_days
    other = np.random.default_rng(5).permutation(world.history.item[later])
    item = world.history.item.copy()
    item[later] = other
    altered = replace(world.history, item=item)
    (of_altered,) = chosen_windows(altered, SETTINGS)
    both = [pairs_of(moment_of(replace(world, history=each.before)), [70, 100]) for each in (window, of_altered)]
    assert both[0].features.tobytes() == both[1].features.tobytes()


def test_in_a_short_history_windows_are_shorter_and_closer(world: World) -> None:
    """Of 60 days they reach back over 30: two windows of 20 days that begin 10 apart, where 80 and 40 are asked for."""
    settings = SETTINGS.model_copy(update={"windows": 2, "window_days": 80.0, "step_days": 40.0})
    age = world.history.age_days * np.float32(60 / world.history.age_days.max())
    newest, older = chosen_windows(replace(world.history, age_days=age), settings)
    assert [len(each.before.person) for each in (newest, older)] == [(age > 20).sum(), (age > 30).sum()]
    assert len(newest.person) == pytest.approx((age <= 20).sum(), abs=40)  # but those that were not known before


def test_all_that_was_taken_is_an_example_and_weights_count_the_rest(world: World) -> None:
    (window,) = chosen_windows(world.history, SETTINGS)
    moment = moment_of(replace(world, history=window.before))
    examples = examples_of(moment, window, PLATFORM, SETTINGS, np.random.default_rng(0))
    assert examples.taken.any() and not examples.taken.all()
    assert (examples.weights[examples.taken] == 1).all()
    assert (examples.weights[~examples.taken] >= 1).all()
    asked = np.unique(window.person[window.item >= world.history.items_of(TARGET).start])
    assert len(asked) > SETTINGS.people  # so that some were drawn
    assert examples.weights.sum() == pytest.approx(len(pairs_of_drawn(moment, asked)), rel=0.15)
    assert len(together([examples, examples]).taken) == 2 * len(examples.taken)


def pairs_of_drawn(moment: Moment, asked: np.ndarray) -> np.ndarray:
    """Those of the people that `examples_of` draws."""
    drawn = np.sort(np.random.default_rng(0).choice(asked.astype(np.int64), SETTINGS.people, replace=False))
    return np.concatenate([pairs.item for _, pairs in moment.pairs(drawn, PLATFORM)])


def test_where_one_platform_has_events_both_scopes_are_one() -> None:
    both = (MemberSettings(ranker="als"), MemberSettings(ranker="als", scope="all"))
    assert [(title, platform) for _, title, platform in planned(both, [1])] == [("als own", 1)]
    plan = [(title, platform) for _, title, platform in planned(both, [0, 1])]
    assert plan == [("als own", 0), ("als own", 1), ("als all", None)]


def test_a_member_takes_its_settings_and_is_no_blend() -> None:
    assert of_settings(MemberSettings(ranker="als", settings={"factors": 8})).settings.factors == 8
    with pytest.raises(ValueError, match="factor"):
        of_settings(MemberSettings(ranker="als", settings={"factor": 8}))
    with pytest.raises(ValueError, match="cannot be a member of a blend"):
        of_settings(MemberSettings(ranker="blend"))
