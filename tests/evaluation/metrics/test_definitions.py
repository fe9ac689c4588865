"""Every metric is defined, within sensible bounds, and says where it comes from."""

from math import log

import pytest

from data_quality.contract import load_contract
from xdrec_assets.evaluation.metrics.definitions import AT_THRESHOLD, BUSINESS, DOCUMENTED, METRICS, SMOOTHING, Metric
from xdrec_assets.evaluation.metrics.ranking import PER_PERSON


def test_every_metric_that_is_computed_per_person_is_defined() -> None:
    assert {*PER_PERSON} <= {*METRICS}
    assert all(METRICS[name].per_person for name in PER_PERSON)


def test_tables_hold_what_is_defined_and_nothing_else() -> None:
    allowed = load_contract("evaluation/metrics").columns["metric"].allowed
    assert allowed is not None
    assert {*allowed} == {*METRICS, *AT_THRESHOLD}
    assert {*BUSINESS} <= {*load_contract("evaluation/feedback").columns}


def test_the_bound_of_calibration_is_that_of_its_smoothing() -> None:
    assert METRICS["calibration"].highest == -log(SMOOTHING)
    assert f"α = {SMOOTHING}" in METRICS["calibration"].definition


@pytest.mark.parametrize("metric", DOCUMENTED.values(), ids=str)
def test_a_definition_says_all_there_is_to_say(metric: Metric) -> None:
    assert metric.definition.endswith(".")
    published = any(year in metric.source for year in map(str, range(1927, 2027)))
    assert published or metric.family == "cost"
    assert metric.undefined.startswith(("for ", "where "))
    assert metric.unit
    if metric.lowest is not None and metric.highest is not None:
        assert metric.lowest < metric.highest


def test_names_and_titles_are_unique() -> None:
    assert len({metric.title for metric in DOCUMENTED.values()}) == len(DOCUMENTED)


def test_bounds_hold_what_lies_between() -> None:
    assert METRICS["ndcg"].holds(1.0) and not METRICS["ndcg"].holds(-0.1)
    assert METRICS["novelty"].holds(30.0) and not METRICS["novelty"].holds(-0.1)
    assert METRICS["popularity_bias"].holds(-5.0) and METRICS["popularity_bias"].holds(5.0)


def test_business_metrics_are_of_all_lists_together() -> None:
    assert not any(metric.per_person for metric in BUSINESS.values())
