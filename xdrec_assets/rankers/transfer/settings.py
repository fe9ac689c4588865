"""Settings of transfer: which strategy each ranker uses, and one section per strategy that has something to set."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from xdrec_assets.rankers.registry import RANKERS
from xdrec_assets.rankers.section import Section
from xdrec_assets.rankers.transfer.registry import CHOICE, JOINT, NONE, STRATEGIES, UNTRANSFERRED, strategies_of, suited


class MappingSettings(Section):
    """Person vectors carried over by one function for all."""

    function: Literal["linear", "network"] = Field(
        default="linear", description="linear: ridge regression in closed form; network: one hidden layer, by gradient"
    )
    ridge: float = Field(default=1.0, gt=0, description="Penalty on the squared weights of the linear function")
    known_after: float = Field(
        default=0.0,
        ge=0,
        description="Events on the target at which what was learned there weighs as much as what was carried over; "
        "0: whoever has any is not carried over",
    )
    hidden: int = Field(default=64, ge=1, description="Width of the network's hidden layer")
    epochs: int = Field(default=200, ge=1, description="Passes of the network over the people known on both")
    learning_rate: float = Field(default=0.01, gt=0, description="Step size of the network's training")
    seed: int = Field(default=0, ge=0, description="Seed of the network's first weights")


class BridgeSettings(Section):
    """A bridge of each person's own, made from what they took elsewhere."""

    hidden: int = Field(default=64, ge=1, description="Width of the network that makes the bridges")
    epochs: int = Field(default=20, ge=1, description="Passes over the people known on both sides")
    people_per_batch: int = Field(default=256, ge=1, description="People of one step")
    events: int = Field(default=30, ge=1, description="Events elsewhere that a bridge is made from, the last ones")
    learning_rate: float = Field(default=0.005, gt=0, description="Step size")
    weight_decay: float = Field(default=1e-4, ge=0, description="Decay of the weights by step")
    known_after: float = Field(
        default=0.0,
        ge=0,
        description="Events on the target at which what was learned there weighs as much as what was carried over; "
        "0: whoever has any is not carried over",
    )
    seed: int = Field(default=0, ge=0, description="Seed of the first weights and of the order of people")


class ChoiceSettings(Section):
    """Whether and how to transfer, by what an inner window of the past says."""

    candidates: tuple[str, ...] = Field(
        default=("joint", "features", "mapping"),
        description="Strategies beside none to try, those that suit the ranker; trained once more each",
    )
    days: int = Field(default=28, ge=1, description="Length of the inner window before the as-of date")
    people: int = Field(default=2000, ge=1, description="People at most that strategies are judged on, drawn once")
    level: float = Field(
        default=0.9, gt=0, lt=1, description="Confidence that one is better than none before it is used"
    )
    resamples: int = Field(default=1000, ge=100, description="Resamples of people behind that confidence")
    seed: int = Field(default=0, ge=0, description="Seed of the draws")

    @model_validator(mode="after")
    def _can_be_tried(self) -> Self:
        known = [name for name in STRATEGIES if name not in (NONE, CHOICE)]
        wrong = sorted(set(self.candidates) - set(known))
        if wrong:
            raise ValueError(f"no strategy to try is named {', '.join(wrong)}; choose among {', '.join(known)}")
        return self


class FineTuningSettings(Section):
    """A network learned from other platforms, then tuned on the target."""

    first: Literal["elsewhere", "everything"] = Field(
        default="everything",
        description="What it learns from first: the other platforms, or all of them, once for all targets",
    )
    then: Literal["target", "its_people"] = Field(
        default="its_people",
        description="What it is tuned on: the target's events alone, or all that its people did up to their last there",
    )
    epochs: int = Field(default=10, ge=1, description="Passes of the tuning at most")
    step_share: float = Field(default=0.3, gt=0, description="Step size of the tuning as a share of the ranker's own")


class AdapterSettings(Section):
    """A frozen base, and what is added to its states on the target."""

    base: Literal["elsewhere", "everything"] = Field(
        default="everything", description="What the base learns from: the other platforms, or all of them"
    )
    rank: int = Field(default=16, ge=1, description="Rank of what is added to the states of people and of items")
    drawn: int = Field(default=1000, ge=1, description="Items of the target that each batch is held against")
    epochs: int = Field(default=20, ge=1, description="Passes over the target's people at most")
    learning_rate: float = Field(default=0.002, gt=0, description="Step size")
    weight_decay: float = Field(default=0.01, ge=0, description="Decay of their weights apart from the gradient")


