"""Refresh everything from the command line: what landed since the last time, through to reports and recommendations."""

import argparse
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from data_quality.contract import load_contract
from resources.catalogue import write_catalogue
from xdrec_assets.automation import range_tags
from xdrec_assets.definitions import definitions_of
from xdrec_assets.leftovers import collect_leftovers
from xdrec_assets.opening import open_pipeline
from xdrec_assets.pipeline import Pipeline, consecutive
from xdrec_assets.progress import Progress
from xdrec_assets.retention import retain
from xdrec_assets.staleness import newest_landed, stale_partitions

DAGSTER_YAML = "telemetry:\n  enabled: false\nnux:\n  enabled: false\n"  # nux: a pop-up that asks for an address
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class StepFailed(RuntimeError):
    """A step failed; what it and the steps after it would have published stays as it was."""


def refresh(pipeline: Pipeline, instance: dg.DagsterInstance) -> list[date]:
    """Materialise every partition whose inputs changed, stage by stage; the as-of dates that are up to date now.

    Raises:
        StepFailed: says which step, and why.
        ValueError: nothing has landed.
    """
    definitions = definitions_of(pipeline)
    partitions = pipeline.day_partitions()
    newest = newest_landed(pipeline, partitions)
    if newest is None:
        raise ValueError(
            f"no file landed below {pipeline.places.landing} for the platforms in {pipeline.places.platforms}; "
            "put log files there, or run `make sample` for the simulated ones"
        )
    changed = stale_partitions(pipeline, partitions)
    for run in consecutive(changed):
        _heading(f"Logs of {run[0].key} to {run[-1].key}")
        _execute(definitions, instance, "logs", tags=range_tags(run))
    if not changed:
        _heading("No file landed or changed")
        _execute(definitions, instance, "unpartitioned")
    dates = [as_of for as_of in pipeline.as_of_dates() if as_of <= newest + timedelta(days=1)]
    for as_of in dates:
        _heading(f"As of {as_of}")
        for job in ("knowledge", "models"):
            _execute(definitions, instance, job, partition_key=as_of.isoformat())
    retain(pipeline)
    tidy(pipeline, ["/".join(key.path) for key in definitions.resolve_asset_graph().get_all_asset_keys()])
    return dates


def tidy(pipeline: Pipeline, tables: Sequence[str]) -> None:
    """Delete files of versions too old to keep and what dead writers left, and write the catalogue of what stands."""
    for table in tables:
        pipeline.lake.vacuum(table)
        pipeline.lake.collect(table)
    collect_leftovers(pipeline.places)
    write_catalogue(pipeline.lake, pipeline.places.catalogue, tables, lambda table: load_contract(table).description)


def open_instance(home: Path, environment: Mapping[str, str]) -> dg.DagsterInstance:
    """The Dagster instance of this installation, in DAGSTER_HOME or below the home folder; made when missing."""
    folder = Path(environment.get("DAGSTER_HOME", home / "dagster")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "dagster.yaml").exists():
        (folder / "dagster.yaml").write_text(DAGSTER_YAML, encoding="utf-8")
    return dg.DagsterInstance.from_config(str(folder))


def summary(pipeline: Pipeline, as_of: date) -> str:
    """What a person wants to know after a refresh: some recommendations, the conclusion, how to look at everything."""
    from xdrec_assets.evaluation.judging import rows_of
    from xdrec_assets.recommendations.serving import show_recommendations

    report = rows_of(pipeline, "evaluation/report", as_of, as_of).to_pylist()[0]
    width = min(max(shutil.get_terminal_size((100, 24)).columns, 60), 120)
    paragraphs = [textwrap.fill(text, width - 2) for text in report["conclusion"].splitlines()]
    return "\n".join(
        [
            f"Recommendations from {as_of} on: the ten best for the two people who are known on most platforms",
            "",
            show_recommendations(pipeline, as_of, width=width),
            "",
            "What the evaluation concludes",
            "",
            *(textwrap.indent(paragraph, "  ") for paragraph in paragraphs),
            "",
            f"Report:  {report['path']}",
            f"Tables:  {pipeline.places.catalogue}  (open with any DuckDB client)",
            "Web UI:  make ui",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: `python -m xdrec_assets.refresh`."""
    parser = argparse.ArgumentParser(prog="python -m xdrec_assets.refresh", description=__doc__)
    parser.parse_args(arguments)
    began = time.monotonic()
    try:
        pipeline = open_pipeline(os.environ)
        with open_instance(pipeline.places.home, os.environ) as instance, Progress():
            dates = refresh(pipeline, instance)
    except (ValueError, OSError, StepFailed) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    if dates:
        print(f"\n{summary(pipeline, dates[-1])}")
    print(f"\nRefreshed in {time.monotonic() - began:.0f} s.")
    return 0


def _execute(definitions: dg.Definitions, instance: dg.DagsterInstance, job: str, **how: Any) -> None:
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance, run_config=QUIET, raise_on_error=False, **how
    )
    for failure in (event for event in result.all_events if event.is_step_failure):
        error = failure.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        description = failure.step_failure_data.user_failure_data
        why = (description and description.description) or (error.message if error else "unknown")
        raise StepFailed(f"Step {failure.step_key} failed: {why.strip()}\nRun {result.run_id} has the details: make ui")
    if not result.success:
        raise StepFailed(f"Run {result.run_id} of job {job} failed before its steps; look at it with: make ui")


def _heading(text: str) -> None:
    print(f"\n{text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # all is on disk; the storage libraries' threads and objects make noise when the interpreter ends
