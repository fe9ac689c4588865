"""Fingerprints: what a result was made from, as one number that fits a Delta application transaction."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def fingerprint(*parts: Any) -> int:
    """A number in [0, 2^63) that changes with any part; parts are texts, numbers, lists or dicts of them."""
    text = json.dumps(parts, sort_keys=True, default=str, separators=(",", ":"))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def source_digest(*paths: Path) -> str:
    """A digest of source files (of every .py, .sql and .j2 file below a folder), by which a change of code shows."""
    digest = hashlib.blake2b(digest_size=16)
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.suffix in {".py", ".sql", ".j2"}) if path.is_dir() else [path]
        for file in files:
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
