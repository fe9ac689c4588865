"""Small installations whose encoder needs no model: it says how long a text is, and breaks on what tells it to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pytest

from resources.encoding.encoders import EncodedTexts, Progress
from resources.encoding.spec import EncoderSpec
from tests.worlds import ITEMS, SETTINGS, SHOP, TODAY, event, join, lines, rows, world
from xdrec_assets.embeddings.embedded import publish_item_texts
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.publishing import Publication

BREAKS = "break"
ENCODER = "{model: length, endpoint: 'https://nowhere.example/v1', revision: '1'}"
EVENTS = {"shop/events/2026-01-06.jsonl": lines(event("u1", "pan", "2026-01-06T12:00:00Z"))}


@dataclass
class LengthEncoder:
    """An encoder that says how long a text is, and remembers what it was asked."""

    variant: str = "v"
    model: str = "length"
    revision: str = "1"
    size: int = 2
    precision: str = "fp32"
    device: str = "cpu"
    how: str = "by hand"
    asked: list[str] = field(default_factory=list)

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> np.ndarray:
        """See TextEncoder."""
        return self.encode_counted(texts, on_progress).vectors

    def encode_counted(self, texts: Sequence[str], on_progress: Progress | None = None) -> EncodedTexts:
        """See TextEncoder; a third number of a vector, if there is one, is 1 / 3."""
        self.asked.extend(texts)
        n_tokens = np.array([len(text) for text in texts], dtype=np.int32)
        if on_progress:
            on_progress(len(texts), len(texts), int(n_tokens.sum()))
        vectors = np.zeros((len(texts), self.size), dtype=np.float32)
        vectors[:, 0] = n_tokens
        vectors[:, 2:] = 1 / 3
        broken = {row: "not finite" for row, text in enumerate(texts) if BREAKS in text}
        vectors[list(broken)] = 0
        return EncodedTexts(vectors, n_tokens, n_tokens > 5, broken)


def item(name: str) -> dict[str, str]:
    """An item whose text is its name."""
    return {"sku": name, "name": name}


def length_world(
    tmp_path, names: Sequence[str], embeddings: str = "", today: date = TODAY, **settings: object
) -> Pipeline:
    """A shop with items of these names, joined; what stands in `embeddings` goes into that section of the settings."""
    said = "".join(f"{key}: {value}, " for key, value in {"encoder": ENCODER, **settings}.items())
    shop = SHOP + ITEMS.split("    text:")[0] + '    text: "{title}"\n'
    files = {**EVENTS, "shop/items/2026-01-06.jsonl": lines(*map(item, names))}
    pipeline = world(tmp_path, files, {"shop": shop}, f"{SETTINGS}embeddings: {{{said}{embeddings}}}\n", today=today)
    join(pipeline)
    return pipeline


def publish(pipeline: Pipeline) -> dict[str, Publication]:
    """Run the step; what it said of each table in the end."""
    done: dict[str, Publication] = {}
    for publication in publish_item_texts(pipeline):
        table = publication.table
        done[table] = done[table].and_then(publication) if table in done else publication
    return done


def stored(pipeline: Pipeline, variant: str | None = None) -> dict[float, list[float] | None]:
    """The vectors that are stored, by the number of tokens."""
    found = rows(pipeline, "embeddings/item_texts")
    return {row["n_tokens"]: row["vector"] for row in found if variant in (None, row["variant"])}


def states(pipeline: Pipeline) -> dict[str, tuple[str, int]]:
    """The state of each family and how many texts it lacks, by its variant."""
    return {row["variant"]: (row["state"], row["n_missing"]) for row in rows(pipeline, "embeddings/families")}


@pytest.fixture
def encoders(monkeypatch: pytest.MonkeyPatch) -> list[LengthEncoder]:
    """Every encoder that is loaded from here on, in order."""
    loaded: list[LengthEncoder] = []

    def load(spec: EncoderSpec, device: str, network: bool) -> LengthEncoder:
        loaded.append(LengthEncoder(spec.variant, size=spec.size or 2))
        return loaded[-1]

    monkeypatch.setattr("xdrec_assets.embeddings.filling.text_encoder", load)
    return loaded
