"""The benchmark of what trust costs: what it lands, what it leaves out, and what it says."""

import json
from pathlib import Path

import pytest

from benchmarks.busy_shop import DAYS, N_ITEMS, lay_out
from benchmarks.trust import STEPS, compared
from benchmarks.trust_parts import ACCOUNTING, AUDIT, PARTS, left_out, timed
from tests.pipeline.tiny import rows
from xdrec_assets.opening import open_pipeline
from xdrec_assets.pipeline import Pipeline

N_EVENTS = 5_000
TABLES = ["raw/shop/events", "raw/shop/rejected", "clean/shop/events", "clean/shop/quarantined", "joined/interactions"]


def shop(home: Path, lake: str) -> Pipeline:
    places = {"HOME": home, "PLATFORMS": home / "platforms", "LANDING": home / "landing", "LAKE": home / lake}
    return open_pipeline({f"XDREC_{name}": str(place) for name, place in places.items()}, DAYS[-1])


def test_what_is_left_out_changes_no_row(tmp_path: Path) -> None:
    lay_out(tmp_path, N_EVENTS)
    found = {}
    for way in (timed, left_out):
        pipeline = shop(tmp_path, way.__name__)
        with way() as seconds:
            for step in STEPS.values():
                step(pipeline)
        found[way] = {table: sorted(rows(pipeline, table).to_pylist(), key=repr) for table in TABLES}
        assert {name for name in seconds if seconds[name] > 0} == ({*AUDIT, *ACCOUNTING} if way is timed else set())
    unhashed = [{**row, "file_sha256": "0" * 64} for row in found[timed]["raw/shop/rejected"]]
    assert found[left_out]["raw/shop/rejected"] == unhashed
    for table in ("raw/shop/events", "clean/shop/events", "joined/interactions"):
        assert found[left_out][table] == found[timed][table]
    assert len(found[timed]["clean/shop/events"]) == N_EVENTS // 1000 * (
        1000 - 10 - 2 - 1 - 1
    )  # copies, unknown, no JSON, blank


def test_dirt_is_in_the_landed_lines(tmp_path: Path) -> None:
    lay_out(tmp_path, N_EVENTS)
    lines = (tmp_path / "landing" / "shop" / "events" / f"{DAYS[0]}.jsonl").read_text().splitlines()
    whole = [json.loads(line) for line in lines if line.endswith("}")]
    assert (len(lines), lines.count(""), len(whole)) == (1000, 1, 998)
    assert len({event["id"] for event in whole}) == 988
    assert sum(event["action"] == "blink" for event in whole) == 2
    assert all(int(event["sku"][1:]) < N_ITEMS or event["sku"] == "i9000000" for event in whole)


def test_parts_name_what_they_replace() -> None:
    assert {part.name for part in PARTS} <= {*AUDIT, *ACCOUNTING}


@pytest.mark.parametrize(("ours", "is_marked"), [(12.0, False), (12.1, True)])
def test_a_share_above_a_fifth_is_marked(ours: float, is_marked: bool) -> None:
    assert ("more than 20%" in compared("raw", (ours, 1, 1), (10.0, 1, 1))) == is_marked
