"""Find the files of a language model that writes: in a folder, or pinned on the Hugging Face hub."""

import hashlib
import json
from pathlib import Path
from typing import Any

from resources.encoding.model_files import (
    ENDINGS,
    PINNED_HUB_NAME,
    ModelFiles,
    find_model_files,
    folder_sha256,
    weight_files,
)

ALSO_DECISIVE = ("*.jinja", "generation_config.json")
"""Files that decide what a model writes, beside those that decide how it reads."""


def find_generator_files(name: str) -> ModelFiles:
    """Resolve a folder, or "owner/model@<40 hexadecimal digits>"; nothing is downloaded.

    A folder's revision is the digest of its files: weights, tokenizer, chat template.

    Raises:
        ValueError: it is neither, or a folder's weights are in a format that is not read.
    """
    if Path(name).is_dir():
        folder = Path(name).resolve()
        return ModelFiles(folder.name, generator_sha256(folder)[:16], str(folder), is_on_hub=False)
    if not PINNED_HUB_NAME.fullmatch(name):
        raise ValueError(
            f"generator {name!r} is no folder and no pinned hub name; give an existing folder, "
            "or owner/model@commit with the commit's 40 hexadecimal digits"
        )
    return find_model_files(name)


def generator_sha256(folder: Path) -> str:
    """Digest of all that a model folder says, its chat template and generation settings with it."""
    digest = hashlib.sha256(folder_sha256(folder).encode())
    for file in sorted(file for name in ALSO_DECISIVE for file in folder.glob(name)):
        digest.update(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def generator_folder(files: ModelFiles, network: bool) -> Path:
    """The folder of a model; a hub model's files are downloaded where the network is allowed.

    Raises:
        FileNotFoundError: a hub model was not downloaded before and the network is not allowed.
        ValueError: it has no safetensors.
    """
    if not files.is_on_hub:
        return Path(files.location)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(
            snapshot_download(
                files.location,
                revision=files.revision,
                local_files_only=not network,
                allow_patterns=[*(f"*{ending}" for ending in ENDINGS), "*.jinja"],
                ignore_patterns=["onnx/*", "openvino/*", "original/*"],
            )
        )
    except LocalEntryNotFoundError as error:
        raise FileNotFoundError(
            f"generator {files.model}@{files.revision} is not on this machine"
            + ("" if network else " and its setting network is false")
            + "; set network to true where the hub can be reached, or give a folder with the model"
        ) from error
    weight_files(folder)
    return folder


def may_run_code(folder: Path, model: str, allowed: str | None) -> bool:
    """Whether code that comes with the model may run: only if the settings name this very model.

    Raises:
        ValueError: the settings name another model; the model needs code that is not allowed; or its code would come
            from yet another place, which no revision pins.
    """
    if allowed not in (None, model):
        raise ValueError(f"generator: remote_code is {allowed!r}, but the model is {model!r}; name the same one")
    config: dict[str, Any] = json.loads((folder / "config.json").read_bytes())
    code = config.get("auto_map") or {}
    if elsewhere := sorted({str(place).partition("--")[0] for place in code.values() if "--" in str(place)}):
        raise ValueError(
            f"{model} takes code from {', '.join(elsewhere)}, which no revision pins; copy the code into a folder "
            "with the model and take the names before -- out of config.json's auto_map"
        )
    if allowed is None and code and not _is_known(str(config.get("model_type"))):
        raise ValueError(
            f"{model} brings code of its own, which is not run unless allowed by name; read it, and set the "
            f"generator's remote_code to {model!r} if you trust it"
        )
    return allowed is not None


def _is_known(model_type: str) -> bool:
    from transformers import CONFIG_MAPPING

    return model_type in CONFIG_MAPPING
