"""Facts as triples of head, relation and tail: from a file of outside knowledge, and from what items say themselves."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

SCHEMA = pa.schema(
    [
        ("head", pa.string()),
        ("relation", pa.string()),
        ("tail", pa.string()),
        ("source", pa.string()),
        ("confidence", pa.float32()),
    ]
)
RELATIONS = {"categories": "has_category", "tags": "has_tag"}
"""Relation by the column of joined items that it comes from."""


def triples(items: pa.Table, path: Path | None = None) -> pa.Table:
    """All triples known, each once per source, sorted: those of the items, and of a file where one is given."""
    tables = [triples_from_items(items)] + ([triples_from_file(path)] if path else [])
    return distinct(pa.concat_tables(tables))


def triples_from_items(items: pa.Table) -> pa.Table:
    """What items say of themselves: their categories and tags, confidence 1.

    items: columns platform, item_id, categories, tags (lists of text). The head is "platform/item_id".
    """
    return pa.concat_tables([_attribute_triples(items, column) for column in RELATIONS])


def _attribute_triples(items: pa.Table, column: str) -> pa.Table:
    rows = pc.list_parent_indices(items[column])
    heads = pc.binary_join_element_wise(items["platform"], items["item_id"], "/")
    return _table(heads.take(rows), RELATIONS[column], pc.list_flatten(items[column]), "items")


def triples_from_file(path: Path) -> pa.Table:
    """The triples of a text file with head, relation and tail between tabs, one triple a line; confidence 1.

    A first line that says just these three words is a header. Empty lines are passed over. The source is the file's
    name.

    Raises ValueError naming file and line where a line has not three filled fields.
    """
    rows: list[list[str]] = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            fields = [field.strip() for field in line.rstrip("\n").split("\t")]
            if fields == [""] or (number == 1 and fields == ["head", "relation", "tail"]):
                continue
            if len(fields) != 3 or not all(fields):
                raise ValueError(
                    f"{path}, line {number}: found {len([field for field in fields if field])} filled fields in "
                    f"{line.rstrip()!r:.120}, expected head, relation and tail between tabs; correct the line"
                )
            rows.append(fields)
    head, relation, tail = (pa.array([row[place] for row in rows], pa.string()) for place in range(3))
    return _table(head, relation, tail, path.name)


def distinct(table: pa.Table) -> pa.Table:
    """One row per head, relation, tail and source, sorted, the most confident of those that are the same."""
    keys = ["head", "relation", "tail", "source"]
    best = table.group_by(keys).aggregate([("confidence", "max")]).rename_columns(SCHEMA.names)
    return best.sort_by([(key, "ascending") for key in keys]).cast(SCHEMA)


def _table(head: pa.Array, relation: pa.Array | str, tail: pa.Array, source: str) -> pa.Table:
    """Triples of one source; those without a tail are left out."""
    count = len(tail)
    relations = pa.repeat(pa.scalar(relation), count) if isinstance(relation, str) else relation
    sources, confidence = pa.repeat(pa.scalar(source), count), pa.repeat(pa.scalar(1.0, pa.float32()), count)
    columns = [head, relations, tail, sources, confidence]
    table = pa.table(dict(zip(SCHEMA.names, columns, strict=True))).cast(SCHEMA)
    return table.filter(pc.greater(pc.utf8_length(pc.fill_null(table["tail"], "")), 0))
