"""How well people's next items are found by each of several ways to make item vectors.

The ranker that knows nothing but vectors, `nearest_text`, ranks by them. So a figure is about the vectors, and about
people who were known before: of the others no vector tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.evaluation.catalogue import candidate_items
from xdrec_assets.evaluation.metrics.ranking import find_hits, ndcg_at_k
from xdrec_assets.evaluation.protocols.splits import of_known_people
from xdrec_assets.evaluation.relevant_sets import RelevantSets, relevant_sets
from xdrec_assets.evaluation.settings import EvaluationSettings
from xdrec_assets.evaluation.uncertainty.bootstrap import Resampled, resample
from xdrec_assets.evaluation.uncertainty.paired import Comparison, compare, holm
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.compared import Case
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.ranking import top_k
from xdrec_assets.rankers.registry import create_ranker
from xdrec_assets.rankers.settings import RankerSettings

if TYPE_CHECKING:
    import pyarrow as pa

CHOSEN, BETTER, WORSE, UNDECIDED = "chosen", "better", "worse", "undecided"


def fusion_rows(
    history: History,
    events: pa.Table,
    vectors: Iterable[tuple[Case, np.ndarray]],
    settings: EvaluationSettings,
    rankers: RankerSettings,
) -> list[dict[str, Any]]:
    """Rows of evaluation/fusions, platform by platform, best first.

    Args:
        history: what was known before the test window, of all platforms.
        events: what happened in it: platform, person_id, item_id, strength.
        vectors: each way to make item vectors, the chosen one first, and its vectors (n_items, d), unit or zeros.
        settings: what counts as relevant, the length of the lists, and the resamples.
        rankers: settings of the rankers nearest_text and popularity.
    """
    tests = {platform: _test_of(history, events, platform, settings) for platform in history.platforms}
    cases, ndcg = [], []
    for case, rows in vectors:
        cases.append(case)
        ndcg.append(_ndcg_by_platform(history, rows, tests, settings, rankers))
    found: list[dict[str, Any]] = []
    for platform, test in tests.items() if cases else ():
        values = np.stack([each[platform] for each in ndcg], axis=1)  # (n_people, n_cases)
        resampled = resample(test.person_id, values, settings.seed, settings.resamples)
        found += _platform_rows(history, platform, cases, resampled, settings)
    return found


def _test_of(history: History, events: pa.Table, platform: str, settings: EvaluationSettings) -> RelevantSets:
    known = of_known_people(relevant_sets(events, history, platform, settings.min_strength))
    if settings.catalogue == "known":
        return known
    return known.of_candidates(candidate_items(history, platform, settings.catalogue))


def _ndcg_by_platform(
    history: History,
    vectors: np.ndarray,
    tests: Mapping[str, RelevantSets],
    settings: EvaluationSettings,
    rankers: RankerSettings,
) -> dict[str, NDArray[np.float64]]:
    """The NDCG of each test person of each platform, where items are ranked by these vectors."""
    from xdrec_assets.rankers.popularity import Popularity

    nobody = np.zeros((history.n_people, vectors.shape[1]), dtype=np.float32)
    knowledge = Knowledge(text=vectors, fused=vectors, person=nobody)
    nearest = create_ranker("nearest_text", rankers).fit(history, knowledge)
    popularity = Popularity(rankers.popularity).fit(history, knowledge)
    found = {}
    for platform, test in tests.items():
        items, candidates = history.items_of(platform), candidate_items(history, platform, settings.catalogue)
        best = top_k(nearest, popularity, history, test.person, items, settings.k, candidates)
        found[platform] = ndcg_at_k(find_hits(best.items, test.indptr, test.item), test.n_relevant)
    return found


def _platform_rows(
    history: History,
    platform: str,
    cases: Sequence[Case],
    resampled: Sequence[Resampled],
    settings: EvaluationSettings,
) -> list[dict[str, Any]]:
    compared = [compare(each, resampled[0], settings.level) for each in resampled[1:]]
    adjusted = holm([each.p_value for each in compared])
    against = [_against(*pair, settings) for pair in zip([None, *compared], [1.0, *adjusted], strict=True)]
    rows = []
    for case, each, beside in zip(cases, resampled, against, strict=True):
        low, high = each.interval(settings.level)
        figures = {"ndcg": _or_none(each.mean), "low": _or_none(low), "high": _or_none(high)}
        run = {"as_of": history.as_of, "platform": platform, "alignment": case.alignment, "fusion": case.fusion}
        rows.append({**run, "k": settings.k, "n_people": each.n_people, **figures, **beside})
    return sorted(rows, key=lambda row: -(row["ndcg"] or 0))


def _against(compared: Comparison | None, p_adjusted: float, settings: EvaluationSettings) -> dict[str, Any]:
    """What sets a case apart from the chosen one; nothing for that one itself."""
    names = ("difference", "difference_low", "difference_high", "p_value", "p_adjusted")
    if compared is None:
        return {**dict.fromkeys(names), "verdict": CHOSEN}
    values = (compared.difference, compared.low, compared.high, compared.p_value, p_adjusted)
    is_sure = p_adjusted <= 1 - settings.level
    verdict = (BETTER if compared.difference > 0 else WORSE) if is_sure else UNDECIDED
    return {**{name: _or_none(float(value)) for name, value in zip(names, values, strict=True)}, "verdict": verdict}


def _or_none(value: float) -> float | None:
    return None if isnan(value) else value
