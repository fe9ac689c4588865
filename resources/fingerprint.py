"""Fingerprints: what a result was made from, as one number that fits a Delta application transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

SOURCES = {".py", ".sql", ".j2", ".css", ".yaml"}


def fingerprint(*parts: Any) -> int:
    """A number in [0, 2^63) that changes with any part; parts are texts, numbers, lists or dicts of them."""
    text = json.dumps(parts, sort_keys=True, default=str, separators=(",", ":"))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def source_digest(*paths: Path, without: Collection[Path] = ()) -> str:
    """A digest of source files, by which a change of code shows.

    Args:
        paths: files, and folders, of which every file below counts that has a suffix of `SOURCES`.
        without: files and folders that do not count.
    """
    digest, left_out = hashlib.blake2b(digest_size=16), set(without)
    files = {file for path in paths for file in (path.rglob("*") if path.is_dir() else [path])}
    for file in sorted(files):
        if (file in paths or file.suffix in SOURCES) and left_out.isdisjoint((file, *file.parents)) and file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
