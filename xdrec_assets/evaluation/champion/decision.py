"""Choose what may be served on each platform, on evidence that was complete before the as-of date.

A test window counts once it is over: evaluated as of d, it ends at d + days, which must not lie after the date decided
for. The latest `windows` of them are pooled, each person of each window counting the same. The best NDCG wins where it
beats popularity and, trained on all platforms, its own single-platform twin; otherwise popularity is served.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from xdrec_assets.evaluation.leaderboard import POPULARITY
from xdrec_assets.evaluation.report.wording import titled

if TYPE_CHECKING:
    import pyarrow as pa

Name = tuple[str, str]  # ranker, trained_on
Board = dict[Name, float]  # pooled NDCG


@dataclass(frozen=True)
class Champion:
    """What may be served on a platform from an as-of date on, and why."""

    as_of: date
    platform: str
    ranker: str
    trained_on: str  # one | all
    ndcg: float | None  # None: not evaluated yet
    popularity_ndcg: float | None
    reason: str


def choose_champions(
    boards: Iterable[Mapping[str, Any]], as_of: date, platforms: Sequence[str], days: int, windows: int
) -> list[Champion]:
    """One decision per platform.

    Args:
        boards: rows of evaluation/leaderboard of any as-of dates; those whose window is not over are passed by.
        as_of: the date decided for.
        platforms: whom to decide for, evaluated or not.
        days: length of a test window.
        windows: how many of the latest finished windows count.
    """
    usable = [row for row in boards if row["as_of"] + timedelta(days=days) <= as_of and row["ndcg"] is not None]
    by_platform = {platform: [row for row in usable if row["platform"] == platform] for platform in platforms}
    return [_choose(platform, rows, as_of, windows) for platform, rows in by_platform.items()]


def champion_table(champions: Iterable[Champion]) -> pa.Table:
    """The decisions as the table evaluation/champion."""
    import pyarrow as pa

    from data_quality.contract import load_contract

    schema = load_contract("evaluation/champion").arrow_schema()
    return pa.Table.from_pylist([asdict(champion) for champion in champions], schema=schema)


def _choose(platform: str, rows: list[Mapping[str, Any]], as_of: date, windows: int) -> Champion:
    dates = sorted({row["as_of"] for row in rows})[-windows:]
    board = _pooled([row for row in rows if row["as_of"] in dates], len(dates))
    popular = (POPULARITY, "one") if (POPULARITY, "one") in board else (POPULARITY, "all")
    if popular not in board:
        why = f"Popularity is served until there is evidence: no evaluated week before {as_of}."
        return Champion(as_of, platform, POPULARITY, "one", None, None, why)
    worthy = [name for name in board if _beats(board, name, popular)]
    best = max(worthy, key=lambda name: board[name], default=popular)
    why = f"{_reason(board, best, popular)}, {_evidence(rows, dates)}."
    return Champion(as_of, platform, *best, board[best], board[popular], why)


def _pooled(rows: list[Mapping[str, Any]], n_windows: int) -> Board:
    """Mean NDCG over the windows, weighted by people; rankers missing from a window cannot be compared."""
    found: dict[Name, list[tuple[float, int]]] = defaultdict(list)
    for row in rows:
        found[row["ranker"], row["trained_on"]].append((row["ndcg"], row["n_people"]))
    whole = {name: values for name, values in sorted(found.items()) if len(values) == n_windows}
    return {name: sum(ndcg * n for ndcg, n in values) / sum(n for _, n in values) for name, values in whole.items()}


def _beats(board: Board, name: Name, popular: Name) -> bool:
    """Better than popularity and, trained on all platforms, than a twin that was evaluated too."""
    ranker, trained_on = name
    if ranker == POPULARITY or board[name] <= board[popular]:
        return False
    return trained_on == "one" or board[name] > board.get((ranker, "one"), float("inf"))


def _evidence(rows: list[Mapping[str, Any]], dates: list[date]) -> str:
    people: dict[date, int] = {row["as_of"]: row["n_people"] for row in rows if row["as_of"] in dates}
    when = f"in the window of {dates[-1]}" if len(dates) == 1 else f"over {len(dates)} windows since {dates[0]}"
    return f"{when} with {sum(people.values()):,} test people"


def _reason(board: Board, best: Name, popular: Name) -> str:
    if best == popular:
        strongest = max((name for name in board if name[0] != POPULARITY), key=lambda name: board[name], default=None)
        if strongest is None:
            return f"Popularity ({board[popular]:.4f}) is the only ranker evaluated"
        return f"No ranker earned it over popularity ({board[popular]:.4f}); strongest was {_figure(board, strongest)}"
    over = f"{_figure(board, best)} beats popularity ({board[popular]:.4f})"
    ranker, trained_on = best
    twin = (ranker, "one" if trained_on == "all" else "all")
    if twin not in board:
        return over
    if trained_on == "all":
        return f"{over} and its twin of this platform alone ({board[twin]:.4f})"
    return f"{over}; with the other platforms' data it does no better ({board[twin]:.4f})"


def _figure(board: Board, name: Name) -> str:
    whose = "all platforms" if name[1] == "all" else "this platform alone"
    return f"{titled(name[0])} trained on {whose} (NDCG {board[name]:.4f})"
