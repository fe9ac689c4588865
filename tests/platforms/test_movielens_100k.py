"""MovieLens-100K: ratings in RecBole's file, films in one JSON array, and Freebase beside them."""

import json
from datetime import date
from pathlib import Path

import pytest

from resources.partitions import Partition
from tests.real_data import real_data
from tests.worlds import PLATFORMS, cleaned, join, landed, rows
from xdrec_assets.knowledge.outside.reading import accounts, read_triples
from xdrec_assets.knowledge.triples_published import publish_triples
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.platforms.folder import read_folder
from xdrec_assets.platforms.outside import files_of

FILMS = [
    {
        "movielens_id": "1",
        "title": "Toy Story",
        "plot": "A cowboy doll is [threatened].",
        "genres": "Animation, Comedy",
        "year": "1995",
        "directors": "John Lasseter",
        "cast": "Tom Hanks, Tim Allen",
    },
    {"movielens_id": "2", "title": "", "plot": "", "genres": "", "year": "", "directors": "", "cast": ""},
]
FILES = {
    "movielens_100k/ml-100k.inter.gz": (
        "user_id:token\titem_id:token\trating:float\ttimestamp:float\n196\t1\t5\t881250949\n186\t2\t1\t891717742\n"
    ),
    "movielens_100k/clayrs_items_info.json.gz": json.dumps(FILMS, indent=4),
    "movielens_100k/ml-100k.kg.gz": (
        "head_id:token\trelation_id:token\ttail_id:token\nm.04\tfilm.producer.film\tm.0b\nm.0b\tfilm.film.genre\tm.02\n"
    ),
}


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    pipeline = landed("movielens_100k", tmp_path_factory.mktemp("movielens"), FILES)
    join(pipeline)
    list(publish_triples(pipeline, Partition.of_day(date(1998, 3, 1))))
    return pipeline


def test_one_star_says_nothing_and_five_say_all(pipeline: Pipeline) -> None:
    found = rows(pipeline, "clean/movielens/events", "item_id", "day", "rating", "strength")
    assert found == [("1", date(1997, 12, 4), 5.0, 1.0), ("2", date(1998, 4, 4), 1.0, 0.0)]


def test_films_are_read_out_of_one_array(pipeline: Pipeline) -> None:
    first, second = rows(pipeline, "clean/movielens/items")
    assert (first["item_id"], first["title"], first["source_line"]) == ("1", "Toy Story", 2)
    assert first["text"] == "Toy Story. A cowboy doll is [threatened]. Genres: Animation, Comedy."
    said = [(each["name"], each["value"]) for each in first["attributes"]]
    assert said == [("director", "John Lasseter"), ("cast", "Tom Hanks"), ("cast", "Tim Allen"), ("year", "1995")]
    assert (second["item_id"], second["text"], second["attributes"]) == ("2", "", [])


def test_every_line_is_accounted_for(pipeline: Pipeline) -> None:
    (file,) = [row for row in rows(pipeline, "raw/movielens/files") if "clayrs" in row["source_file"]]
    counts = (file["n_physical_lines"], file["n_header"], file["n_lines"], file["n_continued"], file["n_records"])
    assert counts == (20, 2, 2, 16, 2)
    assert rows(pipeline, "raw/movielens/rejected") == rows(pipeline, "clean/movielens/quarantined") == []


def test_films_and_freebase_stand_side_by_side(pipeline: Pipeline) -> None:
    found = {(row["head"], row["relation"], row["tail"]) for row in rows(pipeline, "knowledge/triples")}
    assert found == {
        ("m.04", "film.producer.film", "m.0b"),
        ("m.0b", "film.film.genre", "m.02"),
        ("movielens/1", "has_category", "Animation"),
        ("movielens/1", "has_category", "Comedy"),
        ("movielens/1", "has_director", "John Lasseter"),
        ("movielens/1", "has_cast", "Tom Hanks"),
        ("movielens/1", "has_cast", "Tim Allen"),
        ("movielens/1", "has_year", "1995"),
    }


def test_a_broken_array_is_refused_line_by_line(tmp_path: Path) -> None:
    cut = json.dumps(FILMS, indent=4).rsplit('"title"', 1)[0]
    pipeline = landed("movielens_100k", tmp_path, {**FILES, "movielens_100k/clayrs_items_info.json.gz": cut})
    tables = cleaned(pipeline)
    assert [row["item_id"] for row in tables["clean/movielens/items"]] == ["1"]
    assert [row["reason"] for row in tables["raw/movielens/rejected"]] == ["the file ends within a record"]


def test_the_real_graph_is_read_to_the_last_line() -> None:
    from resources.landing import Landing

    landing = Landing(str(real_data("movielens_100k").parent))
    (freebase,) = read_folder(PLATFORMS / "movielens_100k").outside
    read = read_triples(landing, freebase, files_of(landing, freebase), ["movielens"])
    assert accounts(read) == "91,632 lines in, 91,631 triples, 0 quarantined, 1 passed over"
