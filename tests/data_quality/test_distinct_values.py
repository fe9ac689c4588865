"""Distinct values prove rules of their columns where these hold, and leave open what does not."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from data_quality import audit as auditing
from data_quality.audit import Audit, audit
from data_quality.beyond_rows import Beyond
from data_quality.contract import Contract
from data_quality.distinct_values import distinct_values
from data_quality.suite import checks

COLUMNS: dict[str, dict[str, Any]] = {
    "platform": {"type": "varchar", "required": True, "pattern": "[a-z]+", "allowed": ["p", "q"]},
    "sku": {"type": "integer", "min": 1},
    "stars": {"type": "integer", "required": True, "max": 5},
}
REFERENCE = {"columns": ["platform", "sku"], "table": "joined/items", "severity": "warn"}
PROMISED = Contract.model_validate(
    {
        "table": "clean/plays",
        "grain": "one",
        "description": "d",
        "columns": {name: {"description": "d", **said} for name, said in COLUMNS.items()},
        "references": [REFERENCE],
    }
)
GOOD = "('p', 1, 5), ('p', 1, 4), ('q', 2, 5), ('q', null, 1)"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("create temp table items as select * from (values ('p', 1), ('q', 2)) t(platform, sku)")
        yield con


def plays(con: duckdb.DuckDBPyConnection, values: str) -> duckdb.DuckDBPyRelation:
    con.execute(f"create or replace temp table plays as select * from (values {values}) t(platform, sku, stars)")
    return con.table("plays")


def audited(con: duckdb.DuckDBPyConnection, values: str) -> Audit:
    plays(con, values)
    return audit(con, "plays", PROMISED, Beyond({"joined/items": "items"}))


def proven(con: duckdb.DuckDBPyConnection, values: str) -> set[tuple[str, str | None]]:
    known = distinct_values(con, plays(con, values), ("platform", "sku"))
    return {(check.rule, check.column) for check in checks(PROMISED) if known.prove(check)}


def test_each_value_stands_once_with_how_many_rows_have_it(con: duckdb.DuckDBPyConnection) -> None:
    groups = distinct_values(con, plays(con, GOOD), ("platform", "sku")).groups
    assert sorted(groups.fetchall(), key=repr) == [("p", 1, 2), ("q", 2, 1), ("q", None, 1)]


def test_rules_of_their_columns_are_proven_where_they_hold_and_no_others(con: duckdb.DuckDBPyConnection) -> None:
    of_platform = {("required", "platform"), ("pattern", "platform"), ("allowed", "platform")}
    assert proven(con, GOOD) == {*of_platform, ("range", "sku")}
    assert proven(con, f"{GOOD}, ('P', 1, 1)") == {("required", "platform"), ("range", "sku")}
    assert proven(con, f"{GOOD}, ('q', 0, 1)") == of_platform
    assert ("required", "platform") not in proven(con, f"{GOOD}, (null, 1, 1)")


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        ("('P', 1, 1)", {"pattern", "allowed"}),
        ("(null, 1, 1)", {"required"}),
        ("('p', 0, 1)", {"range"}),
        ("('p', 1, 6)", {"range"}),
        ("('p', 1, null)", {"required"}),
    ],
)
def test_one_bad_row_is_noticed_with_its_values(con: duckdb.DuckDBPyConnection, row: str, broken: set[str]) -> None:
    assert audited(con, GOOD).passed
    found = audited(con, f"{GOOD}, {row}")
    assert {result.rule for result in found.blocking} == broken
    assert all((result.n_failed, len(result.examples)) == (1, 1) for result in found.blocking)


def test_great_expectations_is_asked_what_is_left_open_alone(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    evaluate = auditing.evaluate

    def noted(*given: Any) -> Any:
        asked.extend(kind for kind, _ in given[2])
        return evaluate(*given)

    monkeypatch.setattr(auditing, "evaluate", noted)
    assert audited(con, GOOD).passed
    assert asked == ["ExpectColumnValuesToBeBetween"]  # of the stars; a count tells that none is null
    asked.clear()
    assert not audited(con, f"{GOOD}, ('P', 1, null)").passed
    assert sorted(asked) == [
        "ExpectColumnValuesToBeBetween",
        "ExpectColumnValuesToBeInSet",
        "ExpectColumnValuesToBeInSet",
        "ExpectColumnValuesToNotBeNull",
    ]
