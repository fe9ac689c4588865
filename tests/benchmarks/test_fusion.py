"""The table of fusion and alignment on a small log, and who is warm or cold in it."""

from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.data_sets import DataSet
from benchmarks.fusion import CASES, WORDS_SIZE, Case, World, by_segment, conclude, knowledge_of, segments, world_of
from xdrec_assets.evaluation.protocols.events import events_of, first_of_each_pair
from xdrec_assets.evaluation.protocols.splits import SECONDS_PER_DAY, seconds_at

CUT = date(2013, 7, 1)
TRAINED = {"adversarial", "contrastive", "gated", "attention", "experts"}  # tested where they stand
UNTRAINED = [case for case in CASES if not TRAINED & {case.alignment, case.fusion}]


@pytest.fixture(scope="module")
def world() -> World:
    """Thirty people on both platforms, every third of whom comes to kitchen only after the cut."""
    rng = np.random.default_rng(0)
    names = [("food", f"f{i:02d}") for i in range(40)] + [("kitchen", f"k{i:02d}") for i in range(40)]
    number = {item: row for row, (_, item) in enumerate(names)}
    people, items, times = [], [], []
    for person in range(30):
        for platform in "fk":
            for n, item in enumerate(rng.choice(20, 8, replace=False) * 2 + person % 2):
                is_late = n > 5 or (platform == "k" and person % 3 == 0)
                day = int(rng.integers(1, 100))
                people.append(f"u{person:02d}")
                items.append(number[f"{platform}{item:02d}"])
                times.append(seconds_at(CUT) + (day if is_late else -day) * SECONDS_PER_DAY)
    vectors = rng.standard_normal((80, 16)).astype(np.float32)
    words = rng.standard_normal((80, WORDS_SIZE)).astype(np.float32)
    events = events_of(names, np.array(people), np.array(items), np.array(times))
    data = DataSet(first_of_each_pair(events), [f"thing {item[1:]}" for _, item in names])
    return world_of(data, vectors, words, CUT, CUT + timedelta(days=101))


def test_cold_people_have_nothing_on_the_target_before_the_cut(world: World) -> None:
    found = segments(world, "kitchen")
    people = world.tests["kitchen"].people
    np.testing.assert_array_equal(people[found["cold"]] % 3, 0)
    assert 0 < found["cold"].sum() <= 10
    assert (found["warm"] ^ found["cold"]).all()
    assert not segments(world, "food")["cold"].any()


def test_values_are_parted_by_platform_and_segment(world: World) -> None:
    values = {platform: np.arange(len(test.people), dtype=float) for platform, test in world.tests.items()}
    parted = by_segment(world, values)
    assert list(parted)[:3] == ["food all", "food warm", "food cold"]
    assert len(parted["kitchen warm"]) + len(parted["kitchen cold"]) == len(parted["kitchen all"])


@pytest.mark.parametrize("case", UNTRAINED, ids=str)
def test_every_case_gives_every_item_a_vector(case: Case, world: World) -> None:
    knowledge = knowledge_of(case, world)
    np.testing.assert_allclose(np.linalg.norm(knowledge.fused, axis=1), 1, atol=1e-4)


def test_the_best_comes_first_and_what_is_near_is_not_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    values = rng.random(200)
    near, far = values + 0.1 * rng.standard_normal(200) - 0.001, values - 0.5
    conclude({Case("a", "far"): [far, far], Case("b", "best"): [values, values], Case("c", "near"): [near, near]})
    rows = capsys.readouterr().out.strip().splitlines()[2:]
    assert [row.split(" | ")[1] for row in rows] == ["best", "near", "far"]
    assert [row.split(" | ")[-1].strip(" |") for row in rows] == ["no", "no", "yes"]
