"""Events are typed, judged and deduplicated; every record is in exactly one place."""

import hashlib
import hmac
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.worlds import SETTINGS, SHOP, VIDEO, clean, event, land, lines, read, rows, world
from xdrec_assets.clean.cleaned import publish_cleaned
from xdrec_assets.clean.cleaning import Accounts
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.raw.landed import publish_landed

EVENTS, QUARANTINED = "clean/shop/events", "clean/shop/quarantined"
DAY = "shop/events/2026-01-08.jsonl"
AT = "2026-01-08T12:00:00Z"


def shop(event_types: str) -> dict[str, str]:
    return {"shop": SHOP.replace("{view: 0.25, buy: 1, skip: 0}", event_types)}


def cleaned(tmp_path: Path, *records: dict[str, Any], **more: Any) -> Pipeline:
    pipeline = world(tmp_path, {DAY: lines(*records)}, **more)
    clean(pipeline)
    return pipeline


def test_an_event_is_typed(tmp_path: Path) -> None:
    pipeline = cleaned(tmp_path, event("u1", "pan", "2026-01-08T13:00:00+01:00", "buy", id=7, stars="4.5"))
    assert rows(pipeline, EVENTS) == [
        {
            "platform": "shop",
            "user_key": hmac.new(b"a key for tests only", b"shop:u1", hashlib.sha256).hexdigest(),
            "item_id": "pan",
            "event_type": "buy",
            "strength": 1.0,
            "rating": 4.5,
            "occurred_at": datetime(2026, 1, 8, 12, tzinfo=UTC),
            "day": date(2026, 1, 8),
            "landed_on": date(2026, 1, 8),
            "superseded_on": None,
            "event_id": "7",
            "source_file": DAY,
            "source_line": 1,
            "bucket": "2026-01",
        }
    ]


def test_strengths_are_fixed_shares_or_ranges_and_stay_within_bounds(tmp_path: Path) -> None:
    types = "{view: 0.25, watch: {value: seen.s, of: length}, rate: {value: stars, low: 1, high: 5}}"
    records = [
        event("u", "a", AT),
        event("u", "b", AT, "watch", seen={"s": 30}, length=120),
        event("u", "c", AT, "watch", seen={"s": "500"}, length="120"),
        event("u", "d", AT, "watch", seen={"s": -5}, length=9),
        event("u", "e", AT, "rate", stars=4),
        event("u", "f", AT, "rate", stars=0.5),
        event("u", "g", AT, "rate", stars=11),
    ]
    pipeline = cleaned(tmp_path, *records, platforms=shop(types))
    assert rows(pipeline, EVENTS, "strength") == [0.25, 30 / 120, 1, 0, (4 - 1) / (5 - 1), 0, 1]


def test_a_strength_that_cannot_be_computed_is_quarantined(tmp_path: Path) -> None:
    types = "{watch: {value: s, of: length}, rate: {value: stars, low: 1, high: 5}}"
    records = [
        event("u", "a", AT, "watch", s=30),
        event("u", "b", AT, "watch", length=30),
        event("u", "c", AT, "watch", s=3, length=0),
        event("u", "d", AT, "rate"),
        event("u", "e", AT, "rate", stars="five"),
        event("u", "f", AT, "rate", stars="nan"),
        event("u", "g", AT, "rate", stars="inf"),
    ]
    pipeline = cleaned(tmp_path, *records, platforms=shop(types))
    assert rows(pipeline, EVENTS) == []
    assert rows(pipeline, QUARANTINED, "rule") == ["strength cannot be computed from the record"] * 7


RULES = [
    (event("", "i", AT), "user_id is missing", None),
    (event("  ", "i", AT), "user_id is missing", None),
    ({"item": "i", "at": AT, "action": "view"}, "user_id is missing", None),
    (event("u", "", AT), "item_id is missing", ""),
    (event("u", " ", AT), "item_id is missing", " "),
    ({"user": "u", "item": None, "at": AT, "action": "view"}, "item_id is missing", None),
    (event(["u"], "i", AT), "user_id is a list or an object, not one value", None),
    (event("u", {"sku": 1}, AT), "item_id is a list or an object, not one value", '{"sku":1}'),
    ({"user": "u", "item": "i", "at": AT}, "event_type is missing", None),
    (event("u", "i", AT, "love"), "event_type is not among those of the platform file", "love"),
    ({"user": "u", "item": "i", "action": "view"}, "occurred_at is missing", None),
    (event("u", "i", "soon"), "occurred_at is no instant in the unit of the platform file", "soon"),
    (
        event("u", "i", "2025-12-31T00:00:00Z"),
        "occurred_at is before the first day of the folder",
        "2025-12-31T00:00:00Z",
    ),
    (event("u", "i", "2026-01-10T00:00:00Z"), "occurred_at is after the day it landed", "2026-01-10T00:00:00Z"),
    (
        event("u", "i", "2026-01-15T00:00:00Z"),
        "occurred_at is after the last day of the folder",
        "2026-01-15T00:00:00Z",
    ),
    (event("u", "i", "infinity"), "occurred_at is no instant in the unit of the platform file", "infinity"),
]


