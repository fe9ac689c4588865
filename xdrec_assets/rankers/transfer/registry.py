"""The transfer strategies by name, and which rankers each suits, without loading what they compute with."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from xdrec_assets.rankers.registry import RANKERS

if TYPE_CHECKING:
    from xdrec_assets.rankers.transfer.settings import TransferSettings
    from xdrec_assets.rankers.transfer.strategy import Strategy

NONE: Final = "none"
JOINT: Final = "joint"
CHOICE: Final = "choice"
STRATEGIES: Final = {
    NONE: "none:NoTransfer",
    JOINT: "joint:Joint",
    "features": "features:FeatureTransfer",
    "mapping": "mapping:PersonMapping",
    "bridge": "bridge:PersonalBridge",
    "fine_tuning": "fine_tuning:FineTuning",
    "adapter": "adapter:Adapter",
    "adversarial": "adversarial:Adversarial",
    "meta": "meta:Meta",
    CHOICE: "choice:Choice",
}
UNTRANSFERRED: Final = ("popularity",)
"""Rankers that learn nothing from other platforms and so have no model of all."""
NEURAL: Final = tuple(ranker for ranker, where in RANKERS.items() if where.startswith("neural."))
STATES: Final = tuple(ranker for ranker in NEURAL if ranker != "ncf")
"""Networks of which nothing is kept but the states of people and of items."""
PROFILES: Final = ("nearest_text", "linear", "logistic")
"""Rankers whose people are vectors among those of the items, hundreds of numbers wide."""
FACTORS: Final = ("svd", "nmf", "als", *PROFILES, *STATES)
"""Rankers whose score follows from the product of a person's vector and an item's."""
READERS: Final = ("clusters", "linear", "logistic", "two_tower", "lstm")
"""Rankers that read fused vectors, which hold more than the texts: those are the same whoever else there is."""
SUITED: Final[dict[str, Collection[str]]] = {
    "features": READERS,
    "mapping": FACTORS,
    "bridge": [name for name in FACTORS if name not in PROFILES],  # it has the square of that width for each person
    "fine_tuning": NEURAL,
    "adversarial": STATES,
    "adapter": STATES,
    "meta": STATES,
}
"""By strategy; one that is not named suits every ranker that transfers."""


def suited(strategy: str, ranker: str) -> bool:
    """Whether a strategy can be had of a ranker, both by name."""
    return ranker not in UNTRANSFERRED and ranker in SUITED.get(strategy, RANKERS)


def strategies_of(ranker: str) -> list[str]:
    """The names of all strategies that suit a ranker."""
    return [strategy for strategy in STRATEGIES if suited(strategy, ranker)]


def strategy_class(name: str) -> type[Strategy[Any]]:
    """The class of a strategy.

    Raises:
        ValueError: no strategy has this name.
    """
    if name not in STRATEGIES:
        raise ValueError(f"no transfer strategy is named {name!r}; choose one of {', '.join(STRATEGIES)}")
    module, class_name = STRATEGIES[name].split(":")
    found: type[Strategy[Any]] = getattr(import_module(f"xdrec_assets.rankers.transfer.{module}"), class_name)
    return found


def create_strategy(name: str, settings: TransferSettings) -> Strategy[Any]:
    """A strategy with its section of the settings; `choice` gets all of them, for it makes others.

    Raises:
        ValueError: no strategy has this name.
    """
    return strategy_class(name)(settings.section(name))
