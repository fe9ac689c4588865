"""Knowledge as tables of item and person vectors, and back to arrays row-aligned with a History."""

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xdrec_assets.embeddings.vector_columns import vector_column, vector_rows
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL, scope_people
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.knowledge.tables import Knowledge

ONE = "one"
"""In the table of item vectors: learned from the item's own platform alone."""


def item_vectors_table(history: History, knowledge: Mapping[str, Knowledge]) -> pa.Table:
    """Rows of knowledge/item_vectors: every item in scope "all", and in scope "one" as its own platform knows it."""
    one_text, one_fused = (
        np.sum([getattr(knowledge[platform], part) for platform in history.platforms], axis=0)
        for part in ("text", "fused")
    )
    return pa.concat_tables(
        [
            _item_vectors(history, ALL, knowledge[ALL].text, knowledge[ALL].fused),
            _item_vectors(history, ONE, one_text, one_fused),
        ]
    )


def _item_vectors(history: History, scope: str, text: np.ndarray, fused: np.ndarray) -> pa.Table:
    return pa.table(
        {
            "as_of": pa.repeat(pa.scalar(history.as_of, pa.date32()), history.n_items),
            "scope": pa.repeat(pa.scalar(scope), history.n_items),
            "platform": pa.array(np.array(history.platforms, dtype=object)[history.item_platform], pa.string()),
            "item_id": pa.array(history.item_id, pa.string()),
            "text": vector_column(text),
            "fused": vector_column(fused),
        }
    )


def person_vectors_table(
    history: History,
    knowledge: Mapping[str, Knowledge],
    settings: KnowledgeSettings,
    behaviour_texts: np.ndarray | None = None,
) -> pa.Table:
    """Rows of knowledge/person_vectors: in each scope the people who chose anything there.

    behaviour_texts: (n_people, d), zeros where there is none. They tell of all platforms, so only scope "all" has them.
    """
    none, scopes = np.zeros((history.n_people, 1), dtype=np.float32), (ALL, *history.platforms)
    texts = {scope: none if behaviour_texts is None or scope != ALL else behaviour_texts for scope in scopes}
    return pa.concat_tables(
        [_person_vectors(history, scope, knowledge[scope], settings, texts[scope]) for scope in scopes]
    )


def _person_vectors(
    history: History, scope: str, knowledge: Knowledge, settings: KnowledgeSettings, behaviour_texts: np.ndarray
) -> pa.Table:
    people = scope_people(history, scope, knowledge, settings)
    active = np.flatnonzero(people.n_events)
    has_share = people.shares[active] > 0  # (n_active, n_platforms)
    names = np.array(history.platforms, dtype=object)[np.nonzero(has_share)[1]]
    ends = pa.array(np.concatenate([[0], np.cumsum(has_share.sum(axis=1))]), pa.int32())
    return pa.table(
        {
            "as_of": pa.repeat(pa.scalar(history.as_of, pa.date32()), len(active)),
            "scope": pa.repeat(pa.scalar(scope), len(active)),
            "person_id": pa.array(history.person_id[active], pa.string()),
            "n_events": pa.array(people.n_events[active], pa.int32()),
            "platforms": pa.ListArray.from_arrays(ends, pa.array(names, pa.string())),
            "shares": pa.ListArray.from_arrays(ends, pa.array(people.shares[active][has_share], pa.float32())),
            "vector": vector_column(people.vectors[active]),
            "behaviour_text": vector_column(behaviour_texts[active]),
        }
    )


def knowledge_from_tables(history: History, item_vectors: pa.Table, person_vectors: pa.Table) -> dict[str, Knowledge]:
    """Knowledge by scope, row-aligned with `history`, out of one as-of date's rows of the two tables.

    Items and people that the tables do not have are rows of zeros.
    """
    sizes = {part: vector_rows(item_vectors[part]).shape[1] for part in ("text", "fused")}
    return {
        scope: _scope_from_tables(history, scope, item_vectors, person_vectors, sizes)
        for scope in (ALL, *history.platforms)
    }


def _scope_from_tables(
    history: History, scope: str, item_vectors: pa.Table, person_vectors: pa.Table, sizes: Mapping[str, int]
) -> Knowledge:
    arrays = {part: np.zeros((history.n_items, size), dtype=np.float32) for part, size in sizes.items()}
    for platform in history.platforms if scope == ALL else (scope,):
        items = history.items_of(platform)
        rows = _select(item_vectors, scope=ALL if scope == ALL else ONE, platform=platform)
        for part, size in sizes.items():
            arrays[part][items] = _aligned(history.item_id[items], rows["item_id"], rows[part], size)
    people = _select(person_vectors, scope=scope)
    person = _aligned(history.person_id, people["person_id"], people["vector"], sizes["fused"])
    return Knowledge(text=arrays["text"], fused=arrays["fused"], person=person)


def _select(table: pa.Table, **equal: str) -> pa.Table:
    for column, value in equal.items():
        table = table.filter(pc.equal(table[column], value))
    return table


def _aligned(wanted: Iterable[str], ids: pa.ChunkedArray, vectors: pa.ChunkedArray, size: int) -> np.ndarray:
    """Vectors (n, size) in the order of `wanted`, zeros for those that `ids` does not have."""
    found = pc.index_in(pa.array(wanted, pa.string()), value_set=ids.cast(pa.string()))
    is_found = found.is_valid().to_numpy(zero_copy_only=False)
    rows = np.zeros((len(found), size), dtype=np.float32)
    rows[is_found] = vector_rows(vectors, size)[found.drop_null().to_numpy()]
    return rows
