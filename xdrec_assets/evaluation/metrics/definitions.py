"""What each metric is: its name, range, definition, source and the cases where it is undefined, from definitions.yaml.

Tables, pages and plots take what they say of a metric from here; what computes it is in the modules beside this one.
"""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from data_quality.yaml_model import Model, read_yaml

SMOOTHING: Final = 0.01
"""How much of a person's own categories calibration mixes into those of the list: α of Steck 2018."""


class Definition(Model):
    """What definitions.yaml says of a metric under its name."""

    title: Annotated[str, Field(description="what people call it")]
    family: Literal["accuracy", "ranking", "beyond", "cost", "business"]
    higher_is_better: Annotated[bool | None, Field(description="null: neither, it depends on what one wants")] = True
    per_person: Annotated[bool, Field(description="a mean over people, who can be resampled")] = True
    lowest: Annotated[float | None, Field(description="null: no bound")] = 0.0
    highest: Annotated[float | None, Field(description="null: no bound")] = 1.0
    unit: str = "share"
    definition: str
    undefined: Annotated[str, Field(description="when it is nan, in a table null")] = (
        "for a person with nothing relevant"
    )
    source: str


class Metric(Definition):
    """One metric, in words and bounds."""

    name: str

    def holds(self, value: float) -> bool:
        """Whether a value lies within the metric's bounds.

        >>> METRICS["ndcg"].holds(0.3), METRICS["ndcg"].holds(1.2)
        (True, False)
        """
        return (self.lowest is None or value >= self.lowest) and (self.highest is None or value <= self.highest)


class _Definitions(Model):
    tabled: dict[str, Definition]
    at_threshold: dict[str, Definition]
    business: dict[str, Definition]


def _metrics(definitions: dict[str, Definition]) -> dict[str, Metric]:
    return {name: Metric(name=name, **said.model_dump()) for name, said in definitions.items()}


_SAID: Final = read_yaml(Path(__file__).parent / "definitions.yaml", _Definitions)

METRICS: Final = _metrics(_SAID.tabled)
"""What evaluation/metrics holds, in the order of its families."""
AT_THRESHOLD: Final = _metrics(_SAID.at_threshold)
"""What it holds of rankers whose scores mean the same for everyone, as probabilities do."""
BUSINESS: Final = _metrics(_SAID.business)
"""What evaluation/feedback holds."""
DOCUMENTED: Final = {**METRICS, **AT_THRESHOLD, **BUSINESS}
