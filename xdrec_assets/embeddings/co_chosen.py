"""Pairs of items that one person chose close in time, on one platform or across two: what an encoder is tuned on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from scipy.sparse import csr_matrix

from resources.encoding.contrastive import TextPairs
from xdrec_assets.joined.history import History

NO_TEXT = -1


@dataclass(frozen=True)
class CoChosen:
    """Pairs of items with different texts, the one chosen earlier first."""

    person: np.ndarray  # (n,) into person_id
    earlier: np.ndarray  # (n,) into item_id
    later: np.ndarray  # (n,)
    age_days: np.ndarray  # (n,) float32, of the later choice
    is_across: np.ndarray  # (n,) bool, whether the two stand on different platforms

    def __len__(self) -> int:
        """How many pairs."""
        return len(self.person)

    def take(self, rows: np.ndarray) -> Self:
        """Some of the pairs."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    def sample(self, n: int, seed: int) -> Self:
        """At most `n` of the pairs, drawn at random, in their order."""
        drawn = np.random.default_rng(seed).permutation(len(self))[:n]
        return self.take(np.sort(drawn))

    def split(self, days: float) -> tuple[Self, Self]:
        """Those that were complete before the last `days`, and those that came in them.

        A pair of the second kind may begin before those days and end in them, one of the first never does.
        """
        is_late = self.age_days < days
        return self.take(np.flatnonzero(~is_late)), self.take(np.flatnonzero(is_late))


def co_chosen(history: History, text: np.ndarray, within_days: float, window: int) -> CoChosen:
    """Every choice with the next ones, up to `window`, that the same person made within so many days.

    text: (n_items,) the number of each item's text, equal for equal texts, NO_TEXT where it has none. Two items with
    one text are no pair: a product that two platforms list says nothing of tastes.
    """
    order = np.lexsort((history.item, -history.age_days, history.person))
    order = order[text[history.item[order]] != NO_TEXT]
    person, item, age = history.person[order], history.item[order], history.age_days[order]
    found = [_pairs_at(offset, person, item, age, history.item_platform) for offset in range(1, window + 1)]
    columns = [np.concatenate(parts) for parts in zip(*found, strict=True)]
    pairs, gap = CoChosen(*columns[:-1]), columns[-1]
    return pairs.take(np.flatnonzero((gap <= within_days) & (text[pairs.earlier] != text[pairs.later])))


def text_pairs(pairs: CoChosen, text: np.ndarray, seen: History) -> TextPairs:
    """The pairs as pairs of texts; what a person chose in `seen` is no negative for them."""
    n_texts = int(text.max(initial=NO_TEXT)) + 1
    has_text = text[seen.item] != NO_TEXT
    person, chosen = seen.person[has_text], text[seen.item[has_text]]
    owned = csr_matrix((np.ones(len(person), dtype=np.int8), (person, chosen)), shape=(seen.n_people, n_texts))
    return TextPairs(text[pairs.earlier], text[pairs.later], pairs.person, pairs.is_across, owned)


def _pairs_at(
    offset: int, person: np.ndarray, item: np.ndarray, age: np.ndarray, platform: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Person, earlier, later, age of the later, whether across, and the days between, of choices `offset` apart."""
    same = np.flatnonzero(person[:-offset] == person[offset:])
    earlier, later = item[same], item[same + offset]
    is_across = platform[earlier] != platform[later]
    return person[same], earlier, later, age[same + offset], is_across, age[same] - age[same + offset]
