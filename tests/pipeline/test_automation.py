"""What runs by itself and when: schedules and sensors, evaluated at given times."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from tests.pipeline.conftest import Refreshed
from xdrec_assets.definitions import definitions_of
from xdrec_assets.opening import open_pipeline
from xdrec_assets.pipeline import Pipeline

RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return open_pipeline({"XDREC_HOME": str(tmp_path)}, today=date(2026, 2, 12))


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def tick(pipeline: Pipeline, schedule: str, instance: dg.DagsterInstance, *when: int) -> Any:
    definitions = definitions_of(pipeline)
    context = dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=datetime(*when, tzinfo=UTC),
        repository_def=definitions.get_repository_def(),
    )
    return definitions.resolve_schedule_def(schedule).evaluate_tick(context)


def test_every_night_yesterday_and_the_days_that_may_still_be_late(
    pipeline: Pipeline, instance: dg.DagsterInstance
) -> None:
    (request,) = tick(pipeline, "daily_logs", instance, 2026, 2, 12, 2, 15).run_requests
    assert [request.tags[tag] for tag in RANGE] == ["2026-02-08", "2026-02-11"]


def test_the_first_night_asks_for_no_day_before_the_first(pipeline: Pipeline, instance: dg.DagsterInstance) -> None:
    (request,) = tick(pipeline, "daily_logs", instance, 2026, 1, 6, 2, 15).run_requests
    assert [request.tags[tag] for tag in RANGE] == ["2026-01-05", "2026-01-05"]


@pytest.mark.parametrize("when", [(2026, 1, 5, 2, 15), (2026, 3, 3, 2, 15)])
def test_nights_outside_the_days_of_the_folder_are_skipped(
    pipeline: Pipeline, instance: dg.DagsterInstance, when: tuple[int, ...]
) -> None:
    skipped = tick(pipeline, "daily_logs", instance, *when)
    assert not skipped.run_requests
    assert "outside the platform folder's days, 2026-01-05 to 2026-03-01" in skipped.skip_message


def test_every_monday_the_models_of_that_monday(pipeline: Pipeline, instance: dg.DagsterInstance) -> None:
    (request,) = tick(pipeline, "weekly_models", instance, 2026, 2, 9, 5).run_requests
    assert request.partition_key == "2026-02-09"


def test_before_the_first_as_of_date_no_models(pipeline: Pipeline, instance: dg.DagsterInstance) -> None:
    skipped = tick(pipeline, "weekly_models", instance, 2026, 1, 26, 5)
    assert not skipped.run_requests
    assert skipped.skip_message == "no as-of date by 2026-01-26"


def test_schedules_run_at_night_and_early_on_mondays(pipeline: Pipeline) -> None:
    schedules = {name: definitions_of(pipeline).resolve_schedule_def(name) for name in ("daily_logs", "weekly_models")}
    assert {name: schedule.cron_schedule for name, schedule in schedules.items()} == {
        "daily_logs": "15 2 * * *",
        "weekly_models": "0 5 * * 1",
    }
    assert {schedule.execution_timezone for schedule in schedules.values()} == {"UTC"}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (dict(zip(RANGE, ("2026-02-08", "2026-02-11"), strict=True)), "2026-02-09"),
        (dict(zip(RANGE, ("2026-02-05", "2026-02-08"), strict=True)), "2026-02-09"),  # all that came before that Monday
        ({"dagster/partition": "2026-02-02"}, "2026-02-02"),
    ],
)
def test_knowledge_follows_the_logs(
    pipeline: Pipeline, instance: dg.DagsterInstance, tags: dict[str, str], expected: str
) -> None:
    request = after_logs(pipeline, instance, tags)
    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == expected


def test_logs_of_the_same_days_read_again_lead_to_knowledge_again(
    pipeline: Pipeline, instance: dg.DagsterInstance
) -> None:
    """Late files make a second run of the logs; Dagster starts nothing for a key that it has seen."""
    keys = {after_logs(pipeline, instance, {"dagster/partition": "2026-02-10"}).run_key for _ in range(2)}
    assert len(keys) == 2


def test_logs_before_the_first_as_of_date_lead_to_no_knowledge(
    pipeline: Pipeline, instance: dg.DagsterInstance
) -> None:
    assert isinstance(after_logs(pipeline, instance, {"dagster/partition": "2026-01-20"}), dg.SkipReason)


def after_logs(pipeline: Pipeline, instance: dg.DagsterInstance, tags: dict[str, str]) -> Any:
    """What the run-status sensor makes of a successful run of the logs."""

    @dg.op
    def nothing() -> None: ...

    @dg.job(name="logs")
    def logs() -> None:
        nothing()

    result = logs.execute_in_process(instance=instance, tags=tags)
    sensor = definitions_of(pipeline).resolve_sensor_def("knowledge_follows_logs")
    context = dg.build_run_status_sensor_context(
        sensor.name,
        dagster_event=result.get_run_success_event(),
        dagster_instance=instance,
        dagster_run=result.dagster_run,
    )
    return sensor(context)


def test_nothing_new_is_said_so(refreshed: Refreshed, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    pipeline = refreshed.tiny.copied_to(tmp_path).pipeline()
    found = landed_files(pipeline, instance)
    assert found.run_requests == []
    assert found.skip_message.startswith("no file landed or changed from ")


def test_a_file_that_landed_late_is_found(refreshed: Refreshed, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    pipeline = refreshed.tiny.copied_to(tmp_path).pipeline()
    late = date(2026, 1, 25)
    file = Path(pipeline.places.landing, "shop", "events", f"{late}.jsonl")
    file.write_bytes(file.read_bytes().splitlines(keepends=True)[0])
    os.utime(file, (1_800_000_000, 1_800_000_000))
    (request,) = landed_files(pipeline, instance).run_requests
    reopened = [f"{late - timedelta(days=3)}", f"{late + timedelta(days=1)}"]
    assert [request.tags[tag] for tag in RANGE] == reopened
    (again,) = landed_files(pipeline, instance).run_requests
    assert again.run_key == request.run_key  # Dagster starts no second run of the same key


def landed_files(pipeline: Pipeline, instance: dg.DagsterInstance) -> Any:
    sensor = definitions_of(pipeline).resolve_sensor_def("landed_files")
    return sensor.evaluate_tick(dg.build_sensor_context(instance=instance))
