from math import log

import pytest

from xdrec_assets.knowledge.links.titles import Title, agreement, rarity, read_title

TEA = "Green Tea Bottles 16.9 oz (Pack of 12)"


def agreed(one: str, other: str) -> float:
    titles = [read_title(text) for text in (one, other, "something else", "and one more")]
    return agreement(titles[0], titles[1], rarity(titles))


@pytest.mark.parametrize(
    "other",
    [
        "GREEN TEA bottles, 16.9-Ounce, Pack of 12",
        "12 Pack: Green Tea, 16.9 Ounces Bottle",
        "Green Tea Bottle 16.9oz (pk of 12)",
    ],
)
def test_spelling_order_and_units_do_not_matter(other: str) -> None:
    assert agreed(TEA, other) == pytest.approx(1)


@pytest.mark.parametrize(
    "other",
    [
        "Green Tea Bottles 16.9 oz (Pack of 6)",  # another pack
        "Green Tea Bottles 8 oz (Pack of 12)",  # another size
        "Green Tea Bottles",  # no size
        "Black Tea Bottles 16.9 oz (Pack of 12)",  # another kind: each has a word that the other lacks
        "Acme Green Tea 16.9 oz (Pack of 12)",  # another maker, perhaps
        "",
        "!?",
    ],
)
def test_other_products_do_not_agree_at_all(other: str) -> None:
    assert agreed(TEA, other) == agreed(other, TEA) == 0


def test_a_title_that_says_more_agrees_by_the_share_it_has_in_common() -> None:
    short, long = read_title("Green Tea Maker"), read_title("Green Tea Maker Deluxe")
    counts = {"green": 1.0, "tea": 1.0, "maker": 2.0, "deluxe": 5.0}
    assert agreement(short, long, counts) == agreement(long, short, counts) == 4 / 9


def test_two_words_in_common_are_too_few_unless_they_are_all() -> None:
    assert agreed("Bamboo Whisk", "Tamarind bamboo matcha whisk") == 0
    assert agreed("Salad Spinner", "Acme Salad Spinner") == 0
    assert agreed("Bamboo Whisk", "bamboo whisk") == pytest.approx(1)
    assert agreed("Large Bamboo Whisk", "Large bamboo matcha whisk") > 0


def test_rare_words_count_more() -> None:
    counts = rarity([Title(frozenset({"tea"}), frozenset({"5"})), Title(frozenset({"tea"}), frozenset())])
    assert counts == {"tea": log(3 / 2), "5": log(3)}


def test_scripts_without_spaces_agree_by_characters() -> None:
    assert agreed("绿茶 500ml", "绿茶 500 ML") == pytest.approx(1)
    assert agreed("绿茶 500ml", "红茶 500ml") == 0
    assert agreed("绿茶 500ml", "绿茶 330ml") == 0


def test_models_are_told_apart_by_their_numbers() -> None:
    assert agreed("Solofill K3 Gold Cup", "Solofill V1 Gold Cup") == 0
