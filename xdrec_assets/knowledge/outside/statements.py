"""What the lines of a file state, whatever its format: head, relation and tail, or why a line states nothing."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

STATEMENTS = pa.schema(
    [
        ("head", pa.string()),
        ("relation", pa.string()),
        ("tail", pa.string()),
        ("is_text", pa.bool_()),  # the tail is a text, not the name of an entity
        ("rule", pa.string()),  # why the line cannot be used; a line without tail and rule is passed over
    ]
)
"""One row per line."""
BETWEEN_TABS = r"^(?P<head>[^\t]*)\t(?P<relation>[^\t]*)\t(?P<tail>[^\t]*)$"
TAB_RULE = "expected head, relation and tail between tabs"
RECBOLE_RULE = "expected the header head_id:token, relation_id:token, tail_id:token between tabs"


def tab_separated(lines: pa.StringArray, is_first: bool) -> pa.Table:
    """The statements of lines with head, relation and tail between tabs, of schema STATEMENTS.

    The first line of a file may be a header that says just these three words; it is passed over.
    """
    fields = _three_fields(lines)
    statements = _of_fields(fields)
    header = dict(zip(("head", "relation", "tail"), ("head", "relation", "tail"), strict=True))
    return (
        _without_first(statements)
        if is_first and len(lines) and fields.slice(0, 1).to_pylist() == [header]
        else (statements)
    )


def recbole(lines: pa.StringArray, is_first: bool) -> pa.Table:
    """The statements of a RecBole .kg file, of schema STATEMENTS; its first line must be the header of such files."""
    fields = _three_fields(lines)
    statements = _of_fields(fields)
    if not (is_first and len(lines)):
        return statements
    (first,) = fields.slice(0, 1).to_pylist()
    named = [(first or {}).get(name, "").split(":")[0] for name in ("head", "relation", "tail")]
    return _without_first(statements, None if named == ["head_id", "relation_id", "tail_id"] else RECBOLE_RULE)


def _three_fields(lines: pa.StringArray) -> pa.StructArray:
    """head, relation and tail of each line without white space around them; null where a line has not three fields."""
    found = pc.extract_regex(lines, BETWEEN_TABS)
    names = ["head", "relation", "tail"]
    columns = [pc.utf8_trim_whitespace(found.field(name)) for name in names]
    return pa.StructArray.from_arrays(columns, names, mask=pc.is_null(found))


def _of_fields(fields: pa.StructArray) -> pa.Table:
    columns = [pc.struct_field(fields, [place]) for place in range(3)]
    filled = pc.is_valid(fields)
    for column in columns:
        filled = pc.and_(filled, pc.fill_null(pc.greater(pc.binary_length(column), 0), False))
    rule = pc.if_else(filled, pa.scalar(None, pa.string()), TAB_RULE)
    kept = [pc.if_else(filled, column, pa.scalar(None, pa.string())) for column in columns]
    return pa.table([*kept, pc.is_null(filled), rule], schema=STATEMENTS)


def _without_first(statements: pa.Table, rule: str | None = None) -> pa.Table:
    """The statements with the first line passed over, or set apart by a rule."""
    row = {"head": None, "relation": None, "tail": None, "is_text": False, "rule": rule}
    return pa.concat_tables([pa.Table.from_pylist([row], schema=STATEMENTS), statements.slice(1)])
