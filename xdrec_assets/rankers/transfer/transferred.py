"""Train a ranker on all platforms by the strategy that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.registry import create_ranker
from xdrec_assets.rankers.settings import RankerSettings
from xdrec_assets.rankers.transfer.per_platform import PerPlatform
from xdrec_assets.rankers.transfer.registry import JOINT, create_strategy
from xdrec_assets.rankers.transfer.settings import TransferSettings
from xdrec_assets.rankers.transfer.strategy import KnowledgeOf, Problem


def transferred(
    ranker: str,
    history: History,
    knowledge: Mapping[str, Knowledge],
    settings: RankerSettings,
    transfer: TransferSettings | None = None,
    unfinished: Path | None = None,
    knowledge_before: KnowledgeOf | None = None,
) -> Ranker[Any]:
    """A ranker that may be asked about every platform: one model where it is trained jointly, else one per platform.

    Args:
        ranker: its name.
        history: of all platforms.
        knowledge: by scope.
        settings: of all rankers.
        transfer: which strategy it uses; joint where not given.
        unfinished: a folder from which training goes on that was killed, where the ranker can.
        knowledge_before: knowledge by scope of an earlier history, on which a choice among strategies is made.
    """
    transfer = transfer or TransferSettings()
    make, name = partial(create_ranker, ranker, settings, unfinished), transfer.strategy_of(ranker)
    if name == JOINT:
        return make().fit(history, knowledge[ALL])
    strategy = create_strategy(name, transfer)
    learned = {}
    for platform in history.platforms:  # one after another: a problem holds what it has taken out of the history
        problem = Problem(history, knowledge, platform, make, knowledge_before, settings.popularity)
        learned[platform] = strategy.learn(problem)
    return PerPlatform(learned, {platform: history.items_of(platform) for platform in history.platforms})
