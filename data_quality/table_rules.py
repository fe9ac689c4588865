"""Rules that hold a table against something beyond its own rows: another table, its partition, its own past."""

from __future__ import annotations

from pydantic import Field, field_validator, model_validator

from data_quality.verdict import Severity
from data_quality.yaml_model import Model
from resources.names import table_name


class Reference(Model):
    """A foreign key: where none of its columns is null, a row's values stand in some row of another table."""

    columns: tuple[str, ...] = Field(min_length=1, description="of this table")
    table: str = Field(description="the other table; clean/items stands for those of all platforms together")
    on: tuple[str, ...] = Field(default=(), description="the columns of the other table; none: of the same names")
    severity: Severity = "block"

    @field_validator("table")
    @classmethod
    def _valid_table(cls, value: str) -> str:
        return table_name(value)

    @model_validator(mode="after")
    def _as_many_on_both_sides(self) -> Reference:
        if self.on and len(self.on) != len(self.columns):
            raise ValueError(f"{len(self.columns)} columns refer to {len(self.on)}; name as many in on as in columns")
        return self

    @property
    def pairs(self) -> dict[str, str]:
        """Each column and the one of the other table that it refers to."""
        return dict(zip(self.columns, self.on or self.columns, strict=True))

    @property
    def expected(self) -> str:
        """The promise in words."""
        return f"{', '.join(self.columns)} known in {self.table} ({', '.join(self.on or self.columns)})"


class Freshness(Model):
    """How old the newest value of a column may be at the end of its partition; one without rows is not judged."""

    column: str = Field(description="a date or timestamptz")
    at_most_days: int = Field(ge=0, description="between the newest value and the last day of the partition")
    severity: Severity = "block"

    @property
    def expected(self) -> str:
        """The promise in words."""
        return f"the newest at most {self.at_most_days} days before the partition's last day"


class Volume(Model):
    """How many rows a partition may have once it is over, against the median of the ones before it that have any."""

    trailing: int = Field(default=14, ge=3, description="partitions looked back on, of which 3 must have rows")
    low: float = Field(default=0.3, ge=0, description="smallest share of the median")
    high: float = Field(default=3.0, gt=0, description="largest share of the median")
    few: int = Field(default=100, ge=0, description="rows by which a partition may always differ from the median")
    severity: Severity = "warn"

    @model_validator(mode="after")
    def _low_is_below_high(self) -> Volume:
        if self.low >= self.high:
            raise ValueError(f"low ({self.low}) must be below high ({self.high})")
        return self

    @property
    def expected(self) -> str:
        """The promise in words."""
        return (
            f"rows of a partition between {self.low:g} and {self.high:g} times the median of the {self.trailing} before"
            f" it (a difference of up to {self.few} rows apart)"
        )
