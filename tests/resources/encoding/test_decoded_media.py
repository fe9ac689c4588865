"""Decoding what others made: the right pixels and samples, and a reason where a file is broken or a bomb."""

import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from resources.encoding.decoded_media import picture_of, resampled, sound_of
from resources.encoding.media_files import BrokenFile
from tests.media import encoded, noise, sound, tone

PIXELS = 100_000


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_that_says(width: int, height: int, *more: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + b"".join(more)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def reason_of(decode: Callable[[], object]) -> str:
    try:
        decode()
    except BrokenFile as reason:
        return str(reason)
    return "; it was decoded"


@pytest.mark.parametrize("name", ["PNG", "GIF", "WEBP"])
def test_pictures_without_loss_are_decoded_to_their_pixels(name: str) -> None:
    colours = Image.new("RGB", (3, 2), (10, 200, 30))
    how = {"lossless": True} if name == "WEBP" else {}
    assert np.asarray(picture_of(encoded(colours, name, **how), PIXELS)).tolist() == [[[10, 200, 30]] * 3] * 2


def test_of_an_animation_the_first_frame_is_decoded() -> None:
    frames = [Image.new("RGB", (4, 4), (0, 0, shade)) for shade in range(1, 201)]
    animated = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert picture_of(animated, PIXELS).getpixel((0, 0)) == (0, 0, 1)


def test_what_is_transparent_stands_on_white() -> None:
    clear = Image.new("RGBA", (2, 1), (255, 0, 0, 0))
    clear.putpixel((1, 0), (255, 0, 0, 255))
    assert np.asarray(picture_of(encoded(clear), PIXELS)).tolist() == [[[255, 255, 255], [255, 0, 0]]]
    palette = Image.new("P", (1, 1), 0)
    palette.putpalette([9, 9, 9])
    assert picture_of(encoded(palette, transparency=b"\0"), PIXELS).getpixel((0, 0)) == (255, 255, 255)


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    grey = Image.fromarray(np.array([[0, 257 * 100, 65_535]], dtype=np.uint16))
    assert np.asarray(picture_of(encoded(grey), PIXELS))[0, :, 0].tolist() == [0, 100, 255]


def test_a_photo_taken_sideways_stands_upright() -> None:
    sideways = Image.Exif()
    sideways[0x0112] = 6  # orientation: turn right
    assert picture_of(encoded(noise(10, 30), "JPEG", exif=sideways), PIXELS).size == (10, 30)


def test_a_picture_that_is_cut_gives_a_reason() -> None:
    whole = encoded(noise(40, 40))
    for n_bytes in (20, 60, len(whole) // 2, len(whole) - 60):
        with pytest.raises(BrokenFile, match=r"PNG that cannot be decoded .*; land a whole one"):
            picture_of(whole[:n_bytes], PIXELS)


@pytest.mark.parametrize("side", [8_000, 10_000, 60_000, 2**31 - 1])
def test_a_picture_that_says_it_is_huge_is_not_decoded(side: int) -> None:
    with pytest.raises(BrokenFile, match=r"pixels|could be decompression bomb|cannot be decoded"):
        picture_of(png_that_says(side, side), PIXELS)


def test_a_picture_of_the_most_pixels_is_decoded_and_one_of_more_is_not() -> None:
    assert picture_of(encoded(Image.new("L", (400, 250))), PIXELS).size == (400, 250)
    with pytest.raises(BrokenFile, match=r"400 x 251 pixels, at most 100,000 are decoded; .* embeddings\.media_pixels"):
        picture_of(encoded(Image.new("L", (400, 251))), PIXELS)


def test_a_strip_that_would_be_scaled_up_to_a_wall_is_refused() -> None:
    assert picture_of(encoded(Image.new("L", (50, 1))), PIXELS).size == (50, 1)
    with pytest.raises(BrokenFile, match="51 x 1 pixels, expected one side at most 50 times the other"):
        picture_of(encoded(Image.new("L", (51, 1))), PIXELS)


def test_text_that_unpacks_to_far_more_is_a_bomb() -> None:
    bomb = chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(50_000_000)))
    with pytest.raises(BrokenFile, match="cannot be decoded"):
        picture_of(png_that_says(4, 4, bomb), PIXELS)


def test_scrambled_pictures_give_a_reason_or_a_picture_and_nothing_else() -> None:
    rng = np.random.default_rng(0)
    for name in ("PNG", "JPEG", "GIF", "WEBP"):
        whole = encoded(noise(20, 20), name)
        for _ in range(40):
            scrambled = bytearray(whole)
            for at in rng.integers(8, len(whole), 6):
                scrambled[at] = rng.integers(256)
            assert ";" in reason_of(lambda content=bytes(scrambled): picture_of(content, PIXELS))


