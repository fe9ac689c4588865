"""Records that can be read but not believed are quarantined with the rule they broke; odd but honest ones are kept."""

from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from resources.plain_text import plain_text
from tests.worlds import ITEMS, SETTINGS, SHOP, clean, event, land, lines, read, rows, world
from xdrec_assets.clean.cleaned import publish_cleaned
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.set_apart import set_apart

EVENTS, QUARANTINED, DAY = "clean/shop/events", "clean/shop/quarantined", "shop/events/2026-01-08.jsonl"
AT, NOON = "2026-01-08T12:00:00Z", int(datetime(2026, 1, 8, 12, tzinfo=UTC).timestamp())
FINE = [event(f"u{n}", f"i{n}", AT) for n in range(40)]  # so that what is bad stays below the share that is refused
LIST = "is a list or an object, not one value"


def cleaned(tmp_path: Path, records: list[dict[str, Any]], **more: Any) -> Pipeline:
    pipeline = world(tmp_path, {DAY: lines(*FINE[:20], *records, *FINE[20:])}, **more)
    clean(pipeline)
    return pipeline


VALUES = [
    (event(True, "i", AT), None),
    (event(7, "i", AT), None),
    (event("u", 7.5, AT), None),
    (event("u", 10**30, AT), None),
    (event("u", "i", AT, stars="five"), None),
    (event("u", "i", AT, stars=True), None),
    (event("u", "i", AT, stars="1e999"), None),
    (event("u", "i", AT, stars=[5]), None),
    (event("u", "i", AT, id={"a": 1}), None),
    (event(None, "i", AT), "user_id is missing"),
    (event("u", None, AT), "item_id is missing"),
    (event("u", "i", AT, None), "event_type is missing"),
    (event(["u"], "i", AT), f"user_id {LIST}"),
    (event("u", {"i": 1}, AT), f"item_id {LIST}"),
    (event("u", "i", AT, ["view"]), "event_type is not among those of the platform file"),
    (event("u", "i", AT, True), "event_type is not among those of the platform file"),
    (event("u", "i", [AT]), "occurred_at is no instant in the unit of the platform file"),
    (event("u", "i", False), "occurred_at is no instant in the unit of the platform file"),
    (event("u", "i", "2026-02-29T12:00:00Z"), "occurred_at is no instant in the unit of the platform file"),
    (event("u", "i", "2026-01-08T25:00:00Z"), "occurred_at is no instant in the unit of the platform file"),
    (event("u", "i", NOON), "occurred_at is a count of s, the platform file says iso"),
    (event("u", "i", f"{NOON}000"), "occurred_at is a count of ms, the platform file says iso"),
    (event("u", "i", "0001-01-01T00:00:00Z"), "occurred_at is before the first day of the folder"),
    (event("u", "i", "9999-12-31T23:59:59Z"), "occurred_at is after the last day of the folder"),
    (event("u", "i", "2026-01-12T00:00:00Z"), "occurred_at is after the day it landed"),
    (event("u", "i", "2026-01-05T00:00:00Z"), None),
]


def test_values_of_the_wrong_kind_are_told_apart(tmp_path: Path) -> None:
    """Each record is known by its line: it is clean, or quarantined by the rule expected of it."""
    records = [{**record, "n": n} for n, (record, _) in enumerate(VALUES)]
    records = [r if "id" in r else {**r, "id": f"e{n}"} for n, r in enumerate(records)]
    pipeline = cleaned(tmp_path, records)
    rules = dict(rows(pipeline, QUARANTINED, "source_line", "rule"))
    kept = set(rows(pipeline, EVENTS, "source_line"))
    found = [(n, rules.get(line), line in kept) for n, line in enumerate(range(21, 21 + len(VALUES)))]
    assert found == [(n, rule, rule is None) for n, (_, rule) in enumerate(VALUES)]
    assert len(kept) + len(rules) == len(FINE) + len(VALUES)
    assert set(rows(pipeline, EVENTS, "rating")) == {None}


SAID = {"s": NOON, "ms": NOON * 1_000, "us": NOON * 1_000_000, "ns": NOON * 1_000_000_000}


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
def test_times_in_another_unit_are_recognised(tmp_path: Path, unit: str) -> None:
    records = [{**event(f"v{said}", "i", ""), "at": count} for said, count in SAID.items()]
    fine = lines(*({**record, "at": SAID[unit]} for record in FINE))
    platforms = {"shop": SHOP.replace("unit: iso", f"unit: {unit}")}
    pipeline = world(tmp_path, {DAY: fine + lines(*records, event("u", "i", AT))}, platforms)
    clean(pipeline)
    counts = [f"occurred_at is a count of {said}, the platform file says {unit}" for said in SAID if said != unit]
    text = f"occurred_at is an ISO 8601 text, the platform file says a count of {unit}"
    assert rows(pipeline, QUARANTINED, "rule") == [*counts, text]
    assert len(rows(pipeline, EVENTS)) == len(FINE) + 1


