"""What tables cost, read back from their commits."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from resources.partitions import BY_AS_OF, Partition
from resources.provenance import step_of
from tests.evaluation.report.made_up import AS_OF, LATER
from tests.worlds import world
from xdrec_assets.evaluation.report.cost import by_stage, dearest, last_publication, publications
from xdrec_assets.origins import Origin

NOON = datetime(2026, 2, 9, 12, tzinfo=UTC)


def commit(run: str, seconds: float, *partitions: str, peak_mb: float = 100.0, **more: Any) -> Origin:
    note = {"run": run, "rows": 10, "seconds": seconds, "processor_seconds": seconds / 2, "partitions": [*partitions]}
    return Origin(1, NOON, note | {"peak_mb": peak_mb} | more)


def row(table: str, seconds: float, peak_mb: float | None = None) -> dict[str, Any]:
    found = last_publication(table, [commit("r", seconds)], "")
    assert found is not None
    return found | {"peak_mb": peak_mb}


def test_commits_of_one_run_are_one_cost() -> None:
    commits = [commit("new", 2.0, peak_mb=300), commit("new", 3.0), commit("old", 50.0, peak_mb=900)]
    found = last_publication("clean/shop/events", commits, "2026-02-02")
    assert found is not None
    assert (found["stage"], found["rows"], found["at"]) == ("clean", 20, NOON)
    assert (found["seconds"], found["processor_seconds"], found["peak_mb"]) == (5.0, 2.5, 300)


def test_the_as_of_date_asked_for_is_found_behind_a_later_one() -> None:
    commits = [commit("b", 7.0, "2026-02-09"), commit("a", 4.0, "2026-02-02")]
    found = last_publication("rankers/svd", commits, "2026-02-02")
    assert found is not None
    assert found["seconds"] == 4.0


def test_other_commits_than_publications_cost_nothing() -> None:
    created, folded = Origin(0, NOON), Origin(3, NOON, {"run": "r", "folded": "x", "seconds": 9.0})
    assert last_publication("raw/shop/events", [folded, created], "") is None


def test_warnings_are_each_said_once() -> None:
    commits = [commit("r", 1.0, warned=["range of price: 3 of 9 rows break it"])] * 2
    found = last_publication("clean/shop/items", commits, "")
    assert found is not None
    assert found["warned"] == ["range of price: 3 of 9 rows break it"]


def test_stages_come_in_order_and_their_shares_add_up() -> None:
    found = by_stage([row("rankers/svd", 6.0, 500.0), row("raw/shop/events", 1.0), row("rankers/knn", 3.0, 400.0)])
    assert [(one["stage"], one["n_tables"], one["seconds"], one["peak_mb"]) for one in found] == [
        ("raw", 1, 1.0, None),
        ("rankers", 2, 9.0, 500.0),
    ]
    assert [one["share"] for one in found] == [0.1, 0.9]


def test_the_dearest_come_first() -> None:
    rows = [row("a/a", 1.0), row("a/b", 3.0), row("a/c", 2.0)]
    assert [one["table"] for one in dearest(rows, 2)] == ["a/b", "a/c"]


def test_what_was_published_is_read_back_from_the_lake(tmp_path: Path) -> None:
    pipeline = world(tmp_path, {})
    for day, seconds in ((AS_OF, 0.1), (LATER, 0.0)):
        with step_of(f"run of {day}"):
            time.sleep(seconds)
            rows = pa.table({"as_of": pa.array([day], pa.date32())})
            note = {"rows": 1, "partitions": [day.isoformat()]}
            pipeline.lake.publish("rankers/svd", rows.to_reader, BY_AS_OF, [Partition.of_day(day)], note=note)
    pipeline.lake.publish("joined/items", pa.table({"n": [1]}).to_reader, note={"rows": 1})
    (first,), (second,) = (publications(pipeline, day.isoformat()) for day in (AS_OF, LATER))
    assert first["table"] == second["table"] == "rankers/svd"
    assert first["seconds"] >= 0.1 > second["seconds"]
