"""The documentation of all metrics, written from their definitions.

The page: `python -m xdrec_assets.evaluation.metrics.documentation > docs/metrics.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import groupby

from xdrec_assets.evaluation.metrics.definitions import DOCUMENTED, Metric

HEAD = """# The metrics

Written from `xdrec_assets/evaluation/metrics/definitions.yaml` by
`python -m xdrec_assets.evaluation.metrics.documentation > docs/metrics.md`. A metric looks at the first k items of each
person's list, out of all candidates, unless it says otherwise. One with a value per person is a mean over the people
for whom it is defined, and has an interval from resampling them; the others are figures of all lists together.

Each is proved by hand arithmetic, by properties, and against a second implementation: ir-measures (trec_eval) for
NDCG, MAP, MRR, hit rate, precision, recall and F1, scikit-learn for AUC and what is judged at a threshold, SciPy for
calibration and diversity; all agree to 1e-6 or better.
"""
FAMILIES = {
    "ranking": "Ranking: how far up the relevant items are",
    "accuracy": "Accuracy: how many of the items are rightly told apart",
    "beyond": "Beyond accuracy: what the lists are like",
    "cost": "Cost: what the answers take",
    "business": "Business: what came of what was shown",
}


def page(metrics: Mapping[str, Metric] = DOCUMENTED) -> str:
    """All metrics as one Markdown page, by family."""
    order = [*FAMILIES]
    ordered = sorted(metrics.values(), key=lambda metric: order.index(metric.family))
    families = [
        "\n".join([f"## {FAMILIES[family]}\n", *map(section, of_family)])
        for family, of_family in groupby(ordered, key=lambda metric: metric.family)
    ]
    return "\n".join([HEAD, *families])


def section(metric: Metric) -> str:
    """A metric in Markdown: what it is, its range, which values are better, when it is undefined, its source."""
    of_whom = "one value per person" if metric.per_person else "one value for all lists together"
    return (
        f"### {metric.title} (`{metric.name}`)\n\n{metric.definition}\n\n"
        f"- Range: {range_of(metric)} ({metric.unit}), {of_whom}; {direction(metric)}.\n"
        f"- Undefined {metric.undefined}.\n- Source: {metric.source}.\n"
    )


def range_of(metric: Metric) -> str:
    """From where to where a metric's values go, in words."""
    if metric.lowest is None and metric.highest is None:
        return "any number"
    if metric.highest is None:
        return f"from {metric.lowest:g} up"
    return f"{metric.lowest:g} to {metric.highest:.4g}"


def direction(metric: Metric) -> str:
    """Which values are the better ones, in words."""
    if metric.higher_is_better is None:
        return "neither high nor low is better in itself"
    return "higher is better" if metric.higher_is_better else "lower is better"


if __name__ == "__main__":
    sys.stdout.write(page())
