"""Users whom links connect, directly or through others, are one person."""

from datetime import date
from pathlib import Path

import pyarrow as pa

from tests.worlds import LINKS, SHOP, VIDEO, event, join, lines, rows, world
from xdrec_assets.joined.identities import resolve
from xdrec_assets.joined.past import load_past


def people(users: str, *links: str) -> dict[str, str]:
    """The person of each user; users and both ends of a link are single letters."""
    users_table = pa.table(
        {
            "platform": ["shop"] * len(users),
            "user_key": pa.array(list(users), pa.string()),
            "known_from": pa.array([date(2026, 1, 5)] * len(users), pa.date32()),
        }
    )
    ends = {"user_key": [link[0] for link in links], "other_user_key": [link[1] for link in links]}
    links_table = pa.table({name: pa.array(side, pa.string()) for name, side in ends.items()})
    return {row["user_key"]: row["person_id"] for row in resolve(users_table, links_table).to_pylist()}


def test_a_chain_of_links_is_one_person_named_by_the_smallest_key() -> None:
    assert people("dcbaxz", "dc", "ba", "cb", "zx") == {"a": "a", "b": "a", "c": "a", "d": "a", "x": "x", "z": "x"}


def test_a_user_without_links_is_a_person() -> None:
    assert people("ba") == {"a": "a", "b": "b"}


def test_circles_and_links_to_oneself_change_nothing() -> None:
    assert people("abc", "ab", "ba", "bc", "ca", "aa") == {"a": "a", "b": "a", "c": "a"}


def test_links_to_unknown_users_are_passed_over() -> None:
    assert people("ab", "ax", "xb") == {"a": "a", "b": "b"}


def test_the_order_of_rows_says_nothing() -> None:
    assert people("abcd", "ab", "cd") == people("dcba", "dc", "ba")


def test_a_key_on_two_platforms_is_one_person() -> None:
    users = pa.table({"platform": ["food", "kitchen"], "user_key": ["k", "k"], "known_from": [date(2026, 1, 5)] * 2})
    no_links = pa.table({"user_key": pa.array([], pa.string()), "other_user_key": pa.array([], pa.string())})
    assert resolve(users, no_links)["person_id"].to_pylist() == ["k", "k"]


def test_nobody_is_nobody() -> None:
    assert people("") == {}


def test_a_link_joins_people_only_from_the_day_after_it_landed(tmp_path: Path) -> None:
    files = {
        "shop/events/2026-01-06.jsonl": lines(event("u", "pan", "2026-01-06T10:00:00Z")),
        "video/events/2026-01-06.jsonl": lines(event("v", "film", "2026-01-06T10:00:00Z")),
        "shop/links/2026-01-08.jsonl": lines({"member": "u", "platform": "video", "id": "v"}),
    }
    pipeline = world(tmp_path, files, {"shop": SHOP + LINKS, "video": VIDEO})
    join(pipeline)
    n_people = {day: load_past(pipeline, date(2026, 1, day)).history.n_people for day in (6, 7, 8, 9)}
    assert n_people == {6: 0, 7: 2, 8: 2, 9: 1}
    (person,) = rows(pipeline, "joined/people")
    assert (person["platforms"], person["n_identities"], person["known_from"]) == (
        ["shop", "video"],
        2,
        date(2026, 1, 6),
    )
    assert len(rows(pipeline, "joined/identities")) == 2
