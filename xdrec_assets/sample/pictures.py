"""Small pictures: a PNG whose colours belong to the item's topic."""

import colorsys
import struct
import zlib

import numpy as np

_SIZE = 48


def picture(topic: int, n_topics: int, which: int) -> bytes:
    """Return a PNG of a disc on a ground, both in the topic's hue; `which` moves the disc."""
    rng = np.random.default_rng([topic, which])
    ground, disc = (_rgb(topic / n_topics, lightness) for lightness in (0.82, 0.42))
    x, y, radius = rng.uniform(14, 34), rng.uniform(14, 34), rng.uniform(7, 13)
    rows, columns = np.mgrid[:_SIZE, :_SIZE]
    inside = (rows - y) ** 2 + (columns - x) ** 2 < radius**2
    return _png(np.where(inside[:, :, None], disc, ground).astype(np.uint8))


def _rgb(hue: float, lightness: float) -> np.ndarray:
    return np.array([round(255 * part) for part in colorsys.hls_to_rgb(hue, lightness, 0.6)])


def _png(pixels: np.ndarray) -> bytes:
    """Encode pixels of shape (height, width, 3), uint8, as a PNG without filters."""
    height, width, _ = pixels.shape
    raw = b"".join(b"\x00" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
