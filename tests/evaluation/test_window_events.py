"""A judgement rests on what had landed by its date, and on people as they were known before the test window."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from tests.worlds import ITEMS, LINKS, SETTINGS, SHOP, VIDEO, event, join, land, lines, world
from xdrec_assets.evaluation.judge import events_digest, window_events
from xdrec_assets.joined.past import load_past
from xdrec_assets.pipeline import Pipeline

AS_OF, JUDGED_ON, LATER = date(2026, 1, 12), date(2026, 1, 19), date(2026, 1, 26)
PLATFORMS = {
    name: text + "user_namespace: everybody\n" for name, text in {"shop": SHOP + ITEMS + LINKS, "video": VIDEO}.items()
}
KNOWN = {
    "shop/events/2026-01-06.jsonl": lines(
        event("u", "pan", "2026-01-06T12:00:00Z"), event("v", "pan", "2026-01-06T12:00:00Z")
    ),
    "shop/links/2026-01-07.jsonl": lines({"member": "u", "platform": "shop", "id": "v"}),
    "shop/events/2026-01-13.jsonl": lines(event("u", "wok", "2026-01-13T12:00:00Z", "buy", id="e1")),
    "video/events/2026-01-13.jsonl": lines(
        event("u", "film", "2026-01-13T12:00:00Z"),
        event("v", "film", "2026-01-13T12:00:00Z"),
        event("new", "film", "2026-01-13T12:00:00Z"),
    ),
}
LATE = {
    "shop/events/2026-01-19.jsonl": lines(
        event("u", "pot", "2026-01-18T12:00:00Z", "buy"), event("u", "wok", "2026-01-13T12:00:00Z", "view", id="e1")
    )
}


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    settings = SETTINGS.replace("last: 2026-01-14", "last: 2026-01-25").replace("late_days: 3", "late_days: 10")
    pipeline = world(tmp_path, KNOWN, PLATFORMS, settings, today=LATER)
    join(pipeline)
    return pipeline


def judged(pipeline: Pipeline, known_by: date = JUDGED_ON) -> pa.Table:
    return window_events(pipeline, load_past(pipeline, AS_OF), known_by)


def taken(events: pa.Table) -> dict[str, float]:
    """The shop's items and how much each event says."""
    return {row["item_id"]: row["strength"] for row in events.to_pylist() if row["platform"] == "shop"}


def test_what_lands_after_the_judgement_is_not_known_to_it(pipeline: Pipeline) -> None:
    before = judged(pipeline)
    land(pipeline, LATE)
    join(pipeline)
    assert taken(before) == {"wok": 1.0}
    assert judged(pipeline).equals(before)
    assert taken(judged(pipeline, LATER)) == {"wok": 0.25, "pot": 1.0}


def test_a_late_event_is_no_reason_to_judge_again(pipeline: Pipeline) -> None:
    before = events_digest(judged(pipeline))
    land(pipeline, LATE)
    join(pipeline)
    assert events_digest(judged(pipeline)) == before
    assert events_digest(judged(pipeline, LATER)) != before


def test_a_person_known_elsewhere_is_not_a_new_one(pipeline: Pipeline) -> None:
    """u and v were found to be one person on the shop, and are seen on the video site for the first time."""
    past = load_past(pipeline, AS_OF)
    films = [row["person_id"] for row in judged(pipeline).to_pylist() if row["platform"] == "video"]
    (person,) = past.history.person_id
    assert sorted(name == person for name in films) == [False, True, True]
