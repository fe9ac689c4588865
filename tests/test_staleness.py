"""A refresh makes again just the days whose files changed, and the days they can have events of."""

import os
from datetime import date
from pathlib import Path

import pytest

from tests.worlds import event, join, land, lines, rows, world
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.staleness import newest_landed, stale_partitions

FILES = {
    f"shop/events/2026-01-{day:02}.jsonl": lines(event("u", "pan", f"2026-01-{day:02}T12:00:00Z"))
    for day in (5, 6, 8, 9, 10, 11)
}


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return world(tmp_path, FILES)


def stale(pipeline: Pipeline) -> list[int]:
    return [partition.first.day for partition in stale_partitions(pipeline, pipeline.day_partitions())]


def test_at_first_every_landed_day_is_stale_and_those_it_tells_of(pipeline: Pipeline) -> None:
    assert stale(pipeline) == [5, 6, 7, 8, 9, 10, 11, 12]


def test_when_nothing_changed_nothing_is_stale(pipeline: Pipeline) -> None:
    join(pipeline)
    assert stale(pipeline) == []


def test_a_touched_file_reopens_the_days_it_can_have_events_of(pipeline: Pipeline) -> None:
    join(pipeline)
    os.utime(Path(pipeline.places.landing) / "shop/events/2026-01-10.jsonl", (1, 1))
    assert stale(pipeline) == [7, 8, 9, 10, 11]  # three late days before; clocks may run ahead by one after
    join(pipeline)
    assert stale(pipeline) == []


def test_a_new_day_reopens_no_day_before_its_late_days(pipeline: Pipeline) -> None:
    join(pipeline)
    land(pipeline, {"shop/events/2026-01-14.jsonl": lines(event("u", "wok", "2026-01-14T12:00:00Z"))})
    assert stale(pipeline) == [11, 12, 13, 14]


def test_files_that_are_gone_make_nothing_stale(pipeline: Pipeline) -> None:
    join(pipeline)
    (Path(pipeline.places.landing) / "shop/events/2026-01-06.jsonl").unlink()
    assert stale(pipeline) == []


def test_a_day_that_lost_one_of_its_files_stands_as_it_was_read(tmp_path: Path) -> None:
    pipeline = world(tmp_path, FILES)
    join(pipeline)
    folder = Path(pipeline.places.landing) / "shop/events"
    (folder / "2026-01-06.jsonl").unlink()
    os.utime(folder / "2026-01-05.jsonl", (1, 1))
    assert 5 in stale(pipeline)
    join(pipeline)
    assert len(rows(pipeline, "raw/shop/events", "record")) == len(FILES)
    assert stale(pipeline) == []


def test_the_newest_landed_day(pipeline: Pipeline, tmp_path: Path) -> None:
    assert newest_landed(pipeline, pipeline.day_partitions()) == date(2026, 1, 11)
    assert newest_landed(world(tmp_path / "empty", {}), pipeline.day_partitions()) is None
