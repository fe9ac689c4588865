"""What a platform's test consists of, the same for every ranker that is judged by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.evaluation.catalogue import candidate_items
from xdrec_assets.evaluation.relevant_sets import relevant_sets
from xdrec_assets.evaluation.segments import WITH, Segment, segments

if TYPE_CHECKING:
    import pyarrow as pa
    from scipy.sparse import csr_matrix

    from xdrec_assets.evaluation.relevant_sets import RelevantSets
    from xdrec_assets.evaluation.settings import EvaluationSettings
    from xdrec_assets.joined.history import History


@dataclass(frozen=True)
class Traits:
    """What is known of items beside who took them, row-aligned with the history."""

    is_twin: NDArray[np.bool_]  # (n_items,) listed on another platform too
    vectors: NDArray[np.float32]  # (n_items, d) what their texts mean; zeros where there is none
    categories: csr_matrix  # (n_items, n_categories) shares that add up to 1, or an empty row


@dataclass(frozen=True)
class Tastes:
    """What the test people took on the platform before, to compare lists with."""

    n_takers: NDArray[np.int64]  # (n_items,) how many people took each item
    n_people: int  # how many took anything on the platform
    popularity: NDArray[np.float64]  # (n_test_people,) mean of n_takers over what each took, nan where nothing
    categories: csr_matrix  # (n_test_people, n_categories) shares over what each took


@dataclass(frozen=True)
class Exam:
    """Test people, candidates and segments of one platform and catalogue."""

    history: History
    relevant: RelevantSets
    candidates: NDArray[np.int32]
    catalogue: Literal["known", "seen"]
    segments: tuple[Segment, ...]
    n_judged: NDArray[np.int64]  # (n_people,) candidates not had before, and relevant items that are no candidates
    traits: Traits
    tastes: Tastes


def exam_on(
    history: History,
    events: pa.Table,
    platform: str,
    traits: Traits,
    settings: EvaluationSettings,
    catalogue: Literal["known", "seen"],
) -> Exam:
    """The exam on one platform; over the catalogue that does not decide it has the segment of everyone alone.

    Args:
        history: what was known before the test window, of all platforms.
        events: what happened in it: platform, person_id, item_id, strength.
        platform: the platform to test on.
        traits: of the history's items.
        settings: what counts as relevant, and who belongs to which segment.
        catalogue: known: all items are candidates and all relevant ones count; seen: those seen in training.
    """
    candidates = candidate_items(history, platform, catalogue)
    relevant = relevant_sets(events, history, platform, settings.min_strength)
    if catalogue == "seen":
        relevant = relevant.of_candidates(candidates)
    found = tuple(
        segments(history, relevant, candidates, traits.is_twin, settings.few_events, settings.head_share)
        if catalogue == settings.catalogue
        else [Segment("all", WITH, np.ones(relevant.n_people, dtype=bool), relevant, candidates)]
    )
    n_judged = _n_judged(history, relevant, candidates)
    return Exam(
        history, relevant, candidates, catalogue, found, n_judged, traits, _tastes(history, relevant, traits.categories)
    )


def _n_judged(history: History, relevant: RelevantSets, candidates: NDArray[np.int32]) -> NDArray[np.int64]:
    is_candidate = np.zeros(history.n_items + 1, dtype=bool)  # index -1 (not known before as_of) is none
    is_candidate[candidates] = True
    had = np.bincount(history.person[is_candidate[history.item]], minlength=history.n_people + 1)
    unlisted = relevant.restricted_to(~is_candidate[relevant.item]).n_relevant
    return np.asarray(len(candidates) - had[relevant.person] + unlisted, dtype=np.int64)


def _tastes(history: History, relevant: RelevantSets, categories: csr_matrix) -> Tastes:
    from scipy.sparse import csr_matrix

    from xdrec_assets.evaluation.metrics.beyond import own_popularity
    from xdrec_assets.evaluation.metrics.taste import own_shares

    here = history.only(relevant.platform)
    n_takers = np.bincount(here.item, minlength=history.n_items)
    own = own_popularity(here.person, here.item, history.n_people + 1, n_takers)  # the last entry is nobody's
    taken = here.matrix()
    asked = np.where(relevant.person >= 0, relevant.person, history.n_people)
    padded = csr_matrix(
        (taken.data, taken.indices, np.append(taken.indptr, taken.nnz)), shape=(history.n_people + 1, history.n_items)
    )
    shares = own_shares(padded[asked], categories)
    return Tastes(n_takers, len(np.unique(here.person)), own[asked], shares)
