"""Compare the fusion and alignment of item vectors with those that were not chosen, by what people took next.

Every way makes its vectors out of the same sources, as of the date that is judged. The test window is over by the date
of the decision: it is validation for the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from data_quality.contract import load_contract
from resources.fingerprint import fingerprint
from resources.partitions import BY_AS_OF, Partition
from xdrec_assets.evaluation.fusion_comparison import fusion_rows
from xdrec_assets.evaluation.judge import events_digest, window_events
from xdrec_assets.evaluation.judging import Judgement, judgement, titles_of
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.knowledge.compared import cases_of, fused_by_case
from xdrec_assets.knowledge.fusion.reading import read_by_scope, read_everywhere, read_text
from xdrec_assets.knowledge.links.twins import twins
from xdrec_assets.knowledge.reading import ITEMS
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, Shown, publish, stale, unchanged
from xdrec_assets.shown import figures_table

FUSIONS = "evaluation/fusions"


def publish_fusions(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """How the vectors of the as-of date before this one could have been made otherwise, and what that would give.

    Raises:
        ValueError: there is something to compare, but no vectors were published for that date.
    """
    judged = judgement(pipeline, partition)
    made_from = _made_from(pipeline, judged)
    if not stale(pipeline, [FUSIONS], {partition.key: made_from}):
        yield from unchanged(pipeline, FUSIONS)
        return
    found: list[dict[str, Any]] = []
    if judged.models_of is not None and cases_of(pipeline.settings.knowledge):
        found = _judged(pipeline, load_past(pipeline, judged.models_of.first), judged.on.first)
    rows = pa.Table.from_pylist(found, load_contract(FUSIONS).arrow_schema())
    shown = Shown(has_preview=False, texts=_texts(found, titles_of(pipeline)))
    with pipeline.engine.session() as session:
        session.bind_rows("evaluation.fusions", rows)
        replaced, prints = [judged.replaced], {partition.key: made_from}
        yield publish(pipeline, session, FUSIONS, "evaluation.fusions", BY_AS_OF, replaced, prints, shown=shown)


def _judged(pipeline: Pipeline, past: Past, known_by: date) -> list[dict[str, Any]]:
    knowledge, evaluation, as_of = pipeline.settings.knowledge, pipeline.settings.evaluation, f"{past.history.as_of}"
    if pipeline.lake.fingerprints(ITEMS, [as_of])[as_of] is None:
        raise ValueError(f"{ITEMS} holds nothing as of {as_of}, and others are compared with it; materialise it first")
    text, by_scope = read_text(pipeline, past), read_by_scope(pipeline, past)
    others = {**read_everywhere(pipeline, past), **{name: each[ALL] for name, each in by_scope.items()}}
    turns_by_twins = any(case.alignment == "procrustes_twins" for case in cases_of(knowledge))
    pairs = twins(past.history, past.items, text, knowledge.links).pairs if turns_by_twins else None
    events = window_events(pipeline, past, known_by)
    vectors = fused_by_case(past.history, text, others, knowledge, pairs)
    return fusion_rows(past.history, events, vectors, evaluation, pipeline.settings.rankers)


def _made_from(pipeline: Pipeline, judged: Judgement) -> int:
    """All that the figures depend on: how the vectors were made is part of what was published of them."""
    settings, compare_settings = pipeline.settings.evaluation, pipeline.settings.knowledge.compare
    used = {"days", "k", "catalogue", "min_strength", "resamples", "level", "seed"}
    how = [settings.model_dump(mode="json", include=used), compare_settings.model_dump(mode="json")]
    if judged.models_of is None:
        return fingerprint("nothing to judge yet", how)
    rankers = pipeline.settings.rankers.model_dump(mode="json", include={"nearest_text", "popularity"})
    events = events_digest(window_events(pipeline, load_past(pipeline, judged.models_of.first), judged.on.first))
    vectors = pipeline.lake.fingerprints(ITEMS, [judged.models_of.key])
    return fingerprint(vectors, events, how, rankers, pipeline.code_of("evaluation", "rankers"))


def _texts(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> dict[str, str]:
    """The rows as a Markdown table, where there are any."""
    lines = [
        {
            "platform": titles.get(row["platform"], row["platform"]),
            "alignment": row["alignment"],
            "fusion": row["fusion"],
            "NDCG": f"{row['ndcg']:.4f}",
            "beside the chosen": "–" if row["difference"] is None else f"{row['difference']:+.4f}",
            "verdict": row["verdict"],
        }
        for row in rows
        if row["ndcg"] is not None
    ]
    return {"fusions": figures_table(lines)} if lines else {}
