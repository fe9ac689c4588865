"""Publish the report of an as-of date: one HTML file, its plots on the asset, and its conclusion as a row."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from data_quality.contract import load_contract
from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.evaluation.judging import judgement, rows_of, titles_of
from xdrec_assets.evaluation.report.conclusion import conclude, summarise
from xdrec_assets.evaluation.report.page import ReportInputs, render_report
from xdrec_assets.evaluation.report.pictures import report_shown
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, publish_as_of, stale, unchanged

TABLE = "evaluation/report"


def publish_report(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Write the report of what was known on a date, unless it would say the same as the one that stands."""
    inputs = report_inputs(pipeline, partition)
    path = pipeline.places.reports / f"{partition.key}.html"
    # how many rows there are today is shown, and is no reason to write the reports of all dates again
    made_from = fingerprint(repr(replace(inputs, row_counts=())), pipeline.code_of("evaluation"))
    if path.exists() and not stale(pipeline, [TABLE], {partition.key: made_from}):
        yield from unchanged(pipeline, TABLE)
        return
    page = render_report(inputs).encode()
    _write(path, page)
    row = {"as_of": partition.first, "path": str(path), "bytes": len(page), "conclusion": _conclusion(inputs)}
    rows = pa.Table.from_pylist([row], schema=load_contract(TABLE).arrow_schema())
    figures = {"conclusion": _conclusion(inputs), "file": str(path)}
    with pipeline.engine.session() as session:
        yield publish_as_of(
            pipeline,
            session,
            TABLE,
            rows,
            partition,
            made_from,
            figures,
            report_shown(inputs.metrics, inputs.platform_titles),
        )


def report_inputs(pipeline: Pipeline, partition: Partition) -> ReportInputs:
    """Everything the report of a date shows: the judgement made on it, the champions from it on, and the tables."""
    models_of = judgement(pipeline, partition).models_of
    judged = models_of or partition
    metrics = rows_of(pipeline, "evaluation/metrics", judged.first, judged.first).to_pylist() if models_of else []
    past = rows_of(pipeline, "evaluation/leaderboard", date.min, judged.first - timedelta(days=1))
    return ReportInputs(
        as_of=judged.first,
        settings=pipeline.settings.evaluation,
        metrics=metrics,  # those of a first date are made later, and are the next one's to report
        champions=rows_of(pipeline, "evaluation/champion", partition.first, partition.first).to_pylist(),
        past=past.to_pylist(),
        row_counts=_row_counts(pipeline),
        platform_titles=titles_of(pipeline),
        all_settings=_all_settings(pipeline),
    )


def _row_counts(pipeline: Pipeline) -> list[dict[str, Any]]:
    """How many rows the tables hold that models learn from, and what was set apart on the way to them."""
    platforms = [platform.platform for platform in pipeline.folder.platforms]
    kinds = [("raw", "events"), ("raw", "rejected"), ("clean", "events"), ("clean", "quarantined")]
    tables = [f"{stage}/{platform}/{kind}" for stage, kind in kinds for platform in platforms]
    tables += [f"joined/{kind}" for kind in ("people", "identities", "items", "interactions")]
    tables += ["embeddings/item_texts"]
    return [{"stage": table.split("/")[0], "table": table, "rows": pipeline.lake.count(table)} for table in tables]


def _all_settings(pipeline: Pipeline) -> dict[str, Any]:
    sections = vars(pipeline.settings)
    return {
        f"{section}.{key}": value
        for section, settings in sections.items()
        for key, value in settings.model_dump(mode="json").items()
    }


def _conclusion(inputs: ReportInputs) -> str:
    return "\n".join(conclude(summarise(inputs.metrics, inputs.platform_titles), inputs.settings.k))


def _write(path: Path, content: bytes) -> None:
    """Beside first, then renamed: nobody opens half a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)
