"""What became of what platforms showed: click-through and conversion of the window that ends by an as-of date.

Showings and answers are events like any other, also those that say nothing of taste (of strength 0), so they are read
from joined/interactions. User and item are a platform's own: who saw it on one account has not seen it on another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from data_quality.contract import load_contract
from resources.fingerprint import fingerprint
from resources.partitions import BY_AS_OF
from xdrec_assets.evaluation.judging import Judgement, judgement
from xdrec_assets.evaluation.metrics.feedback import rate
from xdrec_assets.evaluation.relevant_sets import window
from xdrec_assets.evaluation.report.wording import platform_title, share
from xdrec_assets.joined.joining import bind_joined
from xdrec_assets.publishing import Publication, Shown, publish, stale, unchanged
from xdrec_assets.shown import figures_table

if TYPE_CHECKING:
    from resources.engine import Session
    from resources.partitions import Partition
    from xdrec_assets.pipeline import Pipeline
    from xdrec_assets.platforms.platform import Platform

TABLE = "evaluation/feedback"
ANSWERS = {"clicked": "click_through", "converted": "conversion"}
Counts = Mapping[str, int]


def publish_feedback(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Click-through and conversion of each platform that names feedback events, over the window that is over."""
    judged, asked = judgement(pipeline, partition), [p for p in pipeline.folder.platforms if p.feedback]
    made_from = _made_from(pipeline, judged, asked)
    if not stale(pipeline, [TABLE], {partition.key: made_from}):
        yield from unchanged(pipeline, TABLE)
        return
    titles = {platform.platform: platform.title for platform in asked}
    with pipeline.engine.session() as session:
        rows = _rows(pipeline, session, judged, asked)
        session.bind_rows("evaluation.feedback", rows)
        done = {judged.on.key: made_from}
        shown = feedback_shown(rows.to_pylist(), titles)
        yield publish(pipeline, session, TABLE, "evaluation.feedback", BY_AS_OF, [judged.replaced], done, shown=shown)


def feedback_counts(session: Session, platforms: Sequence[Platform], first: date, after: date) -> dict[str, Counts]:
    """How much was shown, clicked and converted from one day to before another; needs joined.interactions bound.

    Returns:
        By platform n_shown, n_clicked, n_converted; a platform that showed nothing is left out.
    """
    roles = [
        {"platform": platform.platform, "event_type": kind, "role": role}
        for platform in platforms
        if platform.feedback
        for kind, role in platform.feedback.roles()
    ]
    schema = pa.schema([(name, pa.string()) for name in ("platform", "event_type", "role")])
    session.bind_rows("evaluation.feedback_roles", pa.Table.from_pylist(roles, schema=schema))
    found = session.query("evaluation/feedback", {"first": first, "after": after}).to_arrow_table().to_pylist()
    return {row.pop("platform"): row for row in found}


def feedback_row(as_of: date, platform: Platform, counts: Counts) -> dict[str, Any]:
    """The row of a platform from its counts; without a figure for what it names no events of."""
    row: dict[str, Any] = {"as_of": as_of, "platform": platform.platform, "n_shown": counts.get("n_shown", 0)}
    for answer, name in ANSWERS.items():
        named = getattr(platform.feedback, answer)
        row[f"n_{answer}"] = counts.get(f"n_{answer}", 0) if named else None
        found = rate(row[f"n_{answer}"], row["n_shown"])
        row |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
    return row


def feedback_shown(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> Shown:
    """The rates with their intervals as a table for people."""
    lines = [
        {"platform": platform_title(row["platform"], titles), "shown": row["n_shown"]}
        | {name.replace("_", "-"): _with_interval(row, name) for name in ANSWERS.values()}
        for row in rows
    ]
    return Shown(has_preview=False, texts={"feedback": figures_table(lines)}) if lines else Shown()


def _with_interval(row: Mapping[str, Any], name: str) -> str:
    interval = f" ({share(row[f'{name}_low'])} to {share(row[f'{name}_high'])})"
    return share(row[name]) + ("" if row[name] is None else interval)


def _rows(pipeline: Pipeline, session: Session, judged: Judgement, platforms: Sequence[Platform]) -> pa.Table:
    rows = []
    if judged.models_of and platforms:
        as_of = judged.models_of.first
        bind_joined(pipeline, session, "interactions")
        counts = feedback_counts(session, platforms, *window(as_of, pipeline.settings.evaluation.days))
        rows = [feedback_row(as_of, platform, counts.get(platform.platform, {})) for platform in platforms]
    return pa.Table.from_pylist(rows, schema=load_contract(TABLE).arrow_schema())


def _made_from(pipeline: Pipeline, judged: Judgement, platforms: Sequence[Platform]) -> int:
    if judged.models_of is None or not platforms:
        return fingerprint("nothing to count", judged.replaced.first)
    named = [(platform.platform, platform.feedback.roles()) for platform in platforms if platform.feedback]
    days = window(judged.models_of.first, pipeline.settings.evaluation.days)
    keys = [p.key for p in pipeline.folder.partitions(*days)]
    events = pipeline.lake.fingerprints("joined/interactions", keys)
    return fingerprint(named, [str(day) for day in days], events, pipeline.code_of("evaluation"))
