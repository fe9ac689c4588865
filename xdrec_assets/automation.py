"""When what runs: jobs, a daily and a weekly schedule, and sensors for files that land."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import dagster as dg

from resources.partitions import Partition
from xdrec_assets.pipeline import Pipeline, consecutive

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
TEXTS = dg.AssetSelection.assets(
    *(["embeddings", table] for table in ("tuned_encoder", "item_texts", "families", "quarantined", "quantised_texts"))
)
MEDIA = dg.AssetSelection.assets(
    *(["embeddings", table] for table in ("media_files", "item_images", "item_sounds", "media_quarantined"))
)
WHOLE = TEXTS | MEDIA | dg.AssetSelection.assets(["joined", "identities"], ["joined", "people"], ["joined", "items"])
LOGS = TEXTS | MEDIA | dg.AssetSelection.groups("raw", "clean", "joined")
KNOWLEDGE = dg.AssetSelection.groups("knowledge") | dg.AssetSelection.assets(
    *(["embeddings", table] for table in ("item_words", "person_texts"))
)
MODELS = dg.AssetSelection.groups("rankers", "evaluation", "recommendations")
DAILY = "Yesterday's files, and those of the days before that may still be late."
VERIFIED = "Every stored file read again and compared with its checksum."
WEEKLY = "Rankers as of the newest as-of date; the models of the date before are judged by what came since."
LANDED = "Files that landed or changed in the last days since they were read."


@dataclass(frozen=True)
class Automation:
    """What runs by itself."""

    jobs: list[Any]  # unresolved asset jobs, which Dagster does not name in public
    schedules: list[dg.ScheduleDefinition]
    sensors: list[dg.SensorDefinition]


def automation(pipeline: Pipeline) -> Automation:
    """Jobs, schedules and sensors of a pipeline."""
    whole = dg.define_asset_job(
        "unpartitioned", WHOLE, description="Tables made anew as a whole, where their inputs changed."
    )
    logs = dg.define_asset_job("logs", LOGS, description="Landed files to joined tables and text vectors, by day.")
    knowledge = dg.define_asset_job("knowledge", KNOWLEDGE, description="Fused knowledge tables as of a date.")
    models = dg.define_asset_job("models", MODELS, description="Rankers to recommendations as of a date.")

    @dg.op(description=VERIFIED)
    def verify_stored_files(context: dg.OpExecutionContext) -> None:
        """Read every stored file again and compare its checksum."""
        from xdrec_assets.stored import summary, verify

        began = time.monotonic()
        findings = verify(pipeline)
        said = summary(findings, time.monotonic() - began)
        if findings.broken:
            raise dg.Failure(said, allow_retries=False)
        context.log.info(said)

    @dg.job(description=VERIFIED)
    def verify() -> None:
        """Read every stored file again and compare its checksum."""
        verify_stored_files()

    weekly_verify = dg.ScheduleDefinition(
        "weekly_verify", job=verify, cron_schedule="0 3 * * 0", execution_timezone="UTC", description=VERIFIED
    )

    @dg.schedule(job=logs, cron_schedule="15 2 * * *", execution_timezone="UTC", description=DAILY)
    def daily_logs(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """Yesterday's files, and those of the days before that may still be late."""
        yesterday = context.scheduled_execution_time.date() - timedelta(days=1)
        return _days_request(pipeline, yesterday)

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        monitored_jobs=[logs],
        request_job=knowledge,
        minimum_interval_seconds=60,
    )
    def knowledge_follows_logs(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
        """After every refresh of the logs, the knowledge of the newest as-of date that they reach."""
        day = _newest_day(context.dagster_run.tags) + timedelta(days=1)
        return _as_of_request(pipeline, day, f"knowledge after {context.dagster_run.run_id},")

    @dg.schedule(job=models, cron_schedule="0 5 * * 1", execution_timezone="UTC", description=WEEKLY)
    def weekly_models(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """Rankers as of the newest as-of date; the models of the date before are judged by what came since."""
        return _as_of_request(pipeline, context.scheduled_execution_time.date(), "models")

    @dg.sensor(job=logs, minimum_interval_seconds=300, description=LANDED)
    def landed_files(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        """Files that landed or changed in the last days since they were read."""
        yield from _changed_requests(pipeline)

    return Automation(
        [logs, whole, knowledge, models, verify],
        [daily_logs, weekly_models, weekly_verify],
        [knowledge_follows_logs, landed_files],
    )


def range_tags(run: list[Partition]) -> dict[str, str]:
    """The tags by which one run takes consecutive partitions in one go."""
    return {RANGE_START: run[0].key, RANGE_END: run[-1].key}


def _days_request(pipeline: Pipeline, day: date) -> dg.RunRequest | dg.SkipReason:
    settings = pipeline.folder.settings
    if day > pipeline.folder.last_day(day) or day < settings.first:
        return dg.SkipReason(f"{day} is outside the platform folder's days, {settings.first} to {settings.last}")
    first = max(settings.first, day - timedelta(days=settings.late_days))
    return dg.RunRequest(run_key=f"logs {day}", tags=range_tags(pipeline.folder.partitions(first, day)))


def _as_of_request(pipeline: Pipeline, day: date, job: str) -> dg.RunRequest | dg.SkipReason:
    dates = [as_of for as_of in pipeline.as_of_dates() if as_of <= day]
    if not dates:
        return dg.SkipReason(f"no as-of date by {day}")
    return dg.RunRequest(run_key=f"{job} {dates[-1]} {day}", partition_key=dates[-1].isoformat())


def _newest_day(tags: Mapping[str, str]) -> date:
    return date.fromisoformat(tags.get(RANGE_END) or tags["dagster/partition"])


def _changed_requests(pipeline: Pipeline) -> Iterator[dg.RunRequest | dg.SkipReason]:
    from xdrec_assets.raw.landed import landed_fingerprints
    from xdrec_assets.staleness import stale_partitions

    folder = pipeline.folder
    last = folder.last_day(pipeline.today)
    first = max(folder.settings.first, last - timedelta(days=2 * folder.settings.late_days + 1))
    runs = consecutive(stale_partitions(pipeline, folder.partitions(first, last)))
    for run in runs:
        made_from = [landed_fingerprints(pipeline, platform, run) for platform in folder.platforms]
        yield dg.RunRequest(run_key=f"landed {run[0].key} {made_from}", tags=range_tags(run))
    if not runs:
        yield dg.SkipReason(f"no file landed or changed from {first} to {last}")
