"""Plots of leaderboards: who is best and how sure that is, and how it went before.

Each takes rows of evaluation/leaderboard and returns a picture as bytes. A panel per platform; light blue is trained on
the platform alone, dark blue on all platforms, as everywhere in the report. Whiskers are the intervals of the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

from xdrec_assets.evaluation.leaderboard import POPULARITY
from xdrec_assets.evaluation.report.plot_style import (
    COLOURS,
    FAINT,
    INK,
    MUTED,
    POPULAR,
    Format,
    Row,
    Titles,
    draw_panels,
    platforms_of,
    titles_of,
    training_legend,
)
from xdrec_assets.evaluation.report.wording import TRAINED_ON, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from xdrec_assets.evaluation.report.inputs import ReportInputs

Name = tuple[str, str]  # ranker, trained_on
ABOVE = {"one": -0.2, "all": 0.2}  # where a bar lies beside its ranker's middle


def leaderboard_plot(
    board: Sequence[Row], titles: Titles, format: Format = "svg", level: Mapping[str, Set[Name]] | None = None
) -> bytes:
    """NDCG of every ranker with its interval, both trainings next to each other, popularity as a line.

    `level` names, by platform, the rankers that cannot be told from the best: their figures are written in bold.
    """
    platforms = platforms_of(board)
    most = max(len({row["ranker"] for row in board if row["platform"] == platform}) for platform in platforms)

    def draw(number: int, axes: Axes) -> None:
        rows = [row for row in board if row["platform"] == platforms[number] and row["ndcg"] is not None]
        _bars(axes, rows, (level or {}).get(platforms[number], frozenset()))

    return draw_panels(titles_of(platforms, titles), draw, 1.0 + 0.36 * most, _bars_legend, format)


def history_plot(boards: Sequence[Row], titles: Titles, format: Format = "svg") -> bytes:
    """NDCG over as-of dates: the ranker that is best on the last one in both trainings, popularity, the others grey."""
    platforms = platforms_of(boards)

    def draw(number: int, axes: Axes) -> None:
        _lines(axes, [row for row in boards if row["platform"] == platforms[number] and row["ndcg"] is not None])

    return draw_panels(titles_of(platforms, titles), draw, 2.7, _history_legend, format)


def with_past(inputs: ReportInputs) -> list[Row]:
    """The boards that a history is drawn of, this date's the last; none where only one date has figures."""
    earlier = (row for row in inputs.past if row["as_of"] < inputs.as_of)
    boards = [row for row in (*earlier, *inputs.board) if row["ndcg"] is not None]
    return boards if len({row["as_of"] for row in boards}) > 1 else []


def _bars(axes: Axes, rows: Sequence[Row], level: Set[Name]) -> None:
    of = {(row["ranker"], row["trained_on"]): row for row in rows}
    best = {ranker: max(row["ndcg"] for row in rows if row["ranker"] == ranker) for ranker, _ in of}
    rankers = sorted(best, key=lambda ranker: (best[ranker], ranker))
    for (ranker, trained_on), row in of.items():
        _bar(axes, rankers.index(ranker) + ABOVE[trained_on], row, (ranker, trained_on) in level)
    popular = of.get((POPULARITY, "one"), of.get((POPULARITY, "all")))
    if popular is not None:
        axes.axvline(popular["ndcg"], color=POPULAR, linewidth=1, linestyle=(0, (3, 3)), zorder=0.5)
    axes.set_yticks(range(len(rankers)), [titled(ranker) for ranker in rankers])
    axes.grid(axis="y", visible=False)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlim(0, 1.2 * max([1e-6, *(_reach(row)[1] for row in rows)]))
    axes.set_xlabel("NDCG")


def _bar(axes: Axes, place: float, row: Row, is_level: bool) -> None:
    low, high = _reach(row)
    axes.barh(place, row["ndcg"], height=0.36, color=COLOURS[row["trained_on"]])
    axes.plot([low, high], [place, place], color=INK, linewidth=1, solid_capstyle="butt", zorder=3)
    axes.annotate(
        f"{row['ndcg']:.4f}",
        (high, place),
        (4, 0),
        textcoords="offset points",
        va="center",
        size=8,
        color=INK if is_level else MUTED,
        weight="bold" if is_level else "normal",
    )


def _reach(row: Row) -> tuple[float, float]:
    """The row's interval, or its figure alone where it has none."""
    low, high = row.get("ndcg_low"), row.get("ndcg_high")
    return (row["ndcg"] if low is None else low, row["ndcg"] if high is None else high)


def _lines(axes: Axes, rows: Sequence[Row]) -> None:
    series: dict[Name, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row["as_of"]):
        series.setdefault((row["ranker"], row["trained_on"]), []).append(row)
    last = max((row["as_of"] for row in rows), default=None)
    best = max((row for row in rows if row["as_of"] == last), key=lambda row: row["ndcg"], default=None)
    for (ranker, trained_on), found in series.items():
        _line(axes, found, ranker, trained_on, best is not None and ranker == best["ranker"])
    if best is not None:
        axes.set_title(f"{axes.get_title('left')} · {titled(best['ranker'])}")
        _date_ticks(axes, sorted({row["as_of"] for row in rows}))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("NDCG")


def _line(axes: Axes, rows: Sequence[Row], ranker: str, trained_on: str, is_best: bool) -> None:
    dates, values = [row["as_of"] for row in rows], [row["ndcg"] for row in rows]
    colour = COLOURS[trained_on] if is_best else POPULAR if ranker == POPULARITY else FAINT
    style: Any = (0, (3, 2)) if ranker == POPULARITY else "-"
    marker: dict[str, Any] = {"marker": "o", "markersize": 4} if is_best else {}
    width, order = (2.0, 3) if is_best else (1.2, 2)
    axes.plot(dates, values, color=colour, linestyle=style, linewidth=width, zorder=order, **marker)
    if is_best:
        low, high = zip(*map(_reach, rows), strict=True)
        axes.fill_between(dates, low, high, color=colour, alpha=0.18, linewidth=0, zorder=1)


def _date_ticks(axes: Axes, dates: Sequence[Any]) -> None:
    shown = dates[:: -(-len(dates) // 6)]
    form = "%-d %b" if (dates[-1] - dates[0]).days < 300 else "%b %Y"
    axes.set_xticks(shown, [format(day, form) for day in shown])


def _bars_legend() -> list[Any]:
    from matplotlib.lines import Line2D

    return [*training_legend(), Line2D([], [], color=INK, linewidth=1, label="interval"), _popularity_line()]


def _popularity_line() -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=POPULAR, linewidth=1.2, linestyle=(0, (3, 2)), label="popularity")


def _history_legend() -> list[Any]:
    from matplotlib.lines import Line2D

    best = [
        Line2D([], [], color=COLOURS[on], linewidth=2, label=f"best, trained on {TRAINED_ON[on]}") for on in COLOURS
    ]
    return [*best, _popularity_line(), Line2D([], [], color=FAINT, label="other rankers")]
