"""Picture encoders of each architecture, tiny and of random weights, against a plain forward of the same model."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from resources.encoding.media_files import BrokenFile, MediaLimits
from resources.encoding.media_network import in_halves, unit_or_nan
from resources.encoding.media_spec import MediaSpec
from resources.encoding.model_files import find_model_files
from resources.encoding.pictures import PictureEncoder
from tests.media import TEXT, VISION, encoded, noise, saved, tiny_clip

PICTURES = [noise(30, 40, 1), noise(16, 16, 2), noise(50, 20, 3)]
SQUARE = {"height": 16, "width": 16}


def load(folder: str, pooling: str = "auto", **more: Any) -> PictureEncoder:
    return PictureEncoder.load(find_model_files(folder), MediaSpec(model=folder, pooling=pooling), device="cpu", **more)


def encode(encoder: PictureEncoder, *pictures: Image.Image) -> np.ndarray:
    return encoder.encode([encoder.prepare(encoded(picture)) for picture in pictures])


def unit(vectors: Any) -> np.ndarray:
    rows = vectors.detach().numpy()
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def scaled(picture: Image.Image, resample: int, mean: Any, std: Any) -> np.ndarray:
    """A picture stretched to 16 x 16 and normalised by hand: (3, 16, 16)."""
    pixels = np.asarray(picture.resize((16, 16), resample), dtype=np.float32) / 255
    return ((pixels - np.float32(mean)) / np.float32(std)).transpose(2, 0, 1)


def by_hand(resample: int, mean: Any = 0.5, std: Any = 0.5) -> Any:
    import torch

    return torch.from_numpy(np.stack([scaled(picture, resample, mean, std) for picture in PICTURES]))


def test_clip_gives_the_vectors_of_the_space_it_shares_with_texts(tmp_path: Path) -> None:
    import torch
    from transformers import CLIPModel

    mean, std = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
    found = encode(load(tiny_clip(tmp_path)), noise(16, 16, 2))
    pixels = torch.from_numpy(scaled(noise(16, 16, 2), Image.Resampling.BICUBIC, mean, std)[None])
    model = CLIPModel.from_pretrained(tmp_path).eval()
    expected = model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output)
    np.testing.assert_allclose(found, unit(expected), atol=1e-5)
    assert found.shape == (1, 8)


def test_clip_scales_the_shorter_side_and_takes_the_middle(tmp_path: Path) -> None:
    encoder = load(tiny_clip(tmp_path))
    stripes = Image.new("RGB", (48, 16), "red")
    stripes.paste(Image.new("RGB", (16, 16), "blue"), (16, 0))
    np.testing.assert_allclose(encode(encoder, stripes), encode(encoder, Image.new("RGB", (16, 16), "blue")), atol=1e-5)


def test_siglip_stretches_and_pools_by_attention(tmp_path: Path) -> None:
    from transformers import SiglipConfig, SiglipModel
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    model = SiglipModel(SiglipConfig(text_config=TEXT, vision_config=VISION)).eval()
    folder = saved(tmp_path, model, SiglipImageProcessorPil(size=SQUARE))
    expected = model.vision_model(pixel_values=by_hand(Image.Resampling.BICUBIC)).pooler_output
    np.testing.assert_allclose(encode(load(folder), *PICTURES), unit(expected), atol=1e-5)


def test_siglip_2_keeps_the_shape_of_a_picture(tmp_path: Path) -> None:
    import torch
    from transformers import Siglip2Config, Siglip2Model
    from transformers.models.siglip2.image_processing_pil_siglip2 import Siglip2ImageProcessorPil

    vision = {name: value for name, value in VISION.items() if name != "image_size"} | {"num_patches": 16}
    model = Siglip2Model(Siglip2Config(text_config=TEXT, vision_config=vision)).eval()
    reader = Siglip2ImageProcessorPil(patch_size=8, max_num_patches=16)
    found = encode(load(saved(tmp_path, model, reader)), *PICTURES)
    with torch.inference_mode():
        expected = model.get_image_features(**reader(images=PICTURES, return_tensors="pt")).pooler_output
    np.testing.assert_allclose(found, unit(expected), atol=1e-5)


def test_vit_gives_its_first_token_or_its_pooler(tmp_path: Path) -> None:
    from transformers import ViTConfig, ViTModel
    from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

    model = ViTModel(ViTConfig(**VISION)).eval()
    folder = saved(tmp_path, model, ViTImageProcessorPil(size=SQUARE))
    expected = model(pixel_values=by_hand(Image.Resampling.BILINEAR))
    np.testing.assert_allclose(encode(load(folder), *PICTURES), unit(expected.last_hidden_state[:, 0]), atol=1e-5)
    np.testing.assert_allclose(encode(load(folder, "pooled"), *PICTURES), unit(expected.pooler_output), atol=1e-5)


def test_dinov2_gives_its_first_token(tmp_path: Path) -> None:
    import torch
    from transformers import Dinov2Config, Dinov2Model
    from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil

    model = Dinov2Model(Dinov2Config(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, patch_size=8)).eval()
    reader = BitImageProcessorPil(size={"shortest_edge": 20}, crop_size=SQUARE)
    found = encode(load(saved(tmp_path, model, reader)), *PICTURES)
    with torch.inference_mode():
        pixels = reader(images=PICTURES, return_tensors="pt")["pixel_values"]
        expected = model(pixel_values=pixels).last_hidden_state[:, 0]
    assert pixels.shape == (3, 3, 16, 16)
    np.testing.assert_allclose(found, unit(expected), atol=1e-5)


def test_vectors_are_single_precision_of_unit_length_whatever_is_in_the_batch(tmp_path: Path) -> None:
    encoder = load(tiny_clip(tmp_path))
    many = [noise(16 + i, 40, i) for i in range(20)]
    together = encode(encoder, *many)
    assert (together.dtype, together.shape) == (np.float32, (20, 8))
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(together[17], encode(encoder, many[17])[0], atol=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (3, 1), (1, 3), (3, 3), (50, 1)])
def test_the_smallest_pictures_have_a_vector(tmp_path: Path, size: tuple[int, int]) -> None:
    assert np.isfinite(encode(load(tiny_clip(tmp_path)), Image.new("RGB", size, "green"))).all()


def test_what_was_prepared_says_how_large_the_picture_was(tmp_path: Path) -> None:
    encoder = load(tiny_clip(tmp_path), limits=MediaLimits(pixels=700))
    assert encoder.prepare(encoded(noise(20, 30))).facts == {"width": 30, "height": 20}
    with pytest.raises(BrokenFile, match="at most 700 are decoded"):
        encoder.prepare(encoded(noise(30, 30)))


def test_a_model_without_all_its_weights_is_refused(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = tiny_clip(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["visual_projection.weight"]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match="lacks the weights visual_projection"):
        load(folder)


def test_a_pooler_of_random_numbers_is_not_used(tmp_path: Path) -> None:
    from transformers import ViTConfig, ViTModel
    from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

    model = ViTModel(ViTConfig(**VISION), add_pooling_layer=False)
    folder = saved(tmp_path, model, ViTImageProcessorPil(size=SQUARE))
    assert encode(load(folder), PICTURES[0]).shape == (1, 16)
    with pytest.raises(ValueError, match=r"lacks the weights pooler\.dense\.bias"):
        load(folder, "pooled")


def test_a_pooling_that_a_model_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="pooling cls of a clip model; leave it at auto"):
        load(tiny_clip(tmp_path), "cls")


def test_other_formats_than_safetensors_are_not_read(tmp_path: Path) -> None:
    folder = tiny_clip(tmp_path)
    files = find_model_files(folder)
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(OSError, match="safetensors"):
        PictureEncoder.load(files, MediaSpec(model=folder), device="cpu")


def test_rows_that_point_nowhere_are_nan() -> None:
    rows = unit_or_nan(np.array([[3.0, 4.0], [0.0, 0.0], [np.inf, 1.0], [np.nan, 1.0]]))
    assert rows[0].tolist() == pytest.approx([0.6, 0.8])
    assert np.isnan(rows[1:]).any(axis=1).all()


def test_a_batch_that_has_no_room_is_halved_until_it_has() -> None:
    import torch

    sizes = []

    def run(rows: list[int]) -> np.ndarray:
        sizes.append(len(rows))
        if len(rows) > 2:
            raise torch.cuda.OutOfMemoryError
        return np.array(rows)

    assert in_halves([1, 2, 3, 4, 5], run).tolist() == [1, 2, 3, 4, 5]
    assert sizes == [5, 2, 3, 1, 2]


def test_a_single_picture_that_has_no_room_is_an_error() -> None:
    import torch

    def run(rows: list[int]) -> np.ndarray:
        raise torch.cuda.OutOfMemoryError

    with pytest.raises(torch.cuda.OutOfMemoryError):
        in_halves([1], run)
