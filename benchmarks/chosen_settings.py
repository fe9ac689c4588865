"""Settings of rankers that a search chose on the validation rounds of a data set, kept as YAML in benchmarks/chosen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "chosen"
HEADER = "# Chosen by `python -m benchmarks.search` on this set's validation rounds; leaderboards take it from here.\n"

Settings = dict[str, Any]
Chosen = Mapping[str, Mapping[str, Mapping[str, Mapping[str, Any]]]]
"""By ranker, training and platform: what to set apart from the contest's own settings, and what came of it."""


def read_chosen(name: str, title: str, folder: Path = FOLDER) -> Chosen:
    """What was chosen for the contest of a title; nothing where nothing was searched.

    name: of the data set, as its file is called.
    """
    return _read(folder / f"{name}.yaml").get(title, {})


def chosen_for(chosen: Chosen, ranker: str, trained_on: str) -> dict[str, Settings] | None:
    """By platform, what to set apart from the contest's settings; None where this was not searched."""
    found = chosen.get(ranker, {}).get(trained_on)
    return None if found is None else {platform: dict(each["settings"]) for platform, each in found.items()}


def keep_chosen(
    name: str, title: str, ranker: str, trained_on: str, found: Mapping[str, Mapping[str, Any]], folder: Path = FOLDER
) -> Path:
    """Write what was chosen for a ranker in a training, by platform; what else the file says stays. The file."""
    path = folder / f"{name}.yaml"
    kept = _read(path)
    of_ranker = kept.setdefault(title, {}).setdefault(ranker, {})
    of_ranker[trained_on] = {platform: dict(each) for platform, each in found.items()}
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + yaml.safe_dump(kept, allow_unicode=True, width=120), encoding="utf-8")
    return path


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}
    return found
