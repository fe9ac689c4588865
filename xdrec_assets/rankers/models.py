"""Which models a ranker has as of a date, and where each is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.rankers.transfer.registry import UNTRANSFERRED


@dataclass(frozen=True)
class Trained:
    """One model to train: by which ranker, on whose data."""

    ranker: str
    platform: str  # "all", or the one platform

    @property
    def trained_on(self) -> str:
        """`all`, or `one` for a twin."""
        return "all" if self.platform == ALL else "one"

    def folder(self, as_of: str) -> Path:
        """Where the model lies below the folder of models."""
        return Path(self.ranker, as_of, self.platform)


def models_of(ranker: str, history: History) -> list[Trained]:
    """The models of a ranker: of all platforms where there are others to learn from, and each platform's twin."""
    learns_from_others = ranker not in UNTRANSFERRED and len(history.platforms) > 1
    return [Trained(ranker, scope) for scope in ([ALL] if learns_from_others else []) + [*history.platforms]]


def model_of(ranker: str, trained_on: str, platform: str, history: History) -> Trained:
    """The model that answers for a platform; of a single platform, all of them are that one and the twin answers."""
    wanted = Trained(ranker, ALL if trained_on == "all" else platform)
    return wanted if wanted in models_of(ranker, history) else Trained(ranker, platform)
