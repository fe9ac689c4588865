"""Read what a report says of an as-of date: the judgement that was made on it, and what was decided then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyarrow.compute as pc

from resources.partitions import Partition
from xdrec_assets.evaluation.judging import judgement, rows_of, titles_of
from xdrec_assets.evaluation.report.inputs import ReportInputs
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.training import training_losses

BOARD, CHAMPION = "evaluation/leaderboard", "evaluation/champion"


def findings(pipeline: Pipeline, partition: Partition) -> ReportInputs:
    """The rows of the judged models, the decision made after their test window, and the one made before it.

    A first date judges nobody yet: its report has a decision and no figures.
    """
    models_of = judgement(pipeline, partition).models_of
    judged = models_of or partition
    day, before = judged.first, judged.first - timedelta(days=1)
    first = ReportInputs(
        as_of=day,
        settings=pipeline.settings.evaluation,
        champions=_rows(pipeline, CHAMPION, partition.first),
        platform_titles=titles_of(pipeline),
        all_settings=_all_settings(pipeline),
    )
    if models_of is None:
        return first
    return replace(
        first,
        board=_rows(pipeline, BOARD, day),
        metrics=_metrics(pipeline, day),
        lifts=_rows(pipeline, "evaluation/lift", day),
        resamples=_resamples(pipeline, day),
        former_champions=_rows(pipeline, CHAMPION, day),
        past=_past(pipeline, before),
        fusions=_rows(pipeline, "evaluation/fusions", day),
        feedback=_rows(pipeline, "evaluation/feedback", day),
        losses=_losses(pipeline, day),
    )


def _rows(pipeline: Pipeline, table: str, day: date) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = rows_of(pipeline, table, day, day).to_pylist()
    return rows


def _past(pipeline: Pipeline, last: date) -> list[dict[str, Any]]:
    """Leaderboards of the as-of dates up to this day; what remains of dates that are none any more is no history."""
    dates = set(pipeline.as_of_dates())
    return [row for row in rows_of(pipeline, BOARD, date.min, last).to_pylist() if row["as_of"] in dates]


def _metrics(pipeline: Pipeline, day: date) -> list[dict[str, Any]]:
    """NDCG of everyone over both catalogues, products listed twice included."""
    rows = rows_of(pipeline, "evaluation/metrics", day, day)
    wanted = {"segment": "all", "twins": "with", "metric": "ndcg"}
    for column, value in wanted.items():
        rows = rows.filter(pc.equal(rows[column], value))
    found: list[dict[str, Any]] = rows.to_pylist()
    return found


def _resamples(pipeline: Pipeline, day: date) -> list[dict[str, Any]]:
    """Those of everyone, products listed twice included."""
    rows = rows_of(pipeline, "evaluation/resamples", day, day)
    wanted = pc.and_(pc.equal(rows["segment"], "all"), pc.equal(rows["twins"], "with"))
    found: list[dict[str, Any]] = rows.filter(wanted).to_pylist()
    return found


def _losses(pipeline: Pipeline, day: date) -> list[dict[str, Any]]:
    """Of the date's models that were trained in passes, two or more, as `training_losses` has them."""
    return [row for row in training_losses(pipeline, day.isoformat()) if len(row["losses"]) > 1]


def _all_settings(pipeline: Pipeline) -> dict[str, Any]:
    sections = vars(pipeline.settings)
    return {
        f"{section}.{key}": value
        for section, settings in sections.items()
        for key, value in settings.model_dump(mode="json").items()
    }
