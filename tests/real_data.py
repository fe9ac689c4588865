"""Where tests find the real data sets, which are never part of the project."""

import os
from pathlib import Path

import pytest


def real_data(name: str) -> Path:
    """The folder of a real data set; skips the test, saying so, where it is missing."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("XDREC_REAL_DATA", default)) / name
    if not folder.is_dir():
        pytest.skip(f"real data {name!r} is not at {folder}; point XDREC_REAL_DATA at the folder that holds it")
    return folder
