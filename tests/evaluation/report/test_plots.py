"""Plots are drawn for what there is, and come out the same twice."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from tests.evaluation.report.made_up import AS_OF, TITLES, few, inputs
from xdrec_assets.evaluation.report import coverage_plot as coverage_module
from xdrec_assets.evaluation.report.coverage_plot import bias_plot, coverage_plot
from xdrec_assets.evaluation.report.curves import loss_plot, validation_plot
from xdrec_assets.evaluation.report.lift_plots import lift_plot, segment_plot
from xdrec_assets.evaluation.report.plots import history_plot, leaderboard_plot
from xdrec_assets.evaluation.report.wording import titled

BOARD, LIFTS = ([*few(rows), *few(rows, "news")] for rows in (inputs().board, inputs().lifts))
DRAWN = {leaderboard_plot: BOARD, coverage_plot: BOARD, bias_plot: BOARD, history_plot: BOARD}
BOLD = b"font-weight: 700; font-size: 8px"
DRAWN |= {lift_plot: LIFTS, segment_plot: LIFTS}


@pytest.mark.parametrize("plot", DRAWN, ids=lambda plot: plot.__name__)
def test_every_platform_has_a_panel_and_the_same_rows_give_the_same_picture(plot: Callable[..., bytes]) -> None:
    svg = plot(DRAWN[plot], TITLES)
    assert b"<svg" in svg
    assert b"The shop" in svg
    assert b"News &amp; &lt;i&gt;more&lt;/i&gt;" in svg
    assert svg == plot(DRAWN[plot], TITLES)


def test_a_plot_is_a_png_where_one_is_asked_for() -> None:
    assert loss_plot(inputs().losses, "png").startswith(b"\x89PNG")


def test_validation_has_panels_of_those_alone_who_validate() -> None:
    svg = validation_plot(inputs().losses)
    assert svg is not None
    assert titled("lstm").encode() in svg
    assert titled("nmf").encode() not in svg
    assert titled("nmf").encode() in loss_plot(inputs().losses)
    assert validation_plot([row for row in inputs().losses if row["ranker"] == "nmf"]) is None


def test_a_title_with_dollar_signs_is_no_formula() -> None:
    assert b"Deals for $_$" in leaderboard_plot(few(BOARD), {"shop": "Deals for $_$"})


def test_those_level_with_the_best_are_in_bold() -> None:
    plain = leaderboard_plot(few(BOARD), TITLES).count(BOLD)
    level = {"shop": {("linear", "all"), ("svd", "all")}}
    assert leaderboard_plot(few(BOARD), TITLES, level=level).count(BOLD) == plain + 2


def test_figures_without_interval_or_of_nobody_are_no_obstacle() -> None:
    nowhere = {"ndcg": None, "coverage": None, "popularity_bias": None}
    rows = [{**row, "ndcg_low": None, "ndcg_high": None} for row in BOARD]
    rows += [{**row, **nowhere, "as_of": AS_OF} for row in BOARD]
    for plot in (leaderboard_plot, coverage_plot, bias_plot, history_plot):
        assert b"<svg" in plot(rows, TITLES)


def test_segments_without_people_say_so() -> None:
    rows = [row if row["segment"] == "all" else {**row, "lift": None, "difference": None} for row in LIFTS]
    assert segment_plot(rows, TITLES).count(b"nobody to compare") == 6 * 2


def test_a_ranker_whose_twin_found_nothing_is_drawn_at_the_end_of_the_scale() -> None:
    rows = [{**row, "twin_ndcg": 0.0, "lift": None, "difference": row["ndcg"]} for row in few(LIFTS)]
    svg = segment_plot(rows, TITLES)
    assert b"nobody to compare" not in svg
    assert "× 8".encode() in svg
    both = [{**row, "ndcg": 0.0, "difference": 0.0} for row in rows]
    assert "× 8".encode() not in segment_plot(both, TITLES)


def test_dots_by_segment_are_open_where_products_listed_twice_do_not_count() -> None:
    with_twins = [row for row in few(LIFTS) if row["twins"] == "with"]
    assert segment_plot(few(LIFTS), TITLES) != segment_plot(with_twins, TITLES)


def test_a_row_that_was_not_compared_with_others_is_grey() -> None:
    rows = [row | {"verdict": None} for row in few(LIFTS)]
    assert b"<svg" in lift_plot(rows, TITLES)
    assert b"<svg" in segment_plot(rows, TITLES)


def test_a_platform_on_which_nothing_compares_says_so() -> None:
    nothing = {"difference": None, "lift": None, "low": None, "high": None, "verdict": None}
    rows = [{**row, **nothing} if row["platform"] == "news" else row for row in LIFTS]
    assert lift_plot(rows, TITLES).count(b"nothing to compare") == 1


def test_lift_to_nothing_and_from_little_is_drawn_at_the_edge() -> None:
    edges: list[dict[str, Any]] = [{**row, "lift": ratio} for row, ratio in zip(LIFTS, (-1.0, 500.0), strict=False)]
    svg = segment_plot(edges, TITLES)
    assert b"1/8" in svg
    assert "× 8".encode() in svg


def test_labels_of_points_that_lie_close_keep_off_each_other_and_off_all_points() -> None:
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    rng = np.random.default_rng(2)
    crowd = {f"ranker_{n}": (0.5 + 0.1 * x, 0.6 + 0.05 * y) for n, (x, y) in enumerate(rng.normal(size=(10, 2)))}
    labels = coverage_module._spread_labels(axes, crowd, [*crowd.values()])
    width, height = coverage_module.PANEL
    at = {name: (x * width, y * height) for name, (x, y) in crowd.items()}
    length = coverage_module.LETTER * len("Ranker 0")
    boxes = [coverage_module._box(*at[name], label, length) for name, label in labels.items()]
    points = [(x - 4, x + 4, y - 4, y + 4) for x, y in at.values()]
    assert not any(coverage_module._meet(*pair) for pair in combinations(boxes, 2))
    assert not any(coverage_module._meet(box, point) for box in boxes for point in points)
    assert all(coverage_module._is_inside(box) for box in boxes)


def test_a_label_with_room_stands_right_of_its_point() -> None:
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    assert coverage_module._spread_labels(axes, {"als": (0.2, 0.5)}, [(0.2, 0.5)])["als"] == (7.0, 0.0)
