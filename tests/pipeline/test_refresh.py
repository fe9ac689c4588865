"""The whole pipeline in one process, from landed files to recommendations, through the code that runs in production."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pyarrow.compute as pc
import pytest

from tests.pipeline.conftest import Refreshed
from tests.pipeline.tiny import DAYS, FIRST, SECOND, fingerprints, published, rows, small_world, versions
from xdrec_assets.clean.cleaned import clean_tables
from xdrec_assets.definitions import definitions_of
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.raw.landed import raw_tables
from xdrec_assets.refresh import refresh
from xdrec_assets.sample.layout import lay_out

MEDIA = ("item_images", "item_sounds", "media_files", "media_quarantined")
NEVER_MADE = {f"embeddings/{table}" for table in ("tuned_encoder", *MEDIA)}  # the settings do not ask for them
NOTHING_IN_IT = {
    *(f"embeddings/{table}" for table in ("quarantined", "quantised_texts")),
    *(f"knowledge/{table}" for table in ("quarantined", "generated", "generated_refused")),
    "rankers/searches",
}
QUARANTINED = ("wrong_type", "missing", "years_ahead", "wrong_unit", "too_late")


@pytest.fixture(scope="module")
def pipeline(refreshed: Refreshed) -> Pipeline:
    return refreshed.tiny.pipeline()


def day_tables(pipeline: Pipeline) -> list[str]:
    platforms = pipeline.folder.platforms
    of_platforms = [table for platform in platforms for table in (*raw_tables(platform), *clean_tables(platform))]
    return [*of_platforms, "joined/interactions"]


def test_every_asset_was_published_and_has_rows(refreshed: Refreshed, pipeline: Pipeline) -> None:
    graph = definitions_of(pipeline).resolve_asset_graph()
    tables = {"/".join(key.path) for key in graph.get_all_asset_keys()}
    assert tables == published(refreshed.instance) == set(pipeline.lake.tables()) | NEVER_MADE
    empty = {table for table in tables - NEVER_MADE if not pipeline.lake.count(table)}
    assert empty == {"raw/music/rejected"} | NOTHING_IN_IT  # Parquet has no lines to break


def test_every_asset_was_checked_against_its_contract(refreshed: Refreshed, pipeline: Pipeline) -> None:
    graph = definitions_of(pipeline).resolve_asset_graph()
    keys = list(graph.asset_check_keys)
    assert {key.asset_key for key in keys} == set(graph.get_all_asset_keys())
    records = refreshed.instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    assert {key for key in keys if not records[key].event.dagster_event.asset_check_evaluation_data.passed} == set()


def test_every_line_of_every_file_is_accounted_for(refreshed: Refreshed, pipeline: Pipeline) -> None:
    for platform, n_lines in refreshed.landed.lines.items():
        files = rows(pipeline, f"raw/{platform}/files")
        assert files["n_lines"].to_pylist() == [
            sum(parts) for parts in zip(*(files[name].to_pylist() for name in _WHERE_LINES_GO), strict=True)
        ]
        of_events = files.filter(pc.equal(files["source"], "events"))
        header = len(set(of_events["source_file"].to_pylist())) if platform == "video" else 0
        n_read = pc.sum(of_events["n_lines"]).as_py()
        assert n_read in (n_lines, n_lines + header)
        for source in {"events", "items", *files["source"].to_pylist()}:
            records = pc.sum(files.filter(pc.equal(files["source"], source))["n_records"]).as_py()
            assert pipeline.lake.count(f"raw/{platform}/{source}") == records


_WHERE_LINES_GO = ("n_records", "n_rejected", "n_elsewhere")


def test_clean_events_are_the_events_that_happened(refreshed: Refreshed, pipeline: Pipeline) -> None:
    """To the row: the planted events, and those whose sender's clock was a day fast, which nobody can tell."""
    for platform, n_events in refreshed.landed.events.items():
        dirt = refreshed.landed.dirt[platform]
        n_clean = pipeline.lake.count(f"clean/{platform}/events")
        quarantined = rows(pipeline, f"clean/{platform}/quarantined")
        assert n_clean == n_events + dirt.get("day_ahead", 0), platform
        assert quarantined.num_rows == sum(dirt.get(kind, 0) for kind in QUARANTINED), platform
        assert pipeline.lake.count(f"raw/{platform}/rejected") == dirt.get("broken", 0)
        assert n_clean + quarantined.num_rows + _duplicates(refreshed, platform) == pipeline.lake.count(
            f"raw/{platform}/events"
        )


def _duplicates(refreshed: Refreshed, platform: str) -> int:
    key = dg.AssetKey(["clean", platform, "events"])
    event = refreshed.instance.get_latest_materialization_event(key)
    assert event is not None
    assert event.asset_materialization is not None
    return int(event.asset_materialization.metadata["duplicates"].value)


def test_joined_tables_hold_what_the_platforms_hold(pipeline: Pipeline) -> None:
    events = pc.value_counts(rows(pipeline, "joined/interactions")["platform"]).to_pylist()
    assert {count["values"]: count["counts"] for count in events} == {
        platform.platform: pipeline.lake.count(f"clean/{platform.platform}/events")
        for platform in pipeline.folder.platforms
    }
    identities = rows(pipeline, "joined/identities")
    assert pipeline.lake.count("joined/people") == len(set(identities["person_id"].to_pylist()))


def test_no_user_id_leaves_raw(refreshed: Refreshed, pipeline: Pipeline) -> None:
    users = {user_id for _, user_id in small_world().people_by_user()}
    for table in (table for table in pipeline.lake.tables() if not table.startswith("raw/")):
        found = rows(pipeline, table)
        texts = [name for name in found.column_names if found.schema.field(name).type in ("string", "large_string")]
        assert not users & {value for name in texts for value in found[name].to_pylist()}, table


