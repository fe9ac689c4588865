"""What a report says in words."""

from dataclasses import replace
from typing import Any

import numpy as np

from tests.evaluation.report.made_up import LATER, Row, champion_row, few, inputs, small
from xdrec_assets.evaluation.report.conclusion import conclude
from xdrec_assets.evaluation.report.inputs import ReportInputs
from xdrec_assets.evaluation.report.page import render_report
from xdrec_assets.evaluation.report.summary import PlatformSummary, summarise

DECIDED = {"difference": 0.012, "low": 0.004, "high": 0.02, "verdict": "helped", "p_adjusted": 0.001}
HURT = {"difference": -0.01, "low": -0.02, "high": -0.001, "verdict": "hurt", "p_adjusted": 0.01}


def said(made: ReportInputs) -> str:
    return "\n".join(conclude(summarise(made), made))


def summary(made: ReportInputs, platform: str) -> PlatformSummary:
    (found,) = [one for one in summarise(made) if one.platform == platform]
    return found


def lift(ranker: str, of: dict[str, Any], segment: str = "all", twins: str = "with") -> Row:
    row = {"platform": "shop", "ranker": ranker, "segment": segment, "twins": twins, "ndcg": 0.06, "twin_ndcg": 0.05}
    return row | {"n_people": 300, "lift": 0.2} | of


def test_help_harm_and_what_cannot_be_told_are_said_first() -> None:
    first, figures, *_ = conclude(summarise(inputs()), inputs())
    assert first == (
        "Learning from the other platforms helped on Music and The shop, hurt on News & <i>more</i> and made no "
        "difference that could be told on Video."
    )
    assert (
        "The shop 7 of 7 helped (the best with all data, Linear, +0.0103 NDCG to its twin, +0.0083 to +0.0123)"
        in figures
    )
    assert "of those the help can still be told: 0 of 4 on Music" in figures
    assert "and hurt 7 rankers on News & <i>more</i> (without products listed twice 6)." in figures


def test_help_for_some_and_harm_for_others_is_mixed() -> None:
    made = inputs(lifts=[lift("svd", DECIDED), lift("knn", HURT)])
    assert summary(made, "shop").verdict == "mixed"
    assert "helped some rankers and hurt others on The shop" in said(made)
    assert "The shop 1 of 2 helped and 1 of 2 hurt" in said(made)


def test_nothing_compared_no_claim() -> None:
    assert "cannot be said" in said(inputs(lifts=[]))


def test_of_a_single_platform_nothing_is_said_of_others() -> None:
    made = inputs(lifts=[], platform_titles={"shop": "The shop"})
    made = replace(made, board=[row for row in made.board if (row["platform"], row["trained_on"]) == ("shop", "one")])
    assert conclude(summarise(made), made)[0] == "There is one platform, and so nothing to learn from others."
    page = render_report(made)
    assert "made no difference" not in page
    assert "What the other platforms" not in page
    assert "0 helped" not in page


def test_what_is_served_and_how_it_came_to_be() -> None:
    assert (
        "From 16 February 2026 on may be served: Linear trained on all platforms on Music (promoted) and The shop "
        "(promoted); Popularity on News & <i>more</i> (first decision); Logistic trained on this platform alone on "
        "Video (kept)."
    ) in said(inputs())


def test_the_champion_is_held_to_the_window_that_its_choice_had_not_seen() -> None:
    shop = summary(inputs(), "shop")
    assert shop.chosen is not None
    assert shop.over_popularity is not None
    board = {(row["ranker"], row["trained_on"]): row["ndcg"] for row in inputs().board if row["platform"] == "shop"}
    assert shop.chosen["ndcg"] == board["linear", "all"]
    gap = board["linear", "all"] - board["popularity", "one"]
    assert abs(shop.over_popularity.difference - gap) < 1e-12
    assert f"Linear trained on all platforms reached NDCG {board['linear', 'all']:.4f} on The shop, more than" in said(
        inputs()
    )


def test_a_ranker_that_a_person_set_is_no_choice_that_had_not_seen_the_window() -> None:
    for decision in ("pinned", "rolled_back"):
        pinned = champion_row(LATER, "shop", "linear", decision=decision)
        svd = inputs(former_champions=[pinned | {"earned_ranker": "svd", "earned_trained_on": "one"}])
        chosen = summary(svd, "shop").chosen
        assert chosen is not None
        assert (chosen["ranker"], chosen["trained_on"]) == ("svd", "one")
        assert "had not seen: SVD trained on this platform alone reached" in said(svd)
        popular = inputs(former_champions=[pinned | {"earned_ranker": "popularity", "earned_trained_on": "one"}])
        assert "had not seen" not in said(popular)


def test_too_few_people_for_an_interval_none_is_said() -> None:
    few_people = [row | {"n_people": 4} for row in inputs().resamples]
    made = inputs(resamples=[cut(row) for row in few_people])
    found = summary(made, "shop").over_popularity
    assert found is not None
    assert np.isnan(found.low)
    assert "nan" not in said(made)
    assert "nan to" not in render_report(small(resamples=few([cut(row) for row in few_people])))


def cut(row: Row) -> Row:
    """Resamples as four people would give them."""
    return row | {"weights": [4.0] * len(row["weights"])}


def test_what_cold_people_say_is_said_without_products_listed_twice_as_well() -> None:
    rows = [lift("svd", DECIDED), lift("knn", DECIDED)]
    rows += [lift(name, DECIDED, "cold_people") for name in ("svd", "knn")]
    rows += [lift("svd", DECIDED, "cold_people", "without"), lift("knn", HURT, "cold_people", "without")]
    assert "it helped 2 rankers on The shop (without products listed twice 1)." in said(inputs(lifts=rows))


def test_popularity_is_not_held_against_itself() -> None:
    news = summary(inputs(), "news")
    assert news.chosen is not None
    assert news.over_popularity is None
    assert "reached NDCG" not in said(inputs(former_champions=[champion_row(LATER, "news", "popularity", "one")]))


def test_a_champion_that_fell_behind_is_said_to() -> None:
    shop = [row for row in inputs().resamples if row["platform"] == "shop"]
    worse = [
        {**row, "gains": [0.1 * gain for gain in row["gains"]]} if row["ranker"] == "linear" else row for row in shop
    ]
    assert "less than popularity" in said(inputs(resamples=worse))


def test_few_people_are_pointed_out() -> None:
    assert "Few people were tested on News & <i>more</i> (120)" in said(inputs())
    many = [{**row, "n_people": 1_000} for row in inputs().board]
    assert "Few people" not in said(inputs(board=many))


def test_no_test_people_no_figures() -> None:
    made = inputs(board=[{**row, "ndcg": None} for row in inputs().board])
    assert said(made).startswith("Nobody could be tested")
    assert "may be served" in said(made)
    assert said(replace(made, champions=())).endswith("The figures follow.")
