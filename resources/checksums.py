"""Checksums of data files, carried in their names: `<token>.<sha256>.parquet`.

The commit that publishes a file names it, so the checksum is kept with the commit, in every checkpoint and every copy
of the table, on any store, and no second ledger has to be kept in step.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

NAME = re.compile(r"[0-9a-f]{12}\.(?P<sha256>[0-9a-f]{64})\.parquet")
HASHED_BESIDE = 1 << 16  # bytes; fewer take longer to hand over than to hash


class DamagedFileError(RuntimeError):
    """A stored file is not what was written."""


class HashedFile:
    """A new file that takes its checksum while it is written, as a binary stream for writers that never seek.

    What was written last is hashed beside the caller, who meanwhile makes what comes next.
    """

    def __init__(self, path: Path) -> None:
        """Open a file that must not exist yet."""
        self._file = path.open("xb", buffering=0)
        self._digest = hashlib.sha256()
        self._beside = ThreadPoolExecutor(1)
        self._hashing: Future[None] | None = None
        self.path = path
        self.size = 0
        self.closed = False

    def __del__(self) -> None:  # a writer that fails, as on a full disk, gives up its files
        self._file.close()
        self._beside.shutdown(wait=False)

    def write(self, content: bytes) -> int:
        """Append bytes; how many."""
        view = memoryview(content)
        self._wait()
        if isinstance(content, bytes) and len(content) >= HASHED_BESIDE:  # of other buffers the owner may write anew
            self._hashing = self._beside.submit(self._digest.update, content)
        else:
            self._digest.update(view)
        while len(view):
            view = view[self._file.write(view) :]
        self.size += memoryview(content).nbytes
        return memoryview(content).nbytes

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Wait until the bytes are on the disk, and close."""
        if not self.closed:
            self.closed = True
            self._wait()
            self._beside.shutdown()
            os.fsync(self._file.fileno())
            self._file.close()

    def name(self) -> str:
        """The name under which the file may be published: unique, and with its checksum."""
        self._wait()
        return f"{secrets.token_hex(6)}.{self._digest.hexdigest()}.parquet"

    def _wait(self) -> None:
        """Until all that was written is in the checksum."""
        if self._hashing is not None:
            self._hashing.result()
            self._hashing = None


def sha256_of(path: Path) -> str:
    """The checksum of a file as it is now."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def promised(name: str) -> str | None:
    """The checksum in a data file's name; None where another writer named it."""
    match = NAME.fullmatch(name.rsplit("/", 1)[-1])
    return match["sha256"] if match else None


def damage(path: Path, size: int | None = None) -> str | None:
    """What is wrong with a data file, or None: gone, of another size than `size`, or not what its name promises."""
    try:
        found_size = path.stat().st_size
        if size is not None and found_size != size:
            return f"has {found_size} bytes, expected {size}"
        expected = promised(path.name)
        found = sha256_of(path) if expected else None
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None if found == expected else f"has sha256 {found}, expected {expected}"
