"""Twins between Amazon's food and kitchen departments, checked by eye.

The data set holds every product in one department only; what is left are products listed twice under two numbers. All
pairs of titles that resemble each other were read: these four are one product, of which the last cannot be told by rule
(only one title gives the capacity). None of them has people enough to let the audience tell.
"""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.food_kitchen_rankers import read_log
from resources.encoding.word_vectors import fit_words
from tests.real_data import real_data
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.links.settings import LinkSettings
from xdrec_assets.knowledge.links.twins import twins

CERTAIN = {
    ("B0091DUENK", "B004P4TL8E"),  # Keurig K-cup Storage Drawer Coffee Holder for 36 K-cups, word by word
    ("B004NM9YW6", "B004TSMZPM"),  # DisposaCup Lids - 100 …; the other adds "FREE PRIME SHIPPING!"
    ("B001PKX4H0", "B006RWCZC6"),  # Keurig My K-Cup 2-Pack Reusable Coffee Filter Basket, words in another order
}
BEYOND_THE_RULE = ("B002SPUW1W", "B000JD3C9E")  # Keurig 5060 K-Cup Carousel [for 27 K-Cups]
LIKELY = {("B001PKX4H0", "B008E9AJX2")}  # Keurig My K-Cup Coffee Filter Reusable, 2 Pack: with or without its holder
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
    log = read_log(real_data("amazon_food_kitchen"))
    history, _ = log.split(datetime(2015, 1, 1, tzinfo=UTC))
    titles = log.items.text.tolist()
    return history, pa.table({"title": titles}), fit_words("tfidf", titles, 64, 0).encode(titles)


def found_in(departments: tuple[History, pa.Table, np.ndarray], settings: LinkSettings) -> set[tuple[str, str]]:
    ids = departments[0].item_id
    return {(ids[one], ids[other]) for one, other in twins(*departments, settings).pairs}


def test_certain_twins_are_found_and_hardly_anything_else(departments: tuple[History, pa.Table, np.ndarray]) -> None:
    found = found_in(departments, LinkSettings())
    assert found >= CERTAIN
    assert found <= CERTAIN | LIKELY
    assert BEYOND_THE_RULE not in found


def test_other_sizes_models_flavours_and_makers_are_not(departments: tuple[History, pa.Table, np.ndarray]) -> None:
    assert {item for pair in OTHERS for item in pair} <= set(departments[0].item_id)
    assert not OTHERS & found_in(departments, LinkSettings(title_alone=0.3, title_with_audience=0.3))
