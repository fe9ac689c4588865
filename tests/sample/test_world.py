"""The planted world: same seed, same world; tastes that transfer; sizes and shapes as promised."""

from collections import Counter

import numpy as np
import pytest

from xdrec_assets.sample.visits import deeds_of
from xdrec_assets.sample.vocabulary import PLATFORMS
from xdrec_assets.sample.world import N_DAYS, World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(seed=3, n_people=400, n_items=600)


def test_same_seed_same_world(world: World) -> None:
    again = make_world(seed=3, n_people=400, n_items=600)
    assert np.array_equal(again.people.topic_weights, world.people.topic_weights)
    assert again.people_by_user() == world.people_by_user()
    assert again.items.texts == world.items.texts
    assert make_world(seed=4, n_people=400, n_items=600).items.texts != world.items.texts


def test_tastes_and_topics_are_shares(world: World) -> None:
    assert np.allclose(world.people.topic_weights.sum(axis=1), 1)
    assert np.allclose(world.items.topic_weights.sum(axis=1), 1)
    assert np.array_equal(world.items.topic_weights.argmax(axis=1), world.items.topic)
    assert (world.people.topic_weights > 0).sum(axis=1).max() <= 4


def test_activity_is_heavy_tailed(world: World) -> None:
    busiest = np.sort(world.people.activity)[-len(world.people) // 10 :]
    assert busiest.sum() > 0.25 * world.people.activity.sum()


def test_people_live_on_one_or_several_platforms(world: World) -> None:
    n_platforms = Counter(Counter(world.accounts.person.tolist()).values())
    assert set(n_platforms) == {1, 2, 3, 4}
    assert n_platforms[1] > n_platforms[4]
    assert len(world.people_by_user()) == len(world.accounts)


def test_links_join_accounts_of_one_person_on_different_platforms(world: World) -> None:
    accounts, links = world.accounts, world.links
    assert np.array_equal(accounts.person[links.account], accounts.person[links.other_account])
    assert (accounts.platform[links.account] != accounts.platform[links.other_account]).all()
    assert PLATFORMS.index("video") not in accounts.platform[links.account]


def test_some_people_are_found_only_through_a_chain_of_links(world: World) -> None:
    links_of = Counter(world.accounts.person[world.links.account].tolist())
    assert max(links_of.values()) == 3  # four accounts: no two of the links join the same pair
    pairs = {tuple(sorted(pair)) for pair in zip(world.links.account, world.links.other_account, strict=True)}
    assert len(pairs) == len(world.links)


def test_shuffled_links_join_strangers_in_chains_of_the_same_lengths(world: World) -> None:
    shuffled = world.with_shuffled_links()
    person = world.accounts.person
    assert (person[shuffled.links.account] == person[shuffled.links.other_account]).mean() < 0.05
    assert np.array_equal(
        world.accounts.platform[shuffled.links.other_account], world.accounts.platform[world.links.other_account]
    )
    uses = Counter(world.links.account.tolist() + world.links.other_account.tolist())
    shuffled_uses = Counter(shuffled.links.account.tolist() + shuffled.links.other_account.tolist())
    assert Counter(uses.values()) == Counter(shuffled_uses.values())


def test_new_people_and_items_come_every_week(world: World) -> None:
    weeks = range(1, N_DAYS // 7)
    assert all((world.people.start_day // 7 == week).any() for week in weeks)
    for p in range(len(PLATFORMS)):
        released = world.items.released_day[world.items.platform == p]
        assert (released == 0).mean() > 0.45
        assert all((released // 7 == week).any() for week in weeks)


def test_popularity_drifts(world: World) -> None:
    first, last = world.items.popularity[:, 0], world.items.popularity[:, -1]
    drift = np.corrcoef(np.log(first), np.log(last))[0, 1]
    assert 0.2 < drift < 0.95


def test_a_tenth_of_the_items_is_chinese_and_titles_are_unique(world: World) -> None:
    texts = world.items.texts
    assert 0.05 < texts.language.count("zh") / len(world.items) < 0.15
    for title, tags, language in zip(texts.title, texts.tags, texts.language, strict=True):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in title) == (language == "zh")
        assert title and tags
    titles = set(zip(world.items.platform.tolist(), texts.title, strict=True))
    assert len(titles) == len(world.items)


def test_tastes_transfer_between_platforms(world: World) -> None:
    """What a person's account meets on one platform is about what their other account meets on another."""
    met = _topics_met(world)
    links, shuffled = world.links, world.with_shuffled_links().links
    own = _overlap(met[links.account], met[links.other_account])
    strangers = _overlap(met[shuffled.account], met[shuffled.other_account])
    assert own > 2 * strangers


def test_nothing_happens_before_an_account_is_used_or_an_item_released(world: World) -> None:
    for day in (0, 10, 40):
        deeds = deeds_of(world, day)
        assert len(deeds)
        assert (world.accounts.active_day[deeds.account] <= day).all()
        assert (world.items.released_day[deeds.item] <= day).all()
        assert np.array_equal(world.accounts.platform[deeds.account], world.items.platform[deeds.item])


def test_some_people_turn_up_on_a_platform_after_weeks_elsewhere(world: World) -> None:
    first = np.full(len(world.people), N_DAYS)
    np.minimum.at(first, world.accounts.person, world.accounts.active_day)
    weeks_later = world.accounts.active_day - first[world.accounts.person] >= 14
    assert weeks_later.mean() > 0.05


def test_the_smallest_world_works() -> None:
    tiny = make_world(seed=1, n_people=5, n_items=16, activity=20)
    deeds = [deeds_of(tiny, day) for day in range(8)]
    assert sum(map(len, deeds)) > 0
    for day, done in enumerate(deeds):
        assert (tiny.items.released_day[done.item] <= day).all()


@pytest.mark.parametrize("sizes", [{"n_people": 0}, {"n_items": 3}, {"dirt": 1.5}])
def test_impossible_sizes_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"\d"):
        make_world(**sizes)


def _topics_met(world: World) -> np.ndarray:
    """Return the mean topics of what each account met in a week, unit length, shape (n_accounts, n_topics)."""
    met = np.zeros((len(world.accounts), len(world.topics)))
    for day in range(21, 28):
        deeds = deeds_of(world, day)
        np.add.at(met, deeds.account, world.items.topic_weights[deeds.item])
    unit: np.ndarray = met / np.linalg.norm(met, axis=1, keepdims=True).clip(1e-9)
    return unit


def _overlap(left: np.ndarray, right: np.ndarray) -> float:
    both = (left.sum(axis=1) > 0) & (right.sum(axis=1) > 0)
    return float((left * right).sum(axis=1)[both].mean())
