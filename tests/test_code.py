"""A change of code makes the steps run again that compute with it, and no others."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.worlds import world
from xdrec_assets import pipeline as module
from xdrec_assets.pipeline import HERE, SQL

Changed = Callable[[str], set[str]]
ASKED = {
    "rankers": ("rankers",),
    "evaluation": ("evaluation",),
    "report": ("evaluation", "evaluation/report"),
    "knowledge": ("knowledge", "platforms"),
}


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Changed:
    """What is found to have changed when one more line stands in a file of a copy of the source."""
    pipeline = world(tmp_path, {})
    for name, folder in (("HERE", HERE), ("SQL", SQL)):
        monkeypatch.setattr(module, name, tmp_path / "source" / folder.name)
        shutil.copytree(folder, tmp_path / "source" / folder.name)

    def after(file: str) -> set[str]:
        before = {name: pipeline.code_of(*stages) for name, stages in ASKED.items()}
        path = tmp_path / "source" / file
        path.write_bytes(path.read_bytes() + b"\n")
        return {name for name, stages in ASKED.items() if pipeline.code_of(*stages) != before[name]}

    return after


@pytest.mark.parametrize(
    ("file", "touched"),
    [
        ("xdrec_assets/evaluation/report/sections/words.html.j2", {"report"}),
        ("xdrec_assets/evaluation/report/sections/style.css", {"report"}),
        ("xdrec_assets/evaluation/report/wording.py", {"report"}),
        ("sql/evaluation/report/served.sql", {"report"}),
        ("xdrec_assets/evaluation/metrics/definitions.yaml", {"evaluation", "report"}),
        ("xdrec_assets/evaluation/judge.py", {"evaluation", "report"}),
        ("sql/evaluation/test_events.sql", {"evaluation", "report"}),
        ("xdrec_assets/joined/history.py", {"rankers"}),
        ("xdrec_assets/joined/accounts.py", set()),
        ("xdrec_assets/platforms/outside.py", {"knowledge"}),
        ("xdrec_assets/platforms/sample/settings.yaml", set()),
    ],
)
def test_a_changed_file_is_noticed_by_those_that_compute_with_it(
    changed: Changed, file: str, touched: set[str]
) -> None:
    assert changed(file) == touched
