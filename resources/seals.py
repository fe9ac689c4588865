"""Seals: a checksum of every file of a table's log, kept beside it in `_seals/`, where Delta readers do not look.

A log is sealed by whoever publishes next to it; each entry is written once, so all that seal it write the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq

from resources.checksums import sha256_of
from resources.durable import flush, make_folder, write_durably

LOG, SEALS, HINT = "_delta_log", "_seals", "_last_checkpoint"
ENTRY = re.compile(r"(?P<version>\d{20})\.(?:json|checkpoint\.parquet)")
HINT_SAYS = {"version", "size", "sizeInBytes", "size_in_bytes", "numOfAddFiles", "num_of_add_files", "parts"}


def seal(table: Path) -> int:
    """Flush and seal what is new in a table's log; how many files."""
    entries, seals = _entries(table), table / SEALS
    fresh = [name for name in entries if not (seals / name).exists()]
    if not fresh:
        return 0
    make_folder(seals)
    for name in fresh:
        with suppress(FileNotFoundError):  # an expired entry may go at any time
            flush(table / LOG / name)
            write_durably(seals / name, sha256_of(table / LOG / name).encode())
    for path in (table / LOG / HINT, table / LOG):
        with suppress(FileNotFoundError):
            flush(path)
    return len(fresh)


def unseal_expired(table: Path) -> int:
    """Remove the seals of log entries that are gone because a checkpoint stands for them; how many."""
    entries = set(_entries(table))
    newest = _newest_checkpoint(entries)
    expired = [name for name in _sealed(table) if name not in entries and _version(name) <= newest]
    for name in expired:
        (table / SEALS / name).unlink(missing_ok=True)
    return len(expired)


def broken_seals(table: Path) -> Iterator[tuple[Path, str]]:
    """Files of a table's log that are not what was sealed, and what is wrong with each."""
    entries, sealed = _entries(table), _sealed(table)
    newest = _newest_checkpoint(entries)
    for name in sorted(sealed):
        path = table / LOG / name
        expected = (table / SEALS / name).read_text(encoding="ascii", errors="replace")
        if name not in entries:
            if _version(name) > newest:
                yield path, "is gone"
        elif (found := sha256_of(path)) != expected:
            yield path, f"has sha256 {found}, expected {expected}"
    if (table / LOG / HINT).exists() and (wrong := _wrong_hint(table)):
        yield table / LOG / HINT, wrong


def unsealed(table: Path) -> list[str]:
    """Log entries that nobody has sealed yet: a writer was killed right after its commit."""
    return sorted(set(_entries(table)) - set(_sealed(table)))


def _wrong_hint(table: Path) -> str | None:
    """What is wrong with the pointer to the newest checkpoint, which is rewritten and so has no seal."""
    try:
        hint = json.loads((table / LOG / HINT).read_bytes())
        checkpoint = table / LOG / f"{hint['version']:020}.checkpoint.parquet"
        n_actions, n_bytes = pq.read_metadata(checkpoint).num_rows, checkpoint.stat().st_size
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"names no checkpoint: {type(error).__name__}"
    if unknown := set(hint) - HINT_SAYS:
        return f"has unknown parts {sorted(map(ascii, unknown))}"
    sizes = {hint.get("sizeInBytes", hint.get("size_in_bytes")), n_bytes} - {None}
    return (
        None if hint.get("size") == n_actions and sizes == {n_bytes} else f"says {hint}, but {checkpoint.name} differs"
    )


def _entries(table: Path) -> list[str]:
    return [path.name for path in (table / LOG).iterdir() if ENTRY.fullmatch(path.name)]


def _sealed(table: Path) -> list[str]:
    folder = table / SEALS
    return [path.name for path in folder.iterdir() if ENTRY.fullmatch(path.name)] if folder.is_dir() else []


def _newest_checkpoint(entries: set[str] | list[str]) -> int:
    return max((_version(name) for name in entries if name.endswith(".parquet")), default=-1)


def _version(name: str) -> int:
    return int(name[:20])
