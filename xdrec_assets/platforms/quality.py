"""What a platform's landed files may be like before a partition of them is refused as a whole."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from data_quality.yaml_model import Model

Handled = Literal["refuse", "warn", "ignore"]


class SchemaChange(Model):
    """What becomes of a partition when the columns of its records are not those seen before."""

    added: Annotated[Handled, Field(description="a column that no file of late had")] = "warn"
    removed: Annotated[Handled, Field(description="a mapped column is gone from every record")] = "refuse"
    retyped: Annotated[Handled, Field(description="a mapped column is of a kind that no file of late had")] = "warn"


class Quality(Model):
    """When the landed files of a partition are refused, and the last good version stays."""

    most_bad_share: Annotated[
        float, Field(ge=0, le=1, description="of a source's lines in a partition, rejected and quarantined together")
    ] = 0.2
    few: Annotated[int, Field(ge=0, description="up to so many bad lines, or records, judge nothing")] = 100
    schema_change: SchemaChange = SchemaChange()
