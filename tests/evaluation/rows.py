"""Metric rows for tests of what is shown."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from xdrec_assets.evaluation.evaluate import EVALUATED
from xdrec_assets.evaluation.segments import SEGMENTS, TWINS

AS_OF, LATER = date(2026, 2, 2), date(2026, 2, 9)


def metric_rows(as_of: date, n_people: int = 300, **platforms: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """Rows of evaluation/metrics from NDCG by "ranker_trainedon"; every segment has the same figures."""
    return [
        metric_row(as_of, platform, name, segment, twins, metric, ndcg, n_people)
        for platform, figures in platforms.items()
        for name, ndcg in figures.items()
        for segment in SEGMENTS
        for twins in TWINS
        for metric in EVALUATED
    ]


def metric_row(
    as_of: date, platform: str, name: str, segment: str, twins: str, metric: str, ndcg: float | None, n_people: int
) -> dict[str, Any]:
    """One row; the interval of NDCG is a tenth to either side, other metrics are a quarter."""
    ranker, trained_on = name.rsplit("_", 1)
    value = ndcg if metric == "ndcg" or ndcg is None else 0.25
    has_interval = metric == "ndcg" and ndcg is not None
    return {
        "as_of": as_of,
        "platform": platform,
        "ranker": ranker,
        "trained_on": trained_on,
        "catalogue": "known",
        "segment": segment,
        "twins": twins,
        "metric": metric,
        "k": 10,
        "value": value,
        "low": 0.9 * ndcg if has_interval and ndcg is not None else None,
        "high": 1.1 * ndcg if has_interval and ndcg is not None else None,
        "n_people": n_people if ndcg is not None else 0,
    }
