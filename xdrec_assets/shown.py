"""What the web UI shows of a table, as Markdown: previews of rows and pictures."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from resources.plain_text import plain_text

if TYPE_CHECKING:
    import pyarrow as pa

NUMBERS_SHOWN = 3  # of a vector
HASH = re.compile("[0-9a-f]{32,}")
MARKUP = re.compile(r"([\\`*_\[\]~|])")
LINKS = re.compile(r"(?<=:)(?=//)|(?<=[wW]{3})(?=\.)|(?=@)")  # where Markdown makes a link of a bare address


def markdown_table(rows: pa.Table, width: int = 40) -> str:
    """Arrow rows as a Markdown table: long values, hashes and vectors are cut, markup and links are shown as text."""
    lines = ["| " + " | ".join(rows.column_names) + " |", "|" + "---|" * rows.num_columns]
    for row in rows.to_pylist():
        lines.append("| " + " | ".join(_cell(value, width) for value in row.values()) + " |")
    return "\n".join(lines)


def figures_table(rows: Sequence[Mapping[str, Any]], width: int = 80) -> str:
    """Mappings with the same keys as a Markdown table; numbers stand to the right.

    >>> print(figures_table([{"ranker": "svd", "ndcg": 0.25}]))
    | ranker | ndcg |
    |---|---:|
    | svd | 0.2500 |
    """
    if not rows:
        return ""
    first = rows[0]
    numeric = [any(isinstance(row[name], int | float) for row in rows) for name in first]
    rules = ["---:" if right else "---" for right in numeric]
    lines = ["| " + " | ".join(first) + " |", "|" + "|".join(rules) + "|"]
    lines += ["| " + " | ".join(_cell(value, width) for value in row.values()) + " |" for row in rows]
    return "\n".join(lines)


def markdown_picture(name: str, png: bytes) -> str:
    """A PNG as a Markdown image that needs nothing from elsewhere."""
    return f"![{name}](data:image/png;base64,{b64encode(png).decode()})"


def _cell(value: Any, width: int) -> str:
    text = _text(value)
    text = text if len(text) <= width else text[: width - 1] + "…"
    return text if isinstance(value, float) or _is_vector(value) else literal(text)


def literal(text: str) -> str:
    r"""A text as Markdown that shows just that text: no markup, link, picture or change of direction comes of it.

    >>> literal("<img> ![x](http://y)")
    '&lt;img> !\\[x\\](http:\u200b//y)'
    """
    escaped = MARKUP.sub(r"\\\1", plain_text(text)).replace("&", "&amp;").replace("<", "&lt;")
    return LINKS.sub("\u200b", escaped)


def one_of_list(value: Any) -> str:
    """A value of a list as people read it; what is said under a name with the name before it.

    >>> one_of_list("tea"), one_of_list({"name": "brand", "value": "Leaf & Co"})
    ('tea', 'brand: Leaf & Co')
    """
    is_named = isinstance(value, dict) and {*value} == {"name", "value"}
    return f"{value['name']}: {value['value']}" if is_named else str(value)


def _is_vector(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], float)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4f}"
    if _is_vector(value):
        return f"[{', '.join(f'{number:.3f}' for number in value[:NUMBERS_SHOWN])}, … {len(value)} numbers]"
    if isinstance(value, list):
        return ", ".join(map(one_of_list, value))
    if isinstance(value, str) and HASH.fullmatch(value):
        return f"{value[:10]}…"
    return f"{value:%Y-%m-%d %H:%M:%S}" if hasattr(value, "hour") else str(value)
