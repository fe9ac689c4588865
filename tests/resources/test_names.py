"""Names become paths, keys and identifiers: nothing else gets through."""

import pytest

from resources.names import name, table_name


@pytest.mark.parametrize("given", ["shop", "a", "shop_2", "x1"])
def test_plain_words_are_names(given: str) -> None:
    assert name(given) == given


@pytest.mark.parametrize(
    "given", ["", "Shop", "2shop", "_shop", "shop-2", "shop\n", "../shop", "s hop", "läden", "a/b", "a;b"]
)
def test_anything_else_is_refused_with_the_rule(given: str) -> None:
    with pytest.raises(ValueError, match=r"must match \[a-z\]\[a-z0-9_\]\*: it becomes a path and a key; rename it"):
        name(given)


def test_a_table_is_names_between_slashes() -> None:
    assert table_name("clean/shop/events") == "clean/shop/events"
    for given in ("/clean", "clean//events", "clean/../events", ""):
        with pytest.raises(ValueError, match="of table name"):
            table_name(given)
