"""The columns that landed files have, and what changed against the files before: added, removed, of another kind."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from data_quality.verdict import RuleResult
from xdrec_assets.platforms.platform import Platform
from xdrec_assets.platforms.quality import Handled
from xdrec_assets.platforms.source import REQUIRED, Constant, Share, Source

OF_LATE = 14  # files with records that are looked back on
MOST_COLUMNS = 300  # of a file that are noted; records keyed by data have no end of them
KINDS = {"VARCHAR": "text", "BOOLEAN": "boolean", "BIGINT": "number", "UBIGINT": "number", "DOUBLE": "number"}

Columns = dict[str, frozenset[str]]  # dotted path: kinds of its values; none where all are null


def mapped_paths(source: Source) -> list[str]:
    """The dotted paths that a source's mapping reads, in order; what a strength is computed from included."""
    shares = [share for share in source.event_types.values() if isinstance(share, Share)]
    paths = [
        *(path for path in source.columns.values() if not isinstance(path, Constant)),
        *(path for path in source.attributes.values() if not isinstance(path, Constant)),
        *source.where,
        *(path for share in shares for path in (share.value, share.of) if path),
    ]
    return list(dict.fromkeys(paths))


def columns_of(structures: Iterable[str], mapped: Sequence[str]) -> Columns:
    """The top-level columns and the mapped paths in the structures of some records, with the kinds of their values."""
    found: dict[str, set[str]] = {}
    for text in structures:
        structure = json.loads(text)
        reached = {path: _reach(structure, path.split(".")) for path in mapped}
        for path, what in {**structure, **{path: what for path, what in reached.items() if what is not None}}.items():
            found.setdefault(path, set()).update({_kind(what)} - {""})
    kept = sorted(found, key=lambda path: (path not in mapped, path))[:MOST_COLUMNS]
    return {path: frozenset(found[path]) for path in sorted(kept)}


def as_texts(columns: Columns) -> list[str]:
    """Columns as texts to be stored: `user.id: text`, `stars: number|text`."""
    return [f"{path}: {'|'.join(sorted(kinds))}" for path, kinds in columns.items()]


def from_texts(texts: Iterable[str]) -> Columns:
    """Columns as they were stored."""
    split = (text.rsplit(": ", 1) for text in texts)
    return {path: frozenset(kinds.split("|")) - {""} for path, kinds in split}


def of_late(known: Sequence[Columns]) -> Columns:
    """The columns of the last files together."""
    together: dict[str, frozenset[str]] = {}
    for columns in known[-OF_LATE:]:
        for path, kinds in columns.items():
            together[path] = together.get(path, frozenset()) | kinds
    return together


def gone(platform: Platform, source: str, before: Columns, now: Columns) -> list[str]:
    """The mapped paths that files of late had a value at, and a file has none at."""
    mapped = mapped_paths(platform.sources[source])
    return [path for path in mapped if before.get(path) and not now.get(path)]


def changes(platform: Platform, source: str, before: Columns, now: Columns, file: str, n: int) -> list[RuleResult]:
    """What changed from the columns of the files before to those of a file of n records, where it is to be handled.

    That a mapped column which is not needed is gone is a warning at most: a day may be without ratings. A column is of
    another kind where none of its values is of a kind that it had; single values are the quarantine's to judge.
    """
    if not before:
        return []
    handled, needed = platform.quality.schema_change, _needed(source, platform.sources[source])
    missing = gone(platform, source, before, now)
    both = [path for path in mapped_paths(platform.sources[source]) if before.get(path) and now.get(path)]
    other = [
        f"{path} is {_either(now[path])}, was {_either(before[path])}" for path in both if not now[path] & before[path]
    ]
    lost, spared = ([path for path in missing if (path in needed) == is_needed] for is_needed in (True, False))
    milder: Handled = "ignore" if handled.removed == "ignore" else "warn"
    found = [
        (handled.removed, "the mapped columns that files of late had", lost),
        (milder, "the mapped columns that files of late had", spared),
        (handled.retyped, "mapped columns of the kinds that files of late had", other),
        (handled.added, "no column that no file of late had", sorted(set(now) - set(before))),
    ]
    return [
        RuleResult(
            "schema", source, "block" if how == "refuse" else "warn", False, n, n, expected,
            (f"{file}: {', '.join(paths)}",), of="records",
        )
        for how, expected, paths in found
        if paths and how != "ignore"
    ]  # fmt: skip


def _needed(name: str, source: Source) -> set[str]:
    """The paths without which no record of a source can be used."""
    required = [path for column, path in source.columns.items() if column in REQUIRED.get(name, ())]
    return {*(path for path in required if not isinstance(path, Constant)), *source.where}


def _reach(structure: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        structure = structure.get(key) if isinstance(structure, Mapping) else None
    return structure


def _kind(structure: Any) -> str:
    """The kind of a value as the engine describes it; '' for null."""
    if isinstance(structure, Mapping):
        return "object"
    if isinstance(structure, list):
        return "list"
    return "" if structure == "NULL" else KINDS.get(str(structure), "mixed")


def _either(kinds: Iterable[str]) -> str:
    return " or ".join(sorted(kinds))