@pytest.mark.parametrize(("name", "most"), [("WAV", 1e-4), ("FLAC", 1e-4), ("OGG", 0.05), ("MP3", 0.05)])
def test_sounds_are_decoded_to_their_samples(name: str, most: float) -> None:
    wave = tone(0.5)
    samples, seconds, is_cut = sound_of(sound(wave, name=name), 16_000, 60)
    assert (samples.dtype, seconds, is_cut) == (np.float32, 0.5, False)
    assert np.abs(samples[2_000:6_000] - wave[2_000:6_000]).max() < most


def test_channels_are_averaged_and_brought_to_the_rate_asked_for() -> None:
    left = tone(1, 96_000)
    samples, seconds, _ = sound_of(sound(np.stack([left, 0 * left], axis=1), 96_000, "FLAC"), 16_000, 60)
    assert (len(samples), seconds) == (16_000, 1.0)
    np.testing.assert_allclose(samples[500:-500], tone(1, 16_000)[500:-500] / 2, atol=1e-3)


def test_what_a_lower_rate_cannot_carry_is_filtered_out() -> None:
    assert np.abs(resampled(tone(1, 48_000, hertz=12_000), 48_000, 16_000)[500:-500]).max() < 0.01


def test_a_long_sound_is_read_from_its_beginning() -> None:
    samples, seconds, is_cut = sound_of(sound(tone(2)), 16_000, 0.5)
    assert (len(samples), seconds, is_cut) == (8_000, 0.5, True)
    assert sound_of(sound(tone(0.5)), 16_000, 0.5)[2] is False


def test_many_channels_are_read_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resources.encoding.decoded_media.BLOCK", 1_000)
    wave = np.repeat(tone(0.1)[:, None], 64, axis=1)
    np.testing.assert_allclose(sound_of(sound(wave), 16_000, 60)[0], tone(0.1), atol=1e-4)


@pytest.mark.parametrize("name", ["FLAC", "MP3"])
def test_a_sound_that_is_cut_gives_a_reason(name: str) -> None:
    whole = sound(tone(3), name=name)
    with pytest.raises(BrokenFile, match=f"{name} .*; land (a|the) whole"):
        sound_of(whole[: len(whole) // 2], 16_000, 60)


def wav_that_says(n_bytes: int, whole: bytes) -> bytes:
    at = whole.index(b"data")
    return (
        whole[:4] + struct.pack("<I", n_bytes + 36) + whole[8 : at + 4] + struct.pack("<I", n_bytes) + whole[at + 8 :]
    )


def test_a_wav_is_as_long_as_it_says_or_as_a_stream_that_did_not_know() -> None:
    whole = sound(tone(1))
    with pytest.raises(BrokenFile, match=r"WAV of 16,044 bytes that says it has 32,044; land the whole file"):
        sound_of(whole[:16_044], 16_000, 60)
    with pytest.raises(BrokenFile, match="land the whole file"):
        sound_of(wav_that_says(1 << 30, whole), 16_000, 60)
    with pytest.raises(BrokenFile, match="without a sample"):
        sound_of(wav_that_says(0, whole), 16_000, 60)
    assert len(sound_of(wav_that_says(0xFFFFFFFF - 36, whole), 16_000, 60)[0]) == 16_000


@pytest.mark.parametrize(
    ("rate", "said"), [(0, "cannot be decoded"), (100, "100 samples a second"), (1 << 30, "second")]
)
def test_a_rate_that_no_sound_has_is_refused_before_a_filter_is_made_for_it(rate: int, said: str) -> None:
    whole = sound(tone(0.1))
    with pytest.raises(BrokenFile, match=said):
        sound_of(whole[:24] + struct.pack("<I", rate) + whole[28:], 16_000, 60)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_refused(wrong: float) -> None:
    wave = tone(0.1)
    wave[7] = wrong
    with pytest.raises(BrokenFile, match="1 samples of the WAV are no numbers"):
        sound_of(sound(wave, subtype="FLOAT"), 16_000, 60)


def test_silence_is_a_sound() -> None:
    assert not sound_of(sound(np.zeros(100, np.float32)), 16_000, 60)[0].any()


def test_scrambled_sounds_give_a_reason_or_a_sound_and_nothing_else() -> None:
    rng = np.random.default_rng(0)
    for name in ("WAV", "FLAC", "OGG"):
        whole = sound(tone(0.3), name=name)
        for _ in range(30):
            scrambled = bytearray(whole)
            for at in rng.integers(4, len(whole), 6):
                scrambled[at] = rng.integers(256)
            assert ";" in reason_of(lambda content=bytes(scrambled): sound_of(content, 16_000, 60))
