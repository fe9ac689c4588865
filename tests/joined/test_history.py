"""A history on disk is the same history: for who asks for one platform, for a matrix, and for every ranker."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resources import array_files
from tests.rankers.planted import PLATFORMS, TARGET, World, history_of, planted_world
from xdrec_assets.joined.history import INTERACTION_TYPES, History
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranking import top_k
from xdrec_assets.rankers.registry import create_ranker
from xdrec_assets.rankers.settings import ALSSettings, NMFSettings, RankerSettings, SVDSettings

INTERACTIONS = ("person", "item", "strength", "age_days")
SETTINGS = RankerSettings(svd=SVDSettings(factors=8), nmf=NMFSettings(factors=8), als=ALSSettings(factors=8))
LEARNERS = (
    *("popularity", "item_knn", "user_knn", "nearest_text", "svd", "nmf", "ease", "als", "clusters", "linear"),
    "logistic",
)


def spilled(history: History, folder: Path) -> History:
    columns = [getattr(history, name) for name in INTERACTIONS]
    on_disk = array_files.on_disk([columns], INTERACTION_TYPES, folder)
    return replace(history, **dict(zip(INTERACTIONS, on_disk, strict=True)), spilled_to=folder)


@pytest.fixture(scope="module")
def world() -> World:
    return planted_world()


@pytest.fixture
def on_disk(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[History]:
    monkeypatch.setattr(array_files, "ROWS_AT_ONCE", 500)
    yield spilled(world.history, tmp_path)
    assert [*tmp_path.iterdir()] == []


def is_same(one: History, other: History) -> bool:
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in INTERACTIONS)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_one_platform_of_it_lies_on_disk_too(world: World, on_disk: History, platform: str) -> None:
    alone = on_disk.only(platform)
    assert is_same(alone, world.history.only(platform))
    assert isinstance(alone.item, np.memmap)
    assert not isinstance(world.history.only(platform).item, np.memmap)


def test_a_platform_where_nothing_happened(on_disk: History) -> None:
    music = on_disk.items_of("music")
    elsewhere = replace(on_disk, item_platform=on_disk.item_platform + np.int16(1), platforms=("books", *PLATFORMS))
    assert len(elsewhere.only("books").item) == 0
    assert elsewhere.items_of("music") == music


def test_its_matrix_is_the_same(world: World, on_disk: History) -> None:
    assert (on_disk.matrix(on_disk.strength) != world.history.matrix(world.history.strength)).nnz == 0


@pytest.mark.parametrize("name", LEARNERS)
def test_a_ranker_learns_the_same_bits_from_it(name: str, world: World, on_disk: History) -> None:
    held, mapped = (create_ranker(name, SETTINGS).fit(history, world.knowledge) for history in (world.history, on_disk))
    assert {key: array.tobytes() for key, array in held.arrays().items()} == {
        key: array.tobytes() for key, array in mapped.arrays().items()
    }


def test_networks_are_given_the_same_batches_and_read_no_more_than_they_need(world: World, on_disk: History) -> None:
    from xdrec_assets.rankers.neural.sequences import Sequences

    held, mapped = Sequences.of(world.history), Sequences.of(on_disk)
    people = np.array([200, 3, world.history.n_people - 1, 70])
    for one, other in zip(vars(held.batch(people)).values(), vars(mapped.batch(people)).values(), strict=True):
        assert one.numpy().tobytes() == other.numpy().tobytes()
    assert isinstance(mapped.history.item, np.memmap)


def test_the_same_is_recommended(world: World, on_disk: History) -> None:
    people, items = np.arange(world.history.n_people), world.history.items_of(TARGET)
    ranker = create_ranker("item_knn", SETTINGS).fit(world.history, world.knowledge)
    popularity = Popularity(SETTINGS.popularity).fit(world.history, world.knowledge)
    held, mapped = (top_k(ranker, popularity, history, people, items, 5) for history in (world.history, on_disk))
    np.testing.assert_array_equal(held.items, mapped.items)


def test_some_rows_are_kept_and_made_younger() -> None:
    history = history_of([(0, 0), (0, 3), (1, 1), (1, 4)], [2, 3], n_people=2)
    history = replace(history, age_days=np.array([4, 5, 6, 7], dtype=np.float32))
    found = history.where(np.array([True, False, True, True]), np.array([1, 2, 3, 4], dtype=np.float32))
    assert (found.person.tolist(), found.item.tolist()) == ([0, 1, 1], [0, 1, 4])
    assert found.age_days.tolist() == [3, 3, 3]
    assert found.age_days.dtype == np.float32
    assert history.where(history.person == 0, 4.0).age_days.tolist() == [0, 1]
    assert history.without("music").item.tolist() == [3, 4]
    assert history.age_days.tolist() == [4, 5, 6, 7]
