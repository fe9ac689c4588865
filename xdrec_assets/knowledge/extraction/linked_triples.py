"""Facts from documents by linking: which known things a document mentions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log
from typing import Protocol

import pyarrow as pa

from resources.plain_text import plain_text
from xdrec_assets.knowledge.extraction.mentions import Mention, Names, is_telling, sentence_around, words_of
from xdrec_assets.knowledge.triples import SCHEMA

MENTIONS, SOURCE = "mentions", "document mentions"
TITLE_WORDS, TITLE_CHARACTERS = 2, 4
"""An item's title of fewer words, or of fewer characters in a script without spaces, is no name: "Home", "茶"."""


class Document(Protocol):
    """A text about one thing."""

    @property
    def title(self) -> str:
        """The thing's name."""
        ...

    @property
    def text(self) -> str:
        """What is written about it."""
        ...


@dataclass(frozen=True)
class Linked:
    """Triples of mentions, and what was left out."""

    triples: pa.Table
    n_ambiguous_names: int
    """Names that several known things have."""
    n_common: int
    """Mentions of names that too many documents have."""


def known_names(items: pa.Table, titles: Iterable[str], labels: Iterable[str] = ()) -> Names:
    """The names of what is known: tags and categories, labels of a graph, titles of documents, and titles of items.

    A thing that has no key of its own is its name, spelled as the first of these has it. An item is
    "platform/item_id"; a title that two items have, or an item and a tag, is ambiguous.

    items: columns platform, item_id, title, categories, tags.
    """
    names = Names()
    spelling: dict[str, str] = {}
    for name in _names_of_things(items, titles, labels):
        names.add(name, spelling.setdefault(_key(name), name))
    columns = (items[column].to_pylist() for column in ("platform", "item_id", "title"))
    for platform, item_id, title in zip(*columns, strict=True):
        if title and is_title_a_name(title):
            names.add(title, f"{platform}/{item_id}")
    return names


def linked_triples(documents: Sequence[Document], names: Names, least_confidence: float = 0.0) -> Linked:
    """(what the document is about, mentions, entity) for every entity a document mentions, with the first sentence.

    The confidence is the name's specificity: names that few documents have and names of several words are surer.
    """
    heads = [entity_of(document, names) for document in documents]
    found = [_first_mentions(document, names, head) for document, head in zip(documents, heads, strict=True)]
    n_documents = Counter(entity for mentions in found for entity in mentions)
    rows: list[dict[str, object]] = []
    n_common = 0
    for document, head, mentions in zip(documents, heads, found, strict=True):
        text = plain_text(document.text)
        for entity, mention in mentions.items():
            confidence = specificity(n_documents[entity], len(documents), mention.n_words)
            if confidence < least_confidence:
                n_common += 1
                continue
            rows.append(
                {
                    "head": head,
                    "relation": MENTIONS,
                    "tail": entity,
                    "source": SOURCE,
                    "confidence": confidence,
                    "evidence": sentence_around(text, mention.start, mention.end),
                }
            )
    return Linked(pa.Table.from_pylist(rows, SCHEMA), names.n_ambiguous, n_common)


def entity_of(document: Document, names: Names) -> str:
    """What a document is about: the known entity of its title, else the title itself."""
    return names.entity(document.title) or plain_text(document.title)


def specificity(n_with: int, n_documents: int, n_words: int) -> float:
    """How sure a mention is, in [0, 1]: 1 - (1 - s / 2) / 2^(n_words - 1) with s = log((1 + n) / m) / log(1 + n).

    s is the name's inverse document frequency over its largest value: 1 where one of n documents has it, near 0 where
    all have it. A single word is as likely a mere word as a name, however rare: 1/2 at most. Each further word halves
    the doubt.

    >>> [round(specificity(m, 99, words), 2) for m, words in ((1, 1), (10, 1), (99, 1), (1, 2), (99, 3))]
    [0.5, 0.25, 0.0, 0.75, 0.75]
    """
    s = log((1 + n_documents) / n_with) / log(1 + n_documents)
    return 1 - (1 - s / 2) / 2.0 ** (n_words - 1)


def is_title_a_name(title: str) -> bool:
    """Whether the title of an item is long enough to be looked for in texts.

    >>> [is_title_a_name(title) for title in ("Home", "Iron pan", "茶", "红楼梦选", "3000")]
    [False, True, False, True, False]
    """
    found = [word.word for word in words_of(plain_text(title))]
    return is_telling(found) and len(found) >= (TITLE_CHARACTERS if len("".join(found)) == len(found) else TITLE_WORDS)


def _first_mentions(document: Document, names: Names, head: str) -> dict[str, Mention]:
    """The first mention of each entity but the document's own, in the order of the text."""
    found: dict[str, Mention] = {}
    for mention in names.mentions(plain_text(document.text)):
        if mention.entity != head:
            found.setdefault(mention.entity, mention)
    return found


def _names_of_things(items: pa.Table, titles: Iterable[str], labels: Iterable[str]) -> Iterator[str]:
    for column in ("categories", "tags"):
        yield from sorted({name for names in items[column].to_pylist() for name in names or [] if name})
    yield from labels
    yield from titles


def _key(name: str) -> str:
    return " ".join(word.word for word in words_of(plain_text(name)))
