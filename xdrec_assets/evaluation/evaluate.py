"""Judge one ranker on one platform: metric rows per segment.

`recommend` maps person indices, shape (n,), to item indices, shape (n, k), best first, -1 where candidates ran out; the
index -1 stands for a person not known before as_of. `recommend_with` makes one from a fitted ranker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.evaluation.metrics.beyond import coverage
from xdrec_assets.evaluation.metrics.ranking import PER_PERSON, find_hits
from xdrec_assets.evaluation.segments import segments

if TYPE_CHECKING:
    import pyarrow as pa

    from xdrec_assets.evaluation.relevant_sets import RelevantSets
    from xdrec_assets.joined.history import History
    from xdrec_assets.rankers.popularity import Popularity
    from xdrec_assets.rankers.ranker import Ranker

Recommend = Callable[[NDArray[np.int32]], NDArray[np.int32]]
METRICS: Final = (*PER_PERSON, "coverage")


@dataclass(frozen=True)
class MetricRow:
    """One figure: a metric of one ranker, in one of its two trainings, for one segment of one platform."""

    as_of: date
    platform: str
    ranker: str
    trained_on: str  # one | all
    segment: str
    metric: str
    k: int
    value: float | None  # None: nobody in the segment, or nothing to cover
    n_people: int


def evaluate(
    history: History,
    relevant: RelevantSets,
    candidates: NDArray[np.int32],
    recommend: Recommend,
    ranker: str,
    trained_on: str,
) -> list[MetricRow]:
    """All metrics of one ranker on one platform, for every segment.

    Args:
        history: what was known before the test window: decides who and what is warm, cold or new.
        relevant: what the test people turned to, on the platform that is evaluated.
        candidates: item indices that could be recommended; coverage is a share of them.
        recommend: called once with all test people.
        ranker: its name in the rows.
        trained_on: "one" or "all", as in the rows.
    """
    recommended = recommend(relevant.person)  # (n_people, k)
    per_person = _per_person(recommended, relevant)
    rows = []
    for segment in segments(history, relevant, candidates):
        everyone = per_person if segment.relevant is relevant else _per_person(recommended, segment.relevant)
        values = {metric: _mean(of_people[segment.people]) for metric, of_people in everyone.items()}
        values["coverage"] = _or_none(coverage(recommended[segment.people], segment.candidates))
        run = (history.as_of, relevant.platform, ranker, trained_on, segment.name)
        n_people = int(segment.people.sum())
        rows += [MetricRow(*run, metric, recommended.shape[1], values[metric], n_people) for metric in METRICS]
    return rows


def recommend_with(
    ranker: Ranker[Any],
    popularity: Popularity,
    history: History,
    platform: str,
    k: int,
    candidates: NDArray[np.int32],
) -> Recommend:
    """The k best candidates by a fitted ranker; people not known before as_of get the most popular ones."""
    from xdrec_assets.rankers.ranking import NO_ITEM, top_k

    most_popular = candidates[np.argsort(-popularity.popularity[candidates], kind="stable")[:k]]

    def recommend(people: NDArray[np.int32]) -> NDArray[np.int32]:
        known = people >= 0
        best = np.full((len(people), k), NO_ITEM, dtype=np.int32)
        best[:, : len(most_popular)] = most_popular
        ranking = top_k(ranker, popularity, history, people[known], history.items_of(platform), k, candidates)
        best[known] = ranking.items
        return best

    return recommend


def metrics_table(rows: Iterable[MetricRow]) -> pa.Table:
    """The rows as the table evaluation/metrics."""
    import pyarrow as pa

    from data_quality.contract import load_contract

    schema = load_contract("evaluation/metrics").arrow_schema()
    return pa.Table.from_pylist([asdict(row) for row in rows], schema=schema)


def _per_person(recommended: NDArray[np.int32], relevant: RelevantSets) -> dict[str, NDArray[np.float64]]:
    hits = find_hits(recommended, relevant.indptr, relevant.item)
    return {name: metric(hits, relevant.n_relevant) for name, metric in PER_PERSON.items()}


def _mean(values: NDArray[np.float64]) -> float | None:
    return float(values.mean()) if len(values) else None


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
