"""What is written of items, by scope."""

import numpy as np
import pytest

from tests.rankers.planted import history_of, knowledge_of
from xdrec_assets.knowledge.tables import with_texts

HISTORY = history_of([(0, 0)], [2, 1], n_people=1)  # two items on music, one on shop
KNOWN = knowledge_of(np.eye(3), n_people=1)


def test_a_platform_has_the_texts_of_its_own_items_alone() -> None:
    found = with_texts({"all": KNOWN, "music": KNOWN, "shop": KNOWN}, HISTORY, ["a song", None, "a shoe"])
    texts = {scope: known.texts.tolist() for scope, known in found.items() if known.texts is not None}
    assert texts == {"all": ["a song", "", "a shoe"], "music": ["a song", "", ""], "shop": ["", "", "a shoe"]}


def test_all_else_stays_and_the_given_is_unchanged() -> None:
    found = with_texts({"shop": KNOWN}, HISTORY, ["a", "b", "c"])["shop"]
    assert found.text is KNOWN.text
    assert KNOWN.texts is not None
    assert not KNOWN.texts.any()


def test_texts_that_do_not_fit_the_items_are_refused() -> None:
    with pytest.raises(ValueError, match="found 2 texts, the history has 3 items"):
        with_texts({"all": KNOWN}, HISTORY, ["a", "b"])
