"""Transfer that was planted is found, and none is called where there is none."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.evaluation.rows import AS_OF, LATER
from tests.evaluation.uncertainty.test_bootstrap import people
from xdrec_assets.evaluation.evaluated import ResampleRow, resamples_table
from xdrec_assets.evaluation.lift import lift_table, lifts
from xdrec_assets.evaluation.segments import SEGMENTS, TWINS
from xdrec_assets.evaluation.uncertainty.bootstrap import resample


def resampled(
    gain: float, ranker: str = "knn", segment: str = "all", twins: str = "with", n: int = 200, as_of: date = AS_OF
) -> list[ResampleRow]:
    """A ranker and its twin: the one trained on all does better by about this much for everyone."""
    rng = np.random.default_rng(len(ranker) + n)
    of_person = rng.random(n) / 2
    figures = np.column_stack([of_person, of_person + gain + rng.normal(0, abs(gain), n)])
    both = resample(people(n), figures, seed=0, n=300)
    return [
        ResampleRow(as_of, "shop", ranker, trained_on, segment, twins, n, found)
        for trained_on, found in zip(("one", "all"), both, strict=True)
    ]


def table(*rows: list[ResampleRow]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = lift_table(resamples_table([row for pair in rows for row in pair])).to_pylist()
    return made


def peopled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["n_people"]]


def test_planted_help_and_harm_are_found() -> None:
    for gain, verdict in ((0.1, "helped"), (-0.05, "hurt")):
        (row,) = peopled(table(resampled(gain)))
        assert row["verdict"] == verdict
        assert row["difference"] == pytest.approx(gain, abs=0.01)
        assert row["low"] < row["difference"] < row["high"]
        assert row["low"] * row["high"] > 0
        assert row["lift"] == pytest.approx(row["ndcg"] / row["twin_ndcg"] - 1)
        assert row["difference"] == pytest.approx(row["ndcg"] - row["twin_ndcg"])


def test_identical_rankers_are_undecided() -> None:
    (row,) = peopled(table(resampled(0.0)))
    assert (row["difference"], row["p_value"], row["p_adjusted"], row["verdict"]) == (0, 1, 1, "undecided")


def test_five_people_decide_nothing() -> None:
    (row,) = peopled(table(resampled(0.1, n=5)))
    assert (row["verdict"], row["low"], row["high"]) == ("undecided", None, None)


def test_many_rankers_are_corrected_together_and_twins_apart() -> None:
    names = [f"knn_{number}" for number in range(4)]
    rows = peopled(table(*(resampled(0.0, name) for name in names), resampled(0.02, "real", n=100)))
    (real,) = [row for row in rows if row["ranker"] == "real"]
    assert real["p_adjusted"] == pytest.approx(5 * real["p_value"])
    alone = peopled(table(resampled(0.02, "real", n=100), resampled(0.02, "real", twins="without", n=100)))
    assert [row["p_adjusted"] for row in alone] == [row["p_value"] for row in alone]


def test_new_people_do_not_weaken_the_others() -> None:
    """Both trainings give them popularity: a test that cannot fail is none of the family."""
    alone = peopled(table(resampled(0.02, n=100)))
    (cold, new) = peopled(table(resampled(0.02, n=100), resampled(0.0, segment="new_people")))
    assert (cold["segment"], cold["p_adjusted"]) == ("all", alone[0]["p_value"])
    assert (new["segment"], new["p_adjusted"], new["verdict"]) == ("new_people", 1, "undecided")


def test_dates_are_corrected_apart() -> None:
    rows = peopled(table(resampled(0.02, n=100), resampled(0.02, n=100, as_of=LATER)))
    assert [row["p_adjusted"] for row in rows] == [row["p_value"] for row in rows]


def test_every_segment_has_a_row_and_one_without_people_says_nothing() -> None:
    rows = table(resampled(0.1, segment="warm_people"))
    assert [(row["twins"], row["segment"]) for row in rows] == [(twins, name) for twins in TWINS for name in SEGMENTS]
    assert {(row["verdict"], row["ndcg"], row["p_value"]) for row in rows if not row["n_people"]} == {
        (None, None, None)
    }


def test_a_ranker_without_twin_has_no_lift() -> None:
    assert table(resampled(0.1)[:1]) == []
    assert lift_table(resamples_table([])).num_rows == 0


def test_order_of_rows_does_not_matter() -> None:
    rows = [row for gain, name in ((0.1, "b"), (0.0, "a")) for row in resampled(gain, name)]
    there, back = (lifts([vars(row) for row in order], level=0.95) for order in (rows, rows[::-1]))
    assert there == back
    assert isinstance(lift_table(resamples_table(rows)), pa.Table)
