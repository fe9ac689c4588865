"""The lake: every table of the pipeline as a Delta Lake table under one root."""

from __future__ import annotations

import hashlib
import json
import logging
import random
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from resources.crash_points import crash_point
from resources.drafts import COMPACT_ABOVE, Change, Draft, Kept, draft, is_small
from resources.durable import make_folder
from resources.names import table_name
from resources.partitions import Layout, Partition
from resources.present_files import BUCKET, present_files
from resources.provenance import note_committed, note_read, provenance
from resources.seals import seal, unseal_expired
from resources.staging import collect_stages, stage_below
from resources.table_files import TableFiles

__all__ = ["BUCKET", "COMPACT_ABOVE", "Commit", "Lake"]

LOG = logging.getLogger(__name__)
ATTEMPTS = 20  # of one commit; every round at least one of the writers at work succeeds
PAUSE_SECONDS = 0.02  # before the second attempt, and longer before each further one
KEEP_HOURS = 7 * 24  # how long replaced files stay
GRACE_HOURS = 24  # how long what a dead writer staged stays
STATISTICS = "delta.dataSkippingStatsColumns"  # the log keeps the least and greatest value of no other: logs stay


@dataclass(frozen=True)
class Commit:
    """What became of a publish: the version, how often others came first, and whether one of them had done it all."""

    version: int
    lost: int = 0
    by_other: bool = False


