"""The web server over this code location: it answers, and by --read-only it starts nothing."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.commands import REPOSITORY, environment_of
from tests.pipeline.tiny import Tiny, lay_down, small_world
from xdrec_assets.definitions import definitions_of

NODES = "{ assetNodes { assetKey { path } groupName description kinds hasMaterializePermission } }"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    tiny, _ = lay_down(tmp_path_factory.mktemp("served"), small_world(), days=1)
    folder = Path(tiny.environment["DAGSTER_HOME"])
    folder.mkdir()
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    return tiny


@pytest.fixture(scope="module")
def graphql(tiny: Tiny) -> Iterator[str]:
    """The address of a server of our own, which is stopped whatever happens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "dagster_webserver", "--read-only", "-h", "127.0.0.1", "-p", f"{port}", "-w", "workspace.yaml"]
    with (tiny.home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, *command], cwd=REPOSITORY, env=environment_of(tiny), stdout=log, stderr=log
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/server_info", server, tiny.home / "server.log")
            yield f"http://127.0.0.1:{port}/graphql"
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"no answer from {address} within {seconds} s:\n{log.read_text(encoding='utf-8')}")


def ask(graphql: str, query: str) -> Any:
    request = urllib.request.Request(
        graphql, json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["data"]


def test_it_shows_every_asset_in_the_group_of_its_stage(tiny: Tiny, graphql: str) -> None:
    nodes = {"/".join(node["assetKey"]["path"]): node for node in ask(graphql, NODES)["assetNodes"]}
    graph = definitions_of(tiny.pipeline()).resolve_asset_graph()
    assert set(nodes) == {"/".join(key.path) for key in graph.get_all_asset_keys()}
    assert all(node["groupName"] == key.split("/")[0] for key, node in nodes.items())
    assert all(node["description"] and "deltalake" in node["kinds"] for node in nodes.values())


def test_nobody_can_start_a_run_through_it(graphql: str) -> None:
    assert not any(node["hasMaterializePermission"] for node in ask(graphql, NODES)["assetNodes"])
    refused = ask(graphql, "mutation { reloadWorkspace { __typename } }")
    assert refused["reloadWorkspace"]["__typename"] == "UnauthorizedError"
