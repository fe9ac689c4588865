"""The audit: each kind of rule passes on a good row and catches a bad one, and says what it found."""

import logging
from datetime import date
from typing import Any

import duckdb
import pytest

from data_quality.audit import Audit, AuditError, AuditFailed, RuleResult, audit
from data_quality.contract import Contract, load_contracts


def contract(*rules: dict[str, Any], key: tuple[str, ...] = (), **columns: dict[str, Any]) -> Contract:
    said = {name: {"description": "d", **column} for name, column in columns.items()}
    return Contract.model_validate(
        {"table": "clean/plays", "grain": "one", "description": "d", "columns": said, "key": key, "rules": rules}
    )


def audited(values: str, promised: Contract) -> Audit:
    """Audit rows given as SQL values, cast to the contract's types."""
    with duckdb.connect() as con:
        columns = ", ".join(f'"{name}"' for name in promised.columns)
        cast = ", ".join(f'"{name}"::{column.type} as "{name}"' for name, column in promised.columns.items())
        con.execute(f"create temp table plays as select {cast} from (values {values}) t({columns})")
        return audit(con, "plays", promised)


def only_failure(found: Audit) -> RuleResult:
    (failed,) = [result for result in found.results if not result.ok]
    return failed


VARCHAR = {"type": "varchar"}
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("required", {"type": "varchar", "required": True}, "'a'", "null"),
    ("range", {"type": "float", "min": 0, "max": 1}, "1", "1.5"),
    ("range", {"type": "float", "min": 0, "max": 1}, "0", "-0.1"),
    ("range", {"type": "float", "min": 0.1, "max": 0.9}, "0.9", "0.91"),
    ("range", {"type": "float", "min": 0, "max": 1}, "null", "'nan'"),
    ("range", {"type": "bigint", "min": 1}, "1", "0"),
    ("range", {"type": "date", "min": date(2026, 1, 5)}, "'2026-01-05'", "'2026-01-04'"),
    ("range", {"type": "date", "max": date(2026, 1, 5)}, "'2026-01-05'", "'2026-01-06'"),
    ("range", {"type": "timestamptz", "min": date(2026, 1, 5)}, "'2026-01-05 00:00:00Z'", "'2026-01-04 23:59:59Z'"),
    ("allowed", {"type": "varchar", "allowed": ["view", "it's"]}, "'it''s'", "'skip'"),
    ("allowed", {"type": "integer", "allowed": [1, 2]}, "2", "3"),
    ("pattern", {"type": "varchar", "pattern": "[a-z]{2}'?"}, "'ab'", "'abc'"),
    ("finite", {"type": "double"}, "1e300", "'inf'"),
    ("finite", {"type": "float", "min": 0}, "0.0::float", "'nan'::float"),
    ("finite", {"type": "float[]"}, "[1.0, 2.0]", "[1.0, 'nan'::float]"),
]


@pytest.mark.parametrize(("rule", "column", "good", "bad"), CASES)
def test_a_rule_of_a_column_passes_the_good_and_catches_the_bad(
    rule: str, column: dict[str, Any], good: str, bad: str
) -> None:
    promised = contract(value=column)
    assert audited(f"({good}), ({good})", promised).passed
    found = audited(f"({good}), ({bad}), ({good})", promised)
    failed = only_failure(found)
    assert not found.passed
    assert (failed.rule, failed.column, failed.n_failed, failed.n_rows) == (rule, "value", 1, 3)
    assert len(failed.examples) == 1
    assert failed.examples[0].startswith("value = ")


@pytest.mark.parametrize("column", [column for _, column, *_ in CASES if "required" not in column], ids=str)
def test_only_required_speaks_of_null(column: dict[str, Any]) -> None:
    assert audited("(null), (null)", contract(value=column)).passed


@pytest.mark.parametrize("column", [column for _, column, *_ in CASES], ids=str)
def test_no_rows_break_no_rule_of_rows(column: dict[str, Any]) -> None:
    promised = contract(
        {"rule": "expression", "name": "never", "sql": "false"},
        key=("id", "part"), id={"type": "bigint", "required": True}, part={"type": "bigint", "required": True},
        value=column,
    )  # fmt: skip
    with duckdb.connect() as con:
        con.register("plays", promised.arrow_schema().empty_table())
        found = audit(con, "plays", promised)
    assert found.passed
    assert found.n_rows == 0


@pytest.mark.parametrize("key", [("id",), ("id", "part")])
def test_a_key_that_occurs_twice_is_shown_with_how_often(key: tuple[str, ...]) -> None:
    required = {"type": "bigint", "required": True}
    promised = contract(key=key, id=required, part=required)
    assert audited("(1, 1), (2, 1)", promised).passed
    failed = only_failure(audited("(1, 1), (2, 1), (1, 1)", promised))
    assert (failed.rule, failed.n_failed) == ("key", 2)
    assert failed.examples == (", ".join(f"{column} = 1" for column in key) + ", times = 2",)


def test_a_key_of_two_columns_may_repeat_each_of_them() -> None:
    required = {"type": "bigint", "required": True}
    assert audited("(1, 1), (1, 2), (2, 1)", contract(key=("id", "part"), id=required, part=required)).passed


def test_an_expression_fails_where_it_is_false_and_shows_what_it_reads() -> None:
    rule = {"rule": "expression", "name": "ends_after_it_begins", "sql": "ends > begins or begins = 7"}
    promised = contract(rule, begins={"type": "integer"}, ends={"type": "integer"}, other={"type": "integer"})
    assert audited("(1, 2, 0), (7, 1, 0), (1, null, 0)", promised).passed
    failed = only_failure(audited("(1, 2, 0), (3, 2, 9)", promised))
    assert (failed.rule, failed.column, failed.n_failed) == ("ends_after_it_begins", None, 1)
    assert failed.examples == ("begins = 3, ends = 2",)


