"""Rows in are rows out of every joined table, counted in what was published."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.worlds import ITEMS, LINKS, SHOP, VIDEO, clean, event, lines, world
from xdrec_assets.joined.accounts import joined_account
from xdrec_assets.joined.joining import (
    bind_clean,
    bind_joined,
    publish_identities,
    publish_interactions,
    publish_items,
    publish_people,
)
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication

FILES = {
    "shop/events/2026-01-06.jsonl": lines(
        event("u", "pan", "2026-01-06T10:00:00Z"), event("w", "pan", "2026-01-06T11:00:00Z")
    ),
    "video/events/2026-01-07.jsonl": lines(event("v", "film", "2026-01-07T10:00:00Z")),
    "shop/items/2026-01-06.jsonl": lines({"sku": "pan", "name": "Pan"}, {"sku": "wok", "name": "Wok"}),
    "shop/items/2026-01-07.jsonl": lines({"sku": "pan", "name": "Pan"}),
    "shop/items/2026-01-08.jsonl": lines({"sku": "pan", "name": "Iron pan"}),
    "shop/links/2026-01-06.jsonl": lines({"member": "u", "platform": "video", "id": "nobody yet"}),
}
DAYS = {"first": "2026-01-05", "after": "2026-01-15"}
TABLES = ["joined/interactions", "joined/items", "joined/identities", "joined/people"]
WRONG: dict[str, Callable[[pa.Table], pa.Table]] = {
    "lost": lambda table: table.slice(1),
    "doubled": lambda table: pa.concat_tables([table, table.slice(0, 1)]),
}


@pytest.fixture
def joined(tmp_path: Path) -> tuple[Pipeline, dict[str, Publication]]:
    pipeline = world(tmp_path, FILES, {"shop": SHOP + ITEMS + LINKS, "video": VIDEO})
    clean(pipeline)
    done = list(publish_interactions(pipeline, pipeline.day_partitions()))
    for publish in (publish_identities, publish_people, publish_items):
        done += publish(pipeline)
    return pipeline, {publication.table: publication for publication in done}


def account(pipeline: Pipeline, table: str) -> tuple[bool, str]:
    with pipeline.engine.session() as session:
        bind_clean(pipeline, session, "events", "items", "links")
        bind_joined(pipeline, session, "identities")
        found = joined_account(session, table, DAYS)
    return found.ok, found.text()


def republish(pipeline: Pipeline, table: str, change: Callable[[pa.Table], pa.Table]) -> None:
    delta = pipeline.lake.open(table)
    rows = delta.to_pyarrow_table()
    rows = change(rows.drop_columns([name for name in ("bucket",) if name in rows.column_names]))
    partitioned: tuple[Any, ...] = ()
    if table == "joined/interactions":
        partitioned = (pipeline.folder.layout, pipeline.day_partitions())
    pipeline.lake.publish(table, rows.to_reader, *partitioned)


def test_every_joined_table_says_that_its_rows_are_all_there(joined: tuple[Pipeline, dict[str, Publication]]) -> None:
    accounts = {table: publication.accounts for table, publication in joined[1].items()}
    assert list(accounts) == ["joined/interactions", "joined/identities", "joined/people", "joined/items"]
    assert [(found.ok, found.n_rows > 0) for found in accounts.values() if found] == [(True, True)] * 4


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("table", TABLES)
def test_a_published_row_that_is_lost_or_doubled_is_seen(
    joined: tuple[Pipeline, dict[str, Publication]], table: str, change: Callable[[pa.Table], pa.Table]
) -> None:
    pipeline, _ = joined
    assert account(pipeline, table)[0]
    republish(pipeline, table, change)
    is_whole, said = account(pipeline, table)
    assert not is_whole
    assert " in, " in said


def test_a_version_that_never_landed_is_seen(joined: tuple[Pipeline, dict[str, Publication]]) -> None:
    pipeline, _ = joined

    def renamed(table: pa.Table) -> pa.Table:
        ids = pa.array(["x" if item == "wok" else item for item in table["item_id"].to_pylist()])
        return table.set_column(table.schema.get_field_index("item_id"), "item_id", ids)

    republish(pipeline, "joined/items", renamed)
    assert "shop, landed rows: 4 in, 3 out; shop, versions: 3 in, 2 out" in account(pipeline, "joined/items")[1]
