"""What a challenger must keep of the champion's."""

import numpy as np
import pytest

from tests.evaluation.champion.judged import COLD, Judged, cold, judged, people
from xdrec_assets.evaluation.champion.guard_rails import guard_rails, said
from xdrec_assets.evaluation.champion.settings import ChampionSettings
from xdrec_assets.evaluation.champion.verdict import decide

BASE = people(0.10, seed=1)
BETTER = people(0.02, seed=2, like=BASE)
VALUES = {"popularity_one": BASE, "item_knn_one": BETTER}
POPULAR, KNN = ("popularity", "one"), ("item_knn", "one")


def broken(rows: Judged, settings: ChampionSettings | None = None) -> list[str]:
    rails = guard_rails(rows.evidence(), KNN, POPULAR, settings or ChampionSettings())
    return [rail.text for rail in rails if not rail.holds]


def test_all_hold_where_nothing_is_lost() -> None:
    assert broken(judged(VALUES, cold=cold(**VALUES))) == []


def test_coverage_may_not_fall_below_a_share_of_the_champion_s() -> None:
    rows = judged(VALUES, coverage={"popularity_one": 0.4, "item_knn_one": 0.19})
    assert broken(rows) == ["coverage 19.0%, at least 20.0%"]
    assert broken(rows, ChampionSettings(min_coverage_share=0.4)) == []
    assert broken(judged(VALUES, coverage={"popularity_one": 0.4, "item_knn_one": 0.2})) == []


@pytest.mark.parametrize("segment", COLD)
def test_cold_segments_may_not_get_worse(segment: str) -> None:
    harmed = {segment: VALUES | {"item_knn_one": people(-0.02, seed=3, like=BASE)}}
    (text,) = broken(judged(VALUES, cold=harmed))
    assert text.startswith(f"{segment.replace('_', ' ')} -0.0")


def test_harm_must_be_sure() -> None:
    hardly = {"cold_people": VALUES | {"item_knn_one": people(-0.0001, seed=4, like=BASE)}}
    assert broken(judged(VALUES, cold=hardly)) == []


def test_latency_has_a_limit() -> None:
    rows = judged(VALUES, latency_ms={"item_knn_one": 250.0, "popularity_one": 0.1})
    assert broken(rows) == ["250 ms per person, at most 100 ms"]
    assert broken(rows, ChampionSettings(max_latency_ms=300)) == []


def test_what_was_not_measured_breaks_nothing_and_is_said() -> None:
    rows = judged(VALUES, coverage={}, latency_ms={})
    rails = guard_rails(rows.evidence(), KNN, POPULAR, ChampionSettings())
    assert all(rail.holds for rail in rails)
    assert said(rails) == (
        "coverage not measured; cold people not tested; cold items not tested; new people not tested; "
        "latency not measured"
    )


@pytest.mark.parametrize("limit", [{"min_coverage_share": 1.01}, {"max_latency_ms": 0.1}])
def test_broken_guard_rail_refuses_a_winner_and_says_why(limit: dict[str, float]) -> None:
    found = decide(judged(VALUES).evidence(), POPULAR, ChampionSettings(**limit))  # type: ignore[arg-type]
    assert (found.name, found.decision) == (POPULAR, "kept")
    assert "Item KNN trained on this platform alone won its trials but breaks a guard rail: " in found.sentences[-1]
    assert said(found.rails).count("BROKEN") == 1


def test_next_best_is_promoted_where_the_best_breaks_a_guard_rail() -> None:
    values = VALUES | {"svd_one": np.clip(BETTER + 0.01, 0, 1)}
    rows = judged(values, latency_ms={"popularity_one": 0.1, "item_knn_one": 0.1, "svd_one": 1e4})
    found = decide(rows.evidence(), POPULAR, ChampionSettings())
    assert (found.name, found.decision) == (KNN, "promoted")
    assert "SVD trained on this platform alone won its trials but breaks a guard rail" in found.sentences[-1]
