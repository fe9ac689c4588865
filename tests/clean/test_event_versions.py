"""An event that lands again with other content: the newest landing wins, and what was known before stays known."""

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.worlds import ITEMS, LINKS, SETTINGS, SHOP, VIDEO, clean, event, join, land, lines, read, rows, world
from xdrec_assets.clean.cleaned import publish_cleaned
from xdrec_assets.joined.joining import publish_interactions
from xdrec_assets.joined.past import Past, load_past
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.staleness import stale_partitions

EVENTS, DUPLICATES, QUARANTINED = "clean/shop/events", "clean/shop/duplicates", "clean/shop/quarantined"
INTERACTIONS, IDENTITIES = "joined/interactions", "joined/identities"
AT, DAY_BEFORE, DAY_AFTER = "2026-01-08T12:00:00Z", "2026-01-07T12:00:00Z", "2026-01-09T12:00:00Z"
VERSION = ("item_id", "day", "landed_on", "superseded_on")


def on(day: int) -> date:
    return date(2026, 1, day)


def said(id_: str, item: str, at: str = AT, **more: Any) -> dict[str, Any]:
    return event("u", item, at, id=id_, **more)


def of_days(landings: dict[int, list[dict[str, Any]]]) -> dict[str, str]:
    return {f"shop/events/2026-01-{day:02}.jsonl": lines(*records) for day, records in landings.items()}


def versions(pipeline: Pipeline) -> dict[str, list[Any]]:
    """Of each event id its versions, in the order in which they landed."""
    found: dict[str, list[Any]] = {}
    for id_, *version in sorted(rows(pipeline, EVENTS, "event_id", *VERSION), key=lambda row: row[3]):
        found.setdefault(id_, []).append(tuple(version))
    return found


def landed_one_by_one(tmp_path: Path, landings: dict[int, list[dict[str, Any]]]) -> Pipeline:
    """Each landing is refreshed before the next one comes, in the partitions alone that are stale then."""
    pipeline = world(tmp_path, {})
    for day, records in landings.items():
        land(pipeline, of_days({day: records}))
        read(pipeline)
        stale = stale_partitions(pipeline, pipeline.day_partitions())
        assert len(stale) < len(pipeline.day_partitions())
        list(publish_cleaned(pipeline, pipeline.folder.platforms[0], stale))
        list(publish_interactions(pipeline, stale))
    return pipeline


# Which version stands: what lands on which day under one id, and the versions of it

CASES: dict[str, tuple[dict[int, list[dict[str, Any]]], list[Any]]] = {
    "corrected": ({8: [{}], 10: [{"item": "wok"}]}, [("pan", 8, 8, 10), ("wok", 8, 10, None)]),
    "replayed": ({8: [{}], 9: [{}], 10: [{}]}, [("pan", 8, 8, None)]),
    "corrected back": (
        {8: [{}], 9: [{"item": "wok"}], 10: [{}], 11: [{}]},
        [("pan", 8, 8, 9), ("wok", 8, 9, 10), ("pan", 8, 10, None)],
    ),
    "other rating": ({8: [{}], 9: [{"stars": 5}]}, [("pan", 8, 8, 9), ("pan", 8, 9, None)]),
    "other action": ({8: [{}], 9: [{"action": "buy"}]}, [("pan", 8, 8, 9), ("pan", 8, 9, None)]),
    "other user": ({8: [{}], 9: [{"user": "v"}]}, [("pan", 8, 8, 9), ("pan", 8, 9, None)]),
    "other second": ({8: [{}], 9: [{"at": "2026-01-08T12:00:01Z"}]}, [("pan", 8, 8, 9), ("pan", 8, 9, None)]),
    "the last line of a day": ({9: [{"item": "lid"}, {"item": "cup"}, {}]}, [("pan", 8, 9, None)]),
    "back within a day": ({8: [{}], 9: [{"item": "wok"}, {}]}, [("pan", 8, 8, None)]),
    "moved to the day before": ({8: [{}], 10: [{"at": DAY_BEFORE}]}, [("pan", 8, 8, 10), ("pan", 7, 10, None)]),
    "moved to the day after": ({8: [{}], 10: [{"at": DAY_AFTER}]}, [("pan", 8, 8, 10), ("pan", 9, 10, None)]),
    "moved within a day": ({8: [{}, {"at": DAY_BEFORE}]}, [("pan", 7, 8, None)]),
    "moved and back": (
        {8: [{}], 9: [{"at": DAY_BEFORE}], 10: [{"item": "wok", "at": DAY_BEFORE}], 11: [{}]},
        [("pan", 8, 8, 9), ("pan", 7, 9, 10), ("wok", 7, 10, None), ("pan", 8, 11, None)],
    ),
    "on the last open day": ({8: [{}], 11: [{"item": "wok"}]}, [("pan", 8, 8, 11), ("wok", 8, 11, None)]),
    "of a closed day": ({8: [{}], 12: [{"item": "wok"}]}, [("pan", 8, 8, None)]),
    "moved out of a closed day": (
        {8: [{}], 12: [{"at": "2026-01-12T12:00:00Z"}]},
        [("pan", 8, 8, None), ("pan", 12, 12, None)],
    ),
    "bad corrections": ({8: [{}], 9: [{"item": ""}, {"action": "love"}]}, [("pan", 8, 8, None)]),
}