def test_nothing_happened_before_the_platform_was_born(tmp_path: Path) -> None:
    platforms = {"shop": SHOP.replace("owner: team:shop", "owner: team:shop\nborn: 2026-01-07")}
    records = [event("u", "early", "2026-01-06T23:59:59Z"), event("u", "on time", "2026-01-07T00:00:00Z")]
    pipeline = cleaned(tmp_path, records, platforms=platforms)
    assert rows(pipeline, QUARANTINED, "rule", "found") == [
        ("occurred_at is before the platform was born", "2026-01-06T23:59:59Z")
    ]
    assert "on time" in rows(pipeline, EVENTS, "item_id")


def test_a_leap_day_is_a_day_where_there_is_one(tmp_path: Path) -> None:
    settings = (
        SETTINGS.replace("2026-01-05", "2028-02-28")
        .replace("2026-01-14", "2028-03-02")
        .replace("2026-01-12", "2028-03-01")
    )
    files = {
        "shop/events/2028-02-29.jsonl": lines(*(event(f"u{n}", "i", f"2028-02-29T{n:02}:00:00Z") for n in range(24)))
    }
    pipeline = world(tmp_path, files, settings=settings, today=date(2028, 3, 2))
    clean(pipeline)
    assert set(rows(pipeline, EVENTS, "day")) == {date(2028, 2, 29)}


def test_local_times_of_a_zone_keep_their_order_over_daylight_saving(tmp_path: Path) -> None:
    """Berlin's 29 March 2026 has 23 hours; its 02:30 does not exist and is read as 03:30."""
    settings = (
        SETTINGS.replace("2026-01-05", "2026-03-28")
        .replace("2026-01-14", "2026-03-31")
        .replace("2026-01-12", "2026-03-30")
    )
    platforms = {"shop": SHOP.replace("zone: UTC", "zone: Europe/Berlin")}
    clock = ["00:30", "01:30", "02:30", "03:00", "04:30", "23:59"]
    files = {"shop/events/2026-03-29.jsonl": lines(*(event("u", at, f"2026-03-29 {at}:00") for at in clock))}
    pipeline = world(tmp_path, files, platforms, settings, today=date(2026, 3, 31))
    clean(pipeline)
    found = {item: f"{at:%d %H:%M}" for item, at in rows(pipeline, EVENTS, "item_id", "occurred_at")}
    assert found == dict(
        zip(clock, ["28 23:30", "29 00:30", "29 01:30", "29 01:00", "29 02:30", "29 21:59"], strict=True)
    )


def test_a_replay_three_times_shuffled_changes_nothing(tmp_path: Path) -> None:
    once = [event(f"u{n}", f"i{n % 7}", f"2026-01-08T{n % 24:02}:00:00Z", id=f"e{n}") for n in range(50)]
    alone = world(tmp_path / "alone", {DAY: lines(*once)})
    clean(alone)
    files = {f"shop/events/2026-01-{day:02}.jsonl": lines(*Random(day).sample(once, 50)) for day in (9, 10, 11)}
    replayed = world(tmp_path / "replayed", {DAY: lines(*once), **files})
    clean(replayed)
    assert rows(replayed, EVENTS) == rows(alone, EVENTS)


def test_of_two_contents_under_one_id_one_stands_and_the_other_is_accounted_for(tmp_path: Path) -> None:
    pipeline = cleaned(tmp_path, [event("u", "first", AT, id="e1"), event("v", "second", AT, id="e1")])
    assert rows(pipeline, EVENTS, "event_id").count("e1") == 1
    assert len(rows(pipeline, EVENTS)) == len(FINE) + 1
    assert len(rows(pipeline, "clean/shop/duplicates")) == 1


def test_other_content_that_lands_later_takes_its_place_and_is_counted(tmp_path: Path) -> None:
    """What models of the past have seen is kept beside it; a mere replay is told apart."""
    first, other = event("u", "pan", AT, id="e1"), event("u", "wok", AT, id="e1")
    pipeline = world(tmp_path, {DAY: lines(first, event("u2", "pan", AT, id="e2"))})
    clean(pipeline)
    before = rows(pipeline, EVENTS)
    land(pipeline, {"shop/events/2026-01-10.jsonl": lines(first, other, event("u2", "pan", AT, id="e2"))})
    read(pipeline)
    (platform,) = pipeline.folder.platforms
    done = {p.table: p.figures for p in publish_cleaned(pipeline, platform, pipeline.day_partitions())}
    superseded, replayed, stands = rows(pipeline, EVENTS)
    assert [{**superseded, "superseded_on": None}, replayed] == before
    assert (superseded["superseded_on"], stands["item_id"]) == (date(2026, 1, 10), "wok")
    assert (done[EVENTS]["clean"], done[EVENTS]["clean but superseded"]) == (3, 1)
    assert (done[EVENTS]["duplicates"], done[EVENTS]["duplicates of other content"]) == (2, 1)


