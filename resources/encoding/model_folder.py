"""What a model's folder says of how it is to be used: pooling, layers behind it, prompts, code of its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from resources.encoding.spec import EncoderSpec, Pooling

POOLINGS: dict[str, Pooling] = {"mean": "mean", "cls": "cls", "lasttoken": "last"}
OLD_POOLINGS = {"mean_tokens": "mean", "cls_token": "cls", "lasttoken": "lasttoken"}
TUNED = "tuning.json"  # beside the weights of an encoder that was tuned here: from what, and on which past
LAYERS = ("Transformer", "Pooling", "Dense", "Normalize")
ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"Identity": np.asarray, "Tanh": np.tanh}


@dataclass(frozen=True)
class DenseLayer:
    """A linear layer behind the pooling, as some sentence-transformers models have."""

    weight: np.ndarray
    """(size after, size before) float32."""
    bias: np.ndarray
    activation: str

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """Vectors (n, size before) become (n, size after)."""
        return ACTIVATIONS[self.activation](vectors @ self.weight.T + self.bias)


def chosen_pooling(folder: Path, spec: EncoderSpec) -> Pooling:
    """The pooling that the settings ask for, or with "auto" the folder's: its own word, else by what kind it is.

    A model without sentence-transformers' files takes the last token where it writes on (a decoder sees no further
    words), else the mean.

    Raises ValueError where the folder asks for one that is not known here.
    """
    if spec.pooling != "auto":
        return spec.pooling
    asked = [_json(folder / module["path"] / "config.json") for module in modules(folder) if _kind(module) == "Pooling"]
    if not asked:
        return "last" if is_decoder(folder) else "mean"
    if asked[0].get("include_prompt") is False:
        raise ValueError(f"{folder} leaves its prompt out of the pooling, which is not done here; set pooling yourself")
    modes = _modes(asked[0])
    if len(modes) != 1 or modes[0] not in POOLINGS:
        raise ValueError(
            f"{folder} asks for pooling {' + '.join(modes)}, expected one of {', '.join(POOLINGS)}; "
            "set embeddings.encoder.pooling to mean, cls or last where one of them suits the model"
        )
    return POOLINGS[modes[0]]


def _modes(config: dict[str, Any]) -> list[str]:
    if "pooling_mode" in config:
        given = config["pooling_mode"]
        return [given] if isinstance(given, str) else list(given)
    flags = [key.removeprefix("pooling_mode_") for key, on in config.items() if key.startswith("pooling_mode_") and on]
    return [OLD_POOLINGS.get(flag, flag) for flag in flags] or ["mean"]


def is_decoder(folder: Path) -> bool:
    """Whether the model was made to write on, so that each token sees only those before it."""
    names = _json(folder / "config.json").get("architectures") or []
    return any(name.endswith("ForCausalLM") for name in names)


def dense_layers(folder: Path) -> tuple[DenseLayer, ...]:
    """The linear layers behind the pooling, in their order.

    Raises ValueError where one is of a kind that is not known here.
    """
    return tuple(_dense(folder / module["path"]) for module in modules(folder) if _kind(module) == "Dense")


def _dense(folder: Path) -> DenseLayer:
    from safetensors.numpy import load_file

    config, file = _json(folder / "config.json"), folder / "model.safetensors"
    activation = str(config.get("activation_function", "Tanh")).rpartition(".")[2]
    if activation not in ACTIVATIONS or config.get("use_residual") or not file.is_file():
        raise ValueError(
            f"{folder}: found a dense layer with {activation}{', a residual' if config.get('use_residual') else ''}"
            f"{'' if file.is_file() else ', no model.safetensors'}; expected {' or '.join(ACTIVATIONS)} and safetensors"
        )
    arrays = {name: array.astype(np.float32) for name, array in load_file(file).items()}
    weight = arrays["linear.weight"]
    return DenseLayer(weight, arrays.get("linear.bias", np.zeros(len(weight), np.float32)), activation)


def modules(folder: Path) -> list[dict[str, Any]]:
    """The steps that sentence-transformers would run, none where the folder is not one of its models.

    Raises ValueError where one of them is not known here: to leave it out would give other vectors.
    """
    file = folder / "modules.json"
    found = json.loads(file.read_bytes()) if file.is_file() else []
    for module in found:
        if not module["type"].startswith("sentence_transformers.") or _kind(module) not in LAYERS:
            raise ValueError(f"{file} has {module['type']}, expected {', '.join(LAYERS)}; this model cannot be used")
    return list(found)


def _kind(module: dict[str, Any]) -> str:
    return str(module["type"]).rpartition(".")[2]


def prompts(folder: Path) -> dict[str, str]:
    """The prompts that the model's authors name, those that are not empty."""
    named = _json(folder / "config_sentence_transformers.json").get("prompts") or {}
    return {name: prompt for name, prompt in named.items() if prompt}


def may_run_code(folder: Path, model: str, spec: EncoderSpec) -> bool:
    """Whether code that comes with the model may run: only if the settings name this very model.

    Raises ValueError where the settings name another, or the code would come from yet another place, unpinned.
    """
    if spec.remote_code not in (None, model):
        raise ValueError(f"embeddings.encoder.remote_code is {spec.remote_code!r}, but the model is {model!r}")
    code = _json(folder / "config.json").get("auto_map") or {}
    elsewhere = sorted({str(place).partition("--")[0] for place in code.values() if "--" in str(place)})
    if spec.remote_code and elsewhere:
        raise ValueError(
            f"{model} takes code from {', '.join(elsewhere)}, which no revision pins; "
            f"copy the code into a folder with the model and take the names before -- out of config.json's auto_map"
        )
    return spec.remote_code is not None


def needs_code(folder: Path) -> bool:
    """Whether the model is of a kind that transformers does not know by itself."""
    from transformers import CONFIG_MAPPING

    config = _json(folder / "config.json")
    return bool(config.get("auto_map")) and config.get("model_type") not in CONFIG_MAPPING


def _json(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_bytes())) if file.is_file() else {}


def learned_before(spec: EncoderSpec) -> date | None:
    """The date before which an encoder learned from the logs themselves; None for one that was not tuned on them."""
    about = Path(spec.model) / TUNED
    return date.fromisoformat(json.loads(about.read_bytes())["trained_before"]) if about.is_file() else None
