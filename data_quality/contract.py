"""What a table promises: its grain, its columns with types and ranges, its key and its rules, as one YAML file.

From a contract come the audit before publishing (`data_quality.audit`), the Arrow schema that is published and the
documentation of the table. How a relation is audited, and what becomes of rows that break a rule, stays out.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, field_validator, model_validator

from data_quality.table_rules import Freshness, Reference, Volume
from data_quality.verdict import Severity
from data_quality.yaml_model import Model, YamlError, read_yaml
from resources.names import name, table_name

if TYPE_CHECKING:
    import pyarrow as pa

CONTRACTS = Path(__file__).parent / "contracts"
# What a platform's sources and a registry's rankers are called is theirs to say; each kind has one contract.
KINDS = {"raw": "raw/records", "rankers": "rankers/models"}

SCALARS = ("varchar", "boolean", "tinyint", "smallint", "integer", "bigint", "float", "double", "date", "timestamptz")
NAMED = "struct(name varchar, value varchar)"  # of a list of what is said under names of one's own choice
TYPES = (*SCALARS, NAMED)
ORDERED = {"tinyint", "smallint", "integer", "bigint", "float", "double", "date", "timestamptz"}

RESERVED = {"columns", "required", "range", "allowed", "pattern", "finite", "key", "rows"} | {
    "references", "freshness", "volume", "schema", "bad_share", "accounts",
}  # rules without a name of their own  # fmt: skip

Bound = StrictInt | StrictFloat | datetime | date


class Column(Model):
    """One column: its type and what its values promise. A rule of the column speaks of values that are not null."""

    type: str = Field(
        description="varchar, boolean, tinyint, smallint, integer, bigint, float, double, date, timestamptz, T[]"
    )
    required: bool = Field(default=False, description="no value is null")
    min: Bound | None = Field(default=None, description="the smallest value, inclusive")
    max: Bound | None = Field(default=None, description="the largest value, inclusive")
    allowed: tuple[StrictStr | StrictInt | StrictBool, ...] | None = Field(default=None, description="the only values")
    pattern: str | None = Field(default=None, description="a regular expression that the whole text matches")
    severity: Severity = Field(default="block", description="block: refuse to publish; warn: publish and say so")
    description: str = Field(min_length=1, description="in plain words, with the unit")

    @field_validator("type")
    @classmethod
    def _known_type(cls, value: str) -> str:
        if value.removesuffix("[]") not in TYPES:
            raise ValueError(f"use one of {', '.join(TYPES)}, or one of them followed by []")
        return value

    @model_validator(mode="after")
    def _rules_fit_the_type(self) -> Column:
        if self.type not in ORDERED and (self.min is not None or self.max is not None):
            raise ValueError(f"min and max have no meaning for {self.type}; remove them")
        days = self.type in ("date", "timestamptz")
        if any(bound is not None and isinstance(bound, date) != days for bound in (self.min, self.max)):
            kind = "dates such as 2026-01-31" if days else "numbers"
            raise ValueError(f"min and max of a {self.type} must be {kind}")
        if self.pattern is not None and self.type != "varchar":
            raise ValueError("pattern needs the type varchar; remove it or change the type")
        if self.allowed is not None and any(not _allowable(value, self.type) for value in self.allowed):
            raise ValueError(f"every allowed value must be a {self.type}; quote words such as 'yes', 'no' and 'on'")
        return self

    @property
    def arrow_type(self) -> pa.DataType:
        """The Arrow type that is published."""
        import pyarrow as pa

        item = _arrow_types()[self.type.removesuffix("[]")]
        return pa.list_(item) if self.type.endswith("[]") else item


class Rows(Model):
    """How many rows the audited relation has."""

    rule: Literal["rows"]
    min: int | None = Field(default=None, ge=0)
    max: int | None = Field(default=None, ge=0)
    severity: Severity = "block"


class Expression(Model):
    """A row-wise SQL condition; as in a SQL CHECK, a row passes where the condition is true or null."""

    rule: Literal["expression"]
    name: str
    sql: str = Field(min_length=1)
    severity: Severity = "block"

    @field_validator("name")
    @classmethod
    def _valid_name(cls, value: str) -> str:
        return name(value, of="rule")


Rule = Annotated[Rows | Expression, Field(discriminator="rule")]


class Contract(Model):
    """What one table promises."""

    table: str = Field(description="the table's name; of a table per platform, the name without the platform")
    grain: str = Field(min_length=1, description="what one row is")
    description: str = Field(min_length=1)
    columns: dict[str, Column] = Field(min_length=1, description="all columns, in table order")
    key: tuple[str, ...] = Field(default=(), description="columns that together occur once")
    rules: tuple[Rule, ...] = Field(default=(), description="beyond the columns' own")
    references: tuple[Reference, ...] = Field(default=(), description="foreign keys")
    freshness: Freshness | None = Field(default=None, description="how old the newest value of a partition may be")
    volume: Volume | None = Field(default=None, description="rows of a partition against those before it")

    @field_validator("table")
    @classmethod
    def _valid_table(cls, value: str) -> str:
        return table_name(value)

    @model_validator(mode="after")
    def _consistent(self) -> Contract:
        for column in self.columns:
            name(column, of="column")
        expressions = [rule.name for rule in self.rules if isinstance(rule, Expression)]
        taken = sorted({rule for rule in expressions if rule in RESERVED or expressions.count(rule) > 1})
        if taken:
            raise ValueError(f"rules: the names {', '.join(taken)} are taken; rename the expressions")
        loose = [column for column in self.key if column not in self.columns or not self.columns[column].required]
        if loose:
            raise ValueError(f"key: {', '.join(loose)} must be a column with `required: true`; null identifies no row")
        strange = sorted({name for reference in self.references for name in reference.columns} - set(self.columns))
        if strange:
            raise ValueError(f"references: {', '.join(strange)} is no column of this table; correct the name")
        fresh = self.freshness.column if self.freshness else None
        if fresh and (fresh not in self.columns or self.columns[fresh].type not in ("date", "timestamptz")):
            raise ValueError(f"freshness: {fresh} must be a date or timestamptz among the columns")
        return self

    def arrow_schema(self) -> pa.Schema:
        """The schema that is published: every field nullable, since the audit, not the schema, keeps nulls out."""
        import pyarrow as pa

        return pa.schema([pa.field(column, said.arrow_type) for column, said in self.columns.items()])


@lru_cache
def _arrow_types() -> dict[str, pa.DataType]:
    import pyarrow as pa

    days = {"date": pa.date32(), "timestamptz": pa.timestamp("us", tz="UTC")}
    numbers = {"tinyint": pa.int8(), "smallint": pa.int16(), "integer": pa.int32(), "bigint": pa.int64()}
    return {
        "varchar": pa.string(),
        "boolean": pa.bool_(),
        "float": pa.float32(),
        "double": pa.float64(),
        NAMED: pa.struct([("name", pa.string()), ("value", pa.string())]),
        **numbers,
        **days,
    }


def _allowable(value: str | int | bool, type_: str) -> bool:
    expected = {"varchar": str, "boolean": bool, "smallint": int, "integer": int, "bigint": int}.get(type_)
    return type(value) is expected


def contract_path(table: str, folder: Path = CONTRACTS) -> Path:
    """The file that holds a table's contract: `clean/shop/events` is found as `clean/events.yaml`.

    Raises:
        ValueError: the name is not valid.
        FileNotFoundError: no contract stands for the table.
    """
    stage, *_, last = table_name(table).split("/")
    for candidate in (table, f"{stage}/{last}", KINDS.get(stage, table)):
        path = folder / f"{candidate}.yaml"
        if path.is_file():
            return path
    raise FileNotFoundError(f"table {table!r} has no contract; write {folder / stage / last}.yaml")


def load_contract(table: str, folder: Path = CONTRACTS) -> Contract:
    """The contract of a table.

    Raises:
        ValueError: the name is not valid.
        FileNotFoundError: no contract stands for the table.
        YamlError: the file breaks the format; the text names the file, the key and the fix.
    """
    path = contract_path(table, folder)
    return _read(path, path.stat().st_mtime_ns, str(path.relative_to(folder).with_suffix("")))


@lru_cache(maxsize=256)
def _read(path: Path, modified_ns: int, expected: str) -> Contract:
    contract = read_yaml(path, Contract)
    if contract.table != expected:
        raise YamlError(f"{path}: table: found {contract.table!r}, expected {expected!r}, as the file is called")
    return contract


def load_contracts(folder: Path = CONTRACTS) -> dict[str, Contract]:
    """Every contract of a folder by its table, in order of name."""
    names = sorted(str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.yaml"))
    return {table: load_contract(table, folder) for table in names}
