"""Decode pictures and sound, hostile ones too: a file that breaks its decoder gives a reason and nothing else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from math import gcd
from typing import TYPE_CHECKING, Any

import numpy as np

from resources.encoding.media_files import BrokenFile, format_of

if TYPE_CHECKING:
    from PIL import Image

MOST_ELONGATED = 50
"""Longer side to shorter side. Models scale the shorter one up, and a strip would become a wall."""
RATES_HZ = (4_000, 384_000)
BLOCK = 1 << 20  # samples of all channels decoded at a time
ENDLESS = 0x7FFF0000  # sizes from here on are what programs write that stream and do not know the size


def picture_of(content: bytes, most_pixels: int) -> Image.Image:
    """A picture as RGB, upright as its camera says, on white where it is transparent; of an animation the first frame.

    Raises:
        BrokenFile: it is no picture, is cut, or has more pixels than `most_pixels`.
    """
    from PIL import Image, ImageOps

    name = format_of(content, "image")
    with _reasons(name):
        opened: Image.Image = Image.open(io.BytesIO(content), formats=[name])
        _check_size(opened.width, opened.height, most_pixels)
        opened.load()
        ImageOps.exif_transpose(opened, in_place=True)
        upright = _eight_bits(opened)
        if upright.has_transparency_data:
            return _on_white(upright)
        return upright if upright.mode == "RGB" else upright.convert("RGB")


def sound_of(content: bytes, rate_hz: int, most_seconds: float) -> tuple[np.ndarray, float, bool]:
    """The samples (n,) float32 of a sound at a rate, its channels averaged; seconds read; whether more were there.

    Raises:
        BrokenFile: it is no sound, is cut, is empty, or has samples that are no numbers.
    """
    import soundfile

    name = format_of(content, "audio")
    _check_riff(content, name)
    with _reasons(name), soundfile.SoundFile(io.BytesIO(content)) as opened:
        rate = int(opened.samplerate)
        if not RATES_HZ[0] <= rate <= RATES_HZ[1]:
            raise BrokenFile(f"{rate:,} samples a second, expected {RATES_HZ[0]:,} to {RATES_HZ[1]:,}; land it again")
        most = int(most_seconds * rate)
        mono = np.concatenate([np.zeros(0, np.float32), *_blocks(opened, most)])
        is_cut = opened.frames > most
        if not is_cut and len(mono) < opened.frames:
            raise BrokenFile(f"{name} cut after {len(mono):,} of {opened.frames:,} samples; land the whole file")
    if not len(mono):
        raise BrokenFile(f"{name} without a sample in it; land a file with sound")
    if not np.isfinite(mono).all():
        raise BrokenFile(f"{int((~np.isfinite(mono)).sum()):,} samples of the {name} are no numbers; land it again")
    return resampled(mono, rate, rate_hz), len(mono) / rate, is_cut


def resampled(samples: np.ndarray, rate_hz: int, to_hz: int) -> np.ndarray:
    """Samples (n,) at another rate, float32, by a polyphase filter that keeps what would fold out."""
    if rate_hz == to_hz:
        return samples
    from scipy.signal import resample_poly

    common = gcd(rate_hz, to_hz)
    return np.asarray(resample_poly(samples, to_hz // common, rate_hz // common), dtype=np.float32)


def _blocks(opened: Any, most: int) -> Iterator[np.ndarray]:
    """The first `most` samples, channels averaged, so many at a time that memory does not grow with the channels."""
    length = max(1, BLOCK // opened.channels)
    while most > 0:
        block = opened.read(min(length, most), dtype="float32", always_2d=True)
        if not len(block):
            return
        yield block.mean(axis=1)
        most -= len(block)


def _check_size(width: int, height: int, most_pixels: int) -> None:
    if width * height > most_pixels:
        raise BrokenFile(
            f"{width:,} x {height:,} pixels, at most {most_pixels:,} are decoded; "
            "land a smaller copy, or raise embeddings.media_pixels"
        )
    if max(width, height) > MOST_ELONGATED * min(width, height):
        raise BrokenFile(
            f"{width:,} x {height:,} pixels, expected one side at most {MOST_ELONGATED} times the other; crop it"
        )


def _check_riff(content: bytes, name: str) -> None:
    """A WAV says its size; the library reads what is left of a shorter one in silence."""
    said = int.from_bytes(content[4:8], "little")
    if name == "WAV" and len(content) < said + 8 and said < ENDLESS:
        raise BrokenFile(f"WAV of {len(content):,} bytes that says it has {said + 8:,}; land the whole file")


def _on_white(picture: Image.Image) -> Image.Image:
    from PIL import Image

    with_alpha = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), with_alpha).convert("RGB")


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Sixteen bits of grey brought down to eight, where the library would cut off all above 255."""
    from PIL import Image

    if not picture.mode.startswith("I"):
        return picture
    return Image.fromarray((np.asarray(picture).clip(0, 65_535) // 257).astype(np.uint8))


@contextmanager
def _reasons(name: str) -> Iterator[None]:
    """Whatever a decoder raises on a broken file, as the reason why that file is not read."""
    try:
        yield
    except BrokenFile:
        raise
    except Exception as error:
        said = getattr(error, "error_string", "") or str(error) or type(error).__name__
        raise BrokenFile(f"{name} that cannot be decoded ({said.splitlines()[0][:200]}); land a whole one") from error
