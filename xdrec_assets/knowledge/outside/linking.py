"""Which entities of an outside source are items of a platform: RecBole's .link files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from resources.landing import LandedFile, Landing
from xdrec_assets.embeddings.documents import QUARANTINED, set_apart
from xdrec_assets.knowledge.outside.naming import Links
from xdrec_assets.knowledge.triples import SAME_AS, SCHEMA
from xdrec_assets.platforms.outside import OutsideSource

RULE = "expected item and entity between tabs, below the header item_id:token, entity_id:token"
HEADER = ["item_id", "entity_id"]


@dataclass(frozen=True)
class Linked:
    """What the link files of a source say, and where each of their lines went."""

    links: Links = field(default_factory=Links)
    triples: pa.Table = field(default_factory=SCHEMA.empty_table)  # items that are the same entity
    quarantined: pa.Table = field(default_factory=QUARANTINED.empty_table)
    n_lines: int = 0
    n_passed_over: int = 0


NO_LINKS = Linked()


def read_links(landing: Landing, source: OutsideSource, files: Mapping[str, LandedFile]) -> Linked:
    """The entities that are items, from a link file of each platform.

    An entity that several items are linked to is written as the first of them; of the others it is said that they are
    the same as it.
    """
    items: dict[str, str] = {}
    same, bad, n_lines = list[dict[str, Any]](), list[dict[str, Any]](), 0
    for platform, file in files.items():
        rows = [
            row for batch in landing.lines(file, source.compression, None, source.limits) for row in batch.to_pylist()
        ]
        n_lines += len(rows)
        for n, row in enumerate(rows):
            fields = _fields(row)
            if fields is None or (n == 0 and not _is_header(fields)):
                rule = row["problem"] or RULE
                bad.append(set_apart(source.source, file.path, row["source_line"], rule, row["line"]))
            elif n > 0:
                item, entity = f"{platform}/{fields[0]}", fields[1]
                if (first := items.setdefault(entity, item)) != item:
                    same.append(_same(item, first, source, f"{file.path}:{row['source_line']}"))
    links = Links(pa.array(items.keys(), pa.string()), pa.array(items.values(), pa.string()))
    tables = (pa.Table.from_pylist(same, schema=SCHEMA), pa.Table.from_pylist(bad, schema=QUARANTINED))
    return Linked(links, *tables, n_lines, n_lines - len(same) - len(bad))


def _fields(row: dict[str, Any]) -> list[str] | None:
    """Item and entity of a line, or the two names of a header; None where it has not two filled fields."""
    fields = [each.strip() for each in (row["line"] or "").split("\t")]
    return fields if not row["problem"] and len(fields) == 2 and all(fields) else None


def _is_header(fields: list[str]) -> bool:
    return [each.split(":")[0] for each in fields] == HEADER


def _same(item: str, first: str, source: OutsideSource, place: str) -> dict[str, Any]:
    return dict(zip(SCHEMA.names, (item, SAME_AS, first, source.source, source.confidence, place), strict=True))
