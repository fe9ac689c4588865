"""The files of one table, on this machine or in an object store: put in place, fetched, removed, hashed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from resources.checksums import DamagedFileError, damage, promised
from resources.durable import flush, make_folder

BLOCK = 4 << 20


@dataclass(frozen=True)
class TableFiles:
    """Files below a table's folder or URL, by their paths relative to it."""

    root: str

    @property
    def folder(self) -> Path | None:
        """The table's folder, or None where it is no folder of this machine."""
        return None if "://" in self.root else Path(self.root)

    @cached_property
    def _store(self) -> tuple[Any, str]:
        """The file system of a URL, as the SQL engine reads it, and the table's path there."""
        from pyarrow.fs import FileSystem

        return FileSystem.from_uri(self.root)  # type: ignore[no-any-return]

    def _in_store(self, path: str) -> str:
        return f"{self._store[1]}/{path}"

    def place(self, staged: Path, path: str) -> None:
        """Put a staged file in its place; it outlasts a power failure there."""
        if self.folder is None:
            if self._store[0].type_name == "local":  # others have no folders
                self._store[0].create_dir(self._in_store(path).rpartition("/")[0], recursive=True)
            with staged.open("rb") as source, self._store[0].open_output_stream(self._in_store(path)) as target:
                shutil.copyfileobj(source, target, BLOCK)
            return
        final = self.folder / path
        make_folder(final.parent)
        staged.rename(final)
        flush(final.parent)

    def remove(self, path: str) -> None:
        """Remove a file that no version names."""
        with suppress(OSError):
            if self.folder is None:
                self._store[0].delete_file(self._in_store(path))
            else:
                (self.folder / path).unlink()

    def fetch(self, path: str, size: int, into: Path) -> Path:
        """A file on this machine, found whole and unaltered; `into` is a folder for copies.

        Raises:
            DamagedFileError: it is not what was published.
        """
        path = unquote(path)  # as the log of a table names it
        if self.folder is not None:
            found = self.folder / path
        else:
            found = into / path.rsplit("/", 1)[-1]
            with self._store[0].open_input_stream(self._in_store(path)) as source, found.open("wb") as target:
                shutil.copyfileobj(source, target, BLOCK)
        if wrong := damage(found, size):
            raise DamagedFileError(
                f"{self.root}/{path} {wrong}; remove the table's folder and refresh, or restore the file from a backup"
            )
        return found

    def columns(self, path: str, names: Sequence[str]) -> pa.Table:
        """Some columns of a file, unverified."""
        path = unquote(path)
        if self.folder is not None:
            with pq.ParquetFile(self.folder / path) as file:
                return file.read(list(names))
        with self._store[0].open_input_file(self._in_store(path)) as source, pq.ParquetFile(source) as file:
            return file.read(list(names))

    def damage(self, path: str, size: int) -> str | None:
        """What is wrong with a file, or None."""
        path = unquote(path)
        if self.folder is not None:
            return damage(self.folder / path, size)
        digest, n_bytes = hashlib.sha256(), 0
        try:
            with self._store[0].open_input_stream(self._in_store(path)) as source:
                while block := source.read(BLOCK):
                    digest.update(block)
                    n_bytes += len(block)
        except OSError as error:
            return f"cannot be read: {type(error).__name__}"
        if n_bytes != size:
            return f"has {n_bytes} bytes, expected {size}"
        expected = promised(path)
        return (
            f"has sha256 {digest.hexdigest()}, expected {expected}"
            if expected not in (None, digest.hexdigest())
            else None
        )
