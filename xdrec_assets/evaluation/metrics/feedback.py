"""Click-through and conversion: shares of what was shown, with Wilson's interval.

Pairs of user and item count as independent; where a few people make most of the showings the interval is too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

LEVEL = 0.95


@dataclass(frozen=True)
class Rate:
    """A share with its interval; all None where there is nothing to take a share of."""

    value: float | None
    low: float | None
    high: float | None


def rate(n_answered: int | None, n_shown: int, level: float = LEVEL) -> Rate:
    """The share of showings that were answered, with its score interval.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927; without correction for
    continuity. Unlike the textbook interval it stays within 0–1 and says something at 0 and at 1.

    Args:
        n_answered: at most n_shown; None: nobody says what an answer is.
        n_shown: how many pairs of user and item were shown.
        level: how often such intervals hold the true share.

    >>> rate(0, 0)
    Rate(value=None, low=None, high=None)
    """
    if n_answered is None or not n_shown:
        return Rate(None, None, None)
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    share = n_answered / n_shown
    middle = (share + z2 / (2 * n_shown)) / (1 + z2 / n_shown)
    reach = sqrt(z2 * (share * (1 - share) / n_shown + z2 / (4 * n_shown**2))) / (1 + z2 / n_shown)
    return Rate(share, min(share, max(0.0, middle - reach)), max(share, min(1.0, middle + reach)))