def test_what_breaks_a_rule_is_quarantined_with_the_rule_and_what_was_found(tmp_path: Path) -> None:
    pipeline = cleaned(tmp_path, *(record for record, _, _ in RULES))
    assert rows(pipeline, QUARANTINED, "rule", "found") == [(rule, found) for _, rule, found in RULES]
    assert set(rows(pipeline, QUARANTINED, "day", "landed_on", "source")) == {
        (date(2026, 1, 8), date(2026, 1, 8), "events")
    }


def test_an_event_that_lands_too_late_is_quarantined(tmp_path: Path) -> None:
    late, too_late = "2026-01-07T00:00:00Z", "2026-01-06T23:59:59Z"
    pipeline = world(
        tmp_path, {"shop/events/2026-01-10.jsonl": lines(event("u", "a", late), event("u", "b", too_late))}
    )
    clean(pipeline)
    assert rows(pipeline, EVENTS, "item_id", "day", "landed_on") == [("a", date(2026, 1, 7), date(2026, 1, 10))]
    assert rows(pipeline, QUARANTINED, "rule") == ["occurred_at is longer ago than late_days when it landed"]


def test_clocks_may_run_ahead_by_a_day_but_not_past_the_folders_last(tmp_path: Path) -> None:
    files = {
        "shop/events/2026-01-13.jsonl": lines(event("u", "a", "2026-01-14T23:00:00Z")),
        "shop/events/2026-01-14.jsonl": lines(event("u", "b", "2026-01-15T01:00:00Z")),
    }
    pipeline = world(tmp_path, files)
    clean(pipeline)
    assert rows(pipeline, EVENTS, "item_id", "day") == [("a", date(2026, 1, 14))]
    assert rows(pipeline, QUARANTINED, "rule", "day") == [
        ("occurred_at is after the last day of the folder", date(2026, 1, 14))
    ]


def test_an_event_of_the_same_id_counts_once(tmp_path: Path) -> None:
    first, again = event("u1", "pan", AT, id="e1"), event("u1", "wok", AT, "buy", id="e1")
    pipeline = cleaned(tmp_path, first, again, event("u1", "pan", AT, id="e2"))
    assert rows(pipeline, EVENTS, "event_id", "item_id", "source_line") == [("e1", "wok", 2), ("e2", "pan", 3)]


def test_an_event_without_an_id_is_known_by_who_what_and_when(tmp_path: Path) -> None:
    same_instant = "2026-01-08T13:00:00+01:00"
    records = [
        event("u1", "pan", AT),
        event("u1", "pan", same_instant),
        event("u2", "pan", AT),
        event("u1", "wok", AT),
        event("u1", "pan", AT, "buy"),
        event("u1", "pan", "2026-01-08T12:00:01Z"),
        event("u1", "wok", AT, id=""),
    ]
    pipeline = cleaned(tmp_path, *records)
    assert rows(pipeline, EVENTS, "source_line") == [2, 3, 5, 6, 7]


def test_an_empty_id_is_none(tmp_path: Path) -> None:
    pipeline = cleaned(tmp_path, event("u1", "pan", AT, id=""), event("u2", "wok", AT, id=""))
    assert rows(pipeline, EVENTS, "item_id", "event_id") == [("pan", None), ("wok", None)]


def test_an_event_that_lands_again_with_the_same_content_stands_as_it_landed_first(tmp_path: Path) -> None:
    files = {
        f"shop/events/2026-01-{day}.jsonl": lines(event("u1", "pan", AT, id="e1", n=day)) for day in ("08", "09", "10")
    }
    pipeline = world(tmp_path, files)
    clean(pipeline)
    assert rows(pipeline, EVENTS, "source_file", "landed_on") == [(DAY, date(2026, 1, 8))]


def test_a_late_event_reopens_the_day_on_which_it_happened(tmp_path: Path) -> None:
    pipeline = cleaned(tmp_path, event("u1", "pan", AT))
    land(pipeline, {"shop/events/2026-01-10.jsonl": lines(event("u2", "wok", AT))})
    read(pipeline)
    (platform,) = pipeline.folder.platforms
    done = {p.table: p for p in publish_cleaned(pipeline, platform, [pipeline.folder.partition(date(2026, 1, 8))])}
    assert done[EVENTS].audit is not None
    assert rows(pipeline, EVENTS, "item_id", "day") == [("pan", date(2026, 1, 8)), ("wok", date(2026, 1, 8))]


def test_days_cleaned_one_by_one_are_the_days_cleaned_at_once(tmp_path: Path) -> None:
    files = {
        f"shop/events/2026-01-{day:02}.jsonl": lines(
            event("u1", "pan", f"2026-01-{day:02}T23:00:00Z", id="same"),
            event("u1", "wok", f"2026-01-{day:02}T01:00:00Z"),
            event("u2", "pan", f"2026-01-{max(day - 2, 5):02}T01:00:00Z"),
        )
        for day in range(5, 10)
    }
    settings = SETTINGS.replace("last: 2026-01-14", "last: 2026-01-09")
    together, apart = (world(tmp_path / name, files, settings=settings) for name in ("together", "apart"))
    clean(together)
    read(apart)
    for partition in apart.day_partitions():
        list(publish_cleaned(apart, apart.folder.platforms[0], [partition]))
    assert rows(apart, EVENTS) == rows(together, EVENTS)
    assert rows(apart, QUARANTINED) == rows(together, QUARANTINED)


