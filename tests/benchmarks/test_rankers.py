"""The table of every ranker with every transfer strategy, on a small planted log."""

from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import rankers
from benchmarks.leaderboard_contests import Contest, round_of
from benchmarks.leaderboard_rounds import Entry, Round, rank
from benchmarks.rankers import Kept, _named, entries_asked, settings_chosen, strategies_tried, tables
from benchmarks.strategy_tables import lines_of, strategy_table
from tests.benchmarks.test_leaderboards import N_PEOPLE, cells, planted_contest
from xdrec_assets.rankers.settings import SVDSettings
from xdrec_assets.rankers.transfer.registry import STRATEGIES as EVERY

ASKED = ["popularity", "item_knn", "svd"]
TRIED = ["none", "joint", "features", "mapping"]
NEWCOMERS = N_PEOPLE // 4


@pytest.fixture(scope="module")
def contest() -> Contest:
    return planted_contest()


@pytest.fixture(scope="module")
def test(contest: Contest) -> Round:
    return round_of(contest, contest.test)


def nothing_chosen(name: str, trained_on: str) -> dict[str, dict[str, object]]:
    return {"food": {}, "kitchen": {}}


@pytest.fixture(scope="module")
def entries(contest: Contest, test: Round) -> list[Entry]:
    return entries_asked(contest, test, ASKED, TRIED, 2, Kept(None), nothing_chosen)


def of_platform(entries: Sequence[Entry], platform: str) -> list[Entry]:
    return [entry for entry in entries if entry.platform == platform]


def table(entries: Sequence[Entry], test: Round, is_twin: np.ndarray | None = None) -> dict[tuple[str, str], list[str]]:
    """The cells of the rows of kitchen by ranker and strategy."""
    listed = np.zeros(test.history.n_items, dtype=bool) if is_twin is None else is_twin
    lines = lines_of(of_platform(entries, "kitchen"), test.asked["kitchen"], test.history, listed)
    head, _, *rows = strategy_table(lines, has_others=True)
    assert {len(cells(row)) for row in rows} == {len(cells(head))} == {10}
    return {(cells(row)[0].strip("`"), cells(row)[1]): cells(row) for row in rows}


def test_every_strategy_that_suits_stands_beside_the_twin(entries: Sequence[Entry]) -> None:
    found = [(entry.ranker, entry.trained_on) for entry in of_platform(entries, "kitchen")]
    assert found == [
        ("popularity", "one"),
        ("item_knn", "one"),
        ("item_knn", "all"),
        ("svd", "one"),
        ("svd", "all"),
        ("svd", "mapping"),
    ]
    assert {len(entry.lists) for entry in entries if entry.ranker == "svd"} == {2}


def test_a_strategy_learns_for_each_platform_and_joint_once(test: Round) -> None:
    for trained_on, shares in (("all", True), ("mapping", False)):
        found = rank(test, "svd", trained_on, SVDSettings(factors=4), ["food", "kitchen"])
        assert (found["food"].fit_seconds == found["kitchen"].fit_seconds) == shares
        assert all(entry.fit_seconds > 0 for entry in found.values())


def test_a_model_is_as_large_as_its_arrays(test: Round) -> None:
    (entry,) = rank(test, "svd", "one", SVDSettings(factors=4), ["food"]).values()
    assert entry.megabytes == pytest.approx(4 * 4 * (test.history.n_people + test.history.n_items) / 1e6, rel=0.01)


def test_newcomers_are_helped_by_what_they_did_elsewhere(entries: Sequence[Entry], test: Round) -> None:
    found = table(entries, test)
    assert found["item_knn", "none"][3:7] == ["", "", "", ""]
    joint, twin = found["item_knn", "joint"], found["item_knn", "none"]
    cold, of_twin = (float(row[7].split()[0]) for row in (joint, twin))
    assert cold > of_twin + 0.05
    asked = test.asked["kitchen"]
    newcomers = np.isin(asked.people, np.arange(0, N_PEOPLE, 4))
    (entry,) = [e for e in of_platform(entries, "kitchen") if (e.ranker, e.trained_on) == ("item_knn", "all")]
    assert newcomers.sum() == NEWCOMERS
    assert cold == pytest.approx(asked.ndcg(entry.lists[0])[newcomers].mean(), abs=1e-4)


