"""Read a run of partitions and judge it before any of it is published: bad lines, and columns that changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from data_quality.contract import load_contract
from data_quality.verdict import RuleResult
from resources.engine import Session
from resources.partitions import Partition
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.platforms.platform import Platform
from xdrec_assets.raw.columns import Columns, as_texts, changes, columns_of, from_texts, gone, mapped_paths, of_late
from xdrec_assets.raw.reading import Arrival, json_path, read_source
from xdrec_assets.refusal import Refused, bad_share

ARRIVALS = pa.schema(
    [
        ("source_file", pa.string()),
        ("first", pa.date32()),
        ("bytes", pa.int64()),
        ("modified_at", pa.timestamp("us", tz="UTC")),
        ("file_sha256", pa.string()),
        ("n_physical", pa.int64()),  # null of a file that breaks off
        ("n_header", pa.int64()),
        ("n_blank", pa.int64()),
        ("columns", pa.list_(pa.string())),
    ]
)


@dataclass(frozen=True)
class Seen:
    """The columns of a source's files: of those read before, the newest last, and of those read now."""

    before: Sequence[Columns] = ()
    now: Mapping[str, Columns] = field(default_factory=dict)


def read_run(session: Session, pipeline: Pipeline, platform: Platform, run: Sequence[Partition]) -> dict[str, Seen]:
    """Read what landed for some partitions; the columns that were seen, by source.

    Leaves `raw.<source>_kept` of each source, `raw.rejected` and `raw.files` in the session.
    """
    seen = {}
    files = f"raw/{platform.platform}/files"
    schema = load_contract(files).arrow_schema()
    session.bind("raw.known_files", [files], schema)
    if not {*schema.names} <= {*session.con.table("raw.known_files").columns}:  # of a version that knew no columns
        session.bind_rows("raw.known_files", schema.empty_table())
    for source in platform.sources:
        days = {"platform": platform.platform, "source": source, "first": run[0].first, "after": run[-1].after}
        found = read_source(session, pipeline.landing, pipeline.folder, platform, source, run)
        seen[source] = _seen(session, platform, source, days)
        session.bind_rows("raw.arrivals", _arrivals_table(found, seen[source].now))
        session.build(f"raw.{source}_kept", "raw/kept", days)
        for table in ("rejected", "files"):
            session.build(f"raw.{source}_{table}", f"raw/{table}", days)
        session.drop("raw.records", "raw.read")
    for table in ("rejected", "files"):
        session.union(f"raw.{table}", [f"raw.{source}_{table}" for source in platform.sources])
    return seen


def judged(
    session: Session, platform: Platform, run: Sequence[Partition], seen: Mapping[str, Seen]
) -> tuple[Refused, list[RuleResult]]:
    """The partitions to be refused with the rules they break; and what is but to be warned of."""
    refused, warnings = Refused(), list[RuleResult]()
    for source in platform.sources:
        files = session.con.table(f"raw.{source}_files").project("day, source_file, n_records, n_rejected").fetchall()
        before = list(seen[source].before)
        for partition in run:
            mine = [row for row in sorted(files) if partition.first <= row[0] < partition.after]
            found = _bad(session, platform, source, partition, mine)
            for _, file, n_records, _ in mine:
                if n_records > platform.quality.few and file in seen[source].now:
                    now = seen[source].now[file]
                    found += changes(platform, source, of_late(before), now, file, n_records)
                    before.append(now)
            warnings += [result for result in found if result.severity == "warn"]
            if broken := [result for result in found if result.severity == "block"]:
                refused.setdefault(partition.key, []).extend(broken)
    return refused, warnings


def _bad(
    session: Session, platform: Platform, source: str, partition: Partition, files: Sequence[tuple]
) -> list[RuleResult]:
    n_bad = sum(n_rejected for *_, n_rejected in files)
    n_lines = n_bad + sum(n_records for _, _, n_records, _ in files)
    result = bad_share(session, platform, source, partition, n_bad, n_lines, lambda: _rejected(session, source))
    return [result] if result else []


def _rejected(session: Session, source: str) -> pa.Table:
    rows = session.arrow(f"raw.{source}_rejected")
    return rows.rename_columns({"reason": "why"}).append_column("found", pa.nulls(rows.num_rows, pa.string()))


def _seen(session: Session, platform: Platform, source: str, days: Mapping[str, object]) -> Seen:
    """The columns of the files just read, looked for in all records where a mapped one is not in the first of them."""
    mapped = mapped_paths(platform.sources[source])
    structures: dict[str, list[str]] = {}
    for file, structure in session.query("raw/structures").fetchall():
        structures.setdefault(file, []).append(structure)
    now = {file: columns_of(texts, mapped) for file, texts in structures.items()}
    before = [from_texts(texts) for _, texts, _ in session.query("raw/known_columns", days).fetchall()]
    known = of_late([*before, *now.values()])
    missing = {file: paths for file in now if (paths := gone(platform, source, known, now[file]))}
    if missing:
        looked_for = {json_path(path): path for paths in missing.values() for path in paths}
        asked = {"paths": list(looked_for), "files": list(missing)}
        for file, path in session.query("raw/found_paths", asked).fetchall():
            now[file] = {**now[file], looked_for[path]: known[looked_for[path]]}
    return Seen(before, now)


def _arrivals_table(found: Sequence[Arrival], columns: Mapping[str, Columns]) -> pa.Table:
    rows = [
        {
            "source_file": arrival.file.path,
            "first": arrival.first,
            "bytes": arrival.file.n_bytes,
            "modified_at": arrival.file.modified_at,
            "file_sha256": arrival.tally.sha256,
            "n_physical": arrival.tally.n_lines,
            "n_header": arrival.tally.n_header,
            "n_blank": arrival.tally.n_blank,
            "columns": as_texts(columns[arrival.file.path]) if arrival.file.path in columns else None,
        }
        for arrival in found
    ]
    return pa.Table.from_pylist(rows, schema=ARRIVALS)
