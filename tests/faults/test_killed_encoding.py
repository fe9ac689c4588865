"""A run that encodes is killed with -9 between two chunks: what was published is not encoded again."""

import os
from pathlib import Path

import pytest

from resources.crash_points import KILLED
from tests.embeddings.worlds import LengthEncoder, encoders, length_world, publish, states, stored
from tests.faults.writers import start

__all__ = ["encoders"]
NAMES = ["a" * n for n in range(1, 11)]


class DyingEncoder(LengthEncoder):
    """Encodes two chunks, and takes its process down in the middle of the third."""

    def encode_counted(self, texts, on_progress=None):  # type: ignore[no-untyped-def]
        """See TextEncoder."""
        if len(self.asked) >= 6:
            os._exit(KILLED)
        return super().encode_counted(texts, on_progress)


def test_a_kill_loses_one_chunk_at_most(tmp_path: Path, encoders: list[LengthEncoder]) -> None:
    writer = start(_encode, str(tmp_path))
    writer.join(120)
    pipeline = length_world(tmp_path, NAMES, chunk_size=3)
    assert writer.exitcode == KILLED
    before = set(stored(pipeline))
    assert len(before) == 6
    publish(pipeline)
    assert {len(text) for text in encoders[0].asked} == set(range(1, 11)) - before
    assert set(stored(pipeline)) == set(range(1, 11))
    assert states(pipeline) == {"endpoint": ("serving", 0)}


def _encode(root: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xdrec_assets.embeddings.filling.text_encoder", lambda *_: DyingEncoder())
        publish(length_world(Path(root), NAMES, chunk_size=3))
