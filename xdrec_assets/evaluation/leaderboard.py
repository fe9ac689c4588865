"""Rank rankers per platform, and say what other platforms' data did for each.

Lift over the twin is the NDCG of a ranker trained on all platforms over the same ranker trained on this one alone,
minus 1: above 0 transfer helped, below 0 it hurt. Both stand on the same test people. It is given once more without
products that another platform lists too, since finding a second listing again is no transfer of taste.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from xdrec_assets.evaluation.segments import WITHOUT

if TYPE_CHECKING:
    import pyarrow as pa

POPULARITY = "popularity"
Row = dict[str, Any]


def leaderboard(
    metrics: Iterable[Mapping[str, Any]], segment: str = "all", twins: str = "with", catalogue: str | None = None
) -> list[Row]:
    """Leaderboard rows from metric rows of any as-of dates and platforms.

    Args:
        metrics: rows of evaluation/metrics.
        segment: the segment to rank by; the published leaderboard is that of "all".
        twins: whether items count that another platform lists too: with | without.
        catalogue: known | seen; where not given, the one that decided, which alone has more segments than "all".

    Returns:
        Rows of evaluation/leaderboard, best first within an as-of date and platform. Equal NDCG: the ranker trained on
        one platform alone first, as the simpler one, then by name. Rankers without a figure come last.
    """
    metrics = list(metrics)
    catalogue = catalogue or _deciding(metrics)
    asked, without = (segment, twins, catalogue), _ndcg_of(metrics, segment, WITHOUT, catalogue)
    boards: dict[tuple[Any, str], dict[tuple[str, str], Row]] = defaultdict(dict)
    for row in metrics:
        if (row["segment"], row["twins"], row["catalogue"]) == asked:
            board = boards[row["as_of"], row["platform"]]
            entry = board.setdefault((row["ranker"], row["trained_on"]), _entry(row))
            entry[row["metric"]] = row["value"]
            if row["metric"] == "ndcg":
                entry |= {"ndcg_low": row["low"], "ndcg_high": row["high"], "n_people": row["n_people"]}
    return [ranked for key in sorted(boards) for ranked in _ranked(boards[key], without.get(key, {}))]


def leaderboard_table(metrics: pa.Table, catalogue: str | None = None) -> pa.Table:
    """The table evaluation/leaderboard from the table evaluation/metrics, over the catalogue that decides."""
    import pyarrow as pa

    from data_quality.contract import load_contract

    schema = load_contract("evaluation/leaderboard").arrow_schema()
    rows = metrics.to_pylist()
    return pa.Table.from_pylist(leaderboard(rows, catalogue=catalogue), schema=schema)


def lift(value: float | None, over: float | None) -> float | None:
    """Value / over - 1; None where one is missing or there is nothing to compare with.

    >>> lift(0.03, over=0.02)
    0.5
    >>> lift(0.03, over=0.0) is None
    True
    """
    return None if value is None or not over else value / over - 1


def popularity_of(board: Mapping[tuple[str, str], Row]) -> Row | None:
    """The entry of popularity on a platform: trained on that platform where both exist."""
    return board.get((POPULARITY, "one")) or board.get((POPULARITY, "all"))


def _deciding(metrics: Iterable[Mapping[str, Any]]) -> str:
    return next((row["catalogue"] for row in metrics if row["segment"] != "all"), "known")


def _ndcg_of(
    metrics: Iterable[Mapping[str, Any]], segment: str, twins: str, catalogue: str
) -> dict[tuple[Any, str], dict[tuple[str, str], float | None]]:
    """NDCG by as-of date and platform, then by ranker and training."""
    found: dict[tuple[Any, str], dict[tuple[str, str], float | None]] = defaultdict(dict)
    for row in metrics:
        if (row["metric"], row["segment"], row["twins"], row["catalogue"]) == ("ndcg", segment, twins, catalogue):
            found[row["as_of"], row["platform"]][row["ranker"], row["trained_on"]] = row["value"]
    return found


def _entry(row: Mapping[str, Any]) -> Row:
    return {name: row[name] for name in ("as_of", "platform", "ranker", "trained_on")}


def _ranked(board: dict[tuple[str, str], Row], without: Mapping[tuple[str, str], float | None]) -> list[Row]:
    """The rows of one platform; `without` has their NDCG without twin products."""
    popularity = popularity_of(board)
    rows = sorted(board.values(), key=_best_first)
    ndcg = {key: row["ndcg"] for key, row in board.items()}
    for rank, row in enumerate(rows, start=1):
        row["rank"] = rank
        row["lift_over_twin"] = _over_twin(row, ndcg)
        row["lift_over_twin_without_twin_products"] = _over_twin(row, without)
        row["lift_over_popularity"] = lift(row["ndcg"], popularity["ndcg"]) if popularity else None
    return rows


def _over_twin(row: Row, ndcg: Mapping[tuple[str, str], float | None]) -> float | None:
    """The lift of a ranker trained on all platforms; None for twins and where one of both has no figure."""
    if row["trained_on"] != "all":
        return None
    return lift(ndcg.get((row["ranker"], "all")), over=ndcg.get((row["ranker"], "one")))


def _best_first(row: Row) -> tuple[float, bool, str]:
    ndcg = row["ndcg"]
    return (float("inf") if ndcg is None else -ndcg, row["trained_on"] == "all", row["ranker"])
