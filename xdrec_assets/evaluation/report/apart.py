"""Which rankers can be told from which on the same test people: paired, and corrected for how many are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled
from xdrec_assets.evaluation.uncertainty.paired import compare, holm

if TYPE_CHECKING:
    from xdrec_assets.evaluation.uncertainty.paired import Comparison

Row = Mapping[str, Any]
Name = tuple[str, str]  # ranker, trained_on


def level_with_best(resamples: Sequence[Row], level: float) -> dict[str, set[Name]]:
    """By platform, the best ranker and those that cannot be told from it at this level.

    Each of the others is compared with the best on the same resamples, and Holm's correction is made within the
    platform. The best is best by chance as well: a ranker that stands here may be as good, none of the others is.

    Args:
        resamples: rows of evaluation/resamples of one as-of date and segment.
        level: how sure, such as 0.95.
    """
    return {platform: _level(found, level) for platform, found in _by_platform(resamples).items()}


def difference(
    resamples: Sequence[Row], platform: str, name: Name, other: Name, level: float = 0.95
) -> Comparison | None:
    """The NDCG of one ranker minus that of another on a platform; None where either was not judged there."""
    found = _by_platform(resamples).get(platform, {})
    return compare(found[name], found[other], level) if {name, other} <= found.keys() else None


def _by_platform(resamples: Sequence[Row]) -> dict[str, dict[Name, Resampled]]:
    found: dict[str, dict[Name, Resampled]] = {}
    for row in resamples:
        if row["n_people"]:
            gains, weights = (np.asarray(row[column], dtype=np.float64) for column in ("gains", "weights"))
            found.setdefault(row["platform"], {})[row["ranker"], row["trained_on"]] = Resampled(gains, weights)
    return found


def _level(found: Mapping[Name, Resampled], level: float) -> set[Name]:
    best = max(found, key=lambda name: (found[name].mean, name))
    others = sorted(found.keys() - {best})
    adjusted = holm([compare(found[best], found[name], level).p_value for name in others])
    return {best, *(name for name, p_value in zip(others, adjusted, strict=True) if p_value >= 1 - level)}
