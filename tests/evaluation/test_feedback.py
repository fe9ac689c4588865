"""What became of what was shown: counted by rule, and published once per window."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data_quality.contract import load_contract
from resources.partitions import BY_MONTH, Partition
from tests.worlds import SHOP, VIDEO, rows, world
from xdrec_assets.evaluation.feedback import feedback_counts, feedback_row, feedback_shown, publish_feedback
from xdrec_assets.evaluation.metrics.feedback import rate
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication

TABLE = "evaluation/feedback"
AS_OF, NEXT = date(2026, 1, 12), date(2026, 1, 19)
SETTINGS = "name: world\nfirst: 2026-01-05\nlast: 2026-01-25\nas_of: {weekly_from: 2026-01-12}\n"
NAMED = {
    "shop": SHOP + "feedback: {shown: skip, clicked: [view], converted: [buy]}\n",
    "video": VIDEO.replace("skip: 0", "skip: 0, tap: 0.5") + "feedback: {shown: skip, clicked: [tap]}\n",
}
SEEN, CLICKED, BOUGHT = "skip", "view", "buy"
MONDAY = datetime(2026, 1, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def said(user: str, item: str, after: timedelta, kind: str, platform: str = "shop") -> dict[str, Any]:
    """An interaction at a time since the window's first moment."""
    at = MONDAY + after
    return {
        "platform": platform,
        "user_key": user,
        "item_id": item,
        "event_type": kind,
        "strength": 0.0,
        "occurred_at": at,
        "day": at.date(),
    }


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return world(tmp_path, {}, NAMED, SETTINGS, today=date(2026, 1, 25))


def counted(pipeline: Pipeline, *interactions: Mapping[str, Any]) -> dict[str, tuple[int, int, int]]:
    """By platform: pairs shown, clicked, converted."""
    schema = load_contract("joined/interactions").arrow_schema()
    with pipeline.engine.session() as session:
        session.bind_rows("joined.interactions", pa.Table.from_pylist([*interactions], schema=schema))
        found = feedback_counts(session, pipeline.folder.platforms, AS_OF, NEXT)
    return {name: (of["n_shown"], of["n_clicked"], of["n_converted"]) for name, of in found.items()}


def test_clicks_and_conversions_after_a_showing_count(pipeline: Pipeline) -> None:
    found = counted(
        pipeline,
        said("u", "pan", 0 * DAY, SEEN),
        said("u", "pan", 5 * SECOND, CLICKED),
        said("u", "pan", 2 * DAY, BOUGHT),
        said("u", "wok", 0 * DAY, SEEN),
        said("v", "pan", DAY, SEEN),
        said("v", "pan", DAY, CLICKED),  # in the very second of the showing
        said("w", "pan", DAY, SEEN),
        said("w", "pan", DAY + SECOND, BOUGHT),  # without a click that was logged
    )
    assert found == {"shop": (4, 2, 2)}


def test_a_pair_counts_once_however_often_it_is_shown_or_clicked(pipeline: Pipeline) -> None:
    shown = [said("u", "pan", number * SECOND, SEEN) for number in range(3)]
    clicked = [said("u", "pan", DAY + number * SECOND, CLICKED) for number in range(3)]
    assert counted(pipeline, *shown, *clicked) == {"shop": (1, 1, 0)}


def test_what_came_before_the_showing_or_is_of_others_does_not_count(pipeline: Pipeline) -> None:
    found = counted(
        pipeline,
        said("u", "pan", DAY, CLICKED),
        said("u", "pan", DAY + SECOND, SEEN),
        said("v", "pan", 2 * DAY, CLICKED),  # another user
        said("u", "wok", 2 * DAY, CLICKED),  # another item
        said("u", "pan", 2 * DAY, "tap", "video"),  # another platform
    )
    assert found == {"shop": (1, 0, 0)}


