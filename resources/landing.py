"""Where log files land: find them and stream their lines, from a folder or an object store."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.fs as pafs

from resources.limits import Limits
from resources.tally import Tally
from resources.text_lines import LINES, one_problem, text_lines
from resources.unpacked import FirstBytes, unpacked

__all__ = ["LINES", "LandedFile", "Landing"]
DEFAULTS = Limits()
LEADS_OUT = "a link or a path that leads out of the landing area; land the file itself"
WILD = re.compile(r"[*?]")
NO_FILE = {
    pafs.FileType.Directory: "a folder where a file is expected; land one file, or correct its path",
    pafs.FileType.Unknown: "a pipe, a socket or a device where a file is expected; land a file",
}


@dataclass(frozen=True)
class LandedFile:
    """One file in the landing area."""

    path: str  # as the platform file gives it
    n_bytes: int
    modified_at: datetime
    refusal: str | None = None  # why what stands at the path is not read


@dataclass(frozen=True)
class Landing:
    """The landing area: `root` is a folder or a URL; a path may also be a URL of its own.

    On a local disk nothing outside of the folder is read, whatever links lie in it.
    """

    root: str

    @cached_property
    def _root(self) -> tuple[pafs.FileSystem, str]:
        if "://" in self.root:
            return cast(tuple[pafs.FileSystem, str], pafs.FileSystem.from_uri(self.root))
        return pafs.LocalFileSystem(), str(Path(self.root).absolute())

    def _locate(self, path: str) -> tuple[pafs.FileSystem, str]:
        if "://" in path:
            return cast(tuple[pafs.FileSystem, str], pafs.FileSystem.from_uri(path))
        filesystem, root = self._root
        return filesystem, f"{root.rstrip('/')}/{path}"

    def _leads_out(self, filesystem: pafs.FileSystem, location: str) -> bool:
        """Whether a local path is, links followed, not below the root."""
        if not isinstance(filesystem, pafs.LocalFileSystem):
            return False
        own, root = self._root
        is_local = isinstance(own, pafs.LocalFileSystem)
        return not (is_local and Path(location).resolve().is_relative_to(Path(root).resolve()))

    def find(self, path: str) -> LandedFile | None:
        """What stands at a path, refused where it is no file of the landing area; None where nothing landed."""
        filesystem, location = self._locate(path)
        if self._leads_out(filesystem, location):
            at = datetime.fromtimestamp(0, UTC)
            return (
                LandedFile(path, 0, at, LEADS_OUT) if Path(location).is_symlink() or Path(location).exists() else None
            )
        info = filesystem.get_file_info([location])[0]
        if info.type == pafs.FileType.NotFound:
            return None
        refusal = NO_FILE.get(info.type)
        at = info.mtime.astimezone(UTC) if info.mtime else datetime.fromtimestamp(0, UTC)
        return LandedFile(path, 0 if refusal else info.size, at, refusal)

    def matching(self, pattern: str) -> list[LandedFile]:
        """The files whose paths fit a pattern, sorted: * and ? stand for part of a name, ** for any folders.

        A name that begins with a dot fits none: it may be of a file that is being written.
        """
        if not WILD.search(pattern):
            return [file] if (file := self.find(pattern)) else []
        folder = pattern[: WILD.search(pattern).start()].rpartition("/")[0]  # type: ignore[union-attr]
        filesystem, location = self._locate(folder)
        if self._leads_out(filesystem, location):
            return [LandedFile(folder, 0, datetime.fromtimestamp(0, UTC), LEADS_OUT)]
        start = len(location.rstrip("/")) + 1
        names = (f"{folder}/{path[start:]}".lstrip("/") for path in _files_below(filesystem, location))
        fits = _fitting(pattern)
        return [file for name in sorted(names) if fits.fullmatch(name) and (file := self.find(name))]

    def open(self, path: str) -> pa.NativeFile:
        """The bytes of a file, seekable.

        Raises:
            PermissionError: the file may not be read, or leads out of the landing area.
        """
        filesystem, location = self._locate(path)
        if self._leads_out(filesystem, location):
            raise PermissionError(f"{path}: {LEADS_OUT}")
        try:
            return filesystem.open_input_file(location)
        except PermissionError as error:
            raise PermissionError(f"{path} landed and may not be read; give this user the right to: {error}") from error

    def lines(
        self, file: LandedFile, compression: str, tally: Tally | None = None, limits: Limits = DEFAULTS
    ) -> Iterator[pa.RecordBatch]:
        """The lines of a text file in order, as batches of schema LINES; blank lines and byte order marks stay out.

        A line that cannot be read comes with a problem. A file that is cut, passes a limit or is refused gives what
        can be read of it, then one line that says so. Nothing is read beyond the size the file had when it was found.
        The `tally` sees the file's bytes and lines pass by.
        """
        tally = tally or Tally()
        if file.refusal:
            tally.rows(1)
            yield one_problem(file.path, 1, file.refusal)
            return
        first = FirstBytes(self.open(file.path), file.n_bytes)
        with tally.watched(first) as watched:
            chunks = unpacked(watched, first, compression, limits)
            yield from text_lines(file.path, tally.counted(chunks, limits.line_bytes), limits)


def _files_below(filesystem: pafs.FileSystem, location: str) -> Iterator[str]:
    """Every file below a folder; links to folders, which may lead around in circles, are not followed."""
    if isinstance(filesystem, pafs.LocalFileSystem):
        yield from (f"{folder}/{file}" for folder, _, files in os.walk(location) for file in files)
    else:
        below = pafs.FileSelector(location, allow_not_found=True, recursive=True)
        yield from (info.path for info in filesystem.get_file_info(below) if info.is_file)


def _fitting(pattern: str) -> re.Pattern[str]:
    """The regular expression of the paths that a pattern stands for."""
    words = {"**/": r"(?:(?!\.)[^/]+/)*", "**": r"(?:(?!\.)[^/]+/)*(?!\.)[^/]*", "*": r"(?!\.)[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts))
