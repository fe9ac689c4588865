"""Twins between Amazon's food and kitchen departments, checked by eye.

The data set holds every product in one department only; what is left are products listed twice under two numbers. All
pairs of titles that resemble each other were read: these four are one product, of which the last cannot be told by rule
(only one title gives the capacity). None of them has people enough to let the audience tell.
"""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.data_sets import read_food_kitchen
from resources.encoding.word_vectors import fit_words
from tests.knowledge.histories import history_of as history_of_items
from tests.real_data import real_data
from xdrec_assets.evaluation.protocols.splits import history_of
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.links.settings import LinkSettings
from xdrec_assets.knowledge.links.twins import twins

CERTAIN = {
    ("B0091DUENK", "B004P4TL8E"),  # Keurig K-cup Storage Drawer Coffee Holder for 36 K-cups, word by word
    ("B004NM9YW6", "B004TSMZPM"),  # DisposaCup Lids - 100 …; the other adds "FREE PRIME SHIPPING!"
    ("B001PKX4H0", "B006RWCZC6"),  # Keurig My K-Cup 2-Pack Reusable Coffee Filter Basket, words in another order
}
BEYOND_THE_RULE = ("B002SPUW1W", "B000JD3C9E")  # Keurig 5060 K-Cup Carousel [for 27 K-Cups]
LESS_ALIKE = {("B001PKX4H0", "B008E9AJX2")}  # Keurig My K-Cup Coffee Filter Reusable, 2 Pack: perhaps, with its holder
OTHERS = {
    ("B001EO5O2U", "B0014CX7KI"),  # Melitta Cone Coffee Filters No. 4: pack of 12, and one
    ("B0000CFLIL", "B0014CX7KI"),  # … No. 6, and No. 4
    ("B00006IUTN", "B0014CX7KI"),  # … No. 1, and No. 4
    ("B004TSZBO4", "B004TSOAO6"),  # Coffee Pod Replacement Filters by Easy Pack: 200, and 50
    ("B004TSZBO4", "B00A89H6X2"),  # … by Easy Pack, and by Simple Cups
    ("B00C3828WA", "B00B0ZMNOU"),  # Solofill Gold Cup: K3, and V1
    ("B0000CFPI2", "B000UCM0P6"),  # Nesco Jerky Spice: BJ-6, and BJ-18
    ("B0000CFPI2", "B000288J9Y"),  # Nesco Jerky Spice: original, and teriyaki
    ("B004U8R0QA", "B004U8R0ME"),  # Ball pectin: low sugar, and instant
    ("B004NM9YW6", "B00888PF4W"),  # 100 lids: DisposaCup's, and Simple Cups'
    ("B0061TXSMG", "B0000CFH1N"),  # Wilton Candy Melts: light, and dark
    ("B0010UOGWM", "B00871VK5S"),  # SodaStream syrups, five people in common: ginger ale, and peach iced tea
    ("B0052XRMJ2", "B0085BAO84"),  # Great Northern Popcorn: the corn, and the popper
}


@pytest.fixture(scope="module")
def departments() -> tuple[History, pa.Table, np.ndarray]:
    data = read_food_kitchen(real_data("amazon_food_kitchen"))
    history = history_of(data.events, date(2015, 1, 1))
    return history, pa.table({"title": data.texts}), fit_words("tfidf", data.texts, 64, 0).encode(data.texts)


def found_in(departments: tuple[History, pa.Table, np.ndarray], settings: LinkSettings) -> set[tuple[str, str]]:
    ids = departments[0].item_id
    return {(ids[one], ids[other]) for one, other in twins(*departments, settings).pairs}


def test_certain_twins_are_found_and_nothing_else(departments: tuple[History, pa.Table, np.ndarray]) -> None:
    found = found_in(departments, LinkSettings())
    assert found == CERTAIN
    assert BEYOND_THE_RULE not in found
    assert not LESS_ALIKE & found


def test_titles_that_a_second_shop_writes_otherwise_are_found_among_all_variants(
    departments: tuple[History, pa.Table, np.ndarray],
) -> None:
    """The very products of a part of the alphabet, as another shop would list them: words turned round, and added."""
    rng, added = np.random.default_rng(0), ["", "", " - FREE SHIPPING", " (New, Sealed)", " | Official Seller"]
    here = sorted({title for title in departments[1]["title"].to_pylist() if title})[3000:6000]
    there = [
        " ".join(title.split() if rng.random() < 0.7 else rng.permutation(title.split())) + added[rng.integers(5)]
        for title in here
    ]
    numbers = [f"{number:04d}" for number in range(len(here))]
    history = history_of_items(
        [(shop, number) for shop in ("here", "there") for number in numbers], [("p", "0000", 1.0)]
    )
    pairs = twins(history, pa.table({"title": here + there}), np.zeros((2 * len(here), 2), np.float32)).pairs
    right = pairs[pairs[:, 0] + len(here) == pairs[:, 1]]
    assert len(right) > 0.99 * len(here)
    assert len(right) > 0.99 * len(pairs)


def test_other_sizes_models_flavours_and_makers_are_not(departments: tuple[History, pa.Table, np.ndarray]) -> None:
    assert {item for pair in OTHERS for item in pair} <= set(departments[0].item_id)
    assert not OTHERS & found_in(departments, LinkSettings(title_alone=0.3, title_with_audience=0.3))
