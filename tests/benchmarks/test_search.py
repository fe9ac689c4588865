"""Searches on a validation round, what is kept of them, and who takes it from there."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks import chosen_settings, leaderboard_rounds
from benchmarks import search as benchmark
from benchmarks.chosen_settings import FOLDER, chosen_for, keep_chosen, read_chosen
from benchmarks.held_out import HeldOut
from benchmarks.leaderboard_contests import SETS
from benchmarks.leaderboard_rounds import Round, compete
from benchmarks.search import searched
from tests.rankers.planted import planted_world
from xdrec_assets.evaluation.relevant_sets import RelevantSets
from xdrec_assets.rankers.registry import RANKERS
from xdrec_assets.rankers.search.search import Budget
from xdrec_assets.rankers.search.window import inner_window
from xdrec_assets.rankers.settings import EASESettings, RankerSettings, SVDSettings

FOUND = {"settings": {"ridge": 5.0, "half_life_days": None}, "ndcg": 0.2, "ndcg_as_it_stands": 0.1, "trials": 3}
STANDING = RankerSettings(svd=SVDSettings(factors=1))  # which cannot tell four tastes apart


@pytest.fixture(scope="module")
def validation() -> Round:
    """The planted world's last events on two platforms."""
    world = planted_world()
    window = inner_window(world.history, "last_event", days=1)
    asked = {}
    for platform in ("shop", "video"):
        own = window.asked[platform]
        sets = RelevantSets(platform, world.history.person_id[own.person], own.person, own.indptr, own.item)
        asked[platform] = HeldOut(own.candidates, sets)
    knowledge = dict.fromkeys(("all", *world.history.platforms), world.knowledge)
    return Round(window.history, knowledge, asked, STANDING)


def test_each_platform_has_what_was_better_for_it(validation: Round) -> None:
    found = searched(validation, "svd", "all", Budget(6))
    assert [*found] == ["shop", "video"]
    for each in found.values():
        assert each["trials"] == 6
        better = each["ndcg"] - each["ndcg_as_it_stands"]
        assert better > each["error_of_the_gain"] if each["settings"] else better == 0
    assert all(each["settings"]["factors"] > 1 for each in found.values())


def test_trained_on_one_platform_each_is_searched_by_itself(validation: Round) -> None:
    together = searched(validation, "svd", "one", Budget(3))
    alone = Round(validation.history, validation.knowledge, {"video": validation.asked["video"]}, STANDING)
    assert searched(alone, "svd", "one", Budget(3))["video"] == together["video"]


def test_what_is_kept_is_read_back_beside_what_was_kept_before(tmp_path: Path) -> None:
    keep_chosen("films", "By time", "ease", "one", {"films": FOUND}, tmp_path)
    keep_chosen("films", "By time", "svd", "one", {"films": {**FOUND, "settings": {"factors": 8}}}, tmp_path)
    path = keep_chosen("films", "Last one", "ease", "one", {"films": {**FOUND, "settings": {}}}, tmp_path)
    assert path.read_text(encoding="utf-8").startswith("# Chosen by `python -m benchmarks.search`")
    by_time = read_chosen("films", "By time", tmp_path)
    assert chosen_for(by_time, "ease", "one") == {"films": {"ridge": 5.0, "half_life_days": None}}
    assert chosen_for(by_time, "svd", "one") == {"films": {"factors": 8}}
    assert chosen_for(read_chosen("films", "Last one", tmp_path), "ease", "one") == {"films": {}}


def test_what_was_not_searched_is_not_chosen(tmp_path: Path) -> None:
    assert read_chosen("films", "By time", tmp_path) == {}
    keep_chosen("films", "By time", "ease", "one", {"films": FOUND}, tmp_path)
    assert chosen_for(read_chosen("films", "By time", tmp_path), "ease", "all") is None
    assert chosen_for(read_chosen("films", "By time", tmp_path), "als", "one") is None


def test_contests_take_what_was_searched_and_choose_the_rest(
    validation: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(
        leaderboard_rounds, "choose", lambda _, name, trained_on: asked.append((name, trained_on)) or {"shop": {}}
    )
    shop = Round(validation.history, validation.knowledge, {"shop": validation.asked["shop"]}, STANDING)
    (entry,) = compete(shop, shop, 1, only="ease", searched={"ease": {"one": {"shop": FOUND}}})
    assert asked == []
    assert entry.chosen == FOUND["settings"]
    assert entry.settings == EASESettings(ridge=5.0, half_life_days=None)
    compete(shop, shop, 1, only="ease", searched={"ease": {"all": {"shop": FOUND}}})
    assert asked == [("ease", "one")]
    (as_it_is,) = compete(shop, shop, 1, is_tuned=False, only="ease", searched={"ease": {"one": {"shop": FOUND}}})
    assert as_it_is.settings == STANDING.ease


def test_the_command_keeps_what_it_chose(
    validation: Round, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Contest:
        title = "Planted"

    def contests(data: Path, cache: Path | None) -> Iterator[Contest]:
        yield Contest()

    monkeypatch.setattr(benchmark, "validation_of", lambda _: validation)
    monkeypatch.setattr(
        benchmark, "keep_chosen", lambda *what: chosen_settings.keep_chosen(*what, folder=tmp_path / "chosen")
    )
    told = ["--data", "nowhere", "--set", "planted", "--ranker", "ease", "popularity", "--trials", "1"]
    benchmark.main(told, {"planted": contests})
    kept = read_chosen("planted", "Planted", tmp_path / "chosen")
    assert {ranker: {*trainings} for ranker, trainings in kept.items()} == {
        "ease": {"one", "all"},
        "popularity": {"one"},
    }
    assert "ease all on shop, video 1:" in capsys.readouterr().err


@pytest.mark.parametrize("name", SETS)
def test_what_stands_in_the_repository_are_settings_of_rankers(name: str) -> None:
    for title, rankers in chosen_settings._read(FOLDER / f"{name}.yaml").items():
        assert set(rankers) <= set(RANKERS), title
        for ranker, trainings in rankers.items():
            section = getattr(RankerSettings(), ranker)
            for each in (each for platforms in trainings.values() for each in platforms.values()):
                section.model_validate({**section.model_dump(), **each["settings"]})
                assert np.isfinite(each["ndcg"])
                assert each["ndcg"] >= each["ndcg_as_it_stands"]
