"""Bring texts to one form before they are hashed, counted or encoded."""

import re
import unicodedata

# Controls and the marks that turn the direction of writing; white space among them becomes a plain space below.
INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def plain_text(text: str) -> str:
    r"""Unicode NFC, without control and bidirectional characters, white space collapsed to single spaces.

    >>> plain_text("  caf\\u0065\\u0301\\u202e \\x00 au\\tlait ")
    'caf\\xe9 au lait'
    """
    return " ".join(INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def counted(n: int, word: str) -> str:
    """A number of things in words.

    >>> counted(1, "partition"), counted(1200, "row")
    ('1 partition', '1,200 rows')
    """
    return f"{n:,} {word}{'' if n == 1 else 's'}"
