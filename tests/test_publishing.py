"""What breaks its contract is not published: the last good version stands."""

import os
from pathlib import Path

import pytest

from tests.worlds import ITEMS, SHOP, clean, event, land, lines, read, rows, world
from xdrec_assets.clean.cleaned import cleaned_fingerprints, publish_cleaned
from xdrec_assets.joined.joining import publish_interactions
from xdrec_assets.origins import origins
from xdrec_assets.publishing import PublishRefused, stale
from xdrec_assets.raw.landed import publish_landed

DAY, TABLE = "shop/events/2026-01-06.jsonl", "clean/shop/events"
BROKEN = """-- One row per landed event, each twice.
select
    platform, source_file, source_line, landed_on, record,
    cast(n as varchar) as event_id, 'u' as user_id, 'i' as item_id, 'view' as event_type,
    '2026-01-06T12:00:00Z' as occurred_at, cast(null as varchar) as rating
from raw.events, unnest([1, 2]) as twice(n)
where landed_on >= $first::date - 1 and landed_on < $after::date + $late_days::integer
"""


def test_a_refused_publication_leaves_the_last_version_in_place(tmp_path: Path) -> None:
    pipeline = world(tmp_path, {DAY: lines(event("u1", "pan", "2026-01-06T12:00:00Z"))})
    clean(pipeline)
    before, version = rows(pipeline, TABLE), pipeline.lake.version(TABLE)
    land(tmp_path / "platforms", {"sql/clean/shop/events.sql": BROKEN})
    platform, days = pipeline.folder.platforms[0], pipeline.day_partitions()
    with pytest.raises(PublishRefused, match=rf"{TABLE} was not published and its last good version stands") as refused:
        list(publish_cleaned(pipeline, platform, days))
    assert "key" in str(refused.value)
    assert refused.value.table == TABLE
    assert (rows(pipeline, TABLE), pipeline.lake.version(TABLE)) == (before, version)
    wanted = cleaned_fingerprints(pipeline, platform, days)
    assert stale(pipeline, [TABLE], wanted) == set(wanted)


def test_a_publication_says_what_it_published(tmp_path: Path) -> None:
    pipeline = world(tmp_path, {DAY: lines(event("u1", "pan", "2026-01-06T12:00:00Z"))}, {"shop": SHOP})
    read(pipeline)
    first, *_ = publish_cleaned(pipeline, pipeline.folder.platforms[0], pipeline.day_partitions())
    assert (first.table, first.n_rows, first.version) == (TABLE, 1, pipeline.lake.version(TABLE))
    assert first.audit is not None
    assert first.audit.passed


def test_events_of_items_that_no_platform_landed_are_warned_of(tmp_path: Path) -> None:
    files = {DAY: lines(event("u1", "pan", "2026-01-06T12:00:00Z"), event("u1", "pot", "2026-01-06T12:00:00Z"))}
    items = {"shop/items/2026-01-06.jsonl": lines({"sku": "pan", "name": "Pan"})}
    pipeline = world(tmp_path, files | items, {"shop": SHOP + ITEMS})
    clean(pipeline)
    (done,) = publish_interactions(pipeline, pipeline.day_partitions())
    assert done.audit is not None
    assert done.audit.passed
    (warning,) = done.audit.warnings
    assert (warning.rule, warning.examples) == ("references", ("platform = shop, item_id = pot",))
    (newest,) = origins(pipeline, "joined/interactions", 1)
    assert newest.note["warned"] == [f"references: expected {warning.expected}, 1 of 2 rows break it"]


def test_a_day_of_far_fewer_records_than_the_days_before_is_warned_of(tmp_path: Path) -> None:
    def of_day(day: int, n: int) -> dict[str, str]:
        events = (event(f"u{i}", "pan", f"2026-01-{day:02}T12:00:00Z") for i in range(n))
        return {f"shop/events/2026-01-{day:02}.jsonl": lines(*events)}

    pipeline = world(tmp_path, of_day(5, 150) | of_day(6, 160) | of_day(7, 150))
    read(pipeline)
    land(pipeline, of_day(8, 20))
    first, *_ = publish_landed(pipeline, pipeline.folder.platforms[0], pipeline.day_partitions())
    assert first.audit is not None
    (warning,) = first.audit.warnings
    assert (warning.rule, warning.examples) == ("volume", ("2026-01-08: 20 rows, the median of the 3 before is 150",))


def test_a_file_that_was_written_long_before_its_day_is_warned_of(tmp_path: Path) -> None:
    pipeline = world(tmp_path, {DAY: lines(event("u1", "pan", "2026-01-06T12:00:00Z"))})
    at = 1_767_225_600 - 10 * 86_400  # ten days before 2026
    os.utime(Path(pipeline.places.landing) / DAY, (at, at))
    done = {p.table: p.audit for p in publish_landed(pipeline, pipeline.folder.platforms[0], pipeline.day_partitions())}
    found = done["raw/shop/files"]
    assert found is not None
    assert [warning.rule for warning in found.warnings] == ["freshness"]
    assert found.warnings[0].examples == ("2026-01-06: the newest of 2025-12-22, 15 days before 2026-01-06",)


def test_a_platform_that_landed_nothing_yesterday_is_warned_of(tmp_path: Path) -> None:
    def of_day(day: int) -> dict[str, str]:
        events = (event(f"u{i}", "pan", f"2026-01-{day:02}T12:00:00Z") for i in range(150))
        return {f"shop/events/2026-01-{day:02}.jsonl": lines(*events)}

    pipeline = world(tmp_path, of_day(10) | of_day(11) | of_day(12))  # it is the fourteenth
    (platform,) = pipeline.folder.platforms
    first, *_ = publish_landed(pipeline, platform, pipeline.day_partitions())
    assert first.audit is not None
    (warning,) = first.audit.warnings
    assert (warning.rule, warning.examples) == ("volume", ("2026-01-13: 0 rows, the median of the 3 before is 150",))
