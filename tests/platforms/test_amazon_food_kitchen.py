"""Food and kitchen: two platforms out of one file."""

import csv
import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.real_data import real_data
from tests.worlds import PLATFORMS, cleaned, landed
from xdrec_assets.platforms.folder import read_folder

FILES = {
    "amazon_food_kitchen/interactions.csv.gz": (
        "user_id,item_id,domain,timestamp\n"
        "A1,B1,food,1381536000\n"
        "A1,B2,kitchen,957225600\n"
        "A2,B1,food,1381536000\n"
        "A2,B1,food,1381536000\n"
        "A3,B9\n"
    ),
    "amazon_food_kitchen/items.csv.gz": (
        'item_id,domain,title\nB1,food,"Stash Tea, 20 Count (Pack of 6)"\nB2,kitchen,Kettle\nB3,food,\n'
    ),
}


def test_each_platform_keeps_its_own_lines_of_the_shared_files(tmp_path: Path) -> None:
    tables = cleaned(landed("amazon_food_kitchen", tmp_path, FILES))
    food = sorted(tables["clean/food/events"], key=lambda event: event["source_line"])
    assert [(event["item_id"], event["event_type"], event["strength"]) for event in food] == [("B1", "purchase", 1)] * 2
    assert food[0]["occurred_at"] == datetime(2013, 10, 12, tzinfo=UTC)
    assert [event["day"] for event in tables["clean/kitchen/events"]] == [date(2000, 5, 2)]


def test_a_person_has_one_key_in_both_platforms(tmp_path: Path) -> None:
    tables = cleaned(landed("amazon_food_kitchen", tmp_path, FILES))
    first_food = min(tables["clean/food/events"], key=lambda event: event["source_line"])
    (kitchen,) = tables["clean/kitchen/events"]
    assert kitchen["user_key"] == first_food["user_key"]


def test_titles_become_texts_and_a_missing_title_becomes_none(tmp_path: Path) -> None:
    tables = cleaned(landed("amazon_food_kitchen", tmp_path, FILES))
    texts = {item["item_id"]: item["text"] for item in tables["clean/food/items"]}
    assert texts["B1"] == "Stash Tea, 20 Count (Pack of 6)"
    assert not texts["B3"]


def test_every_line_of_the_shared_file_is_accounted_for_by_each_platform(tmp_path: Path) -> None:
    tables = cleaned(landed("amazon_food_kitchen", tmp_path, FILES))
    for platform, n_records in {"food": 3, "kitchen": 1}.items():
        files = [row for row in tables[f"raw/{platform}/files"] if row["source"] == "events"]
        assert sum(row["n_lines"] for row in files) == 5
        assert sum(row["n_records"] for row in files) == n_records
        assert sum(row["n_rejected"] for row in files) == 1


def test_the_settings_cover_the_days_of_the_real_file() -> None:
    file = real_data("amazon_food_kitchen") / "interactions.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        seconds = [int(row["timestamp"]) for row in csv.DictReader(lines)]
    settings = read_folder(PLATFORMS / "amazon_food_kitchen").settings
    first, last = (datetime.fromtimestamp(second, UTC).date() for second in (min(seconds), max(seconds)))
    assert settings.last is not None
    assert settings.first <= first
    assert last <= settings.last
    assert settings.as_of.dates == [date(2014, 1, 1), date(2014, 8, 1)]


@pytest.mark.parametrize("folder", ["amazon_food_kitchen", "amazon_reviews_2023", "movielens"])
def test_an_archive_is_kept_by_month_and_evaluated_before_its_end(folder: str) -> None:
    settings = read_folder(PLATFORMS / folder).settings
    assert settings.grain == "month"
    assert settings.last is not None
    assert settings.as_of.dates is not None
    days = settings.evaluation["days"]
    assert (settings.last - settings.as_of.dates[0]).days + 1 == days
