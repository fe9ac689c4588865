"""Read every stored file of a table again and say what is no longer what was published."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from resources.checksums import promised
from resources.lake import Lake
from resources.seals import broken_seals, unsealed

THREADS = 4  # hashing lets other threads work


@dataclass(frozen=True)
class Broken:
    """A stored file that is not what was written."""

    path: str
    why: str


@dataclass
class Findings:
    """What a verification has read, and what it found."""

    n_files: int = 0
    n_bytes: int = 0
    n_without_checksum: int = 0  # written by others; their sizes alone were compared
    n_unsealed: int = 0  # log entries whose writer was killed right after its commit; the next publish seals them
    broken: list[Broken] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        """Take in the findings of another part."""
        self.n_files += other.n_files
        self.n_bytes += other.n_bytes
        self.n_without_checksum += other.n_without_checksum
        self.n_unsealed += other.n_unsealed
        self.broken += other.broken


def verify_lake(lake: Lake, tables: Iterable[str]) -> Findings:
    """Verify the current versions of tables; those that were never published are left out."""
    findings = Findings()
    for table in tables:
        findings.add(verify_table(lake, table))
    return findings


def verify_table(lake: Lake, table: str) -> Findings:
    """Verify every file of a table's current version, and its log where the lake is a folder."""
    findings, folder = Findings(), Path(lake.path(table))
    if lake.is_local and (folder / "_delta_log").is_dir():
        findings.broken += [Broken(str(path), why) for path, why in broken_seals(folder)]
        findings.n_unsealed = len(unsealed(folder))
    try:
        delta = lake.open(table)
        adds = pa.table(delta.get_add_actions(flatten=True)).to_pylist() if delta is not None else []
    except Exception as error:  # noqa: BLE001 - whatever a damaged log makes the reader raise
        findings.broken.append(
            Broken(f"{lake.path(table)}/_delta_log", f"cannot be read: {str(error).splitlines()[0]}")
        )
        return findings
    files = lake.table_files(table)
    with ThreadPoolExecutor(THREADS) as threads:
        wrong = list(threads.map(lambda add: files.damage(add["path"], add["size_bytes"]), adds))
    for add, why in zip(adds, wrong, strict=True):
        findings.n_files += 1
        findings.n_bytes += add["size_bytes"]
        findings.n_without_checksum += promised(add["path"]) is None
        if why:
            findings.broken.append(Broken(f"{lake.path(table)}/{add['path']}", why))
    return findings
