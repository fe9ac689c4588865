"""Metric rows for tests of what is shown."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from xdrec_assets.evaluation.evaluate import METRICS
from xdrec_assets.evaluation.segments import SEGMENTS

AS_OF, LATER = date(2026, 2, 2), date(2026, 2, 9)


def metric_rows(as_of: date, n_people: int = 300, **platforms: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """Rows of evaluation/metrics from NDCG by "ranker_trainedon"; every segment has the same figures."""
    return [
        {
            "as_of": as_of,
            "platform": platform,
            "ranker": name.rsplit("_", 1)[0],
            "trained_on": name.rsplit("_", 1)[1],
            "segment": segment,
            "metric": metric,
            "k": 10,
            "value": ndcg if metric == "ndcg" or ndcg is None else 0.25,
            "n_people": n_people if ndcg is not None else 0,
        }
        for platform, figures in platforms.items()
        for name, ndcg in figures.items()
        for segment in SEGMENTS
        for metric in METRICS
    ]
