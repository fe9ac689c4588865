"""Read the file of a picture or a sound from the landing area: nothing outside of it, within limits, by its content.

What is wrong with a file is a reason for people; it concerns that file alone. Decoding stays out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from resources.landing import LandedFile, Landing

MediumName = Literal["image", "audio"]

FORMATS: dict[MediumName, str] = {"image": "PNG, JPEG, WebP or GIF", "audio": "WAV, FLAC, Ogg or MP3"}
SIGNATURES: tuple[tuple[bytes, MediumName, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image", "PNG"),
    (b"\xff\xd8\xff", "image", "JPEG"),
    (b"GIF87a", "image", "GIF"),
    (b"GIF89a", "image", "GIF"),
    (b"fLaC", "audio", "FLAC"),
    (b"OggS", "audio", "OGG"),
    (b"ID3", "audio", "MP3"),
)
RIFF: dict[bytes, tuple[MediumName, str]] = {b"WEBP": ("image", "WEBP"), b"WAVE": ("audio", "WAV")}


class BrokenFile(ValueError):
    """A media file that cannot be encoded; its text says what was found, what was expected and what to do."""


@dataclass(frozen=True)
class MediaLimits:
    """What one media file may hold; what is more would let a single file take the memory or the time of all."""

    bytes: int = 32 << 20
    pixels: int = 25_000_000
    """Of a picture; each takes up to ten bytes of memory while it is decoded."""
    seconds: float = 60.0
    """Of sound read from its beginning; the rest is left out."""


def find_media(landing: Landing, path: str, limits: MediaLimits) -> LandedFile:
    """What stands at the path that an item gives, unread.

    Raises:
        BrokenFile: it is a URL, leads out of the landing area, is not there, is empty or too large.
    """
    path = _below(landing, path) if "://" in path else path
    try:
        found = landing.find(path)
    except (OSError, ValueError) as error:  # a null byte, a name too long, no right to look
        raise BrokenFile(f"the path cannot be looked up ({_short(error)}); correct it") from error
    if found is None:
        raise BrokenFile("no such file below the landing root; land it there, or correct the path")
    if found.refusal:
        raise BrokenFile(found.refusal)
    if not found.n_bytes:
        raise BrokenFile("the file has 0 bytes; land it again")
    if found.n_bytes > limits.bytes:
        raise BrokenFile(
            f"{found.n_bytes:,} bytes, at most {limits.bytes:,} are read; "
            "land a smaller copy, or raise embeddings.media_bytes"
        )
    return found


def read_media(landing: Landing, file: LandedFile) -> bytes:
    """The bytes of a file as it was found.

    Raises:
        BrokenFile: it cannot be read, or was changed since it was found.
    """
    try:
        with landing.open(file.path) as stream:
            content: bytes = stream.read(file.n_bytes + 1)
    except OSError as error:
        raise BrokenFile(f"the file cannot be read ({_short(error)}); land it again") from error
    if len(content) != file.n_bytes:
        raise BrokenFile(
            f"{len(content):,} bytes read where {file.n_bytes:,} stood a moment before; "
            "the next run reads what it is then"
        )
    return content


def format_of(content: bytes, medium: MediumName) -> str:
    """The format of a file by its first bytes, whatever its name says.

    Raises:
        BrokenFile: it is none that is read for the medium.
    """
    found = _signature(content)
    if found and found[0] == medium:
        return found[1]
    said = found[1] if found else _guessed(content)
    raise BrokenFile(f"the content is {said}, expected {FORMATS[medium]}; convert the file, or correct the path")


def _signature(content: bytes) -> tuple[MediumName, str] | None:
    for start, medium, name in SIGNATURES:
        if content.startswith(start):
            return medium, name
    if content[:4] == b"RIFF":
        return RIFF.get(content[8:12])
    is_mp3 = len(content) > 1 and content[0] == 0xFF and content[1] & 0xE6 == 0xE2  # layer III
    return ("audio", "MP3") if is_mp3 else None


def _guessed(content: bytes) -> str:
    if content.lstrip()[:1] == b"<":
        return "text such as SVG or HTML"
    return f"of no known kind (it begins with {content[:8].hex(' ')})"


def _below(landing: Landing, url: str) -> str:
    """The path below the landing root of a URL of a local file."""
    parts = urlsplit(url)
    place = Path(unquote(parts.path))
    root = Path(landing.root).absolute()
    if parts.scheme != "file" or parts.netloc or "://" in landing.root or not place.is_relative_to(root):
        raise BrokenFile("a URL is not fetched; land the file below the landing root and give its path there")
    return str(place.relative_to(root))


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
