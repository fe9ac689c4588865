"""Decide per target whether to transfer, and how, by what an inner window of the past says.

Transfer may harm (Pan, Yang: A Survey on Transfer Learning, TKDE 2010, section 2.3, on negative transfer): without
evidence for it there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.knowledge.people import pool_people
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.search.window import Window, inner_window
from xdrec_assets.rankers.transfer.registry import NONE, create_strategy
from xdrec_assets.rankers.transfer.settings import TransferSettings
from xdrec_assets.rankers.transfer.strategy import Evidence, Learned, Problem, Strategy

K = 10
FEWEST = 20  # people of an inner window, below whom nothing is concluded from it


class Choice(Strategy[TransferSettings]):
    """None, unless another strategy is better on the inner window; of several, the one of the highest NDCG@10.

    A strategy is better where its mean NDCG@10 exceeds that of none with the confidence of the settings, shared out
    among the candidates (Bonferroni). Every candidate learns from what was known before the window and is judged by
    what the target's people took in it; the chosen one then learns again, from everything.

    Judged are items that somebody took before the window: for new ones the same like items stand in, whatever the
    strategy is. Knowledge is of before the window, too: vectors that have seen it would make every strategy that reads
    them look better than it is.
    """

    name = "choice"

    def __init__(self, settings: TransferSettings) -> None:
        super().__init__(settings)
        names = (NONE, *settings.choice.candidates)
        self.strategies = {name: create_strategy(name, settings) for name in dict.fromkeys(names)}
        self._final = {name: create_strategy(name, settings) for name in self.strategies}  # what targets share
        self._inner: tuple[History, Window, Problem] | None = None

    def fit(self, problem: Problem) -> Ranker[Any]:
        """The ranker of the chosen strategy."""
        return self.learn(problem).ranker

    def learn(self, problem: Problem) -> Learned:
        """As `fit`, with the strategy that was chosen and what by."""
        ranker_class = type(problem.make())
        names = [name for name, strategy in self.strategies.items() if name == NONE or strategy.suits(ranker_class)]
        evidence = self._judged(problem, names)
        chosen = next((row["strategy"] for row in evidence if row["chosen"]), NONE)
        return Learned(self._final[chosen].fit(problem), chosen, evidence)

    def _judged(self, problem: Problem, names: list[str]) -> list[Evidence]:
        """A row for each strategy: its NDCG@10, how much more that is than none's, and at least, people, chosen."""
        settings = self.settings.choice
        window, inner = self._before_window(problem)
        asked = window.asked.get(problem.target)
        if asked is None or len(asked.person) < FEWEST or len(names) == 1:
            return []
        asked, before = asked.sample(settings.people, settings.seed), window.history
        popularity = Popularity(problem.popularity).fit(before.only(problem.target), inner.knowledge[problem.target])
        gains = {
            name: asked.ndcg(self.strategies[name].fit(inner), popularity, before, problem.target, K) for name in names
        }
        level = 1 - (1 - settings.level) / (len(names) - 1)
        more = {name: gains[name] - gains[NONE] for name in names}
        rng = np.random.default_rng(settings.seed)
        low = {name: lower_bound(more[name], level, settings.resamples, rng) for name in names if name != NONE}
        chosen = max((name for name in low if low[name] > 0), key=lambda name: gains[name].mean(), default=NONE)
        return [
            {
                "strategy": name,
                "ndcg": float(gains[name].mean()),
                "difference": float(more[name].mean()),
                "low": low.get(name),
                "people": len(asked.person),
                "chosen": name == chosen,
            }
            for name in names
        ]

    def _before_window(self, problem: Problem) -> tuple[Window, Problem]:
        """The inner window, and the problem as it was before it; once for targets of one history, one after another.

        So what is learned once for all targets is learned once here, too.
        """
        if self._inner is None or self._inner[0] is not problem.history:
            window = inner_window(problem.history, "time", self.settings.choice.days, "seen")
            knowledge_before = problem.knowledge_before or partial(_of_texts, problem.knowledge)
            knowledge = knowledge_before(window.history)
            self._inner = problem.history, window, replace(problem, history=window.history, knowledge=knowledge)
        return self._inner[1], replace(self._inner[2], target=problem.target)


def lower_bound(differences: NDArray[np.float64], level: float, n: int, rng: np.random.Generator) -> float:
    """What the mean of a difference per person exceeds with this confidence, by a percentile bootstrap over people.

    Efron, Tibshirani: An Introduction to the Bootstrap, 1993, chapter 13; one-sided, so level 0.95 is the lower end of
    an interval of 90 %. Both figures are of the same person, so the comparison is paired.

    Args:
        differences: (n_people,).
        level: in 0–1.
        n: resamples.
        rng: draws them.
    """
    count = len(differences)
    means = [float(differences[rng.integers(count, size=count)].mean()) for _ in range(n)]
    return float(np.quantile(means, 1 - level))


def _of_texts(knowledge: Mapping[str, Knowledge], history: History) -> dict[str, Knowledge]:
    """What texts alone tell by scope, as text and as fused vectors, of items and of who had taken what by then."""
    found = {}
    for scope, known in knowledge.items():
        seen = history if scope == ALL else history.only(scope)
        people = pool_people(seen, known.text, KnowledgeSettings().half_life_days).vectors
        found[scope] = replace(known, fused=known.text, person=people)
    return found
