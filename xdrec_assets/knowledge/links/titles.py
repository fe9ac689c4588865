"""Whether two titles name the same product, by their words and numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import log

from resources.encoding.word_vectors import words
from resources.plain_text import plain_text

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
SMALL_WORDS = {"a", "an", "and", "by", "for", "in", "of", "or", "the", "to", "with"}
FEWEST_IN_COMMON = 3
"""Words and numbers that titles need in common where they are not the same: two may just be of one topic."""
UNITS = {"ct": "count", "lb": "pound", "oz": "ounce", "pk": "pack", "pkg": "package"}


@dataclass(frozen=True)
class Title:
    """What of a title tells products apart."""

    words: frozenset[str]
    numbers: frozenset[str]  # sizes, counts, years, the numbers in names of models

    @property
    def tokens(self) -> frozenset[str]:
        """Words and numbers."""
        return self.words | self.numbers


def read_title(text: str) -> Title:
    """A title's words, in the singular and with units written out, and its numbers; case and order do not matter.

    >>> title = read_title("The Great Tea, 16.9 oz. Bottles (Pack of 1,000)")
    >>> sorted(title.words), sorted(title.numbers)
    (['bottle', 'great', 'ounce', 'pack', 'tea'], ['1000', '16.9'])
    """
    plain = plain_text(text).casefold()
    found = {_singular(word) for word in words(NUMBER.sub(" ", plain))}
    return Title(frozenset(found - SMALL_WORDS), frozenset(number.replace(",", "") for number in NUMBER.findall(plain)))


def rarity(titles: Iterable[Title]) -> dict[str, float]:
    """What each word and number counts: log(n / number of titles with it), so that what stands everywhere is nothing.

    With few titles everything would be nothing: one title is added that holds no word of them.
    """
    known = [*titles]
    seen = Counter(token for title in known for token in title.tokens)
    return {token: log((len(known) + 1) / n) for token, n in seen.items()}


def agreement(one: Title, other: Title, counts: Mapping[str, float]) -> float:
    """The share of their words that two titles have in common, from 0 to 1, weighted by rarity (weighted Jaccard).

    0 where their numbers differ, or where each has a word that the other lacks: sizes, models, makers and flavours
    tell products apart however much else is the same, while one shop may only say more than the other. Then what they
    have in common must be enough: "Salad spinner" is many a maker's, and "Bamboo whisk" a song's name too.
    """
    is_within = one.words <= other.words or other.words <= one.words
    if one.numbers != other.numbers or not is_within or not one.words or not other.words:
        return 0.0
    if one.tokens != other.tokens and len(one.tokens & other.tokens) < FEWEST_IN_COMMON:
        return 0.0
    every = _sum(one.tokens | other.tokens, counts)
    return _sum(one.tokens & other.tokens, counts) / every if every else 0.0


def _sum(tokens: Collection[str], counts: Mapping[str, float]) -> float:
    return sum(counts[token] for token in sorted(tokens))


def _singular(word: str) -> str:
    one = word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
    return UNITS.get(one, one)
