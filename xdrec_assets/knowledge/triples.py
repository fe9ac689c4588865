"""Facts as triples of head, relation and tail, from whatever source; and what items say of themselves."""

import pyarrow as pa
import pyarrow.compute as pc

SCHEMA = pa.schema(
    [
        ("head", pa.string()),
        ("relation", pa.string()),
        ("tail", pa.string()),
        ("source", pa.string()),
        ("confidence", pa.float32()),
        ("evidence", pa.string()),
    ]
)
KEY = ["head", "relation", "tail", "source"]
LABEL = "label"
"""The relation from an entity to what people call it; an entity may have several."""
SAME_AS = "same_as"
"""The relation between two items that a source takes for one thing."""
ITEMS = "items"
"""The source of what items say of themselves."""
RELATIONS = {"categories": "has_category", "tags": "has_tag"}
"""Relation by the column of joined items that it comes from; an attribute has its own, has_<name>."""


def triples_from_items(items: pa.Table) -> pa.Table:
    """What items say of themselves: categories, tags and attributes, confidence 1, of schema SCHEMA.

    items: columns platform, item_id, categories, tags (lists of text) and attributes (lists of name and value). The
    head is "platform/item_id", the evidence the column, of an attribute its name.
    """
    heads = pc.binary_join_element_wise(items["platform"], items["item_id"], "/")
    tables = [_listed(heads, items[column], relation, column) for column, relation in RELATIONS.items()]
    return pa.concat_tables([*tables, _attributes(heads, items["attributes"])])


def stated(
    head: pa.Array, relation: pa.Array, tail: pa.Array, source: str, confidence: float, evidence: pa.Array
) -> pa.Table:
    """Triples of one source and confidence, of schema SCHEMA; those without a tail are left out."""
    columns = [head, relation, tail, _same(source, len(tail)), _same(confidence, len(tail)), evidence]
    table = pa.table(dict(zip(SCHEMA.names, columns, strict=True))).cast(SCHEMA)
    return table.filter(pc.greater(pc.utf8_length(pc.fill_null(table["tail"], "")), 0))


def distinct(table: pa.Table) -> pa.Table:
    """One row per head, relation, tail and source, sorted: the most confident of those, of equals the first."""
    order = [*((key, "ascending") for key in KEY), ("confidence", "descending")]
    best = table.sort_by(order).group_by(KEY, use_threads=False)
    rows = best.aggregate([("confidence", "first"), ("evidence", "first")]).rename_columns(SCHEMA.names)
    return rows.cast(SCHEMA)


def _listed(heads: pa.ChunkedArray, lists: pa.ChunkedArray, relation: str, column: str) -> pa.Table:
    tails = pc.list_flatten(lists)
    own = heads.take(pc.list_parent_indices(lists))
    return stated(own, _same(relation, len(tails)), tails, ITEMS, 1.0, _same(column, len(tails)))


def _attributes(heads: pa.ChunkedArray, lists: pa.ChunkedArray) -> pa.Table:
    said = pc.list_flatten(lists)
    names, values = (pc.struct_field(said, [place]) for place in (0, 1))
    relations = pc.binary_join_element_wise("has_", names, "")
    return stated(heads.take(pc.list_parent_indices(lists)), relations, values, ITEMS, 1.0, names)


def _same(value: str | float, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value), count)
