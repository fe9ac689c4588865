"""What stands behind a report, as the SQL of its step reads it."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from data_quality.contract import load_contract
from tests.evaluation.report.made_up import AS_OF, LATER
from tests.worlds import world
from xdrec_assets.pipeline import Pipeline

BEFORE, SINCE = date(2026, 2, 1), date(2026, 2, 3)  # each side of the former as-of date
DAYS = {"as_of": LATER, "before": AS_OF}


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return world(tmp_path_factory.mktemp("world"), {})


def asked(
    pipeline: Pipeline, name: str, parameters: dict[str, Any], **tables: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The rows of a report's SQL file over rows of tables that are named as stage__table."""
    with pipeline.engine.session() as session:
        for table, rows in tables.items():
            bound = table.replace("__", ".")
            schema = load_contract(bound.replace(".", "/")).arrow_schema()
            session.bind_rows(bound, pa.Table.from_pylist(rows, schema=schema))
        found: list[dict[str, Any]] = (
            session.query(f"evaluation/report/{name}", parameters).to_arrow_table().to_pylist()
        )
        return found


def event(user: str, item: str, day: date, landed_on: date | None = None) -> dict[str, Any]:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    row = {"platform": "shop", "user_key": user, "item_id": item, "day": day, "occurred_at": at}
    return row | {"landed_on": landed_on or day}


def test_what_was_known_is_counted_before_each_date(pipeline: Pipeline) -> None:
    events = [event("a", "pan", BEFORE), event("a", "pot", SINCE), event("b", "pan", SINCE)]
    events += [event("c", "lid", LATER), event("d", "lid", BEFORE, landed_on=LATER)]  # not known before either date
    (shop,) = asked(pipeline, "known", DAYS, joined__interactions=events)
    assert [shop[name] for name in ("events", "people", "items")] == [3, 2, 2]
    assert [shop[f"{name}_before"] for name in ("events", "people", "items")] == [1, 1, 1]


def test_lines_that_landed_by_then_are_counted_by_where_they_went(pipeline: Pipeline) -> None:
    lines = {"platform": "shop", "source": "events", "day": BEFORE, "landed_on": BEFORE}
    rows = asked(
        pipeline,
        "landed_lines",
        DAYS,
        raw__files=[{**lines, "n_lines": 100, "n_rejected": 3}, {**lines, "n_lines": 9, "landed_on": LATER}],
        clean__quarantined=[{**lines, "rule": "no item"}, {**lines, "rule": "no item"}, {**lines, "rule": "no user"}],
        clean__duplicates=[lines, {**lines, "landed_on": LATER}],
    )
    assert [(row["place"], row["rule"], row["n_lines"]) for row in rows] == [
        ("duplicate", None, 1),
        ("landed", None, 100),
        ("quarantined", "no item", 2),
        ("quarantined", "no user", 1),
        ("rejected", None, 3),
    ]


def test_pairs_of_twins_are_counted_once_for_each_date(pipeline: Pipeline) -> None:
    def link(as_of: date, platform: str, other: str, is_twin: bool = True) -> dict[str, Any]:
        return {"as_of": as_of, "platform": platform, "other_platform": other, "is_twin": is_twin}

    links = [link(LATER, "shop", "video"), link(LATER, "video", "shop"), link(LATER, "music", "shop")]
    links += [link(AS_OF, "shop", "video"), link(AS_OF, "music", "shop", is_twin=False), link(BEFORE, "a", "b")]
    assert asked(pipeline, "twins", DAYS, knowledge__item_links=links) == [{"before": 1, "now": 2}]


def test_recommendations_of_the_people_asked_for_alone_are_read(pipeline: Pipeline) -> None:
    def row(person: str, as_of: date) -> dict[str, Any]:
        return {"as_of": as_of, "platform": "shop", "person_id": person, "rank": 1, "item_id": "pan", "reason": "liked"}

    served = [row("ann", AS_OF), row("bob", AS_OF), row("ann", LATER)]
    found = asked(pipeline, "served", {"as_of": AS_OF, "people": ["ann", "cem"]}, recommendations__top_k=served)
    assert found == [{"platform": "shop", "person_id": "ann", "rank": 1, "item_id": "pan", "reason": "liked"}]
