"""Lines of N-Triples (W3C, RDF 1.1 N-Triples, section 7: the grammar), as Wikidata and DBpedia hand them out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from xdrec_assets.knowledge.outside.statements import STATEMENTS

LABEL_IRI = "http://www.w3.org/2000/01/rdf-schema#label"
RULE = "expected <subject> <predicate> and an object with a full stop after it, as N-Triples has them"
_CODE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_IRI = r'[^\x00-\x20<>"{}|^`\\]|' + _CODE
_BLANK = r"[\pL\pN_:](?:[\pL\pN_:.\-·]*[\pL\pN_:\-·])?"
_TEXT = rf'"(?P<text>(?:[^"\\\n\r]|\\[tbnrf"\'\\]|{_CODE})*)"'
_KIND = r"(?P<kind>@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*|\^\^<[^<>\x00-\x20]+>)?"
STATEMENT = (
    rf"^\s*(?:<(?P<head>(?:{_IRI})+)>|_:(?P<blank_head>{_BLANK}))\s*<(?P<relation>(?:{_IRI})+)>"
    rf"\s*(?:<(?P<tail>(?:{_IRI})+)>|_:(?P<blank_tail>{_BLANK})|{_TEXT}{_KIND})\s*\.\s*(?:#.*)?$"
)
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
LETTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
REPLACEMENT = "\ufffd"


def ntriples(lines: pa.StringArray, file: str, languages: Sequence[str]) -> pa.Table:
    """The statements of lines, of schema STATEMENTS; comments, and texts of other languages, are passed over.

    A blank node is one of its file alone and is named after it. A text of no language stays; one of a datatype is its
    written form. languages: short names, of which en stands for en-GB too.
    """
    found = pc.extract_regex(lines, STATEMENT)
    parts = {field.name: found.field(field.name) for field in found.type}
    is_blank = {name: _is_filled(parts[f"blank_{name}"]) for name in ("head", "tail")}
    head, tail = (
        pc.if_else(
            is_blank[name],
            pc.binary_join_element_wise(f"_:{file}#", parts[f"blank_{name}"], ""),
            _plain(parts[name]),
        )
        for name in ("head", "tail")
    )
    is_statement = pc.is_valid(found)
    is_text = pc.and_(is_statement, pc.invert(_is_filled(tail)))
    wanted = pc.or_(pc.invert(is_text), pc.and_(_is_filled(parts["text"]), _speaks(parts["kind"], languages)))
    kept = pc.and_(is_statement, wanted)
    tail = pc.if_else(is_text, _plain(parts["text"]), tail)
    nothing = pa.scalar(None, pa.string())
    is_bad = pc.and_(pc.invert(is_statement), pc.invert(pc.match_substring_regex(lines, r"^\s*#")))
    columns = [pc.if_else(kept, column, nothing) for column in (head, _plain(parts["relation"]), tail)]
    return pa.table([*columns, is_text, pc.if_else(is_bad, RULE, nothing)], schema=STATEMENTS)


def _is_filled(column: pa.StringArray) -> pa.BooleanArray:
    return pc.fill_null(pc.greater(pc.binary_length(column), 0), False)


def _speaks(kind: pa.StringArray, languages: Sequence[str]) -> pa.BooleanArray:
    """Whether texts are of one of some languages, or of none."""
    known = "|".join(re.escape(each) for each in languages) or "-"
    other = pc.match_substring_regex(kind, "^@")
    return pc.or_(pc.invert(other), pc.match_substring_regex(kind, f"^@(?i:{known})(?:-.*)?$"))


def _plain(column: pa.StringArray) -> pa.StringArray:
    """The texts with their escapes resolved."""
    return changed(column, pc.match_substring(column, "\\"), unescaped)


def unescaped(text: str) -> str:
    r"""A text with its escapes resolved; a number that stands for no character becomes the sign for that.

    >>> unescaped(r"caf\u00E9 \"au\" lait")
    'café "au" lait'
    """

    def character(found: re.Match[str]) -> str:
        short, long, letter = found.groups()
        if letter:
            return LETTERS.get(letter, letter)
        code = int(short or long, 16)
        return REPLACEMENT if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF else chr(code)

    return ESCAPE.sub(character, text)


def changed(column: pa.StringArray, which: pa.BooleanArray, change: Callable[[str], str]) -> pa.StringArray:
    """A column of texts with some of them changed, each distinct one once."""
    which = pc.fill_null(which, False)
    if not pc.any(which).as_py():
        return column
    coded = pc.filter(column, which).dictionary_encode()
    new = pa.array([change(text) for text in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)
    return pc.replace_with_mask(column, which, new)
