"""The order in which Dagster makes what depends on an earlier date of its own."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from xdrec_assets.definitions import build_definitions

CHAMPION = dg.AssetKey(["evaluation", "champion"])
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def weekly(tmp_path: Path) -> dg.Definitions:
    return build_definitions({"XDREC_HOME": str(tmp_path)})


def parents(definitions: dg.Definitions, as_of: str) -> list[str]:
    """The partitions of the champion that must be decided before one of it."""
    node = definitions.resolve_asset_graph().get(CHAMPION)
    assert node.partitions_def is not None
    asked = node.partitions_def.empty_subset().with_partition_keys([as_of])
    found = node.partition_mappings[CHAMPION].get_upstream_mapped_partitions_result_for_partitions(
        asked, node.partitions_def, node.partitions_def, current_time=NOW
    )
    assert found.required_but_nonexistent_subset.is_empty
    return sorted(found.partitions_subset.get_partition_keys())


def test_champion_of_a_week_waits_for_that_of_the_week_before(weekly: dg.Definitions) -> None:
    assert parents(weekly, "2026-02-16") == ["2026-02-09"]
    assert parents(weekly, "2026-02-02") == []