class AdversarialSettings(Section):
    """Discriminators that states are learned against."""

    weight: float = Field(default=0.1, ge=0, description="Weight of the reversed gradient beside the network's own")
    hidden: int = Field(default=64, ge=1, description="Width of a discriminator's hidden layer")
    drawn: int = Field(default=256, ge=1, description="Items of each platform that are judged in a batch")
    rising_passes: int = Field(
        default=10, ge=1, description="Passes in which the reversal grows from nothing to its whole strength"
    )


class MetaSettings(Section):
    """A start from which a few steps go far."""

    tasks: Literal["platforms", "people"] = Field(
        default="people",
        description="platforms: the start of a network, for steps on the target; people: for steps on one's events",
    )
    order: Literal["second", "first", "reptile"] = Field(
        default="second", description="Of the gradient through the inner steps; reptile: towards where they lead"
    )
    steps: int = Field(default=2, ge=1, description="Inner steps")
    rate: float = Field(default=0.1, gt=0, description="Size of the inner steps")
    target_steps: int = Field(default=5, ge=0, description="With platforms: steps on the target at last")
    rank: int = Field(default=8, ge=1, description="With people: rank of what everyone's own events change")
    support: int = Field(default=10, ge=1, description="With people: everyone's last events that steps are made on")
    drawn: int = Field(default=200, ge=1, description="With people: items of a platform that events are held against")
    epochs: int = Field(default=10, ge=1, description="With people: passes over the target's people at most")
    learning_rate: float = Field(default=0.001, gt=0, description="With people: step size of the outer steps")


class TransferSettings(Section):
    """How rankers use other platforms."""

    of: dict[str, str] = Field(
        default={}, description="Strategy by ranker; joint, one model of all platforms, for those not named"
    )
    mapping: MappingSettings = MappingSettings()
    bridge: BridgeSettings = BridgeSettings()
    fine_tuning: FineTuningSettings = FineTuningSettings()
    adapter: AdapterSettings = AdapterSettings()
    adversarial: AdversarialSettings = AdversarialSettings()
    meta: MetaSettings = MetaSettings()
    choice: ChoiceSettings = ChoiceSettings()

    @model_validator(mode="after")
    def _can_be_had(self) -> Self:
        for ranker, strategy in self.of.items():
            if ranker not in RANKERS:
                raise ValueError(f"of: no ranker is named {ranker!r}; choose among {', '.join(RANKERS)}")
            if strategy not in STRATEGIES:
                raise ValueError(
                    f"of.{ranker}: no strategy is named {strategy!r}; choose one of {', '.join(STRATEGIES)}"
                )
            if ranker in UNTRANSFERRED:
                raise ValueError(f"of.{ranker}: {ranker} learns nothing from other platforms; leave it out")
            if not suited(strategy, ranker):
                fitting = ", ".join(strategies_of(ranker))
                raise ValueError(f"of.{ranker}: {strategy} does not suit {ranker}; choose one of {fitting}")
        return self

    def strategy_of(self, ranker: str) -> str:
        """The name of a ranker's strategy."""
        return NONE if ranker in UNTRANSFERRED else self.of.get(ranker, JOINT)

    def told_of(self, ranker: str) -> dict[str, Any]:
        """The name of a ranker's strategy with all that it is told, for JSON; by this a model is known again."""
        strategy = self.strategy_of(ranker)
        told = {"strategy": strategy, **self._section_dump(strategy)}
        if strategy == CHOICE:
            tried = [name for name in self.choice.candidates if suited(name, ranker)]
            told["tried"] = {name: self._section_dump(name) for name in tried}
        return told

    def _section_dump(self, strategy: str) -> dict[str, Any]:
        return getattr(self, strategy, Section()).model_dump(mode="json")

    def section(self, strategy: str) -> Section:
        """What a strategy is told: its section; all of this for the choice among them."""
        found: Section = self if strategy == CHOICE else getattr(self, strategy, Section())
        return found
