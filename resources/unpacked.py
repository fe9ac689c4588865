"""The bytes of a landed file, unpacked as they are read, within its limits."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import IO, Any, cast

import pyarrow as pa

from resources.limits import Limits

CHUNK_BYTES = 4 << 20
HARMLESS_BYTES = 16 << 20  # what unpacks to no more than this is no bomb, whatever its ratio


class BrokenOff(Exception):
    """A file cannot be read any further; the message says why, for the line at which it ends."""


class FirstBytes(io.RawIOBase):
    """The first `n_bytes` of a file, which may have grown since it was listed: what came after is next time's."""

    def __init__(self, raw: pa.NativeFile, n_bytes: int) -> None:
        """A reader at the file's first byte; closing it closes the file."""
        self._raw, self.n_bytes, self._at = raw, n_bytes, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The place from which it reads on, counted from the first byte."""
        return self._at

    def seek(self, to: int, whence: int = io.SEEK_SET) -> int:
        """Read on from another place."""
        self._at = to + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.n_bytes}[whence]
        self._raw.seek(self._at)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there are bytes."""
        view = memoryview(buffer).cast("B")
        found = cast(bytes, self._raw.read(max(0, min(len(view), self.n_bytes - self._at))))
        view[: len(found)] = found
        self._at += len(found)
        return len(found)

    def close(self) -> None:
        """Close the file."""
        self._raw.close()
        super().close()

    @property
    def n_now(self) -> int:
        """How many bytes the file has by now."""
        at = self._raw.tell()
        size = int(self._raw.seek(0, io.SEEK_END))
        self._raw.seek(at)
        return size


def unpacked(stream: io.RawIOBase, first: FirstBytes, compression: str, limits: Limits) -> Iterator[bytes]:
    """The content of `stream`, which reads `first`, in order; unpacking stops where a limit is reached.

    Of a file that is being written, the last line waits for its end.

    Raises:
        BrokenOff: the file is cut, damaged, not compressed as said, too long or a bomb; what could be read came before.
    """
    most, done = limits.bytes, 0
    if compression != "none":
        most = min(most, max(HARMLESS_BYTES, limits.ratio * first.n_bytes))
    try:
        for chunk in _chunks(stream, first, compression):
            if done + len(chunk) > most:
                yield chunk[: most - done]
                raise BrokenOff(_beyond(most, first.n_bytes, limits))
            done += len(chunk)
            yield chunk
    except (EOFError, OSError, zlib.error, pa.ArrowException) as error:
        raise BrokenOff(_reason(error)) from error


def _beyond(most: int, n_bytes: int, limits: Limits) -> str:
    if most == limits.bytes:
        return f"the file goes on past the limit of {most:,} bytes; the rest is left out"
    return (
        f"the file unpacks to more than {limits.ratio} times its {n_bytes:,} bytes, as bombs do; the rest is left out"
    )


def _reason(error: Exception) -> str:
    """A checksum covers all of a file, so that any line before may be the damaged one."""
    if "CRC" in str(error) or "checksum" in str(error) or "Incorrect length" in str(error):
        return f"the file is damaged, also before this line: {error}"
    return f"the file breaks off here: {error}"


def _chunks(stream: io.RawIOBase, first: FirstBytes, compression: str) -> Iterator[bytes]:
    if compression == "gzip":
        unzipped = gzip.GzipFile(fileobj=cast("IO[bytes]", stream))
        yield from iter(lambda: unzipped.read1(CHUNK_BYTES), b"")  # read would lose what came before a break
    elif compression == "zstd":
        yield from _zstd_chunks(stream)
    else:
        yield from _plain_chunks(stream, first)


def _plain_chunks(stream: io.RawIOBase, first: FirstBytes) -> Iterator[bytes]:
    """The bytes as they are; an unfinished line is held back until it is known whether the file is being written."""
    last = b""
    while chunk := stream.read(CHUNK_BYTES):
        end = last.rfind(b"\n") + 1 or (len(last) if len(last) >= CHUNK_BYTES else 0)
        if end:
            yield last[:end]
        last = last[end:] + chunk
    n_now = first.n_now
    yield last[: last.rfind(b"\n") + 1] if n_now > first.n_bytes else last
    if n_now < first.n_bytes:
        raise EOFError(f"it had {first.n_bytes:,} bytes when it was listed and has {n_now:,} now")


def _zstd_chunks(stream: io.RawIOBase) -> Iterator[bytes]:
    """The decompressed bytes; where the file breaks off, up to the last byte before the break."""
    done = 0
    try:
        unzipped = pa.CompressedInputStream(pa.PythonFile(stream, "r"), "zstd")
        while chunk := unzipped.read(CHUNK_BYTES):
            done += len(chunk)
            yield chunk
    except OSError:
        stream.seek(0)
        again = pa.CompressedInputStream(pa.PythonFile(stream, "r"), "zstd")
        while done:
            done -= len(again.read(min(done, CHUNK_BYTES)))
        last = bytearray()
        try:
            while byte := again.read(1):  # a longer read would fail as a whole
                last += byte
        finally:
            yield bytes(last)
