"""Numbers of topics that last: each date finds its topics anew, and most of them are those of the date before."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data_quality.contract import load_contract
from xdrec_assets.pipeline import Pipeline

LEAST_IN_COMMON = 0.2
"""The Jaccard index of their items below which a topic is not the same as a former one."""


def lasting_numbers(topic: NDArray[np.int32], former: NDArray[np.int32]) -> NDArray[np.int32]:
    """The number of each topic, (n_topics,): that of the former topic whose items it mostly has, or one not yet used.

    Topics are matched one to one, so that their items have most in common in all (Kuhn, 1955, "The Hungarian method for
    the assignment problem"; what two have in common is the Jaccard index over items that had a topic on both dates).

    topic: (n_items,) from 0 on, -1 for none. former: (n_items,) number of the item's topic on the former date, -1 where
    it had none.

    >>> lasting_numbers(np.array([0, 0, 1, 1, 2], np.int32), np.array([7, 7, 3, 3, -1], np.int32)).tolist()
    [7, 3, 8]
    """
    from scipy.optimize import linear_sum_assignment

    n_topics, n_former = int(topic.max(initial=-1)) + 1, int(former.max(initial=-1)) + 1
    on_both = (topic >= 0) & (former >= 0)
    common = np.zeros((n_topics, n_former))
    np.add.at(common, (topic[on_both], former[on_both]), 1)
    union = common.sum(axis=1, keepdims=True) + common.sum(axis=0) - common
    alike = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    own, other = linear_sum_assignment(alike, maximize=True)
    is_same = alike[own, other] >= LEAST_IN_COMMON
    numbers = np.full(n_topics, -1, dtype=np.int32)
    numbers[own[is_same]] = other[is_same]
    is_new = numbers < 0
    numbers[is_new] = n_former + np.arange(np.count_nonzero(is_new))
    return numbers


def former_date(pipeline: Pipeline, as_of: date) -> date | None:
    """The as-of date before a date; None for the first."""
    return max((day for day in pipeline.as_of_dates() if day < as_of), default=None)


def former_topics(pipeline: Pipeline, table: str, as_of: date | None, items: pa.Table) -> NDArray[np.int32]:
    """The numbers of the items' topics on a date, (n_items,), -1 where there was none.

    items: columns platform and item_id.
    """
    if as_of is None:
        return np.full(items.num_rows, -1, dtype=np.int32)
    with pipeline.engine.session() as session:
        session.bind("knowledge.rows", [table], load_contract(table).arrow_schema())
        known = session.query("knowledge/as_of_rows", {"as_of": as_of}).to_arrow_table()
    wanted, found = (pc.binary_join_element_wise(each["platform"], each["item_id"], "\0") for each in (items, known))
    numbers = known["topic"].take(pc.index_in(wanted, found.combine_chunks()))
    return np.asarray(pc.fill_null(numbers, -1).to_numpy(), dtype=np.int32)
