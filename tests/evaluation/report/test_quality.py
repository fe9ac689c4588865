"""Accounts of landed lines."""

from tests.evaluation.report.made_up import cost
from xdrec_assets.evaluation.report.quality import RULES_SHOWN, accounts, warnings


def line(platform: str, place: str, n_lines: int, rule: str | None = None) -> dict[str, object]:
    return {"platform": platform, "place": place, "rule": rule, "n_lines": n_lines}


def test_lines_are_counted_by_where_they_went_and_rules_by_how_often_they_were_broken() -> None:
    rows = [line("shop", "landed", 1_000), line("shop", "rejected", 5), line("shop", "duplicate", 40)]
    rows += [line("shop", "quarantined", 2, "no item"), line("shop", "quarantined", 8, "in the future")]
    (shop,) = accounts(rows)
    assert (shop.n_landed, shop.n_rejected, shop.n_quarantined, shop.n_duplicates) == (1_000, 5, 10, 40)
    assert shop.rules == (("in the future", 8), ("no item", 2))
    assert shop.share(shop.n_quarantined) == 0.01


def test_a_platform_on_which_nothing_landed_has_no_shares() -> None:
    (found,) = accounts([line("shop", "landed", 0)])
    assert found.share(0) is None


def test_only_the_most_frequent_rules_are_named() -> None:
    rows = [line("shop", "quarantined", n, f"rule {n}") for n in range(1, 10)]
    (found,) = accounts(rows)
    assert len(found.rules) == RULES_SHOWN
    assert found.n_quarantined == sum(range(1, 10))


def test_warnings_come_with_their_tables() -> None:
    published = [cost("clean/shop/events", 1.0, warned=["a", "b"]), cost("joined/items", 1.0)]
    assert warnings(published) == [("clean/shop/events", "a"), ("clean/shop/events", "b")]
