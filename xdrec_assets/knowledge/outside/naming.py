"""One name for one thing: items of a source are written as all sources write them, prefixes are taken off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from resources.plain_text import plain_text
from xdrec_assets.knowledge.outside.ntriples import LABEL_IRI, changed
from xdrec_assets.knowledge.outside.statements import STATEMENTS
from xdrec_assets.knowledge.triples import LABEL
from xdrec_assets.platforms.outside import OutsideSource

MOST_CHARACTERS = 1000  # of a name or a text
NO_NAME = "a name is empty"
TOO_LONG = f"a name or text has more than {MOST_CHARACTERS:,} characters"
NOT_PLAIN = "[^ -~]|^ |  | $"
NOTHING = pa.array([], pa.string())


@dataclass(frozen=True)
class Links:
    """Which entities are items: the entity as its source writes it, the item as platform/item_id."""

    entity: pa.StringArray = field(default_factory=lambda: NOTHING)  # distinct
    item: pa.StringArray = field(default_factory=lambda: NOTHING)


def named(statements: pa.Table, source: OutsideSource, links: Links, platforms: Sequence[str]) -> pa.Table:
    """Statements under the names that all sources share, of schema STATEMENTS; relations not asked for are passed over.

    platforms: of whom `source.items` may name items.
    """
    is_text = statements["is_text"].combine_chunks()
    written = [statements[name].combine_chunks() for name in ("head", "relation", "tail")]
    head, tail = (_entities(written[place], source, links, platforms) for place in (0, 2))
    tail = pc.if_else(is_text, written[2], tail)
    relation = _relations(written[1], source)
    kept = pc.and_(pc.is_valid(tail), pc.is_valid(relation))
    nothing = pa.scalar(None, pa.string())
    columns = [pc.if_else(kept, plain(column), nothing) for column in (head, relation, tail)]
    rule = statements["rule"].combine_chunks()
    lengths = [pc.utf8_length(column) for column in columns]
    is_empty = pc.equal(pc.min_element_wise(*lengths), 0)
    is_long = pc.greater(pc.max_element_wise(*lengths), MOST_CHARACTERS)
    for is_broken, said in ((is_empty, NO_NAME), (is_long, TOO_LONG)):
        rule = pc.coalesce(rule, pc.if_else(is_broken, said, nothing))
    is_bad = pc.is_valid(rule)
    columns = [pc.if_else(is_bad, nothing, column) for column in columns]
    return pa.table([*columns, is_text, rule], schema=STATEMENTS)


def plain(column: pa.StringArray) -> pa.StringArray:
    """Texts in the one form that all texts have: without invisible characters, Unicode NFC, single spaces."""
    return changed(column, pc.match_substring_regex(column, NOT_PLAIN), plain_text)


def _entities(written: pa.StringArray, source: OutsideSource, links: Links, platforms: Sequence[str]) -> pa.StringArray:
    """Entities: the item where a link or the pattern says that one is, else the name without its prefix."""
    item = links.item.take(pc.index_in(written, links.entity))
    if source.items:
        found = pc.extract_regex(written, item_pattern(source.items, platforms))
        by_pattern = pc.binary_join_element_wise(found.field("platform"), found.field("item_id"), "/")
        item = pc.coalesce(item, pc.if_else(pc.is_valid(found), by_pattern, pa.scalar(None, pa.string())))
    return pc.coalesce(item, _stripped(written, source.prefixes))


def item_pattern(items: str, platforms: Sequence[str]) -> str:
    """The regular expression of names such as item:{platform}/{item_id}.

    >>> item_pattern("item:{platform}/{item_id}", ["shop", "video"])
    '^item:(?P<platform>shop|video)/(?P<item_id>.+)$'
    """
    groups = {"{platform}": f"(?P<platform>{'|'.join(platforms)})", "{item_id}": "(?P<item_id>.+)"}
    return "^" + "".join(groups.get(part) or quoted(part) for part in re.split(r"(\{\w+\})", items)) + "$"


def quoted(text: str) -> str:
    """A text as a regular expression of just that text, in the words that Arrow's engine and Python's share."""
    return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", text)


def _relations(written: pa.StringArray, source: OutsideSource) -> pa.StringArray:
    """Relations as the table is to have them, null where they are not asked for."""
    wanted = {LABEL_IRI: LABEL} if source.format == "ntriples" else {}
    wanted |= source.relations
    place = pc.index_in(written, pa.array(list(wanted), pa.string()))
    renamed = pa.array(list(wanted.values()), pa.string()).take(place)
    return renamed if source.relations else pc.coalesce(renamed, _stripped(written, source.prefixes))


def _stripped(written: pa.StringArray, prefixes: Sequence[str]) -> pa.StringArray:
    """Names without the longest prefix that they begin with; a name that is one stays."""
    if not prefixes:
        return written
    longest_first = "|".join(quoted(prefix) for prefix in sorted(prefixes, key=len, reverse=True))
    return pc.replace_substring_regex(written, f"^(?:{longest_first})(.+)$", r"\1")
