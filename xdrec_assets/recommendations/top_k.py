"""The table of recommendations: every person, every platform, the best k items with a reason each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.evaluation.report.plain_text import one_line
from xdrec_assets.recommendations.reasons import (
    Nearest,
    OwnItems,
    most_popular,
    nearest_own_items,
    popular_sentence,
    reason_kinds,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from xdrec_assets.joined.history import History
    from xdrec_assets.rankers.popularity import Popularity
    from xdrec_assets.rankers.ranker import Ranker
    from xdrec_assets.rankers.ranking import Ranking
    from xdrec_assets.recommendations.settings import RecommendationSettings

PEOPLE_PER_BATCH = 2_000
LONGEST_TITLE = 80


@dataclass(frozen=True)
class Served:
    """What is served on a platform: a fitted ranker, on what it was trained, and what it may recommend."""

    platform: str
    ranker: Ranker[Any]
    trained_on: str  # one | all
    candidates: NDArray[np.int32]


@dataclass(frozen=True)
class Catalogue:
    """What items and platforms are called, and what their texts say; row-aligned with a History."""

    titles: NDArray[np.object_]  # (n_items,) str or None
    text: NDArray[np.float32]  # (n_items, d) unit length, zeros where an item has no text
    platforms: Mapping[str, str]  # platform: its title


def recommend(
    history: History,
    catalogue: Catalogue,
    served: Sequence[Served],
    popularity: Popularity,
    settings: RecommendationSettings,
) -> Iterator[pa.RecordBatch]:
    """Recommendations for everyone known before as_of, in batches of people that bound memory.

    Rows come by platform, person and rank; a platform without candidates has none. Where a ranker was trained on its
    platform alone, reasons stay on that platform too: what it has not seen cannot have been why.
    """
    for one in (one for one in served if len(one.candidates)):
        writer = _Writer(history, catalogue, one, popularity, settings)
        for start in range(0, history.n_people, PEOPLE_PER_BATCH):
            people = np.arange(start, min(start + PEOPLE_PER_BATCH, history.n_people), dtype=np.int32)
            yield writer.batch(people)


def top_k_table(batches: Iterator[pa.RecordBatch]) -> pa.Table:
    """All batches as the table recommendations/top_k."""
    import pyarrow as pa

    from data_quality.contract import load_contract

    return pa.Table.from_batches(batches, schema=load_contract("recommendations/top_k").arrow_schema())


class _Writer:
    """What the rows of one platform have in common."""

    def __init__(
        self,
        history: History,
        catalogue: Catalogue,
        served: Served,
        popularity: Popularity,
        settings: RecommendationSettings,
    ) -> None:
        from xdrec_assets.rankers.new_items import stand_in_of

        self.known = history if served.trained_on == "all" else history.only(served.platform)
        self.history, self.catalogue, self.served = history, catalogue, served
        self.popularity, self.settings = popularity, settings
        self.items = history.items_of(served.platform)
        self.own = OwnItems.of(self.known, settings.own_items)
        self.is_popular = most_popular(popularity.popularity, self.items, settings.popular_share)
        self.names = _names(history, catalogue)
        self.stand_in = stand_in_of(served.ranker, history.n_items)

    def batch(self, people: NDArray[np.int32]) -> pa.RecordBatch:
        """The rows of some people."""
        from xdrec_assets.rankers.ranking import top_k

        ranking = top_k(
            self.served.ranker,
            self.popularity,
            self.history,
            people,
            self.items,
            self.settings.k,
            self.served.candidates,
        )
        nearest = nearest_own_items(self.own, self.catalogue.text, people, ranking.items)
        return self._rows(people, ranking, nearest)

    def _rows(self, people: NDArray[np.int32], ranking: Ranking, nearest: Nearest) -> pa.RecordBatch:
        import pyarrow as pa

        from data_quality.contract import load_contract

        kinds = self._kinds(people, ranking, nearest)
        listed = ranking.items >= 0
        row, place = np.nonzero(listed)
        kind, item = kinds[listed], ranking.items[listed]
        because = np.where(kind == "new", self.stand_in[item], nearest.item[listed])
        has_because = (kind == "similar") | (kind == "new")
        columns = {
            "as_of": np.full(len(row), np.datetime64(self.history.as_of)),
            "platform": [self.served.platform] * len(row),
            "person_id": self.history.person_id[people[row]],
            "rank": place + 1,
            "item_id": self.history.item_id[item],
            "score": ranking.scores[listed],
            "ranker": [self.served.ranker.name] * len(row),
            "trained_on": [self.served.trained_on] * len(row),
            "reason": self._sentences(kind, because, nearest.strength[listed]),
            "reason_kind": kind,
            "because_platform": _only(has_because, self._platform_of(because)),
            "because_item_id": _only(has_because, self.history.item_id[because]),
        }
        schema = load_contract("recommendations/top_k").arrow_schema()
        return pa.record_batch([pa.array(columns[name], type=schema.field(name).type) for name in schema.names], schema)

    def _kinds(self, people: NDArray[np.int32], ranking: Ranking, nearest: Nearest) -> NDArray[np.object_]:
        by_popularity = ranking.by_popularity | (self.served.ranker.name == self.popularity.name)
        near = (nearest.item >= 0) & (nearest.similarity >= self.settings.min_similarity)
        is_new = self._like_a_stand_in(ranking.items) & ~self._has(people, self.stand_in[ranking.items])
        return reason_kinds(near, is_new, by_popularity, self.is_popular[ranking.items])

    def _like_a_stand_in(self, items: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Where another item was scored in place of one, and is near enough to be named."""
        text, stand_in = self.catalogue.text, self.stand_in[items]
        similarity = np.einsum("nkd,nkd->nk", text[items], text[stand_in])
        found: NDArray[np.bool_] = (items >= 0) & (stand_in >= 0) & (similarity >= self.settings.min_similarity)
        return found

    def _has(self, people: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which items, (n, k), some people, (n,) increasing, have chosen."""
        first, stop = np.searchsorted(self.known.person, [people[0], people[-1] + 1])
        taken = self.known.person[first:stop].astype(np.int64) * self.known.n_items + self.known.item[first:stop]
        return np.isin(people[:, None].astype(np.int64) * self.known.n_items + items, taken)

    def _sentences(
        self, kind: NDArray[np.object_], because: NDArray[np.int32], strength: NDArray[np.float32]
    ) -> NDArray[np.object_]:
        title = self.catalogue.platforms[self.served.platform]
        popular = popular_sentence(title, self.popularity.settings.half_life_days)
        taste = "Fits your taste" if self.served.trained_on == "all" else f"Fits your taste on {title}"
        did = np.where(strength >= self.settings.liked_from, "Because you liked ", "Because you looked at ").astype(
            object
        )
        like = "New here; it is like " + self.names[because]
        kinds = [kind == "similar", kind == "new", kind == "popular"]
        return np.select(kinds, [did + self.names[because], like, popular], default=taste)

    def _platform_of(self, item: NDArray[np.int32]) -> NDArray[np.object_]:
        return np.array(self.history.platforms, dtype=object)[self.history.item_platform[item]]


def _only(keep: NDArray[np.bool_], values: NDArray[np.object_]) -> NDArray[np.object_]:
    """The values where kept, else None."""
    chosen = np.full(len(values), None, dtype=object)
    chosen[keep] = values[keep]
    return chosen


def _names(history: History, catalogue: Catalogue) -> NDArray[np.object_]:
    """«title» on platform for every item, the id where an item has no title, shape (n_items,)."""
    platforms = [catalogue.platforms[platform] for platform in history.platforms]
    items = zip(catalogue.titles, history.item_id, history.item_platform, strict=True)
    names = [f"«{one_line(title or item_id, LONGEST_TITLE)}» on {platforms[at]}" for title, item_id, at in items]
    return np.array(names, dtype=object)
