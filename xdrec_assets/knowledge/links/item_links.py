"""The nearest items on other platforms, and what joins them: the same product, the same topic, or neither."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xdrec_assets.embeddings.whitening import whitened_by_platform
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.links.near_items import Near, near_items
from xdrec_assets.knowledge.links.settings import LinkSettings
from xdrec_assets.knowledge.links.twins import twins_by

SAME_PRODUCT, SAME_TOPIC = "same_product", "same_topic"
SCHEMA = pa.schema(
    [
        ("platform", pa.string()),
        ("item_id", pa.string()),
        ("other_platform", pa.string()),
        ("other_item_id", pa.string()),
        ("similarity", pa.float32()),
        ("rank", pa.int32()),
        ("kind", pa.string()),
        ("is_twin", pa.bool_()),
    ]
)


def item_links(
    history: History, items: pa.Table, text_vectors: np.ndarray, settings: LinkSettings | None = None
) -> pa.Table:
    """For every item the `n_links` nearest on each other platform, rank 1 the nearest, and its twins even if farther.

    items: row-aligned with the history, with a column title. text_vectors: (n_items, d) as the language model gave
    them, a row of zeros where an item has none; such items have no links but to twins, at similarity 0. They are
    compared whitened, each platform by itself. Ties go to the item that stands first in the history.

    kind: "same_product" for twins; "same_topic" where texts are nearer than by chance (see `similarity_by_chance`);
    null where they are not: the nearest there is, and nothing to build on.
    """
    settings = settings or LinkSettings()
    text = whitened_by_platform(history, text_vectors)
    near = near_items(history, text, settings)
    pairs = twins_by(history, items, text, settings).pairs
    pairs = np.vstack([pairs, pairs[:, ::-1]])
    return pa.concat_tables([SCHEMA.empty_table(), *(_links(found, history, pairs, text) for found in near)])


def _links(near: Near, history: History, twins: np.ndarray, text: np.ndarray) -> pa.Table:
    """The links from one platform to another. twins: (n, 2) item indices, both ways."""
    number, other = history.platforms.index(near.platform), history.platforms.index(near.other)
    twins = twins[(history.item_platform[twins] == (number, other)).all(axis=1)]
    cosine = np.einsum("ij,ij->i", text[twins[:, 0]], text[twins[:, 1]])
    pairs = np.vstack([near.pairs(), twins])
    _, first = np.unique(_keys(pairs, history), return_index=True)
    pairs, similarity = pairs[first], np.concatenate([near.similarity.ravel(), cosine])[first]
    order = np.lexsort((pairs[:, 1], -similarity, pairs[:, 0]))
    pairs, similarity = pairs[order], np.clip(similarity[order], -1, 1)
    is_twin = np.isin(_keys(pairs, history), _keys(twins, history))
    topic = pc.if_else(pa.array(similarity > near.by_chance), SAME_TOPIC, pa.scalar(None, pa.string()))
    n_links = len(pairs)
    columns = [
        pa.repeat(pa.scalar(near.platform), n_links),
        pa.array(history.item_id[pairs[:, 0]], pa.string()),
        pa.repeat(pa.scalar(near.other), n_links),
        pa.array(history.item_id[pairs[:, 1]], pa.string()),
        pa.array(similarity, pa.float32()),
        pa.array(np.arange(n_links) - np.searchsorted(pairs[:, 0], pairs[:, 0]) + 1, pa.int32()),
        pc.if_else(pa.array(is_twin), SAME_PRODUCT, topic),
        pa.array(is_twin),
    ]
    return pa.table(columns, schema=SCHEMA)


def _keys(pairs: np.ndarray, history: History) -> np.ndarray:
    """One number per pair of items."""
    return np.asarray(pairs[:, 0] * history.n_items + pairs[:, 1])
