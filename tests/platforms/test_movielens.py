"""MovieLens: ratings, films, and the tags that people gave them, which an SQL file of its own joins to the films."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.worlds import cleaned, landed
from xdrec_assets.pipeline import Pipeline

FILES = {
    "movielens/ratings.csv": (
        "userId,movieId,rating,timestamp\n1,1,5.0,964982703\n1,2,0.5,964982931\n2,1,3.5,1445714835\n"
    ),
    "movielens/movies.csv": (
        "movieId,title,genres\n"
        "1,Toy Story (1995),Adventure|Animation|Children\n"
        '2,"American President, The (1995)",Comedy|Drama\n'
        "3,Untitled (2001),(no genres listed)\n"
    ),
    "movielens/tags.csv": (
        "userId,movieId,tag,timestamp\n"
        "1,1,Pixar,1139045764\n"  # 2006-02-04
        "2,1,pixar ,1139045764\n"
        "1,1,seen at Ana's,1139045764\n"
        '3,1,"fun, for all",1445714835\n'  # 2015-10-24
        '2,1,"Fun, for all",1445714840\n'
        '3,1,"fun, for all",1445714841\n'
        "2,9,film unknown,1445714835\n"
        "3,9,film unknown,1445714835\n"
    ),
}


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return landed("movielens", tmp_path_factory.mktemp("movielens"), FILES)


@pytest.fixture(scope="module")
def tables(pipeline: Pipeline) -> dict[str, list[dict[str, Any]]]:
    return cleaned(pipeline)


def versions(tables: dict[str, list[dict[str, Any]]], item_id: str) -> list[dict[str, Any]]:
    found = [item for item in tables["clean/movielens/items"] if item["item_id"] == item_id]
    return sorted(found, key=lambda item: item["landed_on"])


def test_half_a_star_says_nothing_and_five_say_all(tables: dict[str, list[dict[str, Any]]]) -> None:
    events = sorted(tables["clean/movielens/events"], key=lambda event: event["occurred_at"])
    assert [event["strength"] for event in events] == [1, 0, pytest.approx((3.5 - 0.5) / 4.5)]
    assert [event["rating"] for event in events] == [5, 0.5, 3.5]
    assert events[0]["occurred_at"] == datetime(2000, 7, 30, 18, 45, 3, tzinfo=UTC)


def test_a_film_is_known_by_its_title_and_genres_first(tables: dict[str, list[dict[str, Any]]]) -> None:
    first, *_ = versions(tables, "1")
    assert first["landed_on"] == date(1995, 1, 1)
    assert first["text"] == "Toy Story (1995). Genres: Adventure, Animation, Children. Tags: ."
    (second,) = versions(tables, "2")
    assert second["title"] == "American President, The (1995)"


def test_genres_that_are_not_listed_are_none(tables: dict[str, list[dict[str, Any]]]) -> None:
    (film,) = versions(tables, "3")
    assert film["categories"] == []


def test_a_film_gains_a_tag_on_the_day_a_second_person_gives_it(tables: dict[str, list[dict[str, Any]]]) -> None:
    assert [(item["landed_on"], item["tags"]) for item in versions(tables, "1")] == [
        (date(1995, 1, 1), []),
        (date(2006, 2, 4), ["pixar"]),
        (date(2015, 10, 24), ["pixar", "fun, for all"]),
    ]


def test_tags_of_an_unknown_film_make_no_film(tables: dict[str, list[dict[str, Any]]]) -> None:
    assert versions(tables, "9") == []
    assert len(tables["raw/movielens/tags"]) == 8


def test_the_future_of_the_tags_alters_no_version_of_the_past(
    tmp_path: Path, tables: dict[str, list[dict[str, Any]]]
) -> None:
    past = "\n".join(FILES["movielens/tags.csv"].split("\n")[:4]) + "\n"
    before = versions(cleaned(landed("movielens", tmp_path, FILES | {"movielens/tags.csv": past})), "1")
    assert before == versions(tables, "1")[:2]
