"""The benchmark of long histories: the pairs that it makes, and that both ways load the same."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.long_history import AS_OF, DAYS, EACH, WAYS, Watched, anonymous_mb, loaded, make_lake, opened
from xdrec_assets.joined.past import _loaded, load_past

N_PAIRS = 1_050


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("long")
    make_lake(opened(home, "200MB"), N_PAIRS)
    return home


def test_both_ways_load_all_pairs_and_the_same(home: Path) -> None:
    found = {}
    for way in WAYS:
        _loaded.cache_clear()
        found[way] = loaded(home, "200MB", way)
        assert found[way]["peak_mb"] >= found[way]["before_mb"] > 10
    assert {each["pairs"] for each in found.values()} == {N_PAIRS}
    assert len({each["digest"] for each in found.values()}) == 1


def test_everyone_took_a_hundred_different_items(home: Path) -> None:
    history = load_past(opened(home, "200MB"), AS_OF).history
    assert sorted(np.bincount(history.person).tolist()) == [N_PAIRS % EACH] + [EACH] * (N_PAIRS // EACH)
    assert history.age_days.min() == 1
    assert history.age_days.max() <= DAYS


def test_memory_is_looked_at_while_it_is_used() -> None:
    before = anonymous_mb()
    with Watched() as watched:
        held = np.ones(5_000_000)
        while watched.peak_mb < before + 30:
            held += 1
    assert watched.peak_mb >= before + 30
