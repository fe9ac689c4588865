"""Files that change while they are read, that may not be read, or for which there is no room: said clearly, and the
last good version stays."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resources import unpacked as unpacked_module
from resources.landing import Landing
from resources.limits import Limits
from resources.parquet_lines import parquet_lines
from resources.tally import Tally
from tests.worlds import event, land, lines, read, rows, world
from xdrec_assets.raw.reading import read_source

DAY, AT = "shop/events/2026-01-08.jsonl", "2026-01-08T12:00:00Z"


def texts(landing: Landing, path: str = "log", grow: bytes = b"") -> list[tuple[str, str | None]]:
    """Lines and their problems; the file grows once it was found."""
    file = landing.find(path)
    assert file is not None
    with (Path(landing.root) / path).open("ab") as more:
        more.write(grow)
    found = [row for batch in landing.lines(file, "none") for row in batch.to_pylist()]
    return [(row["line"], row["problem"]) for row in found]


@pytest.mark.parametrize("chunk", [6, 9, 4 << 20])
def test_a_file_that_grows_is_read_to_the_size_it_had_and_its_unfinished_line_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(unpacked_module, "CHUNK_BYTES", chunk)
    (tmp_path / "log").write_bytes(b"one\ntwo\nthr")
    landing = Landing(str(tmp_path))
    assert texts(landing, grow=b"ee\nfour\n") == [("one", None), ("two", None)]
    assert texts(landing) == [("one", None), ("two", None), ("three", None), ("four", None)]


def test_a_last_line_without_an_end_is_read_where_nothing_follows(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"one\ntwo")
    assert texts(Landing(str(tmp_path))) == [("one", None), ("two", None)]


def test_a_file_that_shrinks_says_so(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"one\ntwo\n" * 9)
    landing = Landing(str(tmp_path))
    file = landing.find("log")
    assert file is not None
    (tmp_path / "log").write_bytes(b"one\ntw")
    *_, last = [row for batch in landing.lines(file, "none") for row in batch.to_pylist()]
    assert last["problem"] == "the file breaks off here: it had 72 bytes when it was listed and has 6 now"


def test_a_link_within_the_landing_area_is_followed_and_one_out_of_it_is_not(tmp_path: Path) -> None:
    root = tmp_path / "landing"
    land(root, {"there/log": "one\n"})
    (tmp_path / "secret").write_text("secret\n")
    (root / "inside").symlink_to(root / "there" / "log")
    (root / "outside").symlink_to(tmp_path)
    landing = Landing(str(root))
    assert texts(landing, "inside") == [("one", None)]
    file = landing.find("outside/secret")
    assert file is not None
    assert (file.n_bytes, str(file.refusal)[:6]) == (0, "a link")
    for path in ("outside/secret", "../secret", (tmp_path / "secret").as_uri()):
        with pytest.raises(PermissionError, match="leads out of the landing area"):
            landing.open(path)


def test_a_landing_area_behind_a_link_is_one(tmp_path: Path) -> None:
    land(tmp_path / "disk", {"log": "one\n"})
    (tmp_path / "landing").symlink_to(tmp_path / "disk")
    assert texts(Landing(str(tmp_path / "landing"))) == [("one", None)]


@contextmanager
def unprivileged() -> Iterator[None]:
    """What root may do, files forbid no one; so the test is nobody for a while."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if user == 0:
            os.seteuid(user)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_a_file_that_may_not_be_read_stops_the_step_and_says_what_to_do(open_folder: Path, form: str) -> None:
    pipeline = world(open_folder, {DAY: lines(event("u", "i", AT))})
    (platform,) = pipeline.folder.platforms
    source = platform.sources["events"].model_copy(update={"format": form})
    platform = platform.model_copy(update={"sources": {"events": source}})
    (Path(pipeline.places.landing) / DAY).chmod(0)
    with pipeline.engine.session() as session, unprivileged(), pytest.raises(Exception, match="may not be read; give"):
        read_source(session, pipeline.landing, pipeline.folder, platform, "events", pipeline.day_partitions())


@contextmanager
def largest_file(n_bytes: int) -> Iterator[None]:
    """No file may become larger, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_last_good_version(tmp_path: Path) -> None:
    pipeline = world(tmp_path, {DAY: lines(event("u", "pan", AT))})
    read(pipeline)
    before = rows(pipeline, "raw/shop/events")
    land(pipeline, {DAY: lines(*(event(f"u{n * 7919 % 100_003}", f"i{n}", AT) for n in range(20_000)))})
    with largest_file(20_000), pytest.raises(Exception, match=r"(?i)file too large|os error 27|no space"):
        read(pipeline)
    assert rows(pipeline, "raw/shop/events") == before
    read(pipeline)
    assert len(rows(pipeline, "raw/shop/events")) == 20_000


def test_a_full_scratch_folder_is_said(tmp_path: Path) -> None:
    pipeline = world(tmp_path, {}, XDREC_MEMORY_LIMIT="50MB")
    query = "create temp table sorted as select hash(range) as h from range(9_000_000) order by h"
    with (
        pipeline.engine.session() as session,
        largest_file(100_000),
        pytest.raises(Exception, match=r"(?i)file too large|could not write|out of memory|no space"),
    ):
        session.con.execute(query)
    read(pipeline)


MEMORY = """
import resource, sys
from pathlib import Path
from resources.landing import Landing
from resources.limits import Limits

