"""Bring texts to one form before they are hashed, counted or encoded; `sql/macros/plain.sql` is its twin in SQL."""

import hashlib
import re
import unicodedata

# Controls and the marks that turn the direction of writing; white space among them becomes a plain space below.
INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def plain_text(text: str) -> str:
    r"""Unicode NFC, without control and bidirectional characters, white space collapsed to single spaces.

    A text that is plain stays as it is, so that what was hashed once has the same hash when it comes by again.

    >>> plain_text("  caf\u0065\u0301\u202e \x00 au\tlait ")
    'café au lait'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", INVISIBLE.sub("", text))  # what stood between two letters goes first
    elif not text.isprintable():
        text = INVISIBLE.sub("", text)
    return " ".join(text.split())


def content_hash(text: str) -> str:
    """The hash under which a text's vector is kept: SHA-256 of its plain form, as joined/items has it."""
    return hashlib.sha256(plain_text(text).encode()).hexdigest()


def counted(n: int, word: str) -> str:
    """A number of things in words.

    >>> counted(1, "partition"), counted(1200, "row")
    ('1 partition', '1,200 rows')
    """
    return f"{n:,} {word}{'' if n == 1 else 's'}"
