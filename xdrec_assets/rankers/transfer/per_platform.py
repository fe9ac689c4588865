"""One ranker per target platform, answering as one: for the platform that the items asked for belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.rankers.ranker import Arrays, Ranker
from xdrec_assets.rankers.told import Told
from xdrec_assets.rankers.transfer.strategy import Evidence, Learned

SEPARATOR = ":"  # of a platform's name and that of its array


class PerPlatform(Ranker[Any]):
    """Rankers of one class and one set of settings, each for the items of its platform.

    Scores of different platforms come from different models and do not compare; a list is of one platform's items.
    """

    name = "per_platform"

    def __init__(self, learned: Mapping[str, Learned], items: Mapping[str, slice]) -> None:
        """One ranker at least; `items` gives each platform's slice of the history's items."""
        self.learned = dict(learned)
        self.items = {platform: items[platform] for platform in learned}
        first = self.parts[next(iter(self.learned))]
        super().__init__(first.settings)
        self.ranker_class = type(first)
        self.name = first.name  # type: ignore[misc]  # it stands for a ranker of that name
        self.is_probability = first.is_probability  # type: ignore[misc]
        self.takes_stand_ins = first.takes_stand_ins  # type: ignore[misc]
        self.takes_stand_ins = first.takes_stand_ins  # type: ignore[misc]

    @property
    def parts(self) -> dict[str, Ranker[Any]]:
        """The ranker of each platform."""
        return {platform: one.ranker for platform, one in self.learned.items()}

    @property
    def strategies(self) -> dict[str, str]:
        """The strategy that each platform's ranker came from."""
        return {platform: one.strategy for platform, one in self.learned.items()}

    @property
    def evidence(self) -> dict[str, Sequence[Evidence]]:
        """What strategies were chosen by, where there was a choice."""
        return {platform: one.evidence for platform, one in self.learned.items() if one.evidence}

    def fit(self, history: Any, knowledge: Any) -> Self:
        """Its parts come fitted, each by a strategy that needs more than this."""
        raise TypeError("a ranker per platform is learned by a transfer strategy; call transferred(...)")

    def score(self, people: NDArray[Any], items: slice) -> NDArray[np.float32]:
        """Scores of a slice of items, part by part where it is of several platforms; items of none score 0."""
        scores = np.zeros((len(people), items.stop - items.start), dtype=np.float32)
        for platform, of in self.items.items():
            both = slice(max(of.start, items.start), min(of.stop, items.stop))
            if both.start < both.stop:
                found = self.parts[platform].score(people, both)
                if both == items:
                    return found
                scores[:, both.start - items.start : both.stop - items.start] = found
        return scores

    def of_items(self, items: slice) -> Ranker[Any]:
        """The part of a platform that all of these items are of, if there is one."""
        within = [name for name, of in self.items.items() if of.start <= items.start and items.stop <= of.stop]
        return self.parts[within[0]] if within else self

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Every part's arrays, named `platform:array`."""
        return {
            f"{platform}{SEPARATOR}{name}": array
            for platform, part in self.parts.items()
            for name, array in part.arrays().items()
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: Any) -> Self:
        """Needs more than that; see `from_parts`."""
        raise TypeError(f"{len(arrays)} arrays and {settings!r} do not say whose they are; call from_parts")

    def about(self) -> dict[str, Any]:
        """What `from_parts` needs beside the arrays, and what is worth telling; for JSON."""
        return {
            platform: {
                "items": [self.items[platform].start, self.items[platform].stop],
                "strategy": one.strategy,
                "evidence": [dict(row) for row in one.evidence],
            }
            | one.ranker.told.as_json()
            for platform, one in self.learned.items()
        }

    @classmethod
    def from_parts(
        cls, ranker_class: type[Ranker[Any]], arrays: Arrays, settings: Any, about: Mapping[str, Any]
    ) -> Self:
        """The one that gave these arrays and told this about itself.

        Raises:
            KeyError: a platform's arrays or what is told of it are not all there.
        """
        learned, items = {}, {}
        for platform, told in about.items():
            prefix = f"{platform}{SEPARATOR}"
            of_part = {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}
            part = ranker_class.from_arrays(of_part, settings)
            part.told = Told.of_json(told)
            learned[platform] = Learned(part, told["strategy"], tuple(told["evidence"]))
            items[platform] = slice(*told["items"])
        return cls(learned, items)
