"""A bit that flips in any stored file is found by the verify command."""

import random
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from resources.checksums import DamagedFileError
from resources.lake import Lake
from resources.partitions import BY_MONTH, Partition
from resources.verification import verify_table
from tests.faults.writers import DAYS, TABLE, LakeStore, rows_of
from tests.rankers.test_store import popularity_of
from tests.worlds import clean, event, lines, world
from xdrec_assets import verify
from xdrec_assets.definitions import definitions_of
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.store import save_ranker

FLIPS = 4  # of each file, at random places


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    pipeline = world(tmp_path, {"shop/events/2026-01-06.jsonl": lines(event("u1", "pan", "2026-01-06T12:00:00Z"))})
    clean(pipeline)
    save_ranker(popularity_of(1, 2), pipeline.places.models / "popularity" / "2026-01-12" / "shop")
    return pipeline


def stored_files(pipeline: Pipeline) -> list[Path]:
    """Everything that is kept but the locks."""
    roots = [Path(pipeline.lake.root), pipeline.places.models]
    return sorted(path for root in roots for path in root.rglob("*") if path.is_file() and path.stat().st_size)


def flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)


def test_what_is_as_published_passes(pipeline: Pipeline) -> None:
    findings = verify.verify(pipeline)
    assert (findings.broken, findings.n_without_checksum, findings.n_unsealed) == ([], 0, 0)
    assert findings.n_files >= len([path for path in stored_files(pipeline) if path.suffix == ".parquet"])


def test_a_flipped_bit_is_found_in_any_file(pipeline: Pipeline) -> None:
    rng = random.Random(0)
    kinds = set()
    for path in stored_files(pipeline):
        for bit in rng.sample(range(8 * path.stat().st_size), FLIPS):
            flip(path, bit)
            broken = verify.verify(pipeline).broken
            assert any(path.name in found.path or path.parent.name in found.path for found in broken), (path, bit)
            flip(path, bit)
            kinds.add(path.suffix)
    assert kinds >= {".parquet", ".json", ".safetensors"}
    assert verify.verify(pipeline).broken == []


def test_a_lost_file_is_found(pipeline: Pipeline) -> None:
    for path in stored_files(pipeline):
        content = path.read_bytes()
        path.unlink()
        if path.parent.name != "_seals":  # the next publish makes it again
            assert verify.verify(pipeline).broken, path
        path.write_bytes(content)


def test_a_checkpoint_is_verified_too(tmp_path: Path) -> None:
    store = LakeStore(str(tmp_path))
    for round_ in range(1, 4):
        store.write(DAYS[0], round_)
    delta = store.lake.open(TABLE)
    assert delta is not None
    delta.create_checkpoint()
    store.tidy()
    assert verify_table(store.lake, TABLE).broken == []
    rng = random.Random(1)
    for path in Path(store.lake.path(TABLE), "_delta_log").glob("*checkpoint*"):
        for bit in rng.sample(range(8 * path.stat().st_size), 20):
            flip(path, bit)
            assert verify_table(store.lake, TABLE).broken, (path.name, bit)
            flip(path, bit)


def test_the_command_says_what_is_broken(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verify, "open_pipeline", lambda _: pipeline)
    assert verify.main([]) == 0
    assert "all as published" in capsys.readouterr().out
    (path, *_) = map(Path, pipeline.lake.files("clean/shop/events"))
    flip(path, 800)
    assert verify.main([]) == 1
    said = capsys.readouterr().out
    assert f"{path}: has sha256 " in said
    assert "1 broken" in said
    assert "made again" in said


def test_the_job_fails_where_something_is_broken(pipeline: Pipeline) -> None:
    job = definitions_of(pipeline).resolve_job_def("verify")
    assert job.execute_in_process().success
    flip(Path(pipeline.lake.files("clean/shop/events")[0]), 800)
    result = job.execute_in_process(raise_on_error=False)
    (failure,) = (event for event in result.all_events if event.is_step_failure)
    said = failure.step_failure_data.user_failure_data
    assert said is not None
    assert "1 broken" in (said.description or "")


def test_damaged_rows_are_not_copied_into_a_new_file(tmp_path: Path) -> None:
    lake, days = Lake(str(tmp_path)), DAYS[:3]
    all_days = [Partition.of_day(day) for day in days]
    rows = pa.concat_tables([rows_of(day, 2) for day in days])
    lake.publish(TABLE, rows.to_reader, BY_MONTH, all_days, {p.key: 2 for p in all_days})
    (file,) = lake.files(TABLE)
    flip(Path(file), 8 * 200)
    with pytest.raises(DamagedFileError, match=r"has sha256 .* remove the table's folder and refresh"):
        LakeStore(str(tmp_path)).write(days[1], 3)
    assert lake.files(TABLE) == [file]
    lake.publish(
        TABLE, rows.to_reader, BY_MONTH, all_days, {p.key: 2 for p in all_days}
    )  # nothing stays, nothing is read
    assert verify_table(lake, TABLE).broken == []
    assert LakeStore(str(tmp_path)).wrong() == []


def test_an_empty_partition_is_no_damage(tmp_path: Path) -> None:
    day = next(day for day in (DAYS[0] + timedelta(days=n) for n in range(400)) if (day.toordinal() * 7 + 13) % 40 == 0)
    empty = rows_of(day, 1)
    assert empty.num_rows == 0
    lake = Lake(str(tmp_path))
    lake.publish(TABLE, empty.to_reader, BY_MONTH, [Partition.of_day(day)], {f"{day}": 1})
    assert (lake.fingerprints(TABLE, [f"{day}"]), lake.count(TABLE)) == ({f"{day}": 1}, 0)
    assert verify_table(lake, TABLE).broken == []
    assert lake.files(TABLE) == []
