"""What a landed file consists of, seen while others read it: its checksum, its lines, and the blank ones among them.

The counts are made from the bytes that pass by, not from the lines that were made of them: so they can tell when a
reader lost or invented one.
"""

from __future__ import annotations

import hashlib
import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Any

CATCH_UP_BYTES = 4 << 20
# A line that is blank or begins as a blank one may, with a space of ASCII or the first byte of another one; it begins
# with the end of the line before, which the search finds fast.
MAYBE_BLANK = re.compile(rb"\n((?:[\t\x0b-\r\x1c-\x20\xc2\xe1-\xe3][^\n]*)?)(?=\n)")
SHORT = 64  # bytes of an unfinished line that are kept before it is looked at


class Tally:
    """Collects what passes by while one file is read."""

    def __init__(self) -> None:
        """Nothing has passed yet."""
        self._digest = hashlib.sha256()
        self._n_lines = self._n_blank = 0
        self._is_whole = False
        self.n_header = 0  # lines that name the columns; whoever takes them for that says so

    @property
    def sha256(self) -> str:
        """The checksum of the file as it landed, as 64 hexadecimal digits."""
        return self._digest.hexdigest()

    @property
    def n_lines(self) -> int | None:
        """The physical lines of a file that was read to its end; None for one that breaks off."""
        return self._n_lines if self._is_whole else None

    @property
    def n_blank(self) -> int | None:
        """The blank ones among them."""
        return self._n_blank if self._is_whole else None

    def watched(self, file: io.RawIOBase) -> io.RawIOBase:
        """The file; by the time it is closed every byte of it is in the checksum, in whatever order it was read."""
        return _Watched(file, self._digest)

    def counted(self, chunks: Iterator[bytes], longest: int) -> Iterator[bytes]:
        """The chunks of a text, whose lines are counted as they pass; one longer than `longest` is not blank."""
        rest = b""
        for chunk in chunks:
            yield chunk
            first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
            if first < 0:
                rest += chunk
            else:
                self._count_line(rest + chunk[:first], longest)
                self._n_lines += chunk.count(b"\n", first + 1)
                maybe = MAYBE_BLANK.findall(chunk, first, last + 1)
                self._n_blank += sum(_is_blank(line, longest) for line in maybe)
                rest = chunk[last + 1 :]
            rest = rest if len(rest) < SHORT or _may_be_blank(rest, longest) else b"x"
        if rest.removeprefix(b"" if self._n_lines else BOM_UTF8):
            self._count_line(rest, longest)
        self._is_whole = True

    def rows(self, n_rows: int) -> None:
        """Say how many rows a file has that is not made of lines."""
        self._n_lines, self._is_whole = n_rows, True

    def _count_line(self, line: bytes, longest: int) -> None:
        text = line.removeprefix(b"" if self._n_lines else BOM_UTF8)
        self._n_blank += len(line) <= longest and _is_blank(text, longest)
        self._n_lines += 1


def _may_be_blank(line: bytes, longest: int) -> bool:
    """Whether a line that is not whole yet holds nothing but space so far; its last character may be cut."""
    text = line.decode("utf-8", errors="ignore")
    return len(line) <= longest and (not text or text.isspace())


def _is_blank(line: bytes, longest: int) -> bool:
    text = line.decode("utf-8", errors="backslashreplace")
    return len(line) <= longest and (not text or text.isspace())


class _Watched(io.RawIOBase):
    """A file whose bytes are hashed as they are read for the first time, and those left unread at the end."""

    def __init__(self, file: io.RawIOBase, digest: hashlib._Hash) -> None:
        self._file, self._digest, self._seen = file, digest, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(position, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        at = self._file.tell()
        found = self._file.read(-1 if size is None else size) or b""
        if at <= self._seen < at + len(found):
            self._digest.update(memoryview(found)[self._seen - at :])
            self._seen = at + len(found)
        return found

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        found = self.read(len(view))
        view[: len(found)] = found
        return len(found)

    def close(self) -> None:
        if not self.closed:
            self._file.seek(self._seen)
            while self.read(CATCH_UP_BYTES):
                pass
            self._file.close()
        super().close()
