"""Amazon Reviews 2023: reviews and product data of two categories, line for line as they are downloaded."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.worlds import cleaned, landed


def review(**said: Any) -> str:
    return json.dumps(
        {
            "rating": 4.0,
            "title": "Good",
            "text": "Read it twice.",
            "images": [],
            "asin": "B000VARIANT",
            "parent_asin": "B000PARENT",
            "user_id": "AFKZENTNBQ7A7V7UXW5JJI6UGRYQ",
            "timestamp": 1588687728923,
            "helpful_vote": 0,
            "verified_purchase": True,
        }
        | said
    )


def product(**said: Any) -> str:
    return json.dumps(
        {
            "main_category": "Books",
            "title": "The Lighthouse",
            "average_rating": 4.5,
            "rating_number": 12,
            "features": ["A keeper's diary", "With maps"],
            "description": ["A storm comes.", "A light goes out."],
            "price": 9.99,
            "images": [{"hi_res": None, "thumb": "https://m.example/1.jpg", "large": None, "variant": "MAIN"}],
            "videos": [],
            "store": "A. Keeper (Author)",
            "author": {"avatar": "https://m.example/2.jpg", "name": "A. Keeper", "about": []},
            "categories": ["Books", "Literature & Fiction"],
            "details": {"Publisher": "Sea Press", "Language": "English"},
            "parent_asin": "B000PARENT",
        }
        | said
    )


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    books = [review(), review(asin="B000OTHER"), review(rating=1.0, timestamp=1588687728924), '{"rating": 5.0, "title']
    films = [review(parent_asin="B000FILM", rating=5.0)]
    files = {
        "amazon_reviews_2023/Books.jsonl.gz": "\n".join(books) + "\n",
        "amazon_reviews_2023/meta_Books.jsonl.gz": product() + "\n",
        "amazon_reviews_2023/Movies_and_TV.jsonl.gz": "\n".join(films) + "\n",
        "amazon_reviews_2023/meta_Movies_and_TV.jsonl.gz": product(
            parent_asin="B000FILM", title="Fog", description=[], features=[], categories=[], details={}
        ),
    }
    return cleaned(landed("amazon_reviews_2023", tmp_path_factory.mktemp("amazon"), files))


def test_a_review_repeated_for_a_variant_counts_once(tables: dict[str, list[dict[str, Any]]]) -> None:
    events = sorted(tables["clean/books/events"], key=lambda event: event["occurred_at"])
    assert [(event["item_id"], event["rating"]) for event in events] == [("B000PARENT", 4.0), ("B000PARENT", 1.0)]
    assert [event["strength"] for event in events] == [0.75, 0.0]
    assert events[0]["occurred_at"] == datetime(2020, 5, 5, 14, 8, 48, 923000, tzinfo=UTC)


def test_a_reviewer_has_one_key_in_all_categories(tables: dict[str, list[dict[str, Any]]]) -> None:
    keys = {event["user_key"] for table in ("books", "movies_and_tv") for event in tables[f"clean/{table}/events"]}
    assert len(keys) == 1


def test_lists_of_paragraphs_become_one_text(tables: dict[str, list[dict[str, Any]]]) -> None:
    (book,) = tables["clean/books/items"]
    assert book["description"] == "A storm comes. A light goes out."
    assert book["text"] == (
        "The Lighthouse. A storm comes. A light goes out. Categories: Books, Literature & Fiction. "
        "A keeper's diary, With maps"
    )


def test_a_book_says_who_wrote_and_published_it(tables: dict[str, list[dict[str, Any]]]) -> None:
    (book,), (film,) = tables["clean/books/items"], tables["clean/movies_and_tv/items"]
    said = [(each["name"], each["value"]) for each in book["attributes"]]
    assert said == [("author", "A. Keeper"), ("publisher", "Sea Press")]
    assert film["attributes"] == []


def test_a_product_of_a_title_alone_still_has_a_text(tables: dict[str, list[dict[str, Any]]]) -> None:
    (film,) = tables["clean/movies_and_tv/items"]
    assert film["text"].startswith("Fog.")
    assert film["description"] is None


def test_a_line_cut_short_is_kept_apart(tables: dict[str, list[dict[str, Any]]]) -> None:
    (rejected,) = tables["raw/books/rejected"]
    assert (rejected["source_line"], rejected["reason"]) == (4, "not valid JSON")
