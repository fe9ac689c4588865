"""One self-contained HTML page per as-of date: what to conclude, and every figure behind it.

The template is `report.html.j2` with a file per section, with autoescape: foreign text (titles, ids, reasons) stays
text, without bidirectional controls, and each piece stands isolated. Plots are embedded as SVG images; nothing is
loaded from elsewhere. A section without anything to show is left out.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xdrec_assets.evaluation.metrics.definitions import METRICS
from xdrec_assets.evaluation.report import cost, curves, lift_plots, plots, quality, wording
from xdrec_assets.evaluation.report.apart import level_with_best
from xdrec_assets.evaluation.report.catalogues import catalogues
from xdrec_assets.evaluation.report.changes import best_changes, champion_changes
from xdrec_assets.evaluation.report.conclusion import conclude
from xdrec_assets.evaluation.report.coverage_plot import bias_plot, coverage_plot
from xdrec_assets.evaluation.report.inputs import ReportInputs
from xdrec_assets.evaluation.report.plain_text import one_line
from xdrec_assets.evaluation.report.summary import summarise

if TYPE_CHECKING:
    from jinja2 import Environment

Row = Mapping[str, Any]
TEMPLATE: Final = "report.html.j2"
CHAMPION: Final = ("decision", "twin_ndcg", "p_adjusted", "windows", "n_people", "guard_rails", "ndcg_low", "ndcg_high")
SECTIONS: Final = {
    "glance": "At a glance",
    "changes": "What changed since last time",
    "served": "What may be served",
    "leaderboards": "Leaderboards",
    "transfer": "What the other platforms' data changed",
    "coverage": "Coverage and popularity",
    "time": "Over time",
    "feedback": "What people did with what they were shown",
    "fusions": "Fusions compared",
    "examples": "Examples of recommendations",
    "quality": "Data quality",
    "cost": "Cost and time",
    "settings": "Settings",
    "words": "What the words mean",
}


def render_report(inputs: ReportInputs) -> str:
    """The page as text; the same inputs give the same page."""
    context = _context(inputs)
    has = {
        "changes": bool(inputs.former_champions or inputs.sizes or inputs.past),
        "transfer": any(row["difference"] is not None for row in inputs.lifts),
        "served": bool(inputs.champions),
        "feedback": bool(inputs.feedback),
        "fusions": bool(inputs.fusions),
        "examples": bool(inputs.examples),
        "quality": bool(inputs.quality),
        "cost": bool(inputs.costs),
        "settings": True,
        "words": True,
    }
    shown = [(name, title) for name, title in SECTIONS.items() if has.get(name, bool(context["summaries"]))]
    return _environment().get_template(TEMPLATE).render(context | {"sections": shown})


def _context(inputs: ReportInputs) -> dict[str, Any]:
    """What the template shows."""
    summaries = summarise(inputs)
    tested = [row for row in inputs.board if row["ndcg"] is not None]
    served_from = max((row["as_of"] for row in inputs.champions), default=inputs.as_of)
    level = level_with_best(inputs.resamples, inputs.settings.level)
    champions = {row["platform"]: row for row in champion_changes(inputs)}
    best = {row["platform"]: row for row in best_changes(inputs)}
    return {
        "inputs": inputs,
        "served_from": served_from,
        "window_counted": inputs.as_of + timedelta(days=inputs.settings.days) <= served_from,
        "last_day": inputs.as_of + timedelta(days=inputs.settings.days - 1),
        "summaries": summaries,
        "conclusion": conclude(summaries, inputs),
        "champions": {name: dict.fromkeys(CHAMPION) | dict(row["now"]) for name, row in champions.items()},
        "champion_changes": champions,
        "best_changes": best,
        "changed_platforms": sorted(champions.keys() | best.keys()),
        "boards": {s.platform: [_whole(row) for row in tested if row["platform"] == s.platform] for s in summaries},
        "level": level,
        "lifts": {s.platform: _lifts(inputs.lifts, s.platform) for s in summaries},
        "over_twin": _over_twin(inputs.lifts),
        "catalogues": catalogues(inputs.metrics),
        "fusions": _fusions(inputs.fusions),
        "quality": quality.accounts(inputs.quality),
        "warnings": quality.warnings(inputs.costs),
        "stages": cost.by_stage(inputs.costs),
        "dearest": cost.dearest(inputs.costs),
        "metrics": METRICS.values(),
        "plots": _plots(inputs, tested, level),
    }


def _plots(inputs: ReportInputs, tested: Sequence[Row], level: Mapping[str, set[plots.Name]]) -> dict[str, str]:
    """Pictures as data URIs; none where there is nothing to draw."""
    if not tested:
        return {}
    titles = inputs.platform_titles
    boards = plots.with_past(inputs)
    pictures = {
        "leaderboard": plots.leaderboard_plot(tested, titles, level=level),
        "coverage": coverage_plot(tested, titles),
    }
    if any(row["difference"] is not None for row in inputs.lifts):
        pictures |= {
            "lift": lift_plots.lift_plot(inputs.lifts, titles),
            "segments": lift_plots.segment_plot(inputs.lifts, titles),
        }
    if any(row.get("popularity_bias") is not None for row in tested):
        pictures["bias"] = bias_plot(tested, titles)
    if boards:
        pictures["history"] = plots.history_plot(boards, titles)
    if inputs.losses:
        pictures["losses"] = curves.loss_plot(inputs.losses)
    validation = curves.validation_plot(inputs.losses)
    if validation:
        pictures["validation"] = validation
    return {name: f"data:image/svg+xml;base64,{b64encode(svg).decode()}" for name, svg in pictures.items()}


def _whole(row: Row) -> dict[str, Any]:
    """A row of the leaderboard in which every metric has a place, if only an empty one."""
    return dict.fromkeys([*METRICS, "ndcg_low", "ndcg_high", "latency_ms"]) | dict(row)


def _lifts(lifts: Sequence[Row], platform: str) -> dict[str, Any]:
    """Each ranker's rows of evaluation/lift by segment, with twin products and without, and the people behind each."""
    found = {
        (row["ranker"], row["segment"], row["twins"]): row
        for row in lifts
        if row["platform"] == platform and row["difference"] is not None
    }
    rankers = sorted({ranker for ranker, _, _ in found})
    return {
        "people": {segment: row["n_people"] for (_, segment, twins), row in found.items() if twins == "with"},
        "rows": [
            (
                ranker,
                *(
                    {segment: found.get((ranker, segment, twins)) for segment in wording.SEGMENT_TITLES}
                    for twins in ("with", "without")
                ),
            )
            for ranker in rankers
        ],
    }


