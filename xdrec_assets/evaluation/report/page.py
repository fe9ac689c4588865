"""One self-contained HTML page per as-of date: what to conclude, and every figure behind it.

The template is `report.html.j2`, with autoescape: foreign text (titles, ids, reasons) stays text, without bidirectional
controls, and each piece stands isolated. Plots are embedded as SVG images; nothing is loaded from elsewhere.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xdrec_assets.evaluation.leaderboard import POPULARITY, leaderboard
from xdrec_assets.evaluation.report import wording
from xdrec_assets.evaluation.report.conclusion import conclude, summarise, verdict
from xdrec_assets.evaluation.report.coverage_plot import coverage_plot
from xdrec_assets.evaluation.report.plain_text import one_line
from xdrec_assets.evaluation.report.plots import history_plot, leaderboard_plot, lift_plot

if TYPE_CHECKING:
    from jinja2 import Environment

    from xdrec_assets.evaluation.settings import EvaluationSettings

Row = Mapping[str, Any]
TEMPLATE: Final = "report.html.j2"


@dataclass(frozen=True)
class ReportInputs:
    """Everything a report shows; rows are mappings by column name."""

    as_of: date
    settings: EvaluationSettings
    metrics: Sequence[Row]  # evaluation/metrics of this as-of date
    champions: Sequence[Row]  # evaluation/champion of this as-of date or of the one that this window was judged on
    past: Sequence[Row] = ()  # evaluation/leaderboard of earlier as-of dates
    row_counts: Sequence[Row] = ()  # stage, table, rows
    examples: Sequence[Row] = ()  # person, has, recommendations: rows of rank, platform, title, reason
    platform_titles: Mapping[str, str] = field(default_factory=dict)
    all_settings: Mapping[str, Any] = field(default_factory=dict)  # dotted name: value


def render_report(inputs: ReportInputs) -> str:
    """The page as text; the same inputs give the same page."""
    summaries = summarise(inputs.metrics, inputs.platform_titles)
    tested = [row for row in leaderboard(inputs.metrics) if row["ndcg"] is not None]
    served_from = max((row["as_of"] for row in inputs.champions), default=inputs.as_of)
    context = {
        "inputs": inputs,
        "served_from": served_from,
        "window_counted": inputs.as_of + timedelta(days=inputs.settings.days) <= served_from,
        "last_day": inputs.as_of + timedelta(days=inputs.settings.days - 1),
        "summaries": summaries,
        "champions": {row["platform"]: row for row in inputs.champions},
        "conclusion": conclude(summaries, inputs.settings.k),
        "boards": {s.platform: [row for row in tested if row["platform"] == s.platform] for s in summaries},
        "lifts": {s.platform: _lifts(inputs.metrics, s.platform) for s in summaries},
        "plots": _plots(inputs, tested),
    }
    return _environment().get_template(TEMPLATE).render(context)


def _plots(inputs: ReportInputs, tested: Sequence[Row]) -> dict[str, str]:
    """Pictures as data URIs; none where there is nothing to draw."""
    if not tested:
        return {}
    titles = inputs.platform_titles
    boards = [*(row for row in inputs.past if row["as_of"] < inputs.as_of), *tested]
    pictures = {
        "leaderboard": leaderboard_plot(tested, titles),
        "lift": lift_plot(inputs.metrics, titles),
        "coverage": coverage_plot(tested, titles),
    }
    if len({row["as_of"] for row in boards if row["ndcg"] is not None}) > 1:
        pictures["history"] = history_plot(boards, titles)
    return {name: f"data:image/svg+xml;base64,{b64encode(svg).decode()}" for name, svg in pictures.items()}


def _lifts(metrics: Sequence[Row], platform: str) -> dict[str, Any]:
    """Lift over the twin by ranker and segment, and how many people stand behind each column."""
    segments = {
        segment: [row for row in leaderboard(metrics, segment) if row["platform"] == platform]
        for segment in wording.SEGMENT_TITLES
    }
    everyone = [row for row in segments["all"] if row["trained_on"] == "all" and row["ranker"] != POPULARITY]
    return {
        "people": {segment: rows[0]["n_people"] if rows else 0 for segment, rows in segments.items()},
        "rows": [(row["ranker"], [_twin_lift(rows, row["ranker"]) for rows in segments.values()]) for row in everyone],
    }


def _twin_lift(rows: Sequence[Row], ranker: str) -> float | None:
    found = (row["lift_over_twin"] for row in rows if row["ranker"] == ranker and row["trained_on"] == "all")
    return next(found, None)


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"segments": wording.SEGMENT_TITLES, "trained_on": wording.TRAINED_ON}
    environment.filters |= {
        "line": lambda value: one_line(str(value)),
        "titled": wording.titled,
        "figure": wording.figure,
        "percent": wording.percent,
        "share": wording.share,
        "long_date": wording.long_date,
        "verdict": verdict,
    }
    return environment
