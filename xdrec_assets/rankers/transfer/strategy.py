"""What a transfer strategy is given, and what it gives back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.section import Section
from xdrec_assets.rankers.settings import PopularitySettings
from xdrec_assets.rankers.transfer.registry import suited

StrategyT = TypeVar("StrategyT", bound=Section)
Evidence = Mapping[str, Any]
"""What a strategy was judged by on an inner window: strategy, ndcg, low, high, people, chosen."""

KnowledgeOf = Callable[[History], Mapping[str, Knowledge]]


class NoSettings(Section):
    """Of a strategy that has nothing to set."""


@dataclass(frozen=True)
class Problem:
    """A ranker to be learned for one platform, and all that is known of every platform before the as-of date."""

    history: History  # of all platforms
    knowledge: Mapping[str, Knowledge]  # by scope: "all", and every platform's name
    target: str
    make: Callable[[], Ranker[Any]]  # a fresh ranker of fixed settings
    knowledge_before: KnowledgeOf | None = None  # of an earlier history; None: nothing but texts is known of it
    popularity: PopularitySettings = field(default_factory=PopularitySettings)  # of what breaks ties in judging

    @cached_property
    def on_target(self) -> History:
        """The same people and items, with the interactions of the target alone."""
        return self.history.only(self.target)

    @cached_property
    def elsewhere(self) -> History:
        """The same people and items, with the interactions of every other platform."""
        return self.history.without(self.target)


@dataclass(frozen=True)
class Learned:
    """A ranker for one platform, and how it came to be."""

    ranker: Ranker[Any]
    strategy: str  # the one that was chosen, where there was a choice
    evidence: Sequence[Evidence] = ()  # a row for each strategy there was to choose from


class Strategy(ABC, Generic[StrategyT]):
    """Learns a ranker for the target from all platforms; `none` from the target alone, which is the twin.

    The ranker is asked about the target's items only; people and items keep their numbers of the whole history. It is
    of the class that `problem.make` gives, so that it is saved and loaded as any other of its kind.
    """

    name: ClassVar[str]

    def __init__(self, settings: StrategyT) -> None:
        self.settings = settings

    @classmethod
    def suits(cls, ranker: type[Ranker[Any]]) -> bool:
        """Whether it can be had of this class of rankers; `registry.suited` says the same without loading any."""
        return suited(cls.name, ranker.name)

    @abstractmethod
    def fit(self, problem: Problem) -> Ranker[Any]:
        """A fitted ranker for the target; the same problem and settings give the same bits on a CPU."""

    def learn(self, problem: Problem) -> Learned:
        """As `fit`, with how it came to be."""
        return Learned(self.fit(problem), self.name)
