"""Publish the report of an as-of date: one HTML file, its plots on the asset, and its conclusion as a row."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from data_quality.contract import load_contract
from resources.fingerprint import fingerprint
from resources.partitions import Partition
from xdrec_assets.evaluation.report.background import TOP_K, with_background
from xdrec_assets.evaluation.report.conclusion import conclude
from xdrec_assets.evaluation.report.findings import findings
from xdrec_assets.evaluation.report.inputs import ReportInputs
from xdrec_assets.evaluation.report.page import render_report
from xdrec_assets.evaluation.report.pictures import report_shown
from xdrec_assets.evaluation.report.summary import summarise
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication, publish_as_of, stale, unchanged

TABLE = "evaluation/report"


def publish_report(pipeline: Pipeline, partition: Partition) -> Iterator[Publication]:
    """Write the report of what was known on a date, unless it would conclude the same from the same as the one there.

    Costs, row counts and what was set apart are shown as they stand then, and are no reason to write it again.
    """
    inputs = findings(pipeline, partition)
    path = pipeline.places.reports / f"{partition.key}.html"
    made_from = _made_from(pipeline, partition, inputs)
    if path.exists() and not stale(pipeline, [TABLE], {partition.key: made_from}):
        yield from unchanged(pipeline, TABLE)
        return
    inputs = with_background(pipeline, partition, inputs)
    page, said = render_report(inputs).encode(), "\n".join(conclude(summarise(inputs), inputs))
    _write(path, page)
    row = {"as_of": partition.first, "path": str(path), "bytes": len(page), "conclusion": said}
    rows = pa.Table.from_pylist([row], schema=load_contract(TABLE).arrow_schema())
    figures: dict[str, float | int | str] = {"conclusion": said, "file": str(path)}
    shown = report_shown(inputs)
    with pipeline.engine.session() as session:
        yield publish_as_of(pipeline, session, TABLE, rows, partition, made_from, figures, shown)


def _made_from(pipeline: Pipeline, partition: Partition, inputs: ReportInputs) -> int:
    """Resamples and recommendations are known by what they were made from: they are many."""
    resamples = pipeline.lake.fingerprints("evaluation/resamples", [partition.key])
    recommended = pipeline.lake.fingerprints(TOP_K, [inputs.as_of.isoformat()] if inputs.board else [])
    code = pipeline.code_of("evaluation", TABLE)
    return fingerprint(repr(replace(inputs, resamples=())), resamples, recommended, code)


def _write(path: Path, content: bytes) -> None:
    """Beside first, then renamed: nobody opens half a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)
