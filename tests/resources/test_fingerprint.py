"""Fingerprints change with what they are of, and with nothing else."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from resources.fingerprint import fingerprint, source_digest


def test_a_fingerprint_changes_with_any_part() -> None:
    parts = [("a", "b"), ("ab",), ("b", "a"), ("a", ["b"]), ("a", "b", None), ({"a": "b"},), (1,), ("1",)]
    assert len({fingerprint(*part) for part in parts}) == len(parts)


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    digest = hashlib.blake2b(b'["shop",1,"2026-01-05"]', digest_size=8).digest()
    assert fingerprint("shop", 1, date(2026, 1, 5)) == int.from_bytes(digest, "big") // 2


def test_the_order_of_keys_says_nothing() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})


def test_a_fingerprint_fits_a_delta_transaction() -> None:
    assert all(0 <= fingerprint(n) < 2**63 for n in range(1000))


def test_a_digest_changes_with_the_code_and_with_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "a.py").write_text("1")
    first = source_digest(tmp_path)
    (tmp_path / "stage" / "notes.txt").write_text("x")
    assert source_digest(tmp_path) == first
    (tmp_path / "stage" / "b.sql").write_text("select 1")
    assert source_digest(tmp_path) != first


@pytest.mark.parametrize("name", ["page.html.j2", "style.css", "definitions.yaml"])
def test_what_code_reads_beside_itself_is_code(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a")
    first = source_digest(tmp_path)
    (tmp_path / name).write_text("b")
    assert source_digest(tmp_path) != first


def test_what_is_left_out_and_what_is_named_twice_say_nothing(tmp_path: Path) -> None:
    for name in ("stage/a.py", "stage/shown/b.py", "stage/c.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    without = [tmp_path / "stage" / "shown", tmp_path / "stage" / "c.yaml"]
    only = source_digest(tmp_path / "stage" / "a.py")
    assert source_digest(tmp_path, without=without) == only
    assert source_digest(tmp_path) != only
    assert source_digest(tmp_path, tmp_path / "stage") == source_digest(tmp_path)