def test_other_content_within_a_day_is_shown_with_what_stands_for_it(tmp_path: Path) -> None:
    pipeline = cleaned(tmp_path, [event("u", "pan", AT, id="e1"), event("u", "wok", AT, id="e1")])
    (platform,) = pipeline.folder.platforms
    (shown,) = set_apart(pipeline, platform, date.min, date.max)
    assert (shown.source_file, shown.source_line) == (DAY, 21)
    assert (shown.found, shown.n_rows) == (f"line 22 of {DAY}", 1)
    assert shown.heading().startswith("1 record of events left out, 2026-01-08: under an id that stands with other")


def test_replays_three_times_shuffled_change_nothing_after_a_correction(tmp_path: Path) -> None:
    """Whichever of them lands last says the same: the correction is in the log that is replayed."""
    once = [event(f"u{n}", f"i{n % 7}", f"2026-01-08T{n % 24:02}:00:00Z", id=f"e{n}") for n in range(50)]
    corrected = [{**record, "item": "other"} if n % 5 == 0 else record for n, record in enumerate(once)]
    files = {DAY: lines(*once), "shop/events/2026-01-09.jsonl": lines(*corrected)}
    alone = world(tmp_path / "alone", files)
    clean(alone)
    again = {f"shop/events/2026-01-{day:02}.jsonl": lines(*Random(day).sample(corrected, 50)) for day in (10, 11)}
    replayed = world(tmp_path / "replayed", files | again)
    clean(replayed)
    assert rows(replayed, EVENTS) == rows(alone, EVENTS)
    assert len(rows(alone, EVENTS)) == 50 + 10


def test_a_correction_landed_in_the_file_that_it_corrects_leaves_no_trace(tmp_path: Path) -> None:
    pipeline = world(tmp_path, {DAY: lines(event("u", "pan", AT, id="e1"))})
    clean(pipeline)
    land(pipeline, {DAY: lines(event("u", "wok", AT, id="e1"))})
    clean(pipeline)
    assert rows(pipeline, EVENTS, "item_id", "source_file") == [("wok", DAY)]


HOSTILE = [
    "../../etc/passwd",
    "'); drop table clean.judged; --",
    "\"; attach 'x' as y; --",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\u202egnp.exe",
    "$(touch x) `id` ${HOME}",
    "{title}",
    "a" * 5_000,
    "[" * 5_000 + "]" * 5_000,
    '["a", {"b": [1]}]x',
    "%s%s%n {0} {{}}",
    "\u0000nul",
    "🏴‍☠️ zero\u200bwidth",
]


def test_hostile_names_are_data_and_nothing_else(tmp_path: Path) -> None:
    """They come out as they went in, titles without invisible characters; what shows them neutralises the rest."""
    kept = [name for name in HOSTILE if name[0] not in "[{"]  # ids are no lists and no objects
    records = [event(name, name, AT) for name in kept]
    pipeline = world(tmp_path, {DAY: lines(*FINE, *records)}, {"shop": SHOP + ITEMS})
    items = [{"sku": f"i{n}", "name": name, "cats": name, "about": name} for n, name in enumerate(HOSTILE)]
    land(pipeline, {"shop/items/2026-01-08.jsonl": lines(*items)})
    before = {path.name for path in tmp_path.iterdir()}
    clean(pipeline)
    assert rows(pipeline, EVENTS, "item_id")[len(FINE) :] == kept
    assert rows(pipeline, QUARANTINED) == []
    titles = rows(pipeline, "clean/shop/items", "title")
    assert [title for title, name in zip(titles, HOSTILE, strict=True) if name[0] != "["] == [
        plain_text(n) for n in HOSTILE if n[0] != "["
    ]
    assert {path.name for path in tmp_path.iterdir()} - before <= {"lake", "keys", "scratch", "models"}


MISFITS = {
    "a header that lacks a mapped column": ("n,item,at,action\n", "1,pan,{at},view\n", "user_id is missing"),
    "another delimiter than declared": ("user;item;at;action\n", "u;pan;{at};view\n", "user_id is missing"),
}


@pytest.mark.parametrize(("header", "line", "rule"), MISFITS.values(), ids=MISFITS)
def test_a_file_that_does_not_fit_its_declaration_gives_no_clean_row(
    tmp_path: Path, header: str, line: str, rule: str
) -> None:
    platforms = {"shop": SHOP.replace("format: jsonl", "format: csv")}
    pipeline = world(tmp_path, {DAY: header + line.format(at=AT) * 3}, platforms)
    clean(pipeline)
    assert rows(pipeline, EVENTS) == []
    assert set(rows(pipeline, QUARANTINED, "rule")) == {rule}
