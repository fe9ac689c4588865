"""Everything that a report shows, made up: rows of the tables as they would be published."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from tests.evaluation.report.judged_world import ALL, AS_OF, GAIN, LATER, Row, World
from xdrec_assets.evaluation.report.inputs import ReportInputs
from xdrec_assets.evaluation.settings import EvaluationSettings

__all__ = ["AS_OF", "LATER", "Row"]
TITLES = {"music": "Music", "news": "News & <i>more</i>", "shop": "The shop", "video": "Video"}
CLICKED = {"n_clicked": 260, "click_through": 0.05, "click_through_low": 0.0444, "click_through_high": 0.0563}
CONVERTED = ("n_converted", "conversion", "conversion_low", "conversion_high")
BEFORE = ("events_before", "people_before", "items_before")


def champion_row(as_of: date, platform: str, ranker: str, trained_on: str = "all", **more: Any) -> Row:
    """A row of evaluation/champion."""
    row: Row = {"as_of": as_of, "platform": platform, "ranker": ranker, "trained_on": trained_on}
    row |= {"decision": "promoted", "former_ranker": "popularity", "former_trained_on": "one", "ndcg": 0.0612}
    row |= {"ndcg_low": 0.055, "ndcg_high": 0.067, "popularity_ndcg": 0.031, "twin_ndcg": 0.052, "p_adjusted": 0.004}
    row |= {"n_people": 1_240, "windows": 3, "first_window": AS_OF, "guard_rails": "coverage 41% of 38%, 0.4 ms"}
    row |= {"versions": '{"joined/interactions": 12, "code": "abc"}'}
    row["reason"] = "Linear trained on all platforms (NDCG 0.0612) beats popularity (0.0310) and its twin (0.0520)."
    return row | more


def champions(as_of: date) -> list[Row]:
    """A decision for each platform: one of each kind."""
    kept = {"decision": "kept", "former_ranker": "logistic", "former_trained_on": "one"}
    first = {"decision": "first", "former_ranker": None, "former_trained_on": None, "twin_ndcg": None}
    said = {"reason": "No ranker beats popularity with confidence: a difference of 0.012 could have been told."}
    return [
        champion_row(as_of, "music", "linear"),
        champion_row(as_of, "news", "popularity", "one", p_adjusted=None, **first, **said),
        champion_row(as_of, "shop", "linear"),
        champion_row(as_of, "video", "logistic", "one", **kept),
    ]


def cost(table: str, seconds: float, **more: Any) -> Row:
    """What a table's last publication cost."""
    row = {"table": table, "stage": table.split("/")[0], "at": datetime(2026, 2, 9, 6, tzinfo=UTC), "rows": 1_000}
    return row | {"seconds": seconds, "processor_seconds": 1.4 * seconds, "peak_mb": 512.0, "warned": []} | more


def example(title: str = "<script>alert(1)</script>") -> Row:
    """One person's recommendations of last time."""
    lines = [("Shop", title, "a\u202eb «<b>x</b>»", True), ("Video", "跑鞋 documentary", "Popular on Video", False)]
    listed = [
        {"rank": 1, "platform": platform, "title": name, "reason": reason, "taken": taken}
        for platform, name, reason, taken in lines
    ]
    return {"person": "p1", "has": "shop 3 · video 12", "recommendations": listed}


def fusions() -> list[Row]:
    """Rows of evaluation/fusions."""
    found: Mapping[str, float] = {"sum": 0.041, "weighted": 0.044, "concat": 0.046, "gated": 0.047, "attention": 0.043}
    return [
        {"as_of": LATER, "platform": platform, "alignment": "whitening", "fusion": fusion, "ndcg": ndcg}
        | {"low": ndcg - 0.006, "high": ndcg + 0.006, "difference": None if fusion == "concat" else ndcg - 0.046}
        | {"verdict": "chosen" if fusion == "concat" else "undecided"}
        | {"n_people": 400}
        for platform in GAIN
        for fusion, ndcg in found.items()
    ]


def both_catalogues(board: Sequence[Row]) -> list[Row]:
    """Rows of evaluation/metrics: NDCG of everyone among all known items, and twice it among those seen."""
    named = ("as_of", "platform", "ranker", "trained_on", "n_people")
    return [
        {**{name: row[name] for name in named}, "catalogue": catalogue, "value": times * row["ndcg"]}
        | {"low": times * row["ndcg_low"], "high": times * row["ndcg_high"]}
        for row in board
        for catalogue, times in (("known", 1), ("seen", 2))
    ]


def inputs(**more: Any) -> ReportInputs:
    """All that a report shows, with everything there is to show."""
    world = judged()
    decided = LATER + timedelta(days=7)
    everyone = [row for row in world.resamples() if (row["segment"], row["twins"]) == ALL]
    found = ReportInputs(
        as_of=LATER,
        settings=EvaluationSettings(),
        board=world.leaderboard(),
        metrics=both_catalogues(world.leaderboard()),
        lifts=world.lifts(),
        resamples=everyone,
        champions=champions(decided),
        former_champions=[champion_row(LATER, "shop", "linear"), champion_row(LATER, "news", "popularity", "one")],
        past=[{**row, "as_of": AS_OF, "ndcg": 0.9 * row["ndcg"]} for row in world.leaderboard()],
        fusions=fusions(),
        feedback=[{"as_of": LATER, "platform": "shop", "n_shown": 5_200, **CLICKED, **dict.fromkeys(CONVERTED)}],
        losses=[
            learned("nmf", "all", "all", [3.0, 2.0, 1.5], []),
            learned("lstm", "all", "all", [9.0, 8.0], [0.04, 0.05]),
            learned("lstm", "one", "shop", [9.0, 7.0], [None, 0.03]),
        ],
        sizes=[{"platform": "shop", "events": 4_012, "people": 9, "items": 8, **dict.fromkeys(BEFORE, 7)}],
        twins=[{"now": 12, "before": 10}],
        quality=[{"platform": "shop", "place": "landed", "rule": None, "n_lines": 1_000}],
        costs=[cost("joined/items", 3.0), cost("rankers/svd", 9.0)],
        examples=[example()],
        platform_titles=TITLES,
        all_settings={"embeddings.encoder": "minilm"},
    )
    return replace(found, **more)


def learned(ranker: str, trained_on: str, platform: str, losses: list[float], validation: list[Any]) -> dict[str, Any]:
    """How a model learned, pass by pass."""
    model = {"ranker": ranker, "trained_on": trained_on, "platform": platform}
    return {**model, "losses": losses, "validation": validation}


@cache
def judged() -> World:
    """The world of these rows, made once for all tests."""
    return World()


def few(rows: Sequence[Row], platform: str = "shop") -> list[Row]:
    """The rows of one platform and three rankers: plots of them are quickly drawn."""
    names = ("popularity", "linear", "svd")
    return [row for row in rows if row["platform"] == platform and row["ranker"] in names]


def small(**more: Any) -> ReportInputs:
    """What `inputs` gives, of one platform and three rankers."""
    made = inputs()
    kept = {name: few(getattr(made, name)) for name in ("board", "metrics", "lifts", "resamples", "past")}
    return replace(made, **kept | more)
