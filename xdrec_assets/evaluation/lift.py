"""What other platforms' data changed: every ranker trained on all platforms beside its twin of one platform alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from xdrec_assets.evaluation.leaderboard import lift
from xdrec_assets.evaluation.segments import SEGMENTS, TWINS
from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled
from xdrec_assets.evaluation.uncertainty.kept import read_resampled
from xdrec_assets.evaluation.uncertainty.paired import compare, holm

if TYPE_CHECKING:
    import pyarrow as pa

HELPED, HURT, UNDECIDED = "helped", "hurt", "undecided"
FAMILY: Final = ("as_of", "platform", "twins")
"""What is corrected together: all rankers and segments of a platform, with twins and without each for itself.

New people apart: both trainings give them popularity, so a test of them cannot fail and must not weaken the others.
"""
FIGURES: Final = ("ndcg", "twin_ndcg", "difference", "low", "high", "lift", "p_value", "p_adjusted", "verdict")
Row = dict[str, Any]
Pair = dict[str, Resampled]  # by trained_on: one | all


def lift_table(resamples: pa.Table, level: float = 0.95) -> pa.Table:
    """The table evaluation/lift from the table evaluation/resamples; intervals are of this level."""
    import pyarrow as pa

    from data_quality.contract import load_contract

    names = [name for name in resamples.column_names if name not in ("gains", "weights")]
    keys = resamples.select(names).to_pylist()
    kept = ({**key, "resampled": found} for key, found in zip(keys, read_resampled(resamples), strict=True))
    return pa.Table.from_pylist(lifts(kept, level), schema=load_contract("evaluation/lift").arrow_schema())


def lifts(resamples: Iterable[Mapping[str, Any]], level: float = 0.95) -> list[Row]:
    """Rows of evaluation/lift, in order of as-of date, platform, ranker, twins and segment.

    Args:
        resamples: as_of, platform, ranker, trained_on, segment, twins and resampled, a `Resampled`, of any dates.
        level: of the intervals; a verdict is given where the adjusted p-value is below 1 - level.

    Returns:
        A row for every ranker that has test people in both trainings, for all segments; one without people has nulls.
    """
    pairs: dict[tuple[Any, ...], dict[tuple[str, str], Pair]] = defaultdict(lambda: defaultdict(dict))
    for row in resamples:
        of_ranker = pairs[row["as_of"], row["platform"], row["ranker"]]
        of_ranker[row["twins"], row["segment"]][row["trained_on"]] = row["resampled"]
    rows = [
        _row(key, segment, twins, of_ranker.get((twins, segment), {}), level)
        for key, of_ranker in sorted(pairs.items())
        if any(len(pair) == len(("one", "all")) for pair in of_ranker.values())
        for twins in TWINS
        for segment in SEGMENTS
    ]
    _decide(rows, level)
    return rows


def _row(key: tuple[Any, ...], segment: str, twins: str, pair: Pair, level: float) -> Row:
    as_of, platform, ranker = key
    row: Row = {"as_of": as_of, "platform": platform, "ranker": ranker, "segment": segment, "twins": twins}
    row |= {"n_people": 0, **dict.fromkeys(FIGURES)}
    if set(pair) != {"one", "all"}:
        return row
    ours, twin = pair["all"], pair["one"]
    found = compare(ours, twin, level)
    has_interval = found.low <= found.high
    return row | {
        "n_people": ours.n_people,
        "ndcg": ours.mean,
        "twin_ndcg": twin.mean,
        "difference": found.difference,
        "low": found.low if has_interval else None,
        "high": found.high if has_interval else None,
        "lift": lift(ours.mean, over=twin.mean),
        "p_value": found.p_value,
    }


def _decide(rows: Iterable[Row], level: float) -> None:
    """Adds the adjusted p-values and verdicts to rows with people."""
    families: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if row["n_people"]:
            families[*(row[name] for name in FAMILY), row["segment"] == "new_people"].append(row)
    for family in families.values():
        for row, p_adjusted in zip(family, holm([row["p_value"] for row in family]), strict=True):
            row["p_adjusted"] = float(p_adjusted)
            row["verdict"] = UNDECIDED if p_adjusted >= 1 - level else HELPED if row["difference"] > 0 else HURT
