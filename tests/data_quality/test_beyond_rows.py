"""References, freshness and volume: held where there is something to hold the rows against, and said when broken."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import duckdb
import pytest

from data_quality.audit import Audit, audit
from data_quality.beyond_rows import Beyond
from data_quality.contract import Contract
from resources.partitions import BY_MONTH, Partition

COLUMNS = {"platform": "varchar", "item_id": "varchar", "seen_at": "timestamptz", "day": "date"}
REFERENCE = {"columns": ["platform", "item_id"], "table": "joined/items", "on": ["platform", "sku"]}
DAYS = [Partition.of_day(date(2026, 1, day)) for day in (5, 6, 7)]


def promised(**more: Any) -> Contract:
    columns = {name: {"type": type_, "description": "d"} for name, type_ in COLUMNS.items()}
    said = {"table": "clean/plays", "grain": "one", "description": "d", "columns": columns, **more}
    return Contract.model_validate(said)


def audited(contract: Contract, rows: str, beyond: Beyond) -> Audit:
    """Audit rows of platform, item, time and day, given as SQL values, against known items p/pan and p/wok."""
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        cast = ", ".join(f"{name}::{type_} as {name}" for name, type_ in COLUMNS.items())
        con.execute(f"create temp table plays as select {cast} from (values {rows}) t({', '.join(COLUMNS)})")
        con.execute("create temp table items as select * from (values ('p', 'pan'), ('p', 'wok')) t(platform, sku)")
        return audit(con, "plays", contract, beyond)


def play(item: str = "'pan'", day: int = 5, at: str = "12:00", platform: str = "'p'") -> str:
    return f"({platform}, {item}, '2026-01-{day:02} {at}', '2026-01-{day:02}')"


def test_a_reference_fails_on_rows_whose_values_the_other_table_lacks() -> None:
    rows = ", ".join([play(), play("'wok'"), play("'pot'"), play(platform="'q'"), play("null"), play(platform="null")])
    found = audited(promised(references=[REFERENCE]), rows, Beyond({"joined/items": "items"}))
    (failed,) = found.blocking
    assert (failed.rule, failed.n_failed, failed.n_rows) == ("references", 2, 6)
    assert failed.examples == ("platform = p, item_id = pot", "platform = q, item_id = pan")
    assert "platform, item_id known in joined/items (platform, sku)" in failed.text()


def test_a_reference_may_warn_and_passes_where_all_are_known() -> None:
    mild = promised(references=[{**REFERENCE, "severity": "warn"}])
    beyond = Beyond({"joined/items": "items"})
    assert audited(mild, play("'pot'"), beyond).passed
    assert [result.rule for result in audited(mild, play("'pot'"), beyond).warnings] == ["references"]
    assert not audited(mild, play("'wok'"), beyond).warnings


def test_a_reference_to_a_table_that_is_not_bound_is_not_judged() -> None:
    found = audited(promised(references=[REFERENCE]), play("'pot'"), Beyond())
    assert [result.rule for result in found.results] == ["columns"]


FRESH = {"column": "seen_at", "at_most_days": 1}


@pytest.mark.parametrize(("at", "until", "ok"), [(5, None, False), (6, None, True), (5, date(2026, 1, 7), True)])
def test_the_newest_value_is_near_the_end_of_its_partition(at: int, until: date | None, ok: bool) -> None:
    week = Partition("2026-01", date(2026, 1, 1), date(2026, 1, 8))
    found = audited(promised(freshness=FRESH), play(day=at), Beyond({}, BY_MONTH, [week], until))
    assert found.passed == ok
    if not ok:
        assert "2026-01: the newest of 2026-01-05, 2 days before 2026-01-07" in found.blocking[0].text()


def test_a_partition_without_rows_is_not_judged_fresh_or_not() -> None:
    assert audited(promised(freshness=FRESH), play(day=7), Beyond({}, BY_MONTH, DAYS)).passed


def volume(
    counts: Mapping[int, int], before: Mapping[str, int], until: date | None = None, **said: Any
) -> tuple[str, ...]:
    """What is found of so many rows on each day, after partitions of so many; no day has landed from `until` on."""
    rows = ", ".join(play(day=day) for day, n in counts.items() for _ in range(n))
    contract = promised(volume={"few": 2, **said})
    found = audited(contract, rows, Beyond({}, BY_MONTH, DAYS, until, before))
    assert found.passed  # a volume warns unless it says otherwise
    return found.warnings[0].examples if found.warnings else ()


PAST = {"a": 10, "b": 20, "c": 10}


def test_a_partition_with_far_fewer_or_more_rows_than_before_is_said() -> None:
    assert volume({5: 10, 6: 12, 7: 8}, PAST) == ()
    assert volume({5: 2, 6: 10, 7: 31}, PAST) == (
        "2026-01-05: 2 rows, the median of the 3 before is 10",
        "2026-01-07: 31 rows, the median of the 5 before is 10",
    )


def test_a_gap_is_said_and_what_has_not_landed_yet_is_not() -> None:
    assert volume({5: 10, 7: 10}, PAST) == ("2026-01-06: 0 rows, the median of the 4 before is 10",)
    assert volume({5: 10}, PAST) == ()


def test_a_day_on_which_nothing_landed_is_said_once_it_is_over() -> None:
    silent = "2026-01-07: 0 rows, the median of the 5 before is 10"
    assert volume({5: 10, 6: 10}, PAST, until=date(2026, 1, 9)) == (silent,)
    assert volume({5: 10, 6: 10}, PAST, until=date(2026, 1, 8)) == ()
    assert volume({5: 10, 6: 10}, PAST, until=date(2026, 6, 1)) == ()  # an archive just ends
    assert volume({5: 10, 6: 10, 7: 2}, PAST, until=date(2026, 1, 8)) == ()  # the seventh is not over
    assert volume({5: 10, 6: 10, 7: 50}, PAST, until=date(2026, 1, 8)) != ()


def test_the_median_is_of_the_last_partitions_with_rows_and_of_three_at_least() -> None:
    assert volume({5: 40}, {"a": 10, "b": 10}) == ()
    assert volume({5: 40}, {"a": 10, "b": 10, "c": 0, "d": 10}) != ()
    assert volume({5: 40}, {**PAST, "d": 40, "e": 40, "f": 40}, trailing=3) == ()


def test_small_differences_say_nothing() -> None:
    before = {"a": 1, "b": 1, "c": 1}
    assert volume({5: 5}, before, few=4) == ()
    assert volume({5: 5}, before, few=3) != ()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"references": [{**REFERENCE, "columns": ["sku", "day"]}]}, "references: sku is no column of this table"),
        ({"references": [{**REFERENCE, "on": ["sku"]}]}, "2 columns refer to 1"),
        ({"references": [{**REFERENCE, "table": "../items"}]}, r"\[a-z\]"),
        ({"freshness": {"column": "item_id", "at_most_days": 1}}, "item_id must be a date or timestamptz"),
        ({"volume": {"low": 3.0, "high": 0.3}}, r"low \(3.0\) must be below high"),
        ({"rules": [{"rule": "expression", "name": "volume", "sql": "true"}]}, "the names volume are taken"),
    ],
)
def test_what_makes_no_sense_is_refused(said: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        promised(**said)
