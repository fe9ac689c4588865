"""Who can be told from the best."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.evaluation.report.made_up import inputs
from xdrec_assets.evaluation.report.apart import difference, level_with_best
from xdrec_assets.evaluation.uncertainty.bootstrap import resample

PEOPLE = np.array([f"p{n}" for n in range(200)])


def rows(**figures: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Rows of evaluation/resamples of one platform from each ranker's figure for every person."""
    found = resample(PEOPLE, np.stack([*figures.values()], axis=1), seed=0, n=400)
    return [
        {"platform": "shop", "ranker": name, "trained_on": "one", "n_people": len(PEOPLE), "gains": [*r.gains]}
        | {"weights": [*r.weights]}
        for name, r in zip(figures, found, strict=True)
    ]


def test_a_ranker_that_trails_everywhere_is_told_apart_and_one_that_differs_by_chance_is_not() -> None:
    rng = np.random.default_rng(0)
    base = rng.random(200)
    found = level_with_best(rows(best=base, same=base + rng.normal(-0.001, 0.2, 200), worse=base - 0.1), level=0.95)
    assert found == {"shop": {("best", "one"), ("same", "one")}}


def test_a_ranker_of_the_same_figures_is_level() -> None:
    base = np.random.default_rng(1).random(200)
    assert level_with_best(rows(a=base, b=base), 0.95) == {"shop": {("a", "one"), ("b", "one")}}


def test_the_difference_is_that_of_the_means_with_an_interval_around_it() -> None:
    base = np.random.default_rng(2).random(200)
    found = difference(rows(a=base, b=base - 0.1), "shop", ("a", "one"), ("b", "one"))
    assert found is not None
    assert abs(found.difference - 0.1) < 1e-12
    assert found.low <= 0.1 + 1e-9
    assert found.high >= 0.1 - 1e-9


def test_a_ranker_that_was_not_judged_has_no_difference() -> None:
    assert difference(inputs().resamples, "shop", ("linear", "all"), ("gone", "one")) is None
    assert difference(inputs().resamples, "nowhere", ("linear", "all"), ("popularity", "one")) is None
    assert level_with_best([], 0.95) == {}
