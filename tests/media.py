"""Pictures, sounds and tiny models of random weights that read them, made on the spot."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

VISION = {
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": 16,
    "patch_size": 8,
}
TEXT = {
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "vocab_size": 30,
}
RATE = 16_000


def noise(height: int, width: int, seed: int = 0) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


def encoded(picture: Image.Image, name: str = "PNG", **how: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, name, **how)
    return buffer.getvalue()


def tone(seconds: float, rate: int = RATE, hertz: float = 440.0) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def sound(samples: np.ndarray, rate: int = RATE, name: str = "WAV", subtype: str | None = None) -> bytes:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=name, subtype=subtype)
    return buffer.getvalue()


def saved(folder: Path, model: Any, reader: Any) -> str:
    model.save_pretrained(folder)
    reader.save_pretrained(folder)
    return str(folder)


def tiny_clip(folder: Path, seed: int = 0) -> str:
    import torch
    from transformers import CLIPConfig, CLIPModel
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = CLIPModel(CLIPConfig(text_config=TEXT, vision_config=VISION, projection_dim=8))
    reader = CLIPImageProcessorPil(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16})
    return saved(folder, model, reader)


def tiny_wav2vec2(folder: Path, by_layer: bool = False, **more: Any) -> str:
    """by_layer: normalised layer by layer, as the large models are, which are told of padding."""
    import torch
    from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2Model

    config = Wav2Vec2Config(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=24,
        conv_dim=(8, 8, 8),
        conv_kernel=(10, 3, 2),
        conv_stride=(5, 4, 4),
        num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2,
        feat_extract_norm="layer" if by_layer else "group",
        do_stable_layer_norm=by_layer,
        **more,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Wav2Vec2Model(config)
    return saved(folder, model, Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=by_layer))