def _over_twin(lifts: Sequence[Row]) -> dict[tuple[str, str, str], Row]:
    """What the other platforms' data changed for everyone, by platform, ranker, and with or without twin products."""
    return {
        (row["platform"], row["ranker"], row["twins"]): row
        for row in lifts
        if row["segment"] == "all" and row["difference"] is not None
    }


def _fusions(rows: Sequence[Row]) -> dict[str, Any]:
    """A line per strategy, the best mean over platforms first; figures by platform."""
    strategies: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        if row["ndcg"] is not None:
            strategies.setdefault((row["fusion"], row["alignment"]), {})[row["platform"]] = row
    lines = [
        (*name, any(row["verdict"] == "chosen" for row in found.values()), found) for name, found in strategies.items()
    ]
    lines.sort(key=lambda line: (-sum(row["ndcg"] for row in line[3].values()) / len(line[3]), line[:2]))
    return {"platforms": sorted({row["platform"] for row in rows}), "rows": lines}


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "segments": wording.SEGMENT_TITLES,
        "trained_on": wording.TRAINED_ON,
        "decisions": wording.DECISIONS,
    }
    written = ("figure", "signed", "more", "interval", "percent", "share", "p_value", "duration", "megabytes")
    environment.filters |= {name: getattr(wording, name) for name in (*written, "titled", "setting", "long_date")}
    environment.filters["line"] = lambda value: one_line(str(value))
    return environment
