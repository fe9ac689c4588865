"""All platforms' events stand together; only days that changed are joined again."""

from datetime import date
from pathlib import Path

from tests.worlds import SHOP, VIDEO, clean, event, join, land, lines, rows, world
from xdrec_assets.joined.joining import publish_interactions

TABLE = "joined/interactions"
FILES = {
    "shop/events/2026-01-06.jsonl": lines(event("u", "pan", "2026-01-06T10:00:00Z", "buy", stars=4)),
    "video/events/2026-01-06.jsonl": lines(event("v", "film", "2026-01-06T10:00:00Z", "skip")),
    "video/events/2026-01-08.jsonl": lines(event("v", "film", "2026-01-07T10:00:00Z")),
}


def test_events_of_all_platforms_stand_together(tmp_path: Path) -> None:
    pipeline = world(tmp_path, FILES, {"shop": SHOP, "video": VIDEO})
    join(pipeline)
    found = sorted(rows(pipeline, TABLE, "platform", "item_id", "event_type", "strength", "day", "landed_on"))
    assert found == [
        ("shop", "pan", "buy", 1.0, date(2026, 1, 6), date(2026, 1, 6)),
        ("video", "film", "skip", 0.0, date(2026, 1, 6), date(2026, 1, 6)),
        ("video", "film", "view", 0.25, date(2026, 1, 7), date(2026, 1, 8)),
    ]


def test_only_days_that_changed_are_joined_again(tmp_path: Path) -> None:
    pipeline = world(tmp_path, FILES, {"shop": SHOP, "video": VIDEO})
    join(pipeline)
    land(pipeline, {"shop/events/2026-01-12.jsonl": lines(event("u", "wok", "2026-01-12T10:00:00Z"))})
    clean(pipeline)
    (publication,) = publish_interactions(pipeline, pipeline.day_partitions())
    days = [partition.key for partition in pipeline.day_partitions()]
    delta = pipeline.lake.open(TABLE)
    assert delta is not None
    assert f'"{days[0]}"' not in delta.history(1)[0]["xdrec"]
    assert publication.n_rows == 1
    assert len(rows(pipeline, TABLE)) == 4
