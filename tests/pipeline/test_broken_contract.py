"""What breaks a contract in the middle: the step says why, the last good table stands, nothing after it runs."""

from pathlib import Path

import dagster as dg
import pytest

from tests.pipeline.conftest import Refreshed
from tests.pipeline.tiny import rows, versions
from xdrec_assets.pipeline import SQL
from xdrec_assets.refresh import StepFailed, refresh

OWN_SQL = "sql/clean/shop/events.sql"  # how a platform reads an odd log of its own


def test_a_broken_promise_stops_the_step_and_all_after_it(refreshed: Refreshed, tmp_path: Path) -> None:
    tiny = refreshed.tiny.copied_to(tmp_path)
    own = tiny.home / "platforms" / "tiny" / OWN_SQL
    own.parent.mkdir(parents=True)
    mapped = (SQL / "clean" / "mapped_events.sql").read_text(encoding="utf-8")
    own.write_text(mapped.replace("    platform,\n", "    upper(platform) as platform,\n", 1), encoding="utf-8")
    pipeline = tiny.pipeline()
    before, events = versions(pipeline), rows(pipeline, "clean/shop/events")
    with dg.DagsterInstance.ephemeral() as instance:
        with pytest.raises(StepFailed) as failed:
            refresh(pipeline, instance)
        said = str(failed.value)
        check = dg.AssetCheckKey(dg.AssetKey(["clean", "shop", "events"]), "contract")
        record = instance.event_log_storage.get_latest_asset_check_execution_by_key([check])[check]
        assert record.event.dagster_event.asset_check_evaluation_data.passed is False
        assert instance.get_latest_materialization_event(check.asset_key) is None
        for later in (["joined", "interactions"], ["joined", "identities"], ["rankers", "popularity"]):
            assert instance.get_latest_materialization_event(dg.AssetKey(later)) is None
    assert "Step clean_shop failed: clean/shop/events was not published and its last good version stands" in said
    assert "platform" in said
    assert "SHOP" in said  # an example of what was found
    moved = {table for table, version in versions(pipeline).items() if version != before[table]}
    assert not {table for table in moved if not table.startswith("clean/")}
    assert rows(pipeline, "clean/shop/events").equals(events)


def test_an_impossible_strength_is_refused_before_anything_runs(refreshed: Refreshed, tmp_path: Path) -> None:
    tiny = refreshed.tiny.copied_to(tmp_path)
    shop = tiny.home / "platforms" / "tiny" / "shop.yaml"
    shop.write_text(shop.read_text(encoding="utf-8").replace("purchase: 1.0", "purchase: 2.0"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"shop\.yaml: .*purchase.*2") as refused:
        tiny.pipeline()
    assert "between 0 and 1" in str(refused.value) or "less than or equal to 1" in str(refused.value)


def test_an_audit_names_table_rule_and_rows(refreshed: Refreshed) -> None:
    """What a person sees of a check that passed."""
    event = refreshed.instance.get_latest_materialization_event(dg.AssetKey(["joined", "interactions"]))
    assert event is not None
    check = dg.AssetCheckKey(dg.AssetKey(["joined", "interactions"]), "contract")
    record = refreshed.instance.event_log_storage.get_latest_asset_check_execution_by_key([check])[check]
    verdict = record.event.dagster_event.asset_check_evaluation_data.metadata["verdict"].value
    assert "0 blocking and 0 warning failures" in verdict
