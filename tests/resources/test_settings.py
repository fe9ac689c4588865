"""Places come from the environment; what it leaves out lies below one folder."""

from pathlib import Path

import pytest

from resources.settings import places


def test_everything_lies_below_home_unless_said_otherwise(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    found = places({"XDREC_HOME": str(tmp_path / "home")}, default_platforms=folder)
    assert found.platforms == folder
    assert found.landing == str(tmp_path / "home" / "landing" / "mine")
    assert found.lake == str(tmp_path / "home" / "lake" / "mine")
    assert {found.scratch, found.models, found.reports, found.user_key_file, found.catalogue} == {
        tmp_path / "home" / rest for rest in ("scratch", "models/mine", "reports/mine", "keys/user.key", "xdrec.duckdb")
    }


def test_urls_are_left_as_they_are(tmp_path: Path) -> None:
    found = places({"XDREC_LANDING": "s3://logs/in", "XDREC_LAKE": "s3://lake", "XDREC_MEMORY_LIMIT": "6GB"}, tmp_path)
    assert (found.landing, found.lake, found.memory_limit) == ("s3://logs/in", "s3://lake", "6GB")


def test_a_missing_platform_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"XDREC_PLATFORMS: found .*/nowhere, expected a folder of platform files"):
        places({"XDREC_PLATFORMS": str(tmp_path / "nowhere")}, tmp_path)
