"""Publish how the models of the as-of date before this one did on what came after them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from data_quality.contract import load_contract
from resources.engine import Session
from resources.fingerprint import fingerprint
from resources.partitions import BY_AS_OF, Partition
from xdrec_assets.evaluation.evaluated import Evaluated, metrics_table, resamples_table
from xdrec_assets.evaluation.judge import Figures, events_digest, judge, window_events
from xdrec_assets.evaluation.leaderboard import leaderboard_table
from xdrec_assets.evaluation.lift import lift_table
from xdrec_assets.evaluation.report.pictures import leaderboard_shown, lift_shown, metrics_shown
from xdrec_assets.joined.past import load_past
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, Shown, publish, stale, unchanged
from xdrec_assets.rankers.training import OtherPastError

METRICS, RESAMPLES = "evaluation/metrics", "evaluation/resamples"
BOARD, LIFT = "evaluation/leaderboard", "evaluation/lift"
IN_ORDER = ("as_of", "platform", "rank", "ranker", "trained_on", "catalogue", "segment", "twins", "metric", "k")


@dataclass(frozen=True)
class Judgement:
    """Models made as of one date, judged on a later one, when their test window is over."""

    on: Partition
    models_of: Partition | None  # none: there is no as-of date before this one

    @property
    def replaced(self) -> Partition:
        """The rows of evaluation tables that this judgement replaces: those of the judged models."""
        models = self.models_of or self.on
        return Partition(self.on.key, models.first, models.after)


def judgement(pipeline: Pipeline, partition: Partition) -> Judgement:
    """What is judged on an as-of date: the models of the date before it."""
    earlier = [day for day in pipeline.as_of_dates() if day < partition.first]
    return Judgement(partition, Partition.of_day(earlier[-1]) if earlier else None)


def publish_metrics(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Every metric of every ranker, platform and segment over the test window that ends by this date, and resamples."""
    judged = judgement(pipeline, partition)
    made_from = _made_from(pipeline, judged)
    if not stale(pipeline, [METRICS, RESAMPLES], {partition.key: made_from}):
        yield from unchanged(pipeline, METRICS, RESAMPLES)
        return
    found, figures = _found(pipeline, judged)
    metrics = metrics_table(found.metrics)
    with pipeline.engine.session() as session:
        shown = metrics_shown(metrics.to_pylist(), titles_of(pipeline))
        yield _publish(pipeline, session, METRICS, metrics, judged, made_from, shown, figures)
        resamples, hidden = resamples_table(found.resamples), Shown(has_preview=False)
        yield _publish(pipeline, session, RESAMPLES, resamples, judged, made_from, hidden)


def _found(pipeline: Pipeline, judged: Judgement) -> tuple[Evaluated, Figures]:
    """What the judgement finds, and what to say of it.

    Models of another past (a file for the time before them came late) are not judged until they are trained again; that
    is said, and holds up neither the models nor the recommendations of the date that is judged on.
    """
    if judged.models_of is None:
        return Evaluated([], []), {}
    try:
        return judge(pipeline, judged.models_of.first, judged.on.first)
    except OtherPastError as error:
        return Evaluated([], []), {"not judged": str(error)}


def publish_leaderboard(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """The rankers of each platform in order, with what other platforms gave each."""
    catalogue = pipeline.settings.evaluation.catalogue
    yield from _publish_from(
        pipeline, partition, METRICS, BOARD, lambda rows: leaderboard_table(rows, catalogue), leaderboard_shown
    )


def publish_lift(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """What other platforms' data changed for each ranker and segment, with twins and without, and how sure that is."""
    level = pipeline.settings.evaluation.level
    yield from _publish_from(pipeline, partition, RESAMPLES, LIFT, lambda rows: lift_table(rows, level), _lift_shown)


def rows_of(pipeline: Pipeline, table: str, first: date, last: date) -> pa.Table:
    """The rows of an as-of table from one as-of date to another, both included, in a fixed order.

    Those of dates that have been taken out of the settings are left out: nobody judges them anew.
    """
    schema = load_contract(table).arrow_schema()
    with pipeline.engine.session() as session:
        session.bind("evaluation.rows", [table], schema)
        rows = session.query("evaluation/as_of_rows", {"first": first, "last": last}).to_arrow_table()
    stands = pc.is_in(rows["as_of"], value_set=pa.array(pipeline.as_of_dates(), pa.date32()))
    kept = rows.filter(stands).select(schema.names)
    return kept.sort_by([(name, "ascending") for name in IN_ORDER if name in schema.names])


def titles_of(pipeline: Pipeline) -> dict[str, str]:
    """What the platforms are called."""
    return {platform.platform: platform.title for platform in pipeline.folder.platforms}


def _publish_from(
    pipeline: Pipeline,
    partition: Partition,
    source: str,
    table: str,
    made: Callable[[pa.Table], pa.Table],
    show: Callable[[pa.Table, dict[str, str]], Shown],
) -> Iterator[Publication]:
    """A table that follows from the judged models' rows of another one."""
    judged, level = judgement(pipeline, partition), pipeline.settings.evaluation.level
    upstream = pipeline.lake.fingerprints(source, [partition.key])
    made_from = fingerprint(upstream, level, pipeline.code_of("evaluation"))
    if not stale(pipeline, [table], {partition.key: made_from}):
        yield from unchanged(pipeline, table)
        return
    rows = made(rows_of(pipeline, source, judged.replaced.first, judged.replaced.first))
    with pipeline.engine.session() as session:
        yield _publish(pipeline, session, table, rows, judged, made_from, show(rows, titles_of(pipeline)))


def _publish(
    pipeline: Pipeline,
    session: Session,
    table: str,
    rows: pa.Table,
    judged: Judgement,
    made_from: int,
    shown: Shown,
    figures: Mapping[str, float | int | str] | None = None,
) -> Publication:
    built = table.replace("/", ".")
    session.bind_rows(built, rows)
    replaced, fingerprints = [judged.replaced], {judged.on.key: made_from}
    return publish(pipeline, session, table, built, BY_AS_OF, replaced, fingerprints, figures, shown=shown)


def _lift_shown(rows: pa.Table, titles: dict[str, str]) -> Shown:
    return lift_shown(rows.to_pylist(), titles)


def _made_from(pipeline: Pipeline, judged: Judgement) -> int:
    """Of what was known by the date of the judgement: an event that lands later is no reason to judge again."""
    settings = pipeline.settings.evaluation.model_dump(mode="json", exclude={"champion"})
    if judged.models_of is None:
        return fingerprint("nothing to judge yet", settings)
    rankers = [f"rankers/{name}" for name in pipeline.settings.rankers.in_use]
    known = [*rankers, "knowledge/item_links", "knowledge/item_vectors"]
    models = {table: pipeline.lake.fingerprints(table, [judged.models_of.key]) for table in known}
    past = load_past(pipeline, judged.models_of.first)
    events = events_digest(window_events(pipeline, past, judged.on.first))
    return fingerprint(past.digest, models, events, settings, pipeline.code_of("evaluation"))
