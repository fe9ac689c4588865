"""Every commit says where it comes from, whichever command made it, and people can read it."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from resources.provenance import step_of
from tests.worlds import SHOP, event, lines, read, world
from xdrec_assets.clean.cleaned import publish_cleaned
from xdrec_assets.history import main
from xdrec_assets.origins import Origin, origins
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.reprocess import reprocess

AT, TABLE = "2026-01-08T12:00:00Z", "clean/shop/events"
FILES = {"shop/events/2026-01-08.jsonl": lines(event("u1", "pan", AT), event("u2", "pan", AT, "love"))}


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    pipeline = world(tmp_path, FILES)
    read(pipeline)
    with step_of("run 7"):
        list(publish_cleaned(pipeline, pipeline.folder.platforms[0], pipeline.day_partitions()))
    return pipeline


def test_a_commit_tells_run_code_partitions_and_inputs(pipeline: Pipeline) -> None:
    newest, *_ = origins(pipeline, TABLE, 1)
    said = newest.text()
    assert f"version {newest.version}, {datetime.now(UTC):%Y}" in said
    assert ": 1 row of 2026-01-05 to 2026-01-14\n  run        run 7\n" in said
    assert f"  code       {pipeline.code_of('clean')}\n" in said
    assert f"raw/shop/events {pipeline.lake.version('raw/shop/events')}" in said


def test_a_commit_tells_what_it_cost(pipeline: Pipeline) -> None:
    newest, *_ = origins(pipeline, TABLE, 1)
    assert re.search(
        r"\n  took       \d+\.\d s, \d+\.\d s of processors(, [\d,]+ MB at its peak)?(\n|$)", newest.text()
    )


def test_a_command_says_so_too(pipeline: Pipeline, tmp_path: Path) -> None:
    corrected = world(tmp_path, {}, {"shop": SHOP.replace("skip: 0", "skip: 0, love: 1")})
    reprocess(corrected, corrected.folder.platforms[0], date.min, date.max)
    (newest,) = origins(corrected, TABLE, 1)
    assert newest.note["run"].startswith("reprocess shop ")
    assert newest.note["inputs"]["raw/shop/events"] == corrected.lake.version("raw/shop/events")


def test_what_a_commit_does_not_say_is_left_out() -> None:
    assert Origin(2, datetime(2026, 1, 8, tzinfo=UTC)).text() == "version 2, 2026-01-08 00:00:00 UTC"
    assert Origin(0, datetime(2026, 1, 8, tzinfo=UTC)).text().endswith("UTC: the table, without rows as yet")
    forgotten = Origin(3, datetime(2026, 1, 8, tzinfo=UTC), {"forgotten before": "2026-01-01"}).text()
    assert forgotten.endswith("  forgotten before  2026-01-01")


def test_the_command_line(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in pipeline.environment.items():
        monkeypatch.setenv(name, value)
    assert main(["--table", TABLE, "--last", "1"]) == 0
    assert "run 7" in capsys.readouterr().out
    assert main(["--table", "clean/shop/nothing"]) == 1
    assert "published tables: clean/shop/duplicates, clean/shop/events" in capsys.readouterr().err
