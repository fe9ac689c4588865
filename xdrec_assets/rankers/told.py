"""What a ranker tells of how it learned: kept beside the model and shown, no part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Told:
    """Nothing where a ranker learns in one step and has nothing to tell."""

    losses: tuple[float, ...] = ()
    """What was minimised, pass by pass."""
    validation: tuple[float | None, ...] = ()
    """NDCG@10 on validation after each of these passes, None where there was none; empty where there never was."""
    importance: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By platform: how often each feature is asked for, as a share of all questions; the most important first."""

    def followed_by(self, losses: Sequence[float], validation: Sequence[float]) -> Told:
        """With the passes of one more training.

        >>> Told(losses=(0.9,)).followed_by([0.7, 0.6], [0.1, 0.2]).validation
        (None, 0.1, 0.2)
        """
        if not (self.validation or validation):
            return replace(self, losses=(*self.losses, *losses))
        before = self.validation or (None,) * len(self.losses)
        now = validation or (None,) * len(losses)
        return replace(self, losses=(*self.losses, *losses), validation=(*before, *now))

    def as_json(self) -> dict[str, Any]:
        """What there is of it, by name."""
        told = {
            "losses": [float(loss) for loss in self.losses],
            "validation": [None if ndcg is None else float(ndcg) for ndcg in self.validation],
            "importance": {platform: dict(shares) for platform, shares in self.importance.items()},
        }
        return {name: value for name, value in told.items() if value}

    @classmethod
    def of_json(cls, about: Mapping[str, Any]) -> Told:
        """What `as_json` gave, among whatever else is said of a model; an older one said less."""
        losses, validation = (tuple(about.get(name, ())) for name in ("losses", "validation"))
        return cls(losses, validation, about.get("importance", {}))
