"""Judge the models of the as-of date before this one by what came after them, and choose what may be served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from data_quality.contract import load_contract
from resources.engine import Session
from resources.fingerprint import fingerprint
from resources.partitions import BY_AS_OF, Partition
from xdrec_assets.evaluation.catalogue import candidate_items
from xdrec_assets.evaluation.champion.decision import champion_table, choose_champions
from xdrec_assets.evaluation.evaluate import MetricRow, evaluate, metrics_table, recommend_with
from xdrec_assets.evaluation.leaderboard import leaderboard_table
from xdrec_assets.evaluation.relevant_sets import relevant_sets, window
from xdrec_assets.evaluation.report.pictures import champions_shown, leaderboard_shown, metrics_shown
from xdrec_assets.joined.identities import identities_before
from xdrec_assets.joined.joining import bind_clean, bind_joined
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, Shown, publish, publish_as_of, stale, unchanged
from xdrec_assets.rankers.registry import RANKERS
from xdrec_assets.rankers.training import Trained, load_model, load_popularity, models_of


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
    """Every metric of every ranker, platform and segment over the test window that ends by this date."""
    table, judged = "evaluation/metrics", judgement(pipeline, partition)
    made_from = _made_from(pipeline, judged)
    if not stale(pipeline, [table], {partition.key: made_from}):
        yield from unchanged(pipeline, table)
        return
    rows = metrics_table(_metric_rows(pipeline, judged) if judged.models_of else [])
    with pipeline.engine.session() as session:
        shown = metrics_shown(rows.to_pylist(), titles_of(pipeline))
        yield _publish(pipeline, session, table, rows, judged, made_from, shown)


def publish_leaderboard(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """The rankers of each platform in order, with what other platforms gave each."""
    table, judged = "evaluation/leaderboard", judgement(pipeline, partition)
    upstream = pipeline.lake.fingerprints("evaluation/metrics", [partition.key])
    made_from = fingerprint(upstream, pipeline.code_of("evaluation"))
    if not stale(pipeline, [table], {partition.key: made_from}):
        yield from unchanged(pipeline, table)
        return
    board = leaderboard_table(rows_of(pipeline, "evaluation/metrics", judged.replaced.first, judged.replaced.first))
    with pipeline.engine.session() as session:
        shown = leaderboard_shown(board, titles_of(pipeline))
        yield _publish(pipeline, session, table, board, judged, made_from, shown)


def publish_champion(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """What may be served on each platform from this date on, and why."""
    table, settings = "evaluation/champion", pipeline.settings.evaluation
    boards = rows_of(pipeline, "evaluation/leaderboard", date.min, partition.first - timedelta(days=1))
    made_from = fingerprint(boards.to_pylist(), settings.model_dump(mode="json"), pipeline.code_of("evaluation"))
    if not stale(pipeline, [table], {partition.key: made_from}):
        yield from unchanged(pipeline, table)
        return
    platforms = [platform.platform for platform in pipeline.folder.platforms]
    champions = choose_champions(
        boards.to_pylist(), partition.first, platforms, settings.days, settings.champion_windows
    )
    rows = champion_table(champions)
    with pipeline.engine.session() as session:
        shown = champions_shown(rows, titles_of(pipeline))
        yield publish_as_of(pipeline, session, table, rows, partition, made_from, shown=shown)


def rows_of(pipeline: Pipeline, table: str, first: date, last: date) -> pa.Table:
    """The rows of an as-of table from one as-of date to another, both included, in a fixed order."""
    schema = load_contract(table).arrow_schema()
    with pipeline.engine.session() as session:
        session.bind("evaluation.rows", [table], schema)
        rows = session.query("evaluation/as_of_rows", {"first": first, "last": last}).to_arrow_table()
    order: list[tuple[str, Any]] = [
        (name, "ascending") for name in ("as_of", "platform", "rank", "ranker", "trained_on", "segment", "metric")
    ]
    return rows.select(schema.names).sort_by([key for key in order if key[0] in schema.names])


def titles_of(pipeline: Pipeline) -> dict[str, str]:
    """What the platforms are called."""
    return {platform.platform: platform.title for platform in pipeline.folder.platforms}


def window_events(pipeline: Pipeline, first: date, after: date) -> pa.Table:
    """What happened in a test window, with the people of the models' day: platform, person_id, item_id, strength."""
    with pipeline.engine.session() as session:
        bind_clean(pipeline, session, "events", "links")
        bind_joined(pipeline, session, "interactions")
        session.bind_rows("joined.identities", identities_before(session, first))
        return session.query("evaluation/test_events", {"first": first, "after": after}).to_arrow_table()


def _publish(
    pipeline: Pipeline, session: Session, table: str, rows: pa.Table, judged: Judgement, made_from: int, shown: Shown
) -> Publication:
    built = table.replace("/", ".")
    session.bind_rows(built, rows)
    return publish(
        pipeline, session, table, built, BY_AS_OF, [judged.replaced], {judged.on.key: made_from}, shown=shown
    )


def _made_from(pipeline: Pipeline, judged: Judgement) -> int:
    settings = pipeline.settings.evaluation.model_dump(mode="json")
    if judged.models_of is None:
        return fingerprint("nothing to judge yet", settings)
    models = {name: pipeline.lake.fingerprints(f"rankers/{name}", [judged.models_of.key]) for name in RANKERS}
    days = [p.key for p in pipeline.folder.partitions(*_window(pipeline, judged.models_of.first))]
    events = pipeline.lake.fingerprints("joined/interactions", days)
    return fingerprint(models, events, settings, pipeline.code_of("evaluation"))


def _window(pipeline: Pipeline, as_of: date) -> tuple[date, date]:
    return window(as_of, pipeline.settings.evaluation.days)


def _metric_rows(pipeline: Pipeline, judged: Judgement) -> Iterator[MetricRow]:
    assert judged.models_of is not None
    as_of = judged.models_of.first
    past = load_past(pipeline, as_of)
    events = window_events(pipeline, *_window(pipeline, as_of))
    for name in RANKERS:
        for model in models_of(name, past.history):
            yield from _judge(pipeline, past, events, model, judged.models_of.key)


def _judge(pipeline: Pipeline, past: Past, events: pa.Table, model: Trained, as_of: str) -> Iterator[MetricRow]:
    history, settings = past.history, pipeline.settings.evaluation
    ranker = load_model(pipeline, model, as_of)
    platforms = history.platforms if model.trained_on == "all" else (model.platform,)
    for platform in platforms:
        popularity = load_popularity(pipeline, platform, as_of)
        candidates = candidate_items(history, platform, settings.catalogue)
        recommend = recommend_with(ranker, popularity, history, platform, settings.k, candidates)
        relevant = relevant_sets(events, history, platform, settings.min_strength)
        if settings.catalogue == "seen":
            relevant = relevant.of_candidates(candidates)
        yield from evaluate(history, relevant, candidates, recommend, model.ranker, model.trained_on)
