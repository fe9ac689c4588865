"""Find names of known things in texts: the longest name, on word boundaries, whatever its case.

Names are looked up word by word in a table of names, as FlashText does (Singh, 2017, arXiv:1711.00046): time grows with
the length of the text, not with the number of names. Scripts without spaces have no word boundaries to keep to: there
each character counts as a word, and the longest name wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from resources.encoding.word_vectors import UNSPACED
from resources.plain_text import plain_text

WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
UNSPACED_ONLY = re.compile(rf"[{UNSPACED}]+")
GAP = re.compile(r"[^,;!?()\[\]{}\"“”«»。，、；！？]{0,3}")  # what may stand between two words of one name
SENTENCE_END = re.compile(r"(?<!\b\w)(?<!\b\w\w)[.!?]+[\"'”’)]*\s+|[。！？]+|\n+")  # no end: "Dr. X", "J. R. R. Y"
LEAST_LETTERS, LEAST_CHARACTERS = 3, 2


class Word(NamedTuple):
    """A word of a text, its case folded, and where it stands."""

    word: str
    start: int
    end: int


class Mention(NamedTuple):
    """A name found in a text."""

    entity: str
    start: int
    end: int
    n_words: int


def words_of(text: str) -> list[Word]:
    """The words of a plain text; single characters of scripts without spaces.

    >>> [word.word for word in words_of("Green-Tea, 绿茶")]
    ['green', 'tea', '绿', '茶']
    """
    return [Word(found[0].casefold(), found.start(), found.end()) for found in WORD.finditer(text)]


@dataclass
class Names:
    """Names of entities; a name that several entities have is known to be ambiguous and links to none of them."""

    entities: dict[str, str | None] = field(default_factory=dict)
    """Words between spaces: the entity, None where several have this name."""
    longest: dict[str, int] = field(default_factory=dict)
    """First word of names: how many words the longest of them has."""

    @classmethod
    def of(cls, named: Iterable[tuple[str, str]]) -> Names:
        """Names out of pairs of name and entity; names too short to be told from words are left out."""
        names = cls()
        for name, entity in named:
            names.add(name, entity)
        return names

    def add(self, name: str, entity: str) -> None:
        """Know an entity by one more name."""
        found = [word.word for word in words_of(plain_text(name))]
        if not is_telling(found):
            return
        key = " ".join(found)
        known = self.entities.setdefault(key, entity)
        if known != entity:
            self.entities[key] = None
        self.longest[found[0]] = max(self.longest.get(found[0], 0), len(found))

    def entity(self, name: str) -> str | None:
        """The one entity of just this name, if there is one."""
        return self.entities.get(" ".join(word.word for word in words_of(plain_text(name))))

    @property
    def n_ambiguous(self) -> int:
        """How many names several entities have."""
        return sum(entity is None for entity in self.entities.values())

    def mentions(self, text: str) -> Iterator[Mention]:
        """The names in a text from left to right, none within another; ambiguous ones stand for nothing."""
        found = words_of(text)
        at = 0
        while at < len(found):
            key, n_words = self._longest_at(found, at, text)
            entity = self.entities.get(key) if n_words else None
            if entity is not None:
                yield Mention(entity, found[at].start, found[at + n_words - 1].end, n_words)
            at += max(n_words, 1)

    def _longest_at(self, found: list[Word], at: int, text: str) -> tuple[str, int]:
        """The longest name that begins with a word: its words, and how many; 0 where none does."""
        best, n_best, key = "", 0, ""
        for place in range(at, min(at + self.longest.get(found[at].word, 0), len(found))):
            if place > at and not GAP.fullmatch(text, found[place - 1].end, found[place].start):
                break
            key = f"{key} {found[place].word}" if key else found[place].word
            if key in self.entities:
                best, n_best = key, place - at + 1
        return best, n_best


def is_telling(words: list[str]) -> bool:
    """Whether a name is long enough to be a name: three letters, or two characters of a script without spaces.

    >>> [is_telling(words) for words in (["the", "x"], ["ox"], ["1984"], ["绿", "茶"], ["茶"], [])]
    [True, False, False, True, False, False]
    """
    letters = "".join(words)
    if not letters or letters.isdigit():
        return False
    least = LEAST_CHARACTERS if UNSPACED_ONLY.fullmatch(letters) else LEAST_LETTERS
    return len(letters) >= least


def sentence_around(text: str, start: int, end: int, most: int = 300) -> str:
    """The sentence of a text that a piece stands in, plain, and not longer than `most` characters.

    >>> text = "It rains. Dr. Lee likes green tea. So do I."
    >>> sentence_around(text, text.index("green"), text.index("tea") + 3)
    'Dr. Lee likes green tea.'
    """
    ends = [0, *(found.end() for found in SENTENCE_END.finditer(text)), len(text)]
    first = max(place for place in ends if place <= start)
    last = min((place for place in ends if place >= end), default=len(text))
    if last - first > most:
        first = max(first, start - (most - (end - start)) // 2)
        last = min(last, first + most)
    return plain_text(text[first:last])
