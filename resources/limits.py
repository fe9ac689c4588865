"""What one landed file may hold; what is more is refused while it is read, so that memory and time stay bounded."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

KIB, GIB = 1 << 10, 1 << 30


class Limits(BaseModel):
    """The limits of a source's files; where one is passed the reading says so and goes on where it can."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: Annotated[int, Field(gt=0, description="of a file, unpacked; the rest is left out")] = 64 * GIB
    rows: Annotated[int, Field(gt=0, description="lines of a file, blank ones too; the rest is left out")] = 10**9
    line_bytes: Annotated[int, Field(ge=KIB, le=GIB, description="of one line; a longer one is rejected")] = 1 << 20
    nesting: Annotated[int, Field(gt=0, le=1000, description="lists and objects within each other in a record")] = 32
    ratio: Annotated[
        int, Field(gt=0, description="unpacked to compressed size, above 16 MiB; logs have 5 to 50, bombs 1000")
    ] = 200
