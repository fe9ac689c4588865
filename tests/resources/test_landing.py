"""Lines come with their numbers, whatever the encoding and the compression; what breaks off says so."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from resources import unpacked as unpacked_module
from resources.landing import DEFAULTS, Landing
from resources.limits import Limits
from tests.worlds import compressed

COMPRESSIONS = ["none", "gzip", "zstd"]
NUMBERED = b"".join(b"line %d %d\n" % (n, n * 7919 % 1_000_003) for n in range(30_000))


def read(landing: Landing, path: str, compression: str = "none", limits: Limits = DEFAULTS) -> list[dict[str, Any]]:
    file = landing.find(path)
    assert file is not None
    return [row for batch in landing.lines(file, compression, limits=limits) for row in batch.to_pylist()]


def lines(tmp_path: Path, content: bytes, compression: str = "none") -> list[tuple[int, str, str | None]]:
    (tmp_path / "log").write_bytes(content)
    found = read(Landing(str(tmp_path)), "log", compression)
    assert {row["source_file"] for row in found} <= {"log"}
    return [(row["source_line"], row["line"], row["problem"]) for row in found]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_lines_come_with_their_numbers(tmp_path: Path, compression: str) -> None:
    content = compressed("eins\n\nzwei 你好\r\n  \ndrei".encode(), compression)
    assert lines(tmp_path, content, compression) == [(1, "eins", None), (3, "zwei 你好", None), (5, "drei", None)]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_chunks_end_anywhere(tmp_path: Path, compression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked_module, "CHUNK_BYTES", 5)
    text = "a\nüüüüü 你好\n\nlonger than a chunk\n"
    expected = [(1, "a", None), (2, "üüüüü 你好", None), (4, "longer than a chunk", None)]
    assert lines(tmp_path, compressed(text.encode(), compression), compression) == expected


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    assert lines(tmp_path, b"\xef\xbb\xbfone\ntwo") == [(1, "one", None), (2, "two", None)]


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    assert lines(tmp_path, b"") == []
    assert lines(tmp_path, gzip.compress(b""), "gzip") == []


def test_bytes_that_are_no_utf8_cost_their_line_alone(tmp_path: Path) -> None:
    assert lines(tmp_path, b"good\nb\xff\xfe\nalso good") == [
        (1, "good", None),
        (2, "b\\xff\\xfe", "not UTF-8 at byte 1"),
        (3, "also good", None),
    ]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_file_cut_short_gives_what_came_before_and_says_so(tmp_path: Path, compression: str) -> None:
    whole = compressed(NUMBERED, compression)
    *found, (number, _, problem) = lines(tmp_path, whole[: len(whole) // 2], compression)
    assert problem is not None
    assert problem.startswith("the file breaks off here: ")
    assert number == len(found) + 1
    assert len(found) > 5_000
    assert [line for _, line, _ in found] == NUMBERED.decode().split("\n")[: len(found)]
    assert {said for _, _, said in found} == {None}


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_file_that_is_not_compressed_says_so(tmp_path: Path, compression: str) -> None:
    ((number, _, problem),) = lines(tmp_path, b"plain text\n", compression)
    assert number == 1
    assert problem is not None
    assert problem.startswith("the file breaks off here: ")


def test_several_gzip_members_are_one_file(tmp_path: Path) -> None:
    content = gzip.compress(b"one\ntw") + gzip.compress(b"o\nthree\n")
    assert lines(tmp_path, content, "gzip") == [(1, "one", None), (2, "two", None), (3, "three", None)]


def test_a_root_may_be_a_url(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "log").write_text("one\n")
    landing = Landing(tmp_path.as_uri())
    file = landing.find("shop/log")
    assert file is not None
    assert (file.path, file.n_bytes) == ("shop/log", 4)
    assert [row["line"] for row in read(landing, "shop/log")] == ["one"]


def test_a_path_may_be_a_url_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("one\n")
    file = Landing(str(tmp_path)).find((tmp_path / "log").as_uri())
    assert file is not None
    assert file.n_bytes == 4


def test_nothing_landed_is_none(tmp_path: Path) -> None:
    assert Landing(str(tmp_path)).find("shop/log") is None


def test_a_pattern_finds_files_in_order_but_none_that_are_being_written(tmp_path: Path) -> None:
    for name in ("k/b.md", "k/a.md", "k/in/c.md", "k/.a.md.unfinished", "k/.in/d.md", "a.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    landing = Landing(str(tmp_path))
    found = {
        pattern: [file.path for file in landing.matching(pattern)]
        for pattern in ("k/*.md", "k/**/*.md", "**", "k/?.md", "k/a.md", "k/none.md", "none/*", "[k]/*")
    }
    assert found == {
        "k/*.md": ["k/a.md", "k/b.md"],
        "k/**/*.md": ["k/a.md", "k/b.md", "k/in/c.md"],
        "**": ["a.txt", "k/a.md", "k/b.md", "k/in/c.md"],
        "k/?.md": ["k/a.md", "k/b.md"],
        "k/a.md": ["k/a.md"],
        "k/none.md": [],
        "none/*": [],
        "[k]/*": [],
    }


def test_a_pattern_follows_no_link_out_and_no_circle(tmp_path: Path) -> None:
    (tmp_path / "landing" / "k").mkdir(parents=True)
    (tmp_path / "secret.md").write_text("x")
    (tmp_path / "landing/k/a.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "landing/k/loop").symlink_to(tmp_path / "landing/k")
    (tmp_path / "landing/out").symlink_to(tmp_path)
    landing = Landing(str(tmp_path / "landing"))
    (found,) = landing.matching("k/**/*.md")
    assert found.path == "k/a.md" and "leads out" in str(found.refusal)
    assert ["leads out" in str(file.refusal) for file in landing.matching("out/*.md")] == [True]


def test_a_pattern_may_be_a_url(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("x")
    landing = Landing(f"file://{tmp_path}")
    assert [file.path for file in landing.matching("*.md")] == ["a.md"]
