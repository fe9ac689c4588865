"""Run commands as people do: in the repository, in a process of their own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.pipeline.tiny import Tiny

REPOSITORY = Path(__file__).parents[2]


def environment_of(tiny: Tiny) -> dict[str, str]:
    """This process's environment with nothing of this project in it but one installation."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDREC_", "DAGSTER_"))}
    return kept | tiny.environment


def run(environment: Mapping[str, str], *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a Python module with its arguments; what it wrote comes with the error where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=REPOSITORY,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert not check or done.returncode == 0, f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def initialise(tiny: Tiny, environment: Mapping[str, str]) -> None:
    """Make the installation's Dagster folder, once, before several processes use it."""
    folder = Path(tiny.environment["DAGSTER_HOME"])
    folder.mkdir(parents=True)
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    run(environment, "dagster", "instance", "info")
