"""Judge one ranker by one exam: metric rows with intervals for every segment, and what comparisons are made from.

Everyone's rows hold all metrics; other segments have those of accuracy and ranking, and coverage. AUC and accuracy
look at all candidates alike, so they stay out where only some items count: in segments of items, and without twins.
Figures at a threshold are those of rankers that give probabilities, on people to whom no popularity had to answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.evaluation.evaluated import Evaluated, MetricRow, ResampleRow
from xdrec_assets.evaluation.metrics import beyond, definitions
from xdrec_assets.evaluation.metrics.classification import lists_at_threshold
from xdrec_assets.evaluation.metrics.ranking import PER_PERSON, accuracy_at_k, find_hits
from xdrec_assets.evaluation.segments import Segment
from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled, intervals, resample

if TYPE_CHECKING:
    from xdrec_assets.evaluation.exam import Exam
    from xdrec_assets.evaluation.full_ranking import FullRanking
    from xdrec_assets.evaluation.relevant_sets import RelevantSets
    from xdrec_assets.evaluation.settings import EvaluationSettings

DECISIVE: Final = "ndcg"
LATENCY: Final = "latency_ms"
WHOLE: Final = ("accuracy", "auc")  # of all candidates
AT_THRESHOLD: Final = tuple(definitions.AT_THRESHOLD)
OF_LISTS: Final = ("novelty", "diversity", "popularity_bias", "calibration")
EVALUATED: Final = (*PER_PERSON, *WHOLE, *OF_LISTS, *AT_THRESHOLD, "coverage", "gini", LATENCY)
"""All metrics of the table; what they are stands in `metrics.definitions`."""
Values = NDArray[np.float64]


@dataclass(frozen=True)
class _Run:
    """What all rows of one ranker's exam share."""

    exam: Exam
    ranker: str
    trained_on: str
    k: int

    def row(
        self,
        segment: Segment,
        metric: str,
        value: float,
        low: float = np.nan,
        high: float = np.nan,
        n_people: int | None = None,
    ) -> MetricRow:
        return MetricRow(
            as_of=self.exam.history.as_of,
            platform=self.exam.relevant.platform,
            ranker=self.ranker,
            trained_on=self.trained_on,
            catalogue=self.exam.catalogue,
            segment=segment.name,
            twins=segment.twins,
            metric=metric,
            k=self.k,
            value=_or_none(value),
            low=_or_none(low),
            high=_or_none(high),
            n_people=int(segment.people.sum()) if n_people is None else n_people,
        )

    def resampled(self, segment: Segment, found: Resampled) -> ResampleRow:
        return ResampleRow(
            as_of=self.exam.history.as_of,
            platform=self.exam.relevant.platform,
            ranker=self.ranker,
            trained_on=self.trained_on,
            segment=segment.name,
            twins=segment.twins,
            n_people=found.n_people,
            resampled=found,
        )


@dataclass(frozen=True)
class _Column:
    segment: Segment
    metric: str
    values: Values  # (n_people of the exam,), nan for who does not count


def evaluate(
    exam: Exam,
    ranking: FullRanking,
    ranker: str,
    trained_on: str,
    settings: EvaluationSettings,
    is_probability: bool = False,
) -> Evaluated:
    """All metrics of one ranker on one platform, for every segment of the exam.

    Args:
        exam: what it is judged by.
        ranking: its answer, row-aligned with `exam.relevant.person`.
        ranker: its name in the rows.
        trained_on: "one" or "all", as in the rows.
        settings: how it is resampled, and which catalogue decides.
        is_probability: whether its scores are probabilities, to which a threshold may be put.
    """
    run = _Run(exam, ranker, trained_on, ranking.items.shape[1])
    columns = list(_columns(exam, ranking))
    if is_probability:
        columns += _at_threshold(exam, ranking, settings.threshold)
    values = np.column_stack([column.values for column in columns])
    resampled = resample(exam.relevant.person_id, values, settings.seed, settings.resamples)
    rows, kept = [], []
    bounds = intervals(resampled, settings.level)
    for column, found, (low, high) in zip(columns, resampled, bounds, strict=True):
        rows.append(run.row(column.segment, column.metric, found.mean, low, high, found.n_people))
        if column.metric == DECISIVE and found.n_people and exam.catalogue == settings.catalogue:
            kept.append(run.resampled(column.segment, found))
    for segment in exam.segments:
        rows += [run.row(segment, *figure) for figure in _of_everyone(segment, ranking).items()]
    return Evaluated(rows, kept)


def _columns(exam: Exam, ranking: FullRanking) -> Iterator[_Column]:
    """Every metric that is a mean over people, of every segment."""
    of_sets: dict[int, dict[str, Values]] = {}  # segments of the same relevant items share the people's figures
    for segment in exam.segments:
        if id(segment.relevant) not in of_sets:
            of_sets[id(segment.relevant)] = _of_hits(exam, segment.relevant, ranking)
        for metric, values in of_sets[id(segment.relevant)].items():
            yield _Column(segment, metric, np.where(segment.people, values, np.nan))
        if _is_everyone(segment):
            for metric, values in _of_lists(exam, ranking).items():
                yield _Column(segment, metric, values)


def _of_hits(exam: Exam, relevant: RelevantSets, ranking: FullRanking) -> dict[str, Values]:
    hits = find_hits(ranking.items, relevant.indptr, relevant.item)
    found = {name: metric(hits, relevant.n_relevant) for name, metric in PER_PERSON.items()}
    if relevant is exam.relevant:
        n_listed = np.count_nonzero(ranking.items >= 0, axis=1)
        found["accuracy"] = accuracy_at_k(hits, relevant.n_relevant, exam.n_judged, n_listed)
        found["auc"] = ranking.auc
    return found


def _of_lists(exam: Exam, ranking: FullRanking) -> dict[str, Values]:
    tastes, traits = exam.tastes, exam.traits
    found = {
        "novelty": beyond.novelty(ranking.items, tastes.n_takers, tastes.n_people),
        "diversity": beyond.diversity(ranking.items, traits.vectors),
        "popularity_bias": beyond.popularity_bias(ranking.items, tastes.n_takers, tastes.popularity),
        "calibration": np.full(len(ranking.items), np.nan),
    }
    if tastes.categories.nnz:
        found["calibration"] = beyond.calibration(ranking.items, tastes.categories, traits.categories)
    return found


def _at_threshold(exam: Exam, ranking: FullRanking, threshold: float) -> Iterator[_Column]:
    """Everyone's figures of the items listed whose probability reaches the threshold."""
    relevant = exam.relevant
    hits = find_hits(ranking.items, relevant.indptr, relevant.item)
    found = lists_at_threshold(ranking.scores, hits, threshold, relevant.n_relevant, exam.n_judged)
    for name, values in zip(
        AT_THRESHOLD, (found.precision(), found.recall(), found.f1(), found.accuracy()), strict=True
    ):
        yield _Column(exam.segments[0], name, np.where(ranking.by_popularity, np.nan, values))


def _of_everyone(segment: Segment, ranking: FullRanking) -> dict[str, float]:
    """Metrics of a segment's lists together."""
    listed = ranking.items[segment.people]
    found = {"coverage": beyond.coverage(listed, segment.candidates)}
    if _is_everyone(segment):
        found["gini"] = beyond.gini(listed, segment.candidates)
        found[LATENCY] = 1000 * ranking.seconds / len(listed) if len(listed) else float("nan")
    return found


def _is_everyone(segment: Segment) -> bool:
    return (segment.name, segment.twins) == ("all", "with")


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
