"""Links say who is who elsewhere, by keys alone."""

import hashlib
import hmac
from datetime import date
from pathlib import Path

from tests.worlds import LINKS, SHOP, VIDEO, clean, lines, rows, world

TABLE = "clean/shop/links"
PLATFORMS = {"shop": SHOP + LINKS, "video": VIDEO + "user_namespace: films\n"}
LINK = {"member": "u1", "platform": "video", "id": "v1"}


def key(message: str) -> str:
    return hmac.new(b"a key for tests only", message.encode(), hashlib.sha256).hexdigest()


def test_both_sides_are_keyed_in_their_own_namespace(tmp_path: Path) -> None:
    pipeline = world(tmp_path, {"shop/links/2026-01-08.jsonl": lines(LINK)}, PLATFORMS)
    clean(pipeline)
    assert rows(pipeline, TABLE, "user_key", "other_platform", "other_user_key") == [
        (key("shop:u1"), "video", key("films:v1"))
    ]


def test_what_breaks_a_rule_is_quarantined(tmp_path: Path) -> None:
    records = [
        LINK | {"member": ""},
        LINK | {"id": " "},
        {"member": "u1", "id": "v1"},
        LINK | {"platform": "radio"},
        LINK | {"id": ["v1"]},
    ]
    pipeline = world(tmp_path, {"shop/links/2026-01-08.jsonl": lines(*records)}, PLATFORMS)
    clean(pipeline)
    assert rows(pipeline, TABLE) == []
    assert rows(pipeline, "clean/shop/quarantined", "rule", "found") == [
        ("user_id is missing", None),
        ("other_user_id is missing", None),
        ("other_platform is missing", None),
        ("other_platform is not a platform of this folder", "radio"),
        ("other_user_id is a list or an object, not one value", None),
    ]


def test_a_link_counts_once_a_day(tmp_path: Path) -> None:
    files = {f"shop/links/2026-01-{day}.jsonl": lines(LINK, LINK) for day in ("08", "09")}
    pipeline = world(tmp_path, files, PLATFORMS)
    clean(pipeline)
    assert rows(pipeline, TABLE, "landed_on", "source_line") == [(date(2026, 1, 8), 1), (date(2026, 1, 9), 1)]