def test_every_person_gets_twenty_items_a_platform_none_seen_each_with_a_reason(pipeline: Pipeline) -> None:
    """On the newest as-of date, when everybody is who they are today."""
    best = [row for row in rows(pipeline, "recommendations/top_k").to_pylist() if row["as_of"] == SECOND]
    assert all(row["reason"] for row in best)
    n_ranks = Counter((row["person_id"], row["platform"]) for row in best)
    people = set(rows(pipeline, "joined/people")["person_id"].to_pylist())
    assert set(n_ranks) == {(person, platform) for person in people for platform in ("music", "news", "shop", "video")}
    ranks = {(row["person_id"], row["platform"], row["rank"]) for row in best}
    assert ranks == {(*key, rank) for key, n in n_ranks.items() for rank in range(1, n + 1)}
    taken, known = _taken(pipeline), _known_items(pipeline)
    assert not taken & {(row["person_id"], row["platform"], row["item_id"]) for row in best}
    n_taken = Counter((person, platform) for person, platform, _ in taken)
    assert all(n == min(20, known[key[1]] - n_taken[key]) for key, n in n_ranks.items())


def _taken(pipeline: Pipeline) -> set[tuple[str, str, str]]:
    identities = rows(pipeline, "joined/identities").to_pylist()
    person = {(row["platform"], row["user_key"]): row["person_id"] for row in identities}
    return {
        (person[row["platform"], row["user_key"]], row["platform"], row["item_id"])
        for row in rows(pipeline, "joined/interactions").to_pylist()
        if row["strength"] > 0 and row["day"] < SECOND and row["landed_on"] < SECOND
    }


def _known_items(pipeline: Pipeline) -> Counter[str]:
    """How many items each platform has; every one of them has landed with its text."""
    items = rows(pipeline, "joined/items").to_pylist()
    return Counter(platform for platform, _ in {(item["platform"], item["item_id"]) for item in items})


def test_the_second_date_judges_the_first(pipeline: Pipeline) -> None:
    assert set(rows(pipeline, "evaluation/metrics")["as_of"].to_pylist()) == {FIRST}
    champions = rows(pipeline, "evaluation/champion").to_pylist()
    assert {row["ranker"] for row in champions if row["as_of"] == FIRST} == {"popularity"}  # nothing judged yet
    assert Counter(row["as_of"] for row in champions) == {FIRST: 4, SECOND: 4}


def test_the_report_is_one_file_that_needs_no_other(pipeline: Pipeline) -> None:
    for row in rows(pipeline, "evaluation/report").to_pylist():
        page = Path(row["path"]).read_text(encoding="utf-8")
        assert page.startswith("<!doctype html>") or page.startswith("<!DOCTYPE html>")
        assert len(page.encode()) == row["bytes"]
        for outside in ("<script src", "<link ", "@import", 'src="http', "url(http"):
            assert outside not in page


def test_a_second_refresh_changes_nothing(refreshed: Refreshed, tmp_path: Path) -> None:
    pipeline = refreshed.tiny.copied_to(tmp_path).pipeline()
    before = versions(pipeline), _reports(pipeline)
    with dg.DagsterInstance.ephemeral() as instance:
        assert refresh(pipeline, instance) == [FIRST, SECOND]
    assert set(versions(pipeline).items()) - set(before[0].items()) == set()
    assert _reports(pipeline) == before[1]


def _reports(pipeline: Pipeline) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in pipeline.places.reports.iterdir()}


def test_one_more_day_touches_its_own_partitions_and_those_it_reopens(refreshed: Refreshed, tmp_path: Path) -> None:
    tiny = refreshed.tiny.copied_to(tmp_path)
    pipeline = tiny.pipeline()
    before, versions_before = fingerprints(pipeline, day_tables(pipeline)), versions(pipeline)
    n_models = _times(pipeline.places.models)
    lay_out(small_world(), tiny.home / "landing", DAYS + 1)
    with dg.DagsterInstance.ephemeral() as instance:
        assert refresh(pipeline, instance) == [FIRST, SECOND]
        assert _encoded(instance) <= _n_landed_items(pipeline, SECOND)
    after = fingerprints(pipeline, day_tables(pipeline))
    touched = {date.fromisoformat(day) for (_, day), value in after.items() if value != before[_, day]}
    late = pipeline.folder.settings.late_days
    assert touched <= {SECOND + timedelta(days=ahead) for ahead in range(-late, 2)}
    assert SECOND in touched
    of_raw = {day for (table, day), value in after.items() if table.startswith("raw/") and value != before[table, day]}
    assert of_raw <= {f"{SECOND}", f"{SECOND + timedelta(days=1)}"}
    moved = {table for table, version in versions(pipeline).items() if version != versions_before[table]}
    assert not {table for table in moved if table.startswith(("rankers/", "knowledge/", "recommendations/"))}
    assert _times(pipeline.places.models) == n_models


def _times(folder: Path) -> dict[str, int]:
    return {f"{path.relative_to(folder)}": path.stat().st_mtime_ns for path in folder.rglob("*.safetensors")}


def _encoded(instance: dg.DagsterInstance) -> int:
    event = instance.get_latest_materialization_event(dg.AssetKey(["embeddings", "item_texts"]))
    assert event is not None
    assert event.asset_materialization is not None
    encoded = event.asset_materialization.metadata.get("texts encoded")
    return int(encoded.value) if encoded else 0


def _n_landed_items(pipeline: Pipeline, day: date) -> int:
    tables = [rows(pipeline, f"raw/{platform.platform}/items") for platform in pipeline.folder.platforms]
    return sum(pc.sum(pc.equal(table["day"], day)).as_py() or 0 for table in tables)