def test_too_few_and_too_many_rows_are_counted() -> None:
    promised = contract({"rule": "rows", "min": 2, "max": 3}, value=VARCHAR)
    assert audited("('a'), ('b')", promised).passed
    assert only_failure(audited("('a')", promised)).examples == ("1 rows",)
    assert only_failure(audited("('a'), ('a'), ('a'), ('a')", promised)).examples == ("4 rows",)


@pytest.mark.parametrize(("values", "is_unique"), [("(1, 1), (1, 2)", True), ("(1, 2), (1, 2)", False)])
@pytest.mark.parametrize("do_hashes_meet", [True, False])
def test_a_key_is_judged_by_its_values_where_hashes_meet(
    values: str, is_unique: bool, do_hashes_meet: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    required = {"type": "bigint", "required": True}
    promised = contract(key=("id", "part"), id=required, part=required)
    if do_hashes_meet:
        monkeypatch.setattr("data_quality.audit.hashes_differ", lambda *_: False)
    assert audited(values, promised).passed == is_unique


def test_examples_name_the_row_by_its_key_and_are_few_and_short() -> None:
    promised = contract(
        key=("line",), value={"type": "varchar", "allowed": ["a"]}, line={"type": "bigint", "required": True}
    )
    values = ", ".join(f"(repeat('x', 1000), {line})" for line in range(100))
    failed = only_failure(audited(values, promised))
    assert failed.n_failed == 100
    assert failed.examples == tuple(f"value = {'x' * 80}, line = {line}" for line in range(5))


def test_a_warning_is_told_and_lets_the_table_through() -> None:
    found = audited("(2)", contract(value={"type": "float", "max": 1, "severity": "warn"}))
    assert found.passed
    found.raise_if_blocked("clean/shop/plays")
    assert [result.rule for result in found.warnings] == ["range"]
    assert "warn: range of value: expected at most 1, 1 of 1 rows break it; found value = 2.0" in found.summary()


def test_a_blocked_table_says_what_was_expected_what_was_found_and_what_to_do() -> None:
    found = audited("(0.5), (2), (3)", contract(value={"type": "float", "min": 0, "max": 1}))
    with pytest.raises(AuditFailed) as failed:
        found.raise_if_blocked("clean/shop/plays")
    assert str(failed.value) == (
        "clean/shop/plays was not published and its last good version stands, for 1 of 2 rules of its contract failed:"
        "\n  range of value: expected at least 0 and at most 1, 2 of 3 rows break it; found value = 2.0; value = 3.0"
        "\nCorrect the rows where they come from, or the promise in data_quality/contracts/clean/plays.yaml."
    )


@pytest.mark.parametrize(
    ("select", "found"),
    [
        ("select 'a' as a", "b missing in place of INTEGER"),
        ("select 'a' as a, 1 as b, 2 as c", "c INTEGER in place of no such column"),
        ("select 'a' as a, 1::bigint as b", "b BIGINT in place of INTEGER"),
        ("select 1 as b, 'a' as a", "the order b, a"),
    ],
)
def test_other_columns_than_promised_block_before_any_other_rule(select: str, found: str) -> None:
    promised = contract(a={"type": "varchar", "required": True}, b={"type": "integer", "min": 5})
    with duckdb.connect() as con:
        con.execute(f"create temp table plays as {select}")
        result = audit(con, "plays", promised)
    assert not result.passed
    assert [(failed.rule, failed.examples) for failed in result.results] == [("columns", (found,))]


def test_a_rule_that_is_no_sql_is_an_error_of_the_audit_and_no_verdict() -> None:
    with pytest.raises(AuditError, match=r"clean/plays.yaml is no valid SQL: .*vaule"):
        audited("(1)", contract({"rule": "expression", "name": "typo", "sql": "vaule > 0"}, value={"type": "integer"}))


def test_a_rule_that_cannot_be_computed_is_an_error_of_the_audit_and_no_verdict(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    rule = {"rule": "expression", "name": "numeric", "sql": "value::integer > 0"}
    with (
        caplog.at_level(logging.WARNING),
        pytest.raises(AuditError, match=r"the rule numeric .* could not be evaluated"),
    ):
        audited("('1'), ('x')", contract(rule, value=VARCHAR))
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_the_audit_leaves_the_connection_its_transaction_and_its_tables_alone() -> None:
    promised = contract({"rule": "rows", "min": 1}, value={"type": "integer", "max": 1})
    with duckdb.connect() as con:
        con.execute("create table kept as select 1 as a")
        con.execute("begin")
        con.execute("insert into kept values (2)")
        con.execute("create temp table plays as select 1::integer as value")
        assert audit(con, "plays", promised).passed
        con.execute("update plays set value = 2")
        assert not audit(con, "plays", promised).passed
        con.execute("rollback")
        assert con.execute("select a from kept").fetchall() == [(1,)]
        assert con.execute("select count(*) from duckdb_views() where not internal").fetchall() == [(0,)]


def test_every_contract_of_the_project_can_be_audited() -> None:
    for table, promised in load_contracts().items():
        with duckdb.connect() as con:
            con.register("empty", promised.arrow_schema().empty_table())
            blocked = audit(con, "empty", promised).blocking
        assert {result.rule for result in blocked} <= {"rows"}, table
