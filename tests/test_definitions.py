"""The asset graph as a whole, against a file that people can read, and what loading it costs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import dagster as dg
import pytest

from data_quality.contract import load_contract
from data_quality.documentation import rules
from xdrec_assets.definitions import build_definitions

GOLDEN = Path(__file__).parent / "golden" / "graph.txt"
REPOSITORY = Path(__file__).parents[1]
HEAVY = ("torch", "transformers", "sklearn", "gensim", "great_expectations", "matplotlib", "scipy", "pandas", "faiss")


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    return build_definitions({"XDREC_HOME": str(tmp_path_factory.mktemp("home"))})


def test_the_graph_is_the_golden_one(definitions: dg.Definitions) -> None:
    """Where the difference is meant: XDREC_WRITE_GOLDEN=1 pytest tests/test_definitions.py, and read the diff."""
    found = "\n".join(graph_text(definitions)) + "\n"
    if os.environ.get("XDREC_WRITE_GOLDEN"):
        GOLDEN.write_text(found, encoding="utf-8")
    assert found.splitlines() == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_the_definitions_are_valid(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_every_asset_says_what_it_holds(definitions: dg.Definitions) -> None:
    for key, node in _nodes(definitions):
        assert node.description, key
        assert node.metadata["dagster/table_name"] == key
        columns = node.metadata["dagster/column_schema"].columns
        assert columns, key
        assert [column.name for column in columns if not column.description] == [], key


def test_every_check_of_a_contract_says_its_rules(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.asset_check_keys:
        said = graph.get_check_spec(key).description
        contract = load_contract("/".join(key.asset_key.path))
        assert key.name != "contract" or said.endswith(rules(contract)), key
    said = rules(load_contract("joined/interactions"))
    assert "- strength: no null; at least 0 and at most 1\n" in said
    assert "- references: platform, item_id known in clean/items (platform, item_id) (a warning)" in said


def test_loading_makes_nothing_and_reads_no_secret(tmp_path: Path) -> None:
    build_definitions({"XDREC_HOME": str(tmp_path / "home")})
    assert not (tmp_path / "home").exists()


def test_loading_imports_nothing_heavy() -> None:
    program = f"import sys, xdrec_assets.definitions; print(*(set({HEAVY}) & set(sys.modules)))"
    assert _python("-c", program).stdout.split() == []


def test_the_workspace_validates(tmp_path: Path) -> None:
    said = _python("-m", "dagster", "definitions", "validate", "-w", "workspace.yaml", DAGSTER_HOME=str(tmp_path))
    assert "Validation successful for code location" in said.stderr + said.stdout


def _python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python in the repository, with nothing of this project set in its environment."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDREC_", "DAGSTER_"))}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=REPOSITORY,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


def graph_text(definitions: dg.Definitions) -> Iterator[str]:
    """Assets in the order of their keys, then checks, jobs, schedules and sensors, one indented line per property."""
    repository = definitions.get_repository_def()
    for key, node in _nodes(definitions):
        yield key
        yield f"  group: {node.group_name}"
        yield f"  kinds: {', '.join(sorted(node.kinds))}"
        yield f"  owners: {', '.join(node.owners)}"
        yield f"  partitions: {_partitions(node.partitions_def)}"
        yield f"  checks: {', '.join(sorted(check.name for check in node.check_keys))}"
        for parent in sorted(node.parent_keys):
            mapping = node.partition_mappings.get(parent)
            yield f"  from {'/'.join(parent.path)}" + ("" if mapping is None else f" ({_mapping(mapping)})")
    for job in sorted(repository.get_all_jobs(), key=lambda job: job.name):
        if not job.name.startswith("__"):
            yield f"job {job.name}"
            selected = sorted(job.asset_layer.executable_asset_keys)
            for folder, keys in groupby(selected, key=lambda key: "/".join(key.path[:-1])):
                yield f"  {folder}: {', '.join(key.path[-1] for key in keys)}"
    for schedule in sorted(repository.schedule_defs, key=lambda schedule: schedule.name):
        when = f"{schedule.cron_schedule} {schedule.execution_timezone}"
        yield f"schedule {schedule.name}: {when}, starts {schedule.job_name}"
    for sensor in sorted(repository.sensor_defs, key=lambda sensor: sensor.name):
        starts = ", ".join(target.job_name for target in sensor.targets)
        yield f"sensor {sensor.name}: {sensor.sensor_type.value.lower()}, starts {starts}"


def _nodes(definitions: dg.Definitions) -> list[tuple[str, object]]:
    graph = definitions.resolve_asset_graph()
    return sorted(("/".join(key.path), graph.get(key)) for key in graph.get_all_asset_keys())


def _partitions(partitions: dg.PartitionsDefinition | None) -> str:
    if partitions is None:
        return "none"
    keys = partitions.get_partition_keys(current_time=datetime(2027, 1, 1, tzinfo=UTC))
    return f"{len(keys)}, {keys[0]} to {keys[-1]}"


def _mapping(mapping: dg.PartitionMapping) -> str:
    if isinstance(mapping, dg.AllPartitionMapping):
        return "every partition"
    if isinstance(mapping, dg.TimeWindowPartitionMapping):
        return f"offset {mapping.start_offset} to {mapping.end_offset}"
    return type(mapping).__name__
