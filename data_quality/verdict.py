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

    def in_short(self) -> str:
        """The broken rule, what was expected, and how many rows break it; no value of the data is in it."""
        what = "columns differ" if self.rule == "columns" else f"of {self.n_rows} {self.of} break it"
        return f"{self._where()}: expected {self.expected}, {self.n_failed} {what}"

    def text(self) -> str:
        """One sentence: the rule, what was expected, what was found."""
        if self.ok:
            return f"{self._where()}: expected {self.expected}; holds on all {self.n_rows} {self.of}"
        found = f"; found {'; '.join(self.examples)}" if self.examples else ""
        return f"{self.in_short()}{found}"

    def _where(self) -> str:
        return f"{self.rule} of {self.column}" if self.column else self.rule
