"""Topics of items: clusters of their text vectors over all platforms, each named by its keywords."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_quality.contract import load_contract
from resources.encoding.word_vectors import UNSPACED
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.embeddings.whitening import whitened
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.extraction.clustering import Clusters, clustered
from xdrec_assets.knowledge.extraction.keywords import class_keywords
from xdrec_assets.knowledge.extraction.settings import TopicSettings

ITEM_TOPICS = "knowledge/item_topics"
IN_A_LABEL, EXAMPLES = 3, 6
SHRINKAGE = 0.8
"""Of the whitening before clustering. Whole whitening drowns topics in directions that say little, none makes topics
out of platforms. The sample's 33 topics on four platforms are found with an adjusted mutual information of .81 by it,
of .52 by whole whitening and of .49 by none (all-MiniLM-L6-v2)."""
UNSPACED_RUN = re.compile(rf"[{UNSPACED}]{{4}}")
UNNAMED = "other"  # a topic whose texts have no word of their own


@dataclass(frozen=True)
class Topics:
    """The topics of an as-of date, and which of them each item is of."""

    clusters: Clusters
    """Row-aligned with the history's items."""
    keywords: Sequence[Sequence[str]]
    labels: Sequence[str]
    numbers: NDArray[np.int32] | None = None
    """What each is called in tables; none: as the clusters are numbered, the largest first."""

    def number_of(self, topic: np.ndarray) -> pa.Array:
        """The numbers in tables of some topics, (n,)."""
        return pa.array((topic if self.numbers is None else self.numbers[topic]).astype(np.int32))

    def named(self, labels: Sequence[str | None]) -> Topics:
        """The same with other labels, where there is one."""
        return replace(self, labels=[new or old for new, old in zip(labels, self.labels, strict=True)])


def topics_of(history: History, texts: Sequence[str], vectors: np.ndarray, settings: TopicSettings) -> Topics:
    """Cluster items by what their texts mean, whatever platform they are from.

    Each platform's vectors are whitened first: what all texts of a platform share would make topics out of platforms.

    texts: (n_items,), empty where there is none. vectors: (n_items, d) as the language model gave them, zeros where
    there is none; such an item is of no topic.
    """
    parts = [whitened(vectors[history.items_of(platform)], SHRINKAGE) for platform in history.platforms]
    found = clustered(unit_rows(np.vstack(parts)), settings.count, settings.seed)
    keywords = class_keywords(texts, found.of_row, _groups(history, texts), settings.keywords)
    labels = [", ".join(words[:IN_A_LABEL]) or UNNAMED for words in keywords]
    return Topics(found, keywords, labels)


def item_topics_table(history: History, topics: Topics) -> pa.Table:
    """Rows of knowledge/item_topics: one per item that has a topic, in the order of the history."""
    rows = np.flatnonzero(topics.clusters.of_row >= 0)
    of_row = pa.array(topics.clusters.of_row[rows])
    platforms = np.array(history.platforms, dtype=object)[history.item_platform[rows]]
    return pa.table(
        {
            "as_of": pa.repeat(pa.scalar(history.as_of, pa.date32()), len(rows)),
            "platform": pa.array(platforms, pa.string()),
            "item_id": pa.array(history.item_id[rows], pa.string()),
            "topic": topics.number_of(topics.clusters.of_row[rows]),
            "label": pa.array(topics.labels, pa.string()).take(of_row),
            "keywords": pa.array(topics.keywords, pa.list_(pa.string())).take(of_row),
            "similarity": pa.array(topics.clusters.similarity[rows]),
        },
        schema=load_contract(ITEM_TOPICS).arrow_schema(),
    )


def examples(topics: Topics, titles: Sequence[str]) -> list[list[str]]:
    """A few different titles of each topic, the nearest to its centre first."""
    order = np.argsort(-topics.clusters.similarity, kind="stable")
    found: list[list[str]] = [[] for _ in topics.labels]
    for row in order[topics.clusters.of_row[order] >= 0]:
        chosen = found[topics.clusters.of_row[row]]
        if titles[row] and titles[row] not in chosen and len(chosen) < EXAMPLES:
            chosen.append(titles[row])
    return found


def topics_preview(topics: Topics, titles: Sequence[str], history: History, count: int = 12) -> pa.Table:
    """The largest topics as people read them: size, platforms, keywords and titles."""
    shown = examples(topics, titles)
    rows = []
    for number, label in enumerate(topics.labels[:count]):
        items = np.flatnonzero(topics.clusters.of_row == number)
        on = np.unique(history.item_platform[items])
        rows.append(
            {
                "topic": label,
                "items": len(items),
                "platforms": ", ".join(history.platforms[platform] for platform in on),
                "keywords": ", ".join(topics.keywords[number]),
                "titles": "; ".join(shown[number][:3]),
            }
        )
    return pa.Table.from_pylist(rows)


def _groups(history: History, texts: Sequence[str]) -> np.ndarray:
    """Texts that share their everyday words, (n_items,): those of one platform in one kind of script."""
    is_unspaced = np.array([bool(UNSPACED_RUN.search(text)) for text in texts], dtype=np.int32)
    return history.item_platform.astype(np.int32) * 2 + is_unspaced