def test_every_landed_record_is_in_exactly_one_place(tmp_path: Path) -> None:
    records = [record for record, _, _ in RULES] + [event("u", "a", AT), event("u", "a", AT), event("u", "b", AT)]
    files = {
        DAY: lines(*records),
        "shop/events/2026-01-14.jsonl": lines(*records),
        "shop/events/2026-01-05.jsonl": lines(*records),
    }
    pipeline = world(tmp_path, files)
    read(pipeline)
    (platform,) = pipeline.folder.platforms
    done = {p.table: p for p in publish_cleaned(pipeline, platform, pipeline.day_partitions())}
    figures = done[QUARANTINED].figures
    assert figures["records in"] == 3 * len(records) == len(rows(pipeline, "raw/shop/events"))
    assert figures["records in"] == sum(figures[place] for place in ("clean", "duplicates", "quarantined"))
    assert (figures["clean"], figures["quarantined"]) == (len(rows(pipeline, EVENTS)), len(rows(pipeline, QUARANTINED)))


def test_accounts_balance_or_say_so() -> None:
    whole = Accounts(5, 3, 1, 1)
    assert whole.balance
    assert not Accounts(5, 3, 1, 0).balance
    assert whole.plus(Accounts(1, 0, 1, 0)) == Accounts(6, 3, 2, 1)


@pytest.mark.parametrize(("namespace", "is_same"), [("user_namespace: family", True), ("", False)])
def test_platforms_of_one_namespace_know_a_user_by_one_key(tmp_path: Path, namespace: str, is_same: bool) -> None:
    platforms = {"shop": SHOP + namespace, "video": VIDEO + namespace}
    files = {DAY: lines(event("u1", "pan", AT)), "video/events/2026-01-08.jsonl": lines(event("u1", "film", AT))}
    pipeline = world(tmp_path, files, platforms)
    clean(pipeline)
    assert (rows(pipeline, EVENTS, "user_key") == rows(pipeline, "clean/video/events", "user_key")) == is_same


def test_an_odd_log_is_mapped_by_its_own_sql(tmp_path: Path) -> None:
    mapping = """-- One row per landed event: the log packs user and item into one field.
    select
        platform, source_file, source_line, landed_on, record,
        cast(null as varchar) as event_id,
        split_part(json_extract_string(record, '$.who_what'), '>', 1) as user_id,
        split_part(json_extract_string(record, '$.who_what'), '>', 2) as item_id,
        'view' as event_type,
        json_extract_string(record, '$.at') as occurred_at,
        cast(null as varchar) as rating
    from raw.events
    where landed_on >= $first::date - 1 and landed_on < $after::date + $late_days::integer
    """
    sql = {"clean/shop/events": mapping}
    pipeline = cleaned(tmp_path, {"who_what": "u1>pan", "at": AT}, sql=sql)
    assert rows(pipeline, EVENTS, "item_id", "event_type", "strength") == [("pan", "view", 0.25)]


def test_a_months_file_gives_the_events_of_all_its_days(tmp_path: Path) -> None:
    monthly = {"shop": SHOP.replace("{day}", "{month}")}
    text = lines(*(event("u", f"i{day}", f"2026-01-{day:02}T12:00:00Z") for day in (5, 9, 14)))
    for grain in ("day", "month"):
        settings = SETTINGS.replace("2026-01-05", "2026-01-01") + f"grain: {grain}\n"
        pipeline = world(tmp_path / grain, {"shop/events/2026-01.jsonl": text}, monthly, settings)
        clean(pipeline)
        assert rows(pipeline, EVENTS, "item_id", "landed_on") == [(f"i{d}", date(2026, 1, d)) for d in (5, 9, 14)]


def test_what_did_not_change_is_not_made_again(tmp_path: Path) -> None:
    pipeline = cleaned(tmp_path, event("u1", "pan", AT))
    version = pipeline.lake.version(EVENTS)
    (platform,) = pipeline.folder.platforms
    done = [
        *publish_landed(pipeline, platform, pipeline.day_partitions()),
        *publish_cleaned(pipeline, platform, pipeline.day_partitions()),
    ]
    assert all(publication.audit is None for publication in done)
    assert pipeline.lake.version(EVENTS) == version


def test_raw_tables_stand_when_the_landing_area_is_swept(tmp_path: Path) -> None:
    pipeline = cleaned(tmp_path, event("u1", "pan", AT))
    (Path(pipeline.places.landing) / DAY).unlink()
    clean(pipeline)
    assert rows(pipeline, EVENTS, "item_id") == ["pan"]
