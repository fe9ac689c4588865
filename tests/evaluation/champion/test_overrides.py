"""What a person has set is served, and what the evidence would have chosen is still said."""

from datetime import date
from typing import Any

import pytest

from tests.evaluation.champion.judged import WEEK_1, WEEK_2, WEEK_3, decided, judged, people
from xdrec_assets.evaluation.champion.decision import Champion, choose_champions
from xdrec_assets.evaluation.champion.overrides import overridden
from xdrec_assets.evaluation.champion.settings import ChampionSettings, Override

BASE = people(0.10, seed=1)
ROWS = judged({"popularity_one": BASE, "svd_one": people(0.02, seed=2, like=BASE), "linear_all": BASE})
PINNED = {"pin": {"ranker": "linear", "trained_on": "all"}}


def champion(past: list[dict[str, Any]], as_of: date = WEEK_2, **override: Any) -> Champion:
    overrides = {"shop": override} if override else {}
    settings = ChampionSettings.model_validate({"overrides": overrides})
    (found,) = choose_champions(ROWS.boards, ROWS.resamples, past, as_of, ["shop"], 7, settings)
    return found


def test_pinned_ranker_is_served_and_the_evidence_still_speaks() -> None:
    found = champion([], **PINNED)
    assert (found.ranker, found.trained_on, found.decision) == ("linear", "all", "pinned")
    assert (found.earned_ranker, found.earned_trained_on) == ("svd", "one")
    assert found.reason.startswith(
        "Pinned by setting. Linear trained on all platforms is served; "
        "the evidence would have chosen SVD trained on this platform alone. SVD trained on this platform alone"
    )
    assert found.ndcg == pytest.approx(BASE.mean(), abs=1e-6)  # that of what is served


def test_rolled_back_to_what_was_served_then() -> None:
    past = [decided(WEEK_1, "item_knn", "one"), decided(WEEK_2, "svd", "one")]
    found = champion(past, WEEK_3, roll_back=WEEK_1)
    assert (found.ranker, found.trained_on, found.decision) == ("item_knn", "one", "rolled_back")
    assert (found.former_ranker, found.earned_ranker) == ("svd", "svd")
    assert "Rolled back by setting to what was served from 2026-02-02 on." in found.reason


def test_rolled_back_to_a_date_that_was_pinned_serves_what_was_pinned() -> None:
    past = [
        decided(WEEK_1, "linear", "all", decision="pinned") | {"earned_ranker": "svd"},
        decided(WEEK_2, "svd", "one"),
    ]
    assert champion(past, WEEK_3, roll_back=WEEK_1).ranker == "linear"


def test_date_without_a_decision_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(ValueError, match=r"no decision for shop as of 2026-02-09; choose a date .* \(2026-02-02\)"):
        champion([decided(WEEK_1, "svd", "one")], WEEK_3, roll_back=WEEK_2)


def test_past_dates_are_decided_as_before() -> None:
    past = [decided(WEEK_1, "svd", "one")]
    assert champion(past, WEEK_2, roll_back=WEEK_2).decision == "kept"
    assert champion(past, WEEK_2, **PINNED, since=WEEK_3).decision == "kept"


def test_evidence_s_choice_not_the_pinned_one_is_the_next_champion() -> None:
    past = [decided(WEEK_1, "linear", "all", decision="pinned") | {"earned_ranker": "svd", "earned_trained_on": "one"}]
    found = champion(past)
    assert (found.ranker, found.decision, found.former_ranker) == ("svd", "kept", "linear")
    assert found.reason.startswith("The setting by which Linear trained on all platforms was served holds no longer.")


def test_same_choice_is_said() -> None:
    found = champion([], pin={"ranker": "svd", "trained_on": "one"})
    assert "SVD trained on this platform alone is served; the evidence chooses the same." in found.reason


def test_ranker_that_is_gone_falls_back_to_popularity() -> None:
    back = Override(roll_back=WEEK_1)
    found = overridden("shop", WEEK_2, back, [decided(WEEK_1, "oracle", "all")], ("svd", "one"), ["svd", "popularity"])
    assert found is not None
    assert found.name == ("popularity", "one")
    assert "Oracle trained on all platforms is no longer among the rankers" in found.sentence