@dataclass(frozen=True)
class Lake:
    """Delta tables under `root`, a local folder or an object-store URL."""

    root: str
    storage_options: Mapping[str, str] = field(default_factory=dict, repr=False)  # holds secrets

    @property
    def is_local(self) -> bool:
        """Whether the root is a folder of this machine."""
        return "://" not in self.root

    def path(self, table: str) -> str:
        """Where a table lives.

        Raises:
            ValueError: the name is not slash-separated lower-case words.
        """
        return f"{self.root.rstrip('/')}/{table_name(table)}"

    def open(self, table: str) -> DeltaTable | None:
        """The table at its current version, or None where nothing was published yet."""
        path = self.path(table)
        if self.is_local and not Path(path, "_delta_log").is_dir():
            return None
        try:
            found = DeltaTable(path, storage_options=dict(self.storage_options))
        except TableNotFoundError:
            return None
        note_read(table, found.version())
        return found

    def files(self, table: str) -> list[str]:
        """The Parquet files of the current version, for `read_parquet`."""
        delta = self.open(table)
        return [] if delta is None else sorted(delta.file_uris())

    def version(self, table: str) -> int | None:
        """The Delta version that readers see now; None where nothing was published yet."""
        delta = self.open(table)
        return None if delta is None else delta.version()

    def state(self, table: str) -> str | None:
        """A digest of the files that readers see now; None where nothing was published yet.

        It changes with every publish and stands while files that no longer count are vacuumed.
        """
        delta = self.open(table)
        if delta is None:
            return None
        names = sorted(uri.rsplit("/", 1)[-1] for uri in delta.file_uris())
        return hashlib.sha256("\n".join(names).encode()).hexdigest()

    def count(self, table: str) -> int:
        """How many rows the current version has, from its log alone."""
        delta = self.open(table)
        return 0 if delta is None else sum(pa.table(delta.get_add_actions(flatten=True))["num_records"].to_pylist())

    def tables(self) -> list[str]:
        """The names of all published tables."""
        if self.is_local:
            return sorted(str(log.parent.relative_to(self.root)) for log in Path(self.root).glob("**/_delta_log"))
        from pyarrow.fs import FileSelector, FileSystem

        store, root = FileSystem.from_uri(self.root)
        found = store.get_file_info(FileSelector(root, allow_not_found=True, recursive=True))
        logs = {file.path.removeprefix(root).strip("/").partition("/_delta_log/") for file in found}
        return sorted({table for table, log, _ in logs if log})

    def vacuum(self, table: str, keep_hours: int = KEEP_HOURS) -> int:
        """Delete files that no current row is in and that were replaced longer ago than `keep_hours`; how many.

        Versions of the last `keep_hours` stay readable, and so does everything for readers that began since. What a
        killed writer left behind goes as well. Younger files are never touched, so writers at work are safe.
        """
        delta = self.open(table)
        if delta is None:
            return 0
        return len(delta.vacuum(keep_hours, dry_run=False, full=True, enforce_retention_duration=False))

    def fingerprints(self, table: str, keys: Iterable[str]) -> dict[str, int | None]:
        """The fingerprint that each partition was last published with; None where it never was."""
        delta = self.open(table)
        return {key: None if delta is None else delta.transaction_version(key) for key in keys}

    def publish(
        self,
        table: str,
        rows: Callable[[], pa.RecordBatchReader],
        layout: Layout | None = None,
        partitions: Sequence[Partition] = (),
        fingerprints: Mapping[str, int] | None = None,
        note: Mapping[str, Any] | None = None,
        append: bool = False,
        key: Sequence[str] = (),
        seen: Collection[str] = (),
    ) -> Commit:
        """Replace consecutive partitions of a table by `rows` in one atomic commit, or the whole of it.

        With `append` the rows are added to a table without partitions instead; those whose `key` stands there already
        are left out, so that two writers who found the same rows missing do not double them. `seen` are names of files
        that the rows were compared with when they were computed; only what came since is looked at.

        The fingerprints of what the partitions were made from travel in the same commit (Delta application
        transactions), so that data and the knowledge of its inputs cannot part. Files are on the disk before the
        commit names them, and the commit is on the disk before this returns. So a process may die at any point: the
        table has its old rows or its new ones. After a power failure the same holds, but for one moment: the newest
        log entry itself may be cut if the power failed between its commit and its flush; `verify` says so.

        Writers of other partitions may publish at the same time. Of two writers of one partition one comes first; the
        other says so and is repeated on the new base (`rows` is called again), or has nothing left to do where the
        first has published the same fingerprints. A commit of which nobody knows whether it succeeded is looked up.

        Raises:
            CommitFailedError: others came first `ATTEMPTS` times in a row.
            DamagedFileError: rows that stay would be copied from a file that is not what was published.
            ValueError: rows of other days or other columns than the table's.
        """
        return self._published(Change(table, rows, layout, partitions, append, key, seen), fingerprints or {}, note)

    def fold(self, table: str) -> Commit | None:
        """Write the many small files of a table without partitions as few, in one commit; None where they are few.

        Writers who add rows at the same time are not in the way of it, nor it in theirs.

        Raises:
            CommitFailedError: others rewrote the table `ATTEMPTS` times in a row.
            DamagedFileError: a file is not what was published.
        """
        if sum(map(is_small, present_files(self.open(table), None))) < COMPACT_ABOVE:
            return None
        return self._published(Change(table, _no_rows, kept=lambda rows: rows, small_only=True), {}, {"folded": table})

    def leave_out(self, table: str, kept: Kept) -> Commit:
        """Write the rows that `kept` leaves of a table without partitions anew, in one commit.

        Rows that others add in the meantime are rewritten as well: who comes second begins again on top of the other.

        Raises:
            CommitFailedError: others came first `ATTEMPTS` times in a row.
            DamagedFileError: a file is not what was published.
        """
        return self._published(Change(table, _no_rows, append=True, kept=kept), {}, {"left out of": table})

    def _published(self, change: Change, fingerprints: Mapping[str, int], note: Mapping[str, Any] | None) -> Commit:
        table, promise = change.table, _promise(change, fingerprints)

        def properties() -> CommitProperties:  # made when all is written, so that the cost of writing is in them
            said = {"xdrec": json.dumps({**(note or {}), **provenance(table)}, default=str)}
            return CommitProperties(said, app_transactions=[Transaction(*each) for each in promise.items()])

        for lost in range(ATTEMPTS):
            base = self.open(table)
            if lost and base is not None and fingerprints and _stands(base, fingerprints):
                LOG.warning("%s: another writer has published the same; nothing is left to do", table)
                return Commit(base.version(), lost, by_other=True)
            version = self._try(change, base, properties, promise, lost + 1 == ATTEMPTS)
            if version is not None:
                crash_point("after_commit")
                self.seal(table)
                note_committed()
                return Commit(version, lost)
            LOG.warning("%s: another writer published first; publishing again on top of it", table)
            time.sleep(PAUSE_SECONDS * (lost + 1) * random.uniform(0.5, 1.5))
        raise AssertionError  # the last attempt raises

    def seal(self, table: str) -> None:
        """Flush the log of a table of this machine and keep the checksums of its new entries."""
        if self.is_local:
            seal(Path(self.path(table)))

    def collect(self, table: str, grace_hours: float = GRACE_HOURS) -> int:
        """Remove what dead writers left in the staging folder longer ago than the grace period; how many stages.

        Never a stage whose writer lives. The checksums of log entries are brought up to date on the way.
        """
        folder = Path(self.path(table))
        if not self.is_local or not (folder / "_delta_log").is_dir():
            return 0
        seal(folder)
        unseal_expired(folder)
        return collect_stages(folder, grace_hours)

    def table_files(self, table: str) -> TableFiles:
        """The files below a table's folder or URL."""
        return TableFiles(self.path(table))

    def _try(
        self,
        change: Change,
        base: DeltaTable | None,
        properties: Callable[[], CommitProperties],
        promise: Mapping[str, int],
        last: bool,
    ) -> int | None:
        """Stage and commit a change on a base; the version, or None where another writer came first."""
        files = self.table_files(change.table)
        with stage_below(files.folder) as stage:
            made = draft(change, base, files, stage)
            crash_point("after_staging")
            for staged, add in made.added.items():
                files.place(staged, add.path)
            crash_point("before_commit")
            try:
                return self._commit(change, base, made, properties())
            except (DeltaError, OSError) as error:
                version = self._landed(change.table, made, promise)
                if version is not None:
                    return version
                for add in made.adds:
                    files.remove(add.path)
                came_first = isinstance(error, CommitFailedError) or (
                    base is None and self.open(change.table) is not None
                )
                if last or not came_first:
                    raise
        return None

    def _commit(self, change: Change, base: DeltaTable | None, made: Draft, properties: CommitProperties) -> int:
        partitioned = [BUCKET] if change.layout else []
        if base is None:
            base = self._created(change, made, partitioned)
        # Only an overwrite takes new columns, and knows by itself what goes: everything.
        actions, mode = (made.adds, "overwrite") if made.has_new_columns else (made.actions, "append")
        base.create_write_transaction(actions, mode, made.schema, partitioned, commit_properties=properties)
        base.update_incremental()
        return int(base.version())

    def _created(self, change: Change, made: Draft, partitioned: list[str]) -> DeltaTable:
        """The table, without rows as yet: of two writers who create it with rows delta-rs lets both succeed.

        Raises:
            CommitFailedError: another writer has created it and published.
        """
        if self.is_local:
            make_folder(Path(self.path(change.table)))
        base = DeltaTable.create(
            self.path(change.table),
            made.schema,
            "ignore",
            partitioned,
            configuration={STATISTICS: change.layout.column} if change.layout else None,
            storage_options=dict(self.storage_options) or None,
        )
        base.update_incremental()
        if base.file_uris():
            raise CommitFailedError(f"{change.table} was created by another writer at the same time")
        return base

    def _landed(self, table: str, made: Draft, promise: Mapping[str, int]) -> int | None:
        """The version in which a commit of unknown outcome stands, or None where it does not."""
        now = self.open(table)
        if now is None:
            return None
        names = {uri.rsplit("/", 1)[-1] for uri in now.file_uris()}
        if made.added:
            is_in = {add.path.rsplit("/", 1)[-1] for add in made.adds} <= names
        else:
            is_in = bool(promise) and _stands(now, promise)
        return int(now.version()) if is_in else None


def _no_rows() -> pa.RecordBatchReader:
    raise AssertionError("present rows are written anew, none are added")


def _promise(change: Change, fingerprints: Mapping[str, int]) -> dict[str, int]:
    """The application transactions of a commit: two that share a name cannot both come on top of one base.

    Partitions without a fingerprint get a name and a random number, so that two writers of one cannot both add to it.
    """
    if change.append and not change.key and not change.kept:
        return dict(fingerprints)
    if change.small_only:
        return {"writer of folded files": secrets.randbits(62)}
    names = [p.key for p in change.partitions] if change.layout else ["append" if change.append else "whole"]
    writers = {f"writer of {name}": secrets.randbits(62) for name in names if name not in fingerprints}
    return writers | dict(fingerprints)


def _stands(table: DeltaTable, transactions: Mapping[str, int]) -> bool:
    return all(table.transaction_version(name) == version for name, version in transactions.items())
