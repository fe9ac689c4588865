"""A rule's result in words."""

from data_quality.verdict import RuleResult

BROKEN = RuleResult("range", "price", "warn", False, 3, 20, "at least 0", ("price = -1",))


def test_a_broken_rule_says_what_was_expected_and_found() -> None:
    assert BROKEN.text() == "range of price: expected at least 0, 3 of 20 rows break it; found price = -1"


def test_in_short_no_value_of_the_data_is_said() -> None:
    assert BROKEN.in_short() == "range of price: expected at least 0, 3 of 20 rows break it"
    assert (
        RuleResult("columns", None, "warn", False, 2, 9, "a, b").in_short()
        == "columns: expected a, b, 2 columns differ"
    )
