"""A file's name carries the checksum of its bytes, however they were written."""

import hashlib
from pathlib import Path

import pytest

from resources.checksums import HASHED_BESIDE, HashedFile, damage, promised, sha256_of

LARGE = HASHED_BESIDE * 3


def written(path: Path, *parts: bytes | memoryview) -> str:
    file = HashedFile(path)
    for part in parts:
        assert file.write(part) == len(part)
    file.close()
    assert file.size == path.stat().st_size
    return file.name()


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [b"a few"],
        [b"x" * LARGE, b"little", b"y" * LARGE, b"z" * LARGE, b"end"],
        [b"x" * HASHED_BESIDE, memoryview(b"y" * LARGE), b"x" * (HASHED_BESIDE - 1)],
    ],
    ids=["none", "small", "mixed", "other buffers"],
)
def test_the_name_has_the_checksum_of_all_that_was_written_in_its_order(tmp_path: Path, parts: list[bytes]) -> None:
    name = written(tmp_path / "file", *parts)
    assert promised(name) == hashlib.sha256(b"".join(parts)).hexdigest() == sha256_of(tmp_path / "file")
    (tmp_path / "file").rename(tmp_path / name)
    assert damage(tmp_path / name) is None


def test_a_buffer_may_be_written_anew_by_its_owner(tmp_path: Path) -> None:
    buffer = bytearray(b"a" * LARGE)
    file = HashedFile(tmp_path / "file")
    file.write(memoryview(buffer))  # type: ignore[arg-type]
    buffer[:] = b"b" * LARGE
    file.close()
    assert promised(file.name()) == hashlib.sha256(b"a" * LARGE).hexdigest()


def test_the_name_can_be_asked_for_before_the_file_is_closed(tmp_path: Path) -> None:
    file = HashedFile(tmp_path / "file")
    file.write(b"x" * LARGE)
    assert promised(file.name()) == hashlib.sha256(b"x" * LARGE).hexdigest()
    file.close()