def test_the_lift_counts_no_products_that_are_listed_twice(entries: Sequence[Entry], test: Round) -> None:
    asked, everything = test.asked["kitchen"], np.ones(test.history.n_items, dtype=bool)
    assert table(entries, test, everything)["item_knn", "joint"][3:8] == [""] * 5
    taken = np.unique(asked.relevant.item)
    is_twin = np.isin(np.arange(test.history.n_items), taken[: len(taken) // 2])
    with_all, without = (table(entries, test, listed)["svd", "joint"] for listed in (None, is_twin))
    assert with_all[2] == without[2]  # NDCG is of all products
    assert with_all[3:8] != without[3:8]


def test_the_best_is_bold(entries: Sequence[Entry], test: Round) -> None:
    shown = [row[2] for row in table(entries, test).values()]
    means = [float(cell.strip("*").split()[0]) for cell in shown]
    assert [cell.startswith("**") for cell in shown] == [mean == max(means) for mean in means]


def test_one_platform_has_nothing_to_transfer(contest: Contest, test: Round) -> None:
    alone = replace(test, asked={"food": test.asked["food"]})
    found = entries_asked(contest, alone, ASKED, TRIED, 1, Kept(None), lambda *_: {"food": {}})
    assert {entry.trained_on for entry in found} == {"one"}
    text = "\n".join(tables(contest, found, alone))
    assert "| ranker | NDCG@10 | fit s | MB |\n|---|---|---:|---:|\n| `popularity` | " in text
    assert "### Planted: food" in text


def test_what_is_kept_is_not_computed_again(
    contest: Contest, test: Round, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(only: str = "svd", seeds: int = 2) -> list[Entry]:
        return entries_asked(contest, test, [only], TRIED, seeds, Kept(tmp_path / "kept"), nothing_chosen)

    first = asked()
    assert len([*(tmp_path / "kept").glob("svd-*.npz")]) == 3
    monkeypatch.setattr(rankers, "entries_of", lambda *_: pytest.fail("computed again"))
    again = asked()
    for one, other in zip(first, again, strict=True):
        assert replace(one, lists=()) == replace(other, lists=())
        np.testing.assert_array_equal(one.lists, other.lists)
    for other_question in ({"seeds": 1}, {"only": "nmf"}):
        with pytest.raises(pytest.fail.Exception, match="computed again"):
            asked(**other_question)


def test_settings_are_those_of_a_search_for_this_training_or_for_all() -> None:
    def kept(**settings: object) -> dict[str, dict[str, dict[str, object]]]:
        return {"kitchen": {"settings": settings, "ndcg": 0.1}}

    searched = {"svd": {"one": kept(factors=4), "all": kept(factors=8), "mapping": kept(factors=16)}}
    for trained_on, factors in (("one", 4), ("all", 8), ("features", 8), ("mapping", 16)):
        found = settings_chosen(searched, ["food", "kitchen"], "svd", trained_on)
        assert found == {"food": {}, "kitchen": {"factors": factors}}
    assert settings_chosen(searched, ["food"], "ease", "all") == {"food": {}}
    assert settings_chosen({"svd": {"all": kept(factors=8)}}, ["kitchen"], "svd", "one") == {"kitchen": {}}


def test_a_costly_choice_is_tried_where_it_is_asked_for() -> None:
    assert "choice" in strategies_tried("als", [*EVERY])
    assert "choice" not in strategies_tried("blend", [*EVERY])
    assert strategies_tried("blend", ["choice"]) == ["none", "choice"]
    assert strategies_tried("popularity", [*EVERY]) == ["none"]


def test_unknown_names_are_refused() -> None:
    assert _named("svd, item_knn", ASKED, "rankers") == ["item_knn", "svd"]
    assert _named("", ASKED, "rankers") == ASKED
    with pytest.raises(ArgumentTypeError, match="found 'sdv', expected rankers among popularity, item_knn, svd"):
        _named("sdv", ASKED, "rankers")
