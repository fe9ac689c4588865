"""What every ranker can do: fit on a history and its knowledge, score, and hand out all it learned as arrays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.settings import Section
from xdrec_assets.rankers.told import Told

SettingsT = TypeVar("SettingsT", bound=Section)
Arrays = Mapping[str, NDArray[Any]]


class NotFittedError(RuntimeError):
    """A ranker was asked for scores before `fit`."""

    def __init__(self, name: str) -> None:
        super().__init__(f"ranker {name} has learned nothing yet; call fit or load a saved one first")


class Ranker(ABC, Generic[SettingsT]):
    """Scores items for people; higher is better.

    The single-platform twin of a ranker is the same class fitted on `history.only(platform)` with the knowledge of
    that platform alone. Nothing in `fit` or `score` writes into its arguments.
    """

    name: ClassVar[str]
    is_probability: ClassVar[bool] = False
    """Whether its scores mean the same for everyone, so that a threshold tells who wants what."""
    takes_stand_ins: ClassVar[bool] = True
    """Whether a like item answers for one without events: not where texts are read anyway (`new_items`)."""
    unfinished: Path | None = None
    """A folder for what `fit` has learned so far, from which it goes on after a kill; without it, it begins again."""
    products_below_zero: ClassVar[bool] = True
    """Whether products of its factors that are below zero are scores as well."""
    told: Told = Told()
    """What `fit` tells of how it went."""

    def __init__(self, settings: SettingsT) -> None:
        self.settings = settings

    def made_with(self) -> str:
        """What decides what it learns beside data, settings and the rankers' code, such as a language model's weights.

        By it a model is known again.
        """
        return ""

    @abstractmethod
    def fit(self, history: History, knowledge: Knowledge) -> Self:
        """Learn from what happened before `history.as_of`; the same input and settings learn the same bits on a CPU."""

    @abstractmethod
    def score(self, people: NDArray[Any], items: slice) -> NDArray[Any]:
        """Scores of a slice of items for some people.

        Args:
            people: person indices of the history, shape (n,).
            items: item indices of the history.

        Returns:
            shape (n, items in the slice), float32, finite, higher is better. A row of zeros says that the ranker
            knows nothing of this person.

        Raises:
            NotFittedError: before `fit`.
        """

    @property
    def losses(self) -> tuple[float, ...]:
        """What `fit` minimised, pass by pass, where it goes in passes and tells."""
        return self.told.losses

    @losses.setter
    def losses(self, losses: tuple[float, ...]) -> None:
        self.told = replace(self.told, losses=losses)

    def of_items(self, items: slice) -> Ranker[Any]:
        """The ranker behind this one that answers for some items, where there are several."""
        return self

    def factors(self) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """Vectors of people and items, (n_people, d) and (n_items, d), where all scores are their inner products.

        Where `products_below_zero` is false, products below zero may be higher than the scores, below zero too.
        """
        return None

    @abstractmethod
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything learned, sparse matrices as their CSR parts; `from_arrays` takes it back."""

    @classmethod
    @abstractmethod
    def from_arrays(cls, arrays: Arrays, settings: SettingsT) -> Self:
        """The ranker that gave these arrays."""