def everything() -> dict[int, list[dict[str, Any]]]:
    """What lands on each day, of all cases."""
    landings: dict[int, list[dict[str, Any]]] = {}
    for id_, (of_case, _) in CASES.items():
        for day, records in of_case.items():
            landings.setdefault(day, []).extend({**said(id_, "pan"), **record} for record in records)
    return dict(sorted(landings.items()))


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    pipeline = world(tmp_path_factory.mktemp("together"), of_days(everything()))
    clean(pipeline)
    return pipeline


@pytest.mark.parametrize("case", CASES)
def test_of_an_event_every_version_is_kept_and_the_newest_stands(together: Pipeline, case: str) -> None:
    """A day is open for the three late days of this world; a move out of it after that leaves an event on both days,
    as does one after which it lands again when the other day is closed already."""
    days = [(item, on(day), on(landed), after and on(after)) for item, day, landed, after in CASES[case][1]]
    assert versions(together)[case] == days


def test_what_is_no_version_is_a_duplicate_of_one_or_breaks_a_rule(together: Pipeline) -> None:
    stands = {(row["source_file"], row["source_line"]): row["event_id"] for row in rows(together, EVENTS)}
    kept = [stands[where] for where in rows(together, DUPLICATES, "kept_file", "kept_line")]
    copies = {case: kept.count(case) for case in CASES if case in kept}
    assert copies == {
        "replayed": 2,
        "corrected back": 1,
        "the last line of a day": 2,
        "back within a day": 2,
        "moved within a day": 1,
    }
    assert sorted(rows(together, QUARANTINED, "rule")) == [
        "event_type is not among those of the platform file",
        "item_id is missing",
        "occurred_at is longer ago than late_days when it landed",
    ]


@pytest.mark.parametrize("order", [(8, 9, 10, 11, 12), (10, 12, 9, 11, 8)], ids=["in order", "shuffled"])
def test_landings_that_come_one_by_one_end_in_the_same_versions(
    tmp_path: Path, together: Pipeline, order: tuple[int, ...]
) -> None:
    landings = everything()
    apart = landed_one_by_one(tmp_path, {day: landings[day] for day in order})
    for table in (EVENTS, DUPLICATES, QUARANTINED):
        assert rows(apart, table) == rows(together, table)
    current = [row["item_id"] for row in rows(together, EVENTS) if row["superseded_on"] is None]
    assert sorted(rows(apart, INTERACTIONS, "item_id")) == sorted(current)
    assert stale_partitions(apart, apart.day_partitions()) == []


def test_months_have_the_versions_that_days_have(tmp_path: Path, together: Pipeline) -> None:
    settings = SETTINGS.replace("2026-01-05", "2026-01-01") + "grain: month\n"
    by_month = world(tmp_path, of_days(everything()), settings=settings)
    clean(by_month)
    assert versions(by_month) == versions(together)


def test_an_event_without_an_id_is_known_as_before_and_has_versions_of_its_rating(tmp_path: Path) -> None:
    first, other = event("u", "pan", AT, stars=2), event("u", "wok", AT, stars=2)
    pipeline = world(tmp_path, of_days({8: [first], 9: [{**first, "stars": 5}, other]}))
    clean(pipeline)
    found = rows(pipeline, EVENTS, "item_id", "rating", "superseded_on")
    assert found == [("pan", 2, on(9)), ("pan", 5, None), ("wok", 2, None)]


def test_what_was_superseded_is_counted_on_the_asset(tmp_path: Path) -> None:
    landings = {8: [said("e", "pan")], 9: [said("e", "lid"), said("e", "wok")], 10: [said("e", "wok")]}
    pipeline = world(tmp_path, of_days(landings))
    read(pipeline)
    done = {p.table: p for p in publish_cleaned(pipeline, pipeline.folder.platforms[0], pipeline.day_partitions())}
    assert done[EVENTS].figures == {
        "records in": 4,
        "clean": 2,
        "clean but superseded": 1,
        "duplicates": 2,
        "duplicates of other content": 1,
        "quarantined": 0,
    }
    assert done[EVENTS].accounts is not None
    assert done[EVENTS].accounts.ok