landing, compression = Landing(sys.argv[1]), sys.argv[2]
list(landing.lines(landing.find("small"), "none"))  # what is loaded once is
now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + (200 << 20), now + (200 << 20)))
batches = landing.lines(landing.find("bomb"), compression, limits=Limits(ratio=10**6))
rows = [row for batch in batches for row in batch.to_pylist()]
print([(row["source_line"], len(row["line"]), row["problem"]) for row in rows])
"""


@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
def test_a_line_of_half_a_gigabyte_is_never_held(tmp_path: Path, compression: str) -> None:
    """In an address space with 200 MiB left, so that the line would not fit."""
    (tmp_path / "small").write_text("one\n")
    write_bomb(tmp_path / "bomb", compression)
    command = [sys.executable, "-c", MEMORY, str(tmp_path), compression]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=60)
    assert done.returncode == 0, done.stderr
    problem = "the line has 536,870,912 bytes, the limit is 1,048,576; only its beginning is kept"
    assert done.stdout.strip() == str([(1, 5, None), (2, 1000, problem), (3, 4, None)])


PARQUET_MEMORY = """
import resource, sys
from pathlib import Path
from resources.landing import Landing
from resources.limits import Limits
from resources.parquet_lines import parquet_lines
from resources.tally import Tally

landing = Landing(sys.argv[1])
now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + (2 << 30), now + (2 << 30)))
batches = parquet_lines(landing, landing.find("bomb"), Limits(ratio=int(sys.argv[2])), Tally())
found = [(batch.num_rows, batch.column("problem")[-1].as_py()) for batch in batches]
print(sum(n for n, _ in found), found[-1][1])
"""


@pytest.mark.parametrize("ratio", [200, 10**6], ids=["as landed", "where the ratio is allowed"])
def test_a_value_that_stands_in_every_row_of_parquet_does_not_fill_memory(tmp_path: Path, ratio: int) -> None:
    """It stands in the file once, of a few hundred bytes; 4,000 rows with it, all at once, would be 4 GB."""
    once = pa.DictionaryArray.from_arrays(pa.array([0] * 4_000, pa.int32()), ["x" * 1_000_000])
    bomb = pa.table({"user": once if ratio == 200 else once.slice(0, 400)})
    pq.write_table(bomb, tmp_path / "bomb", compression="zstd")
    command = [sys.executable, "-c", PARQUET_MEMORY, str(tmp_path), str(ratio)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=120)
    assert done.returncode == 0, done.stderr
    n_bytes = (tmp_path / "bomb").stat().st_size
    bombs = f"it unpacks to more than 200 times its {n_bytes:,} bytes, as bombs do; the rest is left out"
    expected = ["26", f"not readable as Parquet: {bombs}"] if ratio == 200 else ["400", "None"]
    assert done.stdout.strip().split(" ", 1) == expected


def test_a_group_of_rows_that_unpacks_to_far_more_is_not_even_begun(tmp_path: Path) -> None:
    pq.write_table(pa.table({"user": ["x" * 20_000_000]}), tmp_path / "bomb", compression="zstd")
    landing = Landing(str(tmp_path))
    file = landing.find("bomb")
    assert file is not None
    ((_, problem),) = [
        (row["line"], row["problem"])
        for batch in parquet_lines(landing, file, Limits(), Tally())
        for row in batch.to_pylist()
    ]
    assert "a group of its rows unpacks to 20," in problem


def write_bomb(path: Path, compression: str) -> None:
    """A good line, one of 512 MiB, and a good line."""
    with pa.OSFile(str(path), "wb") as raw:
        out = raw if compression == "none" else pa.CompressedOutputStream(raw, compression)
        out.write(b"first\n")
        for _ in range(128):
            out.write(b"x" * (4 << 20))
        out.write(b"\nlast\n")
        out.close()


def test_limits_have_sensible_bounds() -> None:
    with pytest.raises(ValueError, match="line_bytes"):
        Limits(line_bytes=10)
    with pytest.raises(ValueError, match="rows"):
        Limits(rows=0)
