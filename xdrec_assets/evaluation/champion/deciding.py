"""The step that decides what may be served: reads the evidence, publishes evaluation/champion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import pyarrow.compute as pc

from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.evaluation.champion.decision import Champion, champion_table, choose_champions
from xdrec_assets.evaluation.champion.evidence import COLD, finished, latest_windows
from xdrec_assets.evaluation.champion.versions import versions_of
from xdrec_assets.evaluation.judging import rows_of, titles_of
from xdrec_assets.evaluation.report.pictures import champions_shown
from xdrec_assets.evaluation.uncertainty.kept import read_resampled
from xdrec_assets.publishing import Publication, publish_as_of, stale, unchanged

if TYPE_CHECKING:
    import pyarrow as pa

    from xdrec_assets.pipeline import Pipeline

TABLE: Final = "evaluation/champion"
BOARD: Final = "evaluation/leaderboard"
RESAMPLES: Final = "evaluation/resamples"
SEGMENTS: Final = ("all", *COLD)
SAID: Final = ("as_of", "platform", "ranker", "trained_on", "decision", "earned_ranker", "earned_trained_on")


def publish_champion(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """What may be served on each platform from this date on, and why.

    Rests on the windows that were over by the date and on the decisions before it, so dates are decided in order.

    Raises:
        ValueError: a platform is to be rolled back to a date of which no decision is known.
    """
    before = partition.first - timedelta(days=1)
    past = rows_of(pipeline, TABLE, date.min, before).select(list(SAID)).to_pylist()
    made_from = _made_from(pipeline, partition.first, past)
    if not stale(pipeline, [TABLE], {partition.key: made_from}):
        yield from unchanged(pipeline, TABLE)
        return
    champions = list(_chosen(pipeline, partition.first, past))
    rows = champion_table(champions)
    figures = {decision: sum(one.decision == decision for one in champions) for decision in _decisions(champions)}
    with pipeline.engine.session() as session:
        shown = champions_shown(rows, titles_of(pipeline))
        yield publish_as_of(pipeline, session, TABLE, rows, partition, made_from, figures, shown)


def _chosen(pipeline: Pipeline, as_of: date, past: list[dict[str, Any]]) -> Iterator[Champion]:
    """The decisions of a date, each with the versions of what it rests on."""
    settings, before = pipeline.settings.evaluation, as_of - timedelta(days=1)
    boards = finished(rows_of(pipeline, BOARD, date.min, before).to_pylist(), as_of, settings.days)
    platforms = [platform.platform for platform in pipeline.folder.platforms]
    windows = {name: latest_windows(boards, name, settings.champion.windows) for name in platforms}
    first = min((day for dates in windows.values() for day in dates), default=as_of)
    resamples = list(_rows(rows_of(pipeline, RESAMPLES, first, before)))
    in_use = pipeline.settings.rankers.in_use
    champions = choose_champions(boards, resamples, past, as_of, platforms, settings.days, settings.champion, in_use)
    for one in champions:
        behind = versions_of(pipeline, one.platform, one.ranker, one.trained_on, windows[one.platform])
        yield replace(one, versions=behind)


def _made_from(pipeline: Pipeline, as_of: date, past: list[dict[str, Any]]) -> int:
    """Of the judgements made by this date, the decisions before it, the rankers there are, and the settings."""
    settings, dates = pipeline.settings.evaluation, [f"{day}" for day in pipeline.as_of_dates() if day <= as_of]
    judged = [pipeline.lake.fingerprints(table, dates) for table in (BOARD, RESAMPLES)]
    platforms = [platform.platform for platform in pipeline.folder.platforms]
    chosen_by = [settings.days, settings.champion.model_dump(mode="json")]
    in_use = list(pipeline.settings.rankers.in_use)
    return fingerprint(judged, past, platforms, in_use, chosen_by, pipeline.code_of("evaluation"))


def _rows(resamples: pa.Table) -> Iterator[dict[str, Any]]:
    """The rows that decisions rest on, their sums as arrays: as lists they would take ten times the memory."""
    import pyarrow as pa

    kept = resamples.filter(pc.is_in(resamples["segment"], value_set=pa.array(SEGMENTS)))
    rows = kept.drop_columns(["gains", "weights"]).to_pylist()
    for row, found in zip(rows, read_resampled(kept), strict=True):
        yield row | {"gains": found.gains, "weights": found.weights}


def _decisions(champions: Iterable[Champion]) -> list[str]:
    return sorted({one.decision for one in champions})
