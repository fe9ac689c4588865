"""DuckDB shut in: it reaches the files below a few folders, loads no extension, and keeps its configuration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb


def confine(con: duckdb.DuckDBPyConnection, roots: Sequence[str | Path] = ()) -> None:
    """Let a connection reach only files below some folders and URLs, from now on and for good.

    Everything else is refused by DuckDB itself, whatever SQL runs: other files, through `..` and symbolic links too,
    other databases, extensions, secrets, the network, and any change of the configuration, this one included.
    File systems that the connection shall know must be registered before.
    """
    con.execute("set allowed_directories = $roots", {"roots": [place for root in roots for place in _spellings(root)]})
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")


def _spellings(root: str | Path) -> list[str]:
    """A URL as it is; a folder by its full path, and by the one behind symbolic links on the way to it."""
    if "://" in str(root):
        return [str(root)]
    return list(dict.fromkeys([str(Path(root).absolute()), str(Path(root).resolve())]))
