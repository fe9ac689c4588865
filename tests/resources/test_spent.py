"""What work costs, as its commits tell it."""

import json
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from resources import spent
from resources.lake import Lake
from resources.provenance import step_of
from resources.spent import Spent


def test_waiting_takes_time_on_the_clock_and_none_of_the_processor() -> None:
    counted = Spent()
    time.sleep(0.05)
    figures = counted.figures()
    assert figures["seconds"] >= 0.05
    assert figures["processor_seconds"] < figures["seconds"]


def test_the_count_begins_anew() -> None:
    counted = Spent()
    time.sleep(0.05)
    counted.begin()
    assert counted.figures()["seconds"] < 0.05


@pytest.mark.skipif(not spent._peak_begins_anew(), reason="the system does not tell a process's peak of memory")
def test_the_peak_is_of_the_counted_work_alone() -> None:
    np.ones(25_000_000)  # 200 MB, before the count begins
    counted = Spent()
    before = counted.figures()["peak_mb"]
    np.ones(12_500_000)
    assert 90 < counted.figures()["peak_mb"] - before < 190


def test_a_system_that_tells_no_peak_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spent, "_peak_begins_anew", lambda: False)
    assert {*Spent().figures()} == {"seconds", "processor_seconds"}


def test_each_commit_of_a_step_costs_what_came_since_the_one_before(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    with step_of("run 7"):
        time.sleep(0.3)
        lake.publish("joined/items", pa.table({"n": [1]}).to_reader)
        lake.publish("joined/people", pa.table({"n": [1]}).to_reader)
    first, second = (_note(lake, table) for table in ("joined/items", "joined/people"))
    assert first["seconds"] >= 0.3 > second["seconds"] > 0


def test_no_step_no_cost(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.publish("joined/items", pa.table({"n": [1]}).to_reader, note={"rows": 1})
    assert _note(lake, "joined/items") == {"rows": 1}


def _note(lake: Lake, table: str) -> dict[str, float]:
    delta = lake.open(table)
    assert delta is not None
    return json.loads(delta.history(1)[0]["xdrec"])
