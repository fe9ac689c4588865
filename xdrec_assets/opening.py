"""Open the pipeline that the environment describes: its places, its platform folder, its settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from resources.settings import places
from xdrec_assets.pipeline import HERE, Pipeline
from xdrec_assets.platforms.folder import read_folder
from xdrec_assets.settings import stage_settings

SAMPLE = HERE / "platforms" / "sample"


def open_pipeline(environment: Mapping[str, str], today: date | None = None) -> Pipeline:
    """The pipeline that the environment describes.

    Raises:
        YamlError: a platform file or a setting is wrong.
    """
    where = places(environment, default_platforms=SAMPLE)
    folder = read_folder(where.platforms)
    return Pipeline(where, folder, stage_settings(folder), environment, today)
