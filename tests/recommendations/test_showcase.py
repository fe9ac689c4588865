"""Recommendations on a terminal."""

from tests.recommendations.worlds import CATALOGUE, HISTORY, POPULARITY
from xdrec_assets.evaluation.catalogue import candidate_items
from xdrec_assets.recommendations.settings import RecommendationSettings
from xdrec_assets.recommendations.showcase import display_width, fitted, people_on_most_platforms, showcase
from xdrec_assets.recommendations.top_k import Served, recommend, top_k_table

SERVED = [Served(name, POPULARITY, "one", candidate_items(HISTORY, name, "known")) for name in ("shop", "video")]
TABLE = top_k_table(recommend(HISTORY, CATALOGUE, SERVED, POPULARITY, RecommendationSettings(k=2)))


def test_people_on_most_platforms_come_first() -> None:
    assert people_on_most_platforms(HISTORY, 2) == [1, 0]  # bob is on both; ann is the first of those on one


def test_platforms_take_turns() -> None:
    text = showcase(TABLE, HISTORY, CATALOGUE.titles, n_people=1, n_best=3)
    assert text.splitlines() == [
        "Person bob · items they have: shop 1 · video 1",
        "   1  shop   wok                  Popular on Shop in the last weeks",
        "   2  video  Running in the Alps  Popular on Video in the last weeks",
        "   3  shop   Trail shoes          Popular on Shop in the last weeks",
    ]


def test_columns_align_with_wide_characters() -> None:
    titles = CATALOGUE.titles.copy()
    titles[2], titles[4] = "炒锅三件套", "阿尔卑斯山跑步"
    lines = showcase(TABLE, HISTORY, titles, n_people=1).splitlines()[1:]
    assert len({display_width(line[: line.index("Popular")]) for line in lines}) == 1


def test_nothing_is_wider_than_the_terminal() -> None:
    text = showcase(TABLE, HISTORY, CATALOGUE.titles, width=50)
    assert max(map(display_width, text.splitlines())) <= 50


def test_cut_texts_fill_their_column() -> None:
    assert [display_width(fitted(text, 7)) for text in ("跑鞋套装", "shoes", "running shoes", "e\u0301t\u00e9")] == [
        7
    ] * 4
