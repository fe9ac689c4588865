"""Open the pipeline that the environment describes: its places, its platform folder, its settings."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Mapping
from datetime import date

from resources.settings import places
from xdrec_assets.pipeline import HERE, Pipeline
from xdrec_assets.platforms.folder import read_folder
from xdrec_assets.platforms.platform import Platform
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


def platform_asked(pipeline: Pipeline, name: str) -> Platform:
    """The platform that a command line names.

    Raises:
        ValueError: the folder has no such platform.
    """
    known = {platform.platform: platform for platform in pipeline.folder.platforms}
    if name not in known:
        raise ValueError(f"--platform: found {name!r}, expected one of {', '.join(known)}")
    return known[name]


def day_asked(text: str) -> date:
    """The day that a command line names.

    Raises:
        ArgumentTypeError: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"found {text!r}, expected a day such as 2026-01-05") from None
