"""Plots are drawn for what there is, and come out the same twice."""

from typing import Any

import pytest

from tests.evaluation.rows import AS_OF, LATER, metric_rows
from xdrec_assets.evaluation.leaderboard import leaderboard
from xdrec_assets.evaluation.report.coverage_plot import coverage_plot
from xdrec_assets.evaluation.report.plots import history_plot, leaderboard_plot, lift_plot

ROWS = metric_rows(AS_OF, shop={"popularity_one": 0.02, "knn_one": 0.03, "knn_all": 0.04})
TITLES = {"shop": "The shop"}


@pytest.mark.parametrize("plot", [leaderboard_plot, coverage_plot, history_plot])
def test_leaderboards_are_drawn_as_svg_and_png(plot: Any) -> None:
    svg = plot(leaderboard(ROWS), TITLES)
    assert b"<svg" in svg
    assert b"The shop" in svg
    assert svg == plot(leaderboard(ROWS), TITLES)
    assert plot(leaderboard(ROWS), TITLES, "png").startswith(b"\x89PNG")


def test_lift_names_segments_and_says_where_nothing_compares() -> None:
    svg = lift_plot(metric_rows(AS_OF, shop={"popularity_one": 0.02, "knn_one": 0.03}), TITLES)
    assert b"cold people" in svg
    assert svg.count(b"nobody to compare") == 5


def test_lift_to_nothing_and_from_nothing_is_drawn() -> None:
    rows = metric_rows(AS_OF, shop={"a_one": 0.1, "a_all": 0.0, "b_one": 0.0, "b_all": 0.1})
    assert b"1/8" in lift_plot(rows, TITLES)


def test_rankers_without_a_figure_are_no_obstacle() -> None:
    board = leaderboard(metric_rows(AS_OF, shop={"a_one": None}) + metric_rows(LATER, shop={"a_one": 0.1}))
    for plot in (leaderboard_plot, coverage_plot, history_plot):
        assert b"<svg" in plot(board, TITLES)


def test_one_panel_per_platform() -> None:
    figures = {"popularity_one": 0.02, "knn_all": 0.03}
    svg = leaderboard_plot(leaderboard(metric_rows(AS_OF, music=figures, news=figures, shop=figures)), {})
    assert all(title in svg for title in (b"Music", b"News", b"Shop"))
