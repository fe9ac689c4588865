"""What became of one rule of a contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["block", "warn"]


@dataclass(frozen=True)
class RuleResult:
    """What became of one rule. `n_failed` counts what `of` names; for the rule `columns`, the columns that differ."""

    rule: str
    column: str | None
    severity: Severity
    ok: bool
    n_failed: int
    n_rows: int
    expected: str
    examples: tuple[str, ...] = ()
    of: str = "rows"

    def text(self) -> str:
        """One sentence: the rule, what was expected, what was found."""
        where = f"{self.rule} of {self.column}" if self.column else self.rule
        if self.ok:
            return f"{where}: expected {self.expected}; holds on all {self.n_rows} {self.of}"
        found = f"; found {'; '.join(self.examples)}" if self.examples else ""
        what = "columns differ" if self.rule == "columns" else f"of {self.n_rows} {self.of} break it"
        return f"{where}: expected {self.expected}, {self.n_failed} {what}{found}"
