"""What is searched of each ranker's settings: a table of ranges. What does not stand here stays as it is set.

Where null means without a limit (an endless half-life, all neighbours), it is the last tenth of a range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Any, Final

NULL_FROM = 0.9  # of a range that ends in null
DIGITS = 3  # of a value that is tried, so that people can read and paste it

Value = float | int | str | bool | None


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included; evenly on the scale of logarithms, or as they are."""

    low: float
    high: float
    is_log: bool = True
    is_integer: bool = False
    ends_in_null: bool = False

    def setting(self, drawn: float) -> Value:
        """The setting for a number of the range.

        >>> Range(1, 1000, ends_in_null=True).setting(12.3456), Range(1, 1000, ends_in_null=True).setting(600)
        (12.3, None)
        """
        if self._is_null(drawn):
            return None
        return int(drawn) if self.is_integer else min(max(float(f"{drawn:.{DIGITS}g}"), self.low), self.high)

    def drawn(self, setting: Value) -> float | None:
        """The number of the range that gives a setting; None where it lies outside."""
        if setting is None:
            return self.high if self.ends_in_null else None
        if not isinstance(setting, int | float):
            return None
        is_inside = self.low <= setting <= self.high and not self._is_null(setting)
        return setting if is_inside else None

    def place(self, drawn: float) -> float:
        """Where a number lies in the range, in 0–1.

        >>> Range(1, 100).place(10)
        0.5
        """
        low, high, at = (log(value) if self.is_log else value for value in (self.low, self.high, drawn))
        return (at - low) / (high - low)

    def _is_null(self, drawn: float) -> bool:
        return self.ends_in_null and self.place(drawn) > NULL_FROM


@dataclass(frozen=True)
class Choice:
    """One of a few values."""

    values: tuple[str | bool | int | float, ...]

    def setting(self, drawn: Any) -> Value:
        """The value itself."""
        value: Value = drawn
        return value

    def drawn(self, setting: Value) -> Value:
        """The value itself; None where it is none of them."""
        return setting if setting in self.values else None


Dimension = Range | Choice
Space = Mapping[str, Dimension]


def integers(low: int, high: int) -> Range:
    """Whole numbers, evenly on the scale of logarithms."""
    return Range(low, high, is_integer=True)


HALF_LIFE: Final = Range(2, 4000, ends_in_null=True)  # days; with less, one day's events say it all
SHARE: Final = Range(0, 0.7, is_log=False)  # left out in training
SIZE: Final = Choice((16, 32, 64, 128, 256))  # of states; heads of attention divide it
TRAINING: Final[Space] = {"learning_rate": Range(1e-4, 1e-2), "epochs": integers(1, 50)}
TOWERS: Final[Space] = {
    **TRAINING,
    "size": SIZE,
    "vectors": Choice(("fused", "text", "both")),
    "vector_dropout": SHARE,
    "id_dropout": Range(0, 1, is_log=False),
    "temperature": Range(0.02, 0.5),
    "popularity_half_life_days": HALF_LIFE,
    "dropout": SHARE,
}

SPACES: Final[dict[str, Space]] = {
    "popularity": {"half_life_days": HALF_LIFE},
    "item_knn": {"shrinkage": Range(0.1, 3000), "neighbours": Range(5, 5000, is_integer=True, ends_in_null=True)},
    "user_knn": {"neighbours": integers(5, 1000)},
    "nearest_text": {"half_life_days": HALF_LIFE},
    "svd": {"factors": integers(4, 512)},
    "nmf": {"factors": integers(4, 128), "iterations": integers(5, 80)},
    "ease": {"ridge": Range(1, 20_000), "half_life_days": HALF_LIFE},
    "als": {
        "factors": integers(4, 256),
        "positive_weight": Range(1, 500),
        "ridge": Range(1e-4, 1),
        "ridge_exponent": Range(0, 1, is_log=False),
        "half_life_days": HALF_LIFE,
    },
    "clusters": {
        "clusters": integers(2, 512),
        "profile_half_life_days": HALF_LIFE,
        "half_life_days": HALF_LIFE,
        "shrinkage": Range(0.5, 1000),
    },
    "linear": {"positive_weight": Range(1, 1000), "ridge": Range(0.1, 10_000), "half_life_days": HALF_LIFE},
    "logistic": {
        "negative_weight": Range(0.1, 300),
        "prior_penalty": Range(1e-5, 1),
        "person_penalty": Range(1e-3, 10),
        "half_life_days": HALF_LIFE,
    },
    "trending": {"neighbours": integers(20, 2000), "half_life_days": HALF_LIFE},
    "blend": {
        "candidates": integers(10, 100),
        "windows": integers(2, 12),
        "window_days": Range(14, 180),
        "negatives": integers(5, 200),
        "learner": Choice(("auto", "trees", "linear")),
    },
    "two_tower": {**TOWERS, "platform_dropout": Range(0, 1, is_log=False)},
    "ncf": {
        **TRAINING,
        "size": SIZE,
        "negatives": integers(1, 32),
        "dropout": SHARE,
        "popularity_half_life_days": HALF_LIFE,
    },
    "lstm": TOWERS,
    "text_encoder": {
        **TRAINING,
        "size": SIZE,
        "vector_dropout": SHARE,
        "temperature": TOWERS["temperature"],
        "popularity_half_life_days": HALF_LIFE,
        "dropout": SHARE,
        "platform_dropout": Range(0, 1, is_log=False),
        "tuned_layers": Range(0, 6, is_log=False, is_integer=True),
        "encoder_step_share": Range(0.003, 0.3),
    },
    "sasrec": {
        **TRAINING,
        "size": SIZE,
        "blocks": integers(1, 4),
        "dropout": SHARE,
        "vectors": Choice(("text", "fused", "none")),
        "vector_dropout": SHARE,
        "weight_decay": Range(0, 0.1, is_log=False),
    },
}
