"""Keep a fitted ranker in a folder, as safetensors and JSON, and take it back. Nothing in it can run code.

The arrays lie in a file named after their checksum; `ranker.json` names it and is replaced in one step, so a writer
that is killed at any point leaves the last complete ranker readable.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from resources.durable import write_durably
from xdrec_assets.rankers.new_items import WithNewItems, answering_known_items, without_stand_ins
from xdrec_assets.rankers.ranker import Ranker
from xdrec_assets.rankers.registry import ranker_class
from xdrec_assets.rankers.settings import RankerSettings
from xdrec_assets.rankers.told import Told
from xdrec_assets.rankers.transfer.per_platform import PerPlatform

ABOUT_FILE = "ranker.json"


class StoredRankerError(ValueError):
    """A folder does not hold a ranker that this version can read."""


def save_ranker(
    ranker: Ranker[Any], folder: Path, origin: Mapping[str, Any] | None = None, made_from: int | None = None
) -> None:
    """Write a fitted ranker, in place of what the folder held.

    Args:
        ranker: the ranker.
        folder: one of its own.
        origin: where it comes from (`origin.origin_of`).
        made_from: the fingerprint of its data, settings and code, by which `is_kept` knows it again.

    Raises:
        NotFittedError: it has learned nothing yet.
    """
    from safetensors.numpy import save

    content = save({name: np.ascontiguousarray(array) for name, array in ranker.arrays().items()})
    checksum = hashlib.sha256(content).hexdigest()
    arrays_file = f"{checksum[:16]}.safetensors"
    settings = ranker.settings.model_dump(mode="json")
    about: dict[str, Any] = {"ranker": ranker.name, "settings": settings, "arrays": arrays_file, "sha256": checksum}
    fitted = answering_known_items(ranker)
    if isinstance(fitted, PerPlatform):
        about["per_platform"] = fitted.about()
    about |= ranker.told.as_json()
    if origin is not None:
        about["origin"] = dict(origin)
    if made_from is not None:
        about["made_from"] = made_from
    about["about_sha256"] = about_sha256(about)
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(folder / arrays_file, content)
    write_durably(folder / ABOUT_FILE, json.dumps(about, indent=2).encode())
    for former in folder.glob("*.safetensors"):
        if former.name != arrays_file:
            former.unlink()


def load_ranker(folder: Path) -> Ranker[Any]:
    """The ranker that `save_ranker` wrote.

    Raises:
        StoredRankerError: files are missing or broken, or the ranker is unknown here.
    """
    from safetensors.numpy import load

    about, content = verified_ranker(folder)
    try:
        settings = getattr(RankerSettings.model_validate({about["ranker"]: about["settings"]}), about["ranker"])
        (kept, stand_ins), of = without_stand_ins(load(content)), ranker_class(about["ranker"])
        ranker: Ranker[Any]
        if "per_platform" in about:
            ranker = PerPlatform.from_parts(of, kept, settings, about["per_platform"])
        else:
            ranker = of.from_arrays(kept, settings)
            ranker.told = Told.of_json(about)
        return ranker if stand_ins is None else WithNewItems(ranker, stand_ins)
    except (ValueError, KeyError, TypeError) as error:
        raise StoredRankerError(_unreadable(folder, error)) from error


def is_kept(folder: Path, made_from: int) -> bool:
    """Whether a folder holds a whole ranker that was made from just this, whatever was published of it."""
    try:
        return bool(verified_ranker(folder)[0].get("made_from") == made_from)
    except StoredRankerError:
        return False


def verified_ranker(folder: Path) -> tuple[dict[str, Any], bytes]:
    """What a folder says of its ranker, and the arrays, both found to be what was written.

    Raises:
        StoredRankerError: files are missing or broken.
    """
    try:
        about = json.loads((folder / ABOUT_FILE).read_text(encoding="utf-8"))
        if about["about_sha256"] != about_sha256(about):
            raise ValueError(f"{ABOUT_FILE} is not what was written")
        content = (folder / Path(about["arrays"]).name).read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != about["sha256"]:
            raise ValueError(f"{about['arrays']} has checksum {found[:16]}, expected {about['sha256'][:16]}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoredRankerError(_unreadable(folder, error)) from error
    return about, content


def about_sha256(about: Mapping[str, Any]) -> str:
    """The checksum of what a folder says of its ranker, the checksum itself left out."""
    rest = {key: value for key, value in about.items() if key != "about_sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _unreadable(folder: Path, error: Exception) -> str:
    return f"{folder} holds no readable ranker: {error}; materialise this ranker again"