def test_a_random_log_has_the_versions_that_a_reader_of_its_files_would_give_it(tmp_path: Path) -> None:
    """A second implementation: landings read in their order, by each day what landed while it was open."""
    random, days = Random(7), [on(day) for day in range(5, 15)]
    log = {
        landed: [
            said(f"e{random.randrange(12)}", random.choice(["pan", "wok"]), f"{random.choice(known)}T12:00:00Z")
            for _ in range(12)
        ]
        for landed in days
        if (known := [day for day in days if landed - timedelta(days=3) <= day <= landed])
    }
    pipeline = world(tmp_path, of_days({day.day: records for day, records in log.items()}))
    clean(pipeline)
    found = rows(pipeline, EVENTS, "event_id", *VERSION)
    assert len({id_ for id_, *_, after in found if after}) > 6
    assert sorted(found, key=repr) == sorted(expected(log), key=repr)


def expected(log: dict[date, list[dict[str, Any]]]) -> list[tuple[Any, ...]]:
    found = []
    for day in log:
        open_for = {n for n in log if day - timedelta(days=1) <= n <= day + timedelta(days=3)}
        for id_ in {record["id"] for records in log.values() for record in records}:
            stood: list[tuple[date, str, str]] = []  # landed on, item, day
            for landed in sorted(open_for):
                of_id = [(record["item"], record["at"][:10]) for record in log[landed] if record["id"] == id_]
                if of_id and (not stood or stood[-1][1:] != of_id[-1]):
                    stood.append((landed, *of_id[-1]))
            for (landed, item, at), after in zip(stood, [*stood[1:], None], strict=True):
                if at == day.isoformat():
                    found.append((id_, item, day, landed, after and after[0]))
    return found


# Who reads which version

PLATFORMS = {"shop": SHOP + ITEMS + LINKS, "video": VIDEO}
BEFORE = {
    **of_days({8: [said("e1", "pan", action="buy"), event("v", "pan", AT, id="e2"), event("w", "lid", AT, id="e3")]}),
    "video/events/2026-01-08.jsonl": lines(event("w", "film", AT, id="e1")),
}
CORRECTED = of_days(
    {9: [said("e1", "wok", DAY_BEFORE), event("v", "pan", AT, "skip", id="e2"), event("x", "lid", AT, id="e3")]}
)


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[date, Past], Pipeline]:
    """The past of two dates as it was, and the pipeline after what landed next."""
    pipeline = world(tmp_path_factory.mktemp("corrected"), BEFORE, PLATFORMS)
    join(pipeline)
    was = {as_of: load_past(pipeline, as_of) for as_of in (on(9), on(10))}
    land(pipeline, CORRECTED)
    join(pipeline)
    return was, pipeline


def test_a_past_date_reads_what_was_known_then(corrected: tuple[dict[date, Past], Pipeline]) -> None:
    was, pipeline = corrected
    assert load_past(pipeline, on(9)).digest == was[on(9)].digest
    assert load_past(pipeline, on(9)).identities.equals(was[on(9)].identities)
    assert load_past(pipeline, on(10)).digest != was[on(10)].digest


def test_readers_of_today_have_the_newest_version_and_no_other(corrected: tuple[dict[date, Past], Pipeline]) -> None:
    _, pipeline = corrected
    found = rows(pipeline, INTERACTIONS, "platform", "item_id", "event_type", "day", "landed_on")
    assert sorted(found) == [
        ("shop", "lid", "view", on(8), on(9)),
        ("shop", "pan", "skip", on(8), on(9)),
        ("shop", "wok", "view", on(7), on(9)),
        ("video", "film", "view", on(8), on(8)),
    ]
    history = load_past(pipeline, on(10)).history
    assert sorted(history.item_id[history.item]) == ["film", "lid", "wok"]


def test_people_are_those_of_the_newest_versions(corrected: tuple[dict[date, Past], Pipeline]) -> None:
    """Who was in the logs by a mistake alone is known no longer; who still is was known since the first version."""
    was, pipeline = corrected
    shop = [row for row in rows(pipeline, IDENTITIES) if row["platform"] == "shop"]
    former = [row for row in was[on(9)].identities.to_pylist() if row["platform"] == "shop"]
    assert len(shop) == len(former) == 3
    assert len({row["user_key"] for row in shop} & {row["user_key"] for row in former}) == 2
    assert sorted(row["known_from"] for row in shop) == [on(8), on(8), on(9)]
