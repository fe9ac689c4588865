"""Person vectors carried over by a bridge of each person's own.

PTUPCDR: Zhu, Tang, Liu, Zhuang, Xie, Zhang, Lin, He: Personalized Transfer of User Preferences for Cross-domain
Recommendation, WSDM 2022. The networks stand in `personal_bridges.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xdrec_assets.joined.history import History
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.transfer.settings import BridgeSettings
from xdrec_assets.rankers.transfer.strategy import Problem, Strategy
from xdrec_assets.rankers.transfer.two_sides import TwoSides

NO_ITEM = -1


class PersonalBridge(Strategy[BridgeSettings]):
    """Suits rankers that are nothing but vectors of people and items; where nobody is known on both it is the twin."""

    name = "bridge"

    def fit(self, problem: Problem) -> Ranker[Any]:
        """The twin, its people without or with few events on the target carried over from what they took elsewhere."""
        from xdrec_assets.rankers.transfer.personal_bridges import Examples, carried_over

        sides = TwoSides.of(problem)
        if not len(sides.on_both):
            return sides.twin
        items = problem.history.items_of(problem.target)
        examples = Examples(
            people=sides.source_people,
            took=last_items(sides.elsewhere, self.settings.events),
            source_items=sides.source_items,
            target_people=sides.target_people,
            target_items=sides.target_items[items],
            on_both=sides.on_both,
            person=problem.on_target.person,
            item=problem.on_target.item - items.start,
        )
        return sides.with_carried(carried_over(examples, self.settings), self.settings.known_after)


def last_items(history: History, n: int) -> NDArray[np.int32]:
    """Everyone's last items, newest first, (n_people, n at most); NO_ITEM where someone has fewer."""
    order = np.lexsort((history.item, history.age_days, history.person))
    person = history.person[order]
    place = np.arange(len(order)) - np.searchsorted(person, person)
    keep = place < n
    found = np.full((history.n_people, int(place[keep].max(initial=0)) + 1), NO_ITEM, dtype=np.int32)
    found[person[keep], place[keep]] = history.item[order[keep]]
    return found
