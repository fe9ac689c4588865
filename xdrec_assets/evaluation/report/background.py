"""Read what stands behind a report: how much is known, what was set apart, what it cost, and a few examples.

All of it is known by the date of the decision; costs and warnings are those of the last publications. It is shown as it
stands: a report waits for none of these tables, nor for what was recommended, which is an earlier date's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_quality.contract import load_contract
from resources.engine import Session
from resources.partitions import Partition
from xdrec_assets.evaluation.judge import window_events
from xdrec_assets.evaluation.judging import judgement, titles_of
from xdrec_assets.evaluation.report.cost import publications
from xdrec_assets.evaluation.report.examples import examples, people_shown
from xdrec_assets.evaluation.report.inputs import ReportInputs
from xdrec_assets.joined.joining import bind_joined
from xdrec_assets.joined.past import load_past
from xdrec_assets.pipeline import Pipeline

TOP_K: Final = "recommendations/top_k"
LINKS: Final = "knowledge/item_links"


def with_background(pipeline: Pipeline, partition: Partition, inputs: ReportInputs) -> ReportInputs:
    """The same inputs, and what stands behind them."""
    models_of = judgement(pipeline, partition).models_of
    days = {"as_of": partition.first, "before": models_of.first if models_of else partition.first}
    with pipeline.engine.session() as session:
        inputs = replace(inputs, quality=_quality(pipeline, session, days), costs=publications(pipeline, partition.key))
        if models_of is None:
            return inputs
        bind_joined(pipeline, session, "interactions")
        session.bind("knowledge.item_links", [LINKS], load_contract(LINKS).arrow_schema())
        return replace(
            inputs,
            sizes=_rows(session, "known", days),
            twins=_rows(session, "twins", days),
            examples=_examples(pipeline, session, models_of.first, partition.first),
        )


def _quality(pipeline: Pipeline, session: Session, days: dict[str, date]) -> list[dict[str, Any]]:
    platforms = [platform.platform for platform in pipeline.folder.platforms]
    for stage, kind in (("raw", "files"), ("clean", "quarantined"), ("clean", "duplicates")):
        tables = [f"{stage}/{platform}/{kind}" for platform in platforms]
        session.bind(f"{stage}.{kind}", tables, load_contract(f"{stage}/{kind}").arrow_schema())
    return _rows(session, "landed_lines", days)


def _examples(pipeline: Pipeline, session: Session, as_of: date, known_by: date) -> list[dict[str, Any]]:
    """What a few people were recommended on the judged date, marked where they took it in the test window."""
    session.bind("recommendations.top_k", [TOP_K], load_contract(TOP_K).arrow_schema())
    past, settings = load_past(pipeline, as_of), pipeline.settings.evaluation
    people = [str(past.history.person_id[person]) for person in people_shown(past.history)]
    recommended = _rows(session, "served", {"as_of": as_of, "people": people})
    titles = np.array(past.items.column("title").to_pylist(), dtype=object)
    events = window_events(pipeline, past, known_by)
    events = events.filter(pc.is_in(events["person_id"], pa.array(people, pa.string())))
    return examples(past.history, titles, recommended, _taken(events, settings.min_strength), titles_of(pipeline))


def _taken(events: pa.Table, min_strength: float) -> set[tuple[str, str, str]]:
    return {
        (row["platform"], row["person_id"], row["item_id"])
        for row in events.to_pylist()
        if row["strength"] > min_strength
    }


def _rows(session: Session, name: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = session.query(f"evaluation/report/{name}", parameters).to_arrow_table().to_pylist()
    return rows
