"""What people are interested in: the topics of what they chose, the recent more than the old."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_quality.contract import load_contract
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.extraction.topics import Topics
from xdrec_assets.knowledge.people import recency_weights

INTERESTS = "knowledge/person_interests"
BY_TOPICS, GENERATED = "topics", "generated"


def topic_interests(history: History, topics: Topics, half_life_days: float, count: int) -> pa.Table:
    """Rows of knowledge/person_interests: the `count` topics of largest weight of everybody who chose any.

    A topic's weight is its share of the person's choices, each counted by strength and recency as in person vectors;
    choices without a topic are left out. Equal weights come in the order of the topics.
    """
    topic = topics.clusters.of_row[history.item].astype(np.int64)
    has_topic = topic >= 0
    weights = recency_weights(history, half_life_days)[has_topic].astype(np.float64)
    n_topics = max(len(topics.labels), 1)
    pairs, pair = np.unique(history.person[has_topic] * n_topics + topic[has_topic], return_inverse=True)
    weight, n_events = np.bincount(pair, weights, len(pairs)), np.bincount(pair, minlength=len(pairs))
    person, number = np.divmod(pairs, n_topics)
    total = np.bincount(person, weight, history.n_people)
    order = np.lexsort((number, -weight, person))
    rank = _rank(person[order])
    order, rank = order[rank <= count], rank[rank <= count]
    numbers = pa.array(number[order].astype(np.int32))
    return interests_table(
        history,
        person_id=pa.array(history.person_id[person[order]], pa.string()),
        rank=pa.array(rank.astype(np.int32)),
        topic=topics.number_of(number[order]),
        label=pa.array(topics.labels, pa.string()).take(numbers),
        source=pa.repeat(pa.scalar(BY_TOPICS), len(order)),
        weight=pa.array((weight[order] / total[person[order]]).astype(np.float32)),
        n_events=pa.array(n_events[order].astype(np.int32)),
    )


def interests_table(history: History, **columns: pa.Array) -> pa.Table:
    """Columns as rows of knowledge/person_interests of the history's date."""
    n_rows = len(columns["person_id"])
    as_of = pa.repeat(pa.scalar(history.as_of, pa.date32()), n_rows)
    return pa.table({"as_of": as_of, **columns}, schema=load_contract(INTERESTS).arrow_schema())


def recent_items(history: History, titles: Sequence[str], count: int) -> dict[int, list[int]]:
    """The `count` items with a title that each person chose last, newest first, as row numbers of the interactions.

    Of equally old ones the first in the order of the history comes first; of a title chosen twice the newest counts.
    """
    has_title = np.array([bool(title) for title in titles], dtype=bool)[history.item]
    rows = np.flatnonzero(has_title)
    rows = rows[np.lexsort((history.item[rows], history.age_days[rows], history.person[rows]))]
    found: dict[int, list[int]] = {}
    seen: dict[int, set[str]] = {}
    for row in rows.tolist():
        person, title = int(history.person[row]), titles[history.item[row]]
        chosen, known = found.setdefault(person, []), seen.setdefault(person, set())
        if len(chosen) < count and title not in known:
            chosen.append(row)
            known.add(title)
    return found


def instead(table: pa.Table, better: pa.Table) -> pa.Table:
    """The interests of a table, but for people who have others in `better`; sorted by person and rank."""
    others = table.filter(pc.invert(pc.is_in(table["person_id"], value_set=better["person_id"].combine_chunks())))
    return pa.concat_tables([others, better]).sort_by([("person_id", "ascending"), ("rank", "ascending")])


def _rank(person: np.ndarray) -> np.ndarray:
    """1, 2, … within each run of equal numbers."""
    first = np.searchsorted(person, person)
    return np.asarray(np.arange(len(person)) - first + 1)