def test_the_window_begins_with_the_as_of_date_and_ends_before_the_next(pipeline: Pipeline) -> None:
    found = counted(
        pipeline,
        said("u", "pan", -SECOND, SEEN),
        said("u", "pan", SECOND, CLICKED),
        said("v", "pan", 7 * DAY - SECOND, SEEN),
        said("v", "pan", 7 * DAY, CLICKED),
    )
    assert found == {"shop": (1, 0, 0)}


def test_each_platform_has_its_own_words(pipeline: Pipeline) -> None:
    found = counted(
        pipeline,
        said("u", "pan", 0 * DAY, SEEN),
        said("u", "film", 0 * DAY, SEEN, "video"),
        said("u", "film", SECOND, CLICKED, "video"),  # no click there
        said("v", "film", 0 * DAY, SEEN, "video"),
        said("v", "film", SECOND, "tap", "video"),
    )
    assert found == {"shop": (1, 0, 0), "video": (2, 1, 0)}


def test_a_row_has_figures_only_of_what_the_platform_names(pipeline: Pipeline) -> None:
    shop, video = pipeline.folder.platforms
    counts = {"n_shown": 40, "n_clicked": 10, "n_converted": 0}
    row, clicks = feedback_row(AS_OF, shop, counts), rate(10, 40)
    assert (row["click_through"], row["click_through_low"], row["click_through_high"]) == (
        0.25,
        clicks.low,
        clicks.high,
    )
    assert (row["n_converted"], row["conversion"]) == (0, 0)
    row = feedback_row(AS_OF, video, counts)
    assert (row["n_clicked"], row["n_converted"], row["conversion"], row["conversion_low"]) == (10, None, None, None)


def test_people_read_the_rates_with_their_intervals(pipeline: Pipeline) -> None:
    found = [feedback_row(AS_OF, each, {"n_shown": 1}) for each in pipeline.folder.platforms]
    text = feedback_shown([found[0], feedback_row(AS_OF, pipeline.folder.platforms[1], {})], {}).texts["feedback"]
    assert "| Shop | 1 | 0.0% (0.0% to 79.3%) | 0.0% (0.0% to 79.3%) |" in text
    assert "| Video | 0 | – | – |" in text


def published(pipeline: Pipeline, on: date = NEXT) -> Publication:
    (publication,) = publish_feedback(pipeline, Partition.of_day(on))
    return publication


def joined(pipeline: Pipeline, *interactions: Mapping[str, Any]) -> None:
    """Put interactions of some days into the lake, in place of what those days had."""
    schema = load_contract("joined/interactions").arrow_schema()
    table = pa.Table.from_pylist([dict(each, landed_on=each["day"]) for each in interactions], schema=schema)
    partitions = pipeline.folder.partitions(min(each["day"] for each in interactions), NEXT)
    fingerprints = {partition.key: len(table) for partition in partitions}
    pipeline.lake.publish("joined/interactions", table.to_reader, BY_MONTH, partitions, fingerprints)


def test_a_window_is_published_again_only_when_its_events_change(pipeline: Pipeline) -> None:
    joined(pipeline, said("u", "pan", 0 * DAY, SEEN))
    assert published(pipeline).audit is not None
    found = rows(pipeline, TABLE, "as_of", "platform", "n_shown", "n_clicked", "n_converted")
    assert found == [(AS_OF, "shop", 1, 0, 0), (AS_OF, "video", 0, 0, None)]
    assert published(pipeline).audit is None
    joined(pipeline, said("u", "pan", 0 * DAY, SEEN), said("u", "pan", DAY, CLICKED))
    assert published(pipeline).audit is not None
    assert rows(pipeline, TABLE, "n_clicked") == [1, 0]


@pytest.mark.parametrize(("named", "on"), [(True, AS_OF), (False, NEXT)])
def test_nothing_to_count_is_an_empty_table(tmp_path: Path, named: bool, on: date) -> None:
    """On the first as-of date no window is over; and most platforms name no feedback."""
    platforms = NAMED if named else {"shop": SHOP}
    pipeline = world(tmp_path, {}, platforms, SETTINGS, today=date(2026, 1, 25))
    assert published(pipeline, on).n_rows == 0
    assert published(pipeline, on).audit is None
