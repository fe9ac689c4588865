"""Backfills by partition and by range, and the refresh command, each in a process of its own."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.pipeline.commands import environment_of, initialise, run
from tests.pipeline.conftest import Refreshed
from tests.pipeline.tiny import SECOND, Tiny, lay_down, rows, small_world, versions

MATERIALIZE = ("dagster", "asset", "materialize", "-m", "xdrec_assets.definitions", "--select")


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Files landed, nothing materialised yet."""
    tiny, _ = lay_down(tmp_path_factory.mktemp("landed"), small_world(), days=10)
    initialise(tiny, environment_of(tiny))
    return tiny


def n_lines(tiny: Tiny, *days: str) -> int:
    return sum(len((tiny.home / f"landing/shop/events/{day}.jsonl").read_bytes().splitlines()) for day in days)


def n_read(tiny: Tiny) -> int:
    return sum(tiny.pipeline().lake.count(f"raw/shop/{table}") for table in ("events", "rejected"))


def test_one_partition_then_a_range_in_one_run(landed: Tiny) -> None:
    environment, day, later = environment_of(landed), "2026-01-06", ["2026-01-07", "2026-01-08", "2026-01-09"]
    run(environment, *MATERIALIZE, 'key:"raw/shop/*"', "--partition", day)
    assert n_read(landed) == n_lines(landed, day) > 0
    both = 'key:"raw/shop/*" or key:"clean/shop/*"'
    run(environment, *MATERIALIZE, both, "--partition-range", f"{later[0]}...{later[-1]}")
    assert n_read(landed) == n_lines(landed, day, *later)
    pipeline = landed.pipeline()
    cleaned = Counter(f"{day}" for day in rows(pipeline, "clean/shop/events")["day"].to_pylist())
    assert set(cleaned) == set(later)
    assert {table for table in pipeline.lake.tables() if "shop" not in table} == set()
    delta = pipeline.lake.open("clean/shop/events")
    assert delta is not None
    assert [commit["operation"] for commit in delta.history()].count("WRITE") == 1  # three days, one run, one commit


def test_refresh_says_what_it_did_and_what_came_out(refreshed: Refreshed, tmp_path: Path) -> None:
    tiny = refreshed.tiny.copied_to(tmp_path)
    before = versions(tiny.pipeline())
    done = run(environment_of(tiny), "xdrec_assets.refresh")
    assert [line for line in done.stderr.splitlines() if re.match(r"No file|As of", line)] == [
        "No file landed or changed",
        "As of 2026-01-19",
        f"As of {SECOND}",
    ]
    assert re.search(r"recommendations/top_k +unchanged", done.stderr)
    people = re.split(r"^Person ", done.stdout, flags=re.MULTILINE)[1:]
    assert [len(re.findall(r"^ +\d+  \w+ +\S", person, re.MULTILINE)) for person in people] == [10, 10]
    (report,) = re.findall(r"^Report: +(\S+)$", done.stdout, re.MULTILINE)
    assert Path(report).is_file()
    assert "Web UI:" in done.stdout
    assert re.search(r"^Refreshed in \d+ s\.$", done.stdout, re.MULTILINE)
    assert versions(tiny.pipeline()) == before


def test_refresh_without_files_says_where_to_put_them(refreshed: Refreshed, tmp_path: Path) -> None:
    environment = environment_of(refreshed.tiny) | {
        "XDREC_HOME": str(tmp_path),
        "XDREC_LANDING": str(tmp_path / "none"),
    }
    done = run(environment | {"DAGSTER_HOME": str(tmp_path / "dagster")}, "xdrec_assets.refresh", check=False)
    assert done.returncode == 1
    assert f"no file landed below {tmp_path / 'none'}" in done.stderr
    assert "Traceback" not in done.stderr
