"""Rank by a learned combination of other rankers with what is popular, recent and near in meaning.

Stacking (Wolpert: Stacked Generalization, Neural Networks 1992) in the two steps of Covington, Adams, Sargin: Deep
Neural Networks for YouTube Recommendations, RecSys 2016: members propose candidates, a model ranks them. It learns at
several moments of the past: members are fitted on what was known then, and what people took next is what it has to
tell. So it sees members as good as they are on what they have not seen, and not how the moment of training happened to
be. Then the members are fitted on all of the history.

Features of a candidate: how popular it is at seven half-lives and whether that rises, its events of late, its first
and last one; the person's events here and elsewhere, how lately, and how many others took the same at the same time;
how near its text is to what the person took; what each member says, and how many name it. `Moment` makes them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.blend.examples import Examples, chosen_windows, examples_of, together
from xdrec_assets.rankers.blend.linear import Linear, even, regressed
from xdrec_assets.rankers.blend.members import (
    fitted_members,
    members_from_arrays,
    members_to_arrays,
    platforms_with_events,
)
from xdrec_assets.rankers.blend.moment import Moment, Pairs
from xdrec_assets.rankers.blend.settings import BlendSettings
from xdrec_assets.rankers.blend.trees import Trees, grown
from xdrec_assets.rankers.ranker import Arrays, NotFittedError, Ranker
from xdrec_assets.rankers.told import Told

LOG = logging.getLogger(__name__)

Learner = Trees | Linear
Floats = NDArray[np.float32]

LOWEST = 1e-6  # probability of a candidate at least; what is no candidate stays below half of it
FEWEST_TAKEN = 20  # candidates taken, below which nothing is learned


class Blend(Ranker[BlendSettings]):
    """score(u, i) = the probability that u takes candidate i; all else lies below, by its popularity."""

    name = "blend"
    _moment: Moment | None = None
    _learners: Mapping[int, Learner] = {}

    def fit(self, history: History, knowledge: Knowledge) -> Self:
        """Learn to blend at moments of the past, and fit the members on all of the history."""
        platforms = platforms_with_events(history)
        moment = self._moment_of(history, knowledge, platforms)
        examples = self._examples(history, knowledge, platforms)
        self._learners = {each: self._learned(examples[each], moment.names(each)) for each in platforms}
        self._moment = moment
        asked = {history.platforms[each]: self.importance(each) for each in platforms}
        self.told = Told(importance={platform: shares for platform, shares in asked.items() if shares})
        return self

    def score(self, people: NDArray[Any], items: slice) -> Floats:
        """Probabilities of candidates, (n, items); they are found on the whole platform, whatever the slice."""
        if self._moment is None:
            raise NotFittedError(self.name)
        history, found = self._moment.history, np.zeros((len(people), items.stop - items.start), dtype=np.float32)
        for platform, learner in self._learners.items():
            own = history.items_of(history.platforms[platform])
            first, last = max(own.start, items.start), min(own.stop, items.stop)
            if first < last:
                of_platform = self._platform_scores(people, platform, learner, own)
                columns = slice(first - items.start, last - items.start)
                found[:, columns] = of_platform[:, first - own.start : last - own.start]
        return found

    def importance(self, platform: int) -> dict[str, float]:
        """How often the trees of a platform ask for each feature, as a share; empty where none were grown."""
        learner = self._learners.get(platform)
        if self._moment is None or not isinstance(learner, Trees):
            return {}
        asked = learner.feature[np.isfinite(learner.threshold)]
        names = self._moment.names(platform)
        shares = np.bincount(asked, minlength=len(names)) / max(1, len(asked))
        return dict(sorted(zip(names, shares.tolist(), strict=True), key=lambda each: -each[1]))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The members', the learners', and what features are made of."""
        if self._moment is None:
            raise NotFittedError(self.name)
        history = self._moment.history
        kept = {name: getattr(history, name) for name in KEPT} | {"text": self._moment.text}
        sizes = np.array([history.n_people, len(history.platforms)], dtype=np.int64)
        learned = {
            f"{KINDS[type(learner)]}.{platform}.{name}": array
            for platform, learner in self._learners.items()
            for name, array in learner.arrays().items()
        }
        return {**kept, "sizes": sizes, **members_to_arrays(self._moment.members), **learned}

    @classmethod
    def from_arrays(cls, arrays: Arrays, settings: BlendSettings) -> Self:
        """The blend that gave these arrays."""
        ranker = cls(settings)
        history = _history_of(arrays)
        platforms = platforms_with_events(history)
        members = members_from_arrays(settings.members, platforms, arrays)
        ranker._moment = Moment(history, np.asarray(arrays["text"]), members, settings.candidates)
        ranker._learners = {platform: _learner_of(arrays, platform) for platform in platforms}
        return ranker

    def _moment_of(self, history: History, knowledge: Knowledge, platforms: list[int]) -> Moment:
        members = fitted_members(self.settings.members, history, knowledge, platforms)
        return Moment(history, knowledge.text, members, self.settings.candidates)

    def _examples(self, history: History, knowledge: Knowledge, platforms: list[int]) -> dict[int, list[Examples]]:
        """By platform those of all windows before which it had events."""
        found: dict[int, list[Examples]] = {platform: [] for platform in platforms}
        rng = np.random.default_rng(self.settings.seed)
        for window in chosen_windows(history, self.settings):
            moment = self._moment_of(window.before, knowledge, platforms)
            for platform in platforms_with_events(window.before):
                found[platform].append(examples_of(moment, window, platform, self.settings, rng))
        return found

    def _learned(self, parts: list[Examples], names: list[str]) -> Learner:
        """What the settings ask for, or what the examples allow."""
        n_taken = sum(int(part.taken.sum()) for part in parts)
        if n_taken < FEWEST_TAKEN or n_taken == sum(len(part.taken) for part in parts):
            LOG.warning("blend found %d candidates taken, fewer than %d: it adds its members up", n_taken, FEWEST_TAKEN)
            return even(names)
        examples = together(parts)
        given = (examples.features, examples.taken, examples.weights)
        asked = self.settings.learner
        if asked == "trees" or (asked == "auto" and n_taken >= self.settings.taken_for_trees):
            return grown(*given, self.settings.trees, self.settings.seed)
        return regressed(*given)

    def _platform_scores(self, people: NDArray[Any], platform: int, learner: Learner, items: slice) -> Floats:
        """Of all items of a platform, (n, items)."""
        assert self._moment is not None  # its callers looked
        popular = np.exp(self._moment.items["popular_60.0"][items])
        beyond = (LOWEST / 2 * popular / popular.max(initial=1)).astype(np.float32)
        known = self._moment.known_people[people]
        found = np.where(known[:, None], beyond, np.float32(0))

        def told(rows: slice, pairs: Pairs) -> None:
            odds = learner.log_odds(pairs.features)
            found[rows.start + pairs.row, pairs.item - items.start] = np.maximum(1 / (1 + np.exp(-odds)), LOWEST)

        self._moment.of_pairs(people, platform, told)
        return found


KEPT = ("item_platform", "person", "item", "strength", "age_days")
KINDS: dict[type[Learner], str] = {Trees: "trees", Linear: "linear"}


def _history_of(arrays: Arrays) -> History:
    """The history as far as it was kept: nobody and nothing has a name any more."""
    n_people, n_platforms = (int(size) for size in arrays["sizes"])
    item_platform = np.asarray(arrays["item_platform"])
    return History(
        as_of=date.min,
        platforms=tuple(str(number) for number in range(n_platforms)),
        person_id=np.full(n_people, "", dtype=object),
        item_id=np.full(len(item_platform), "", dtype=object),
        item_platform=item_platform,
        person=np.asarray(arrays["person"]),
        item=np.asarray(arrays["item"]),
        strength=np.asarray(arrays["strength"]),
        age_days=np.asarray(arrays["age_days"]),
    )


def _learner_of(arrays: Arrays, platform: int) -> Learner:
    for kind, name in KINDS.items():
        prefix = f"{name}.{platform}."
        own = {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
        if own:
            return kind.from_arrays(own)
    raise ValueError(f"no learner of platform {platform} among the arrays {sorted(arrays)}; fit the blend again")
