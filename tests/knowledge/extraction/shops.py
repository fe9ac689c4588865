"""A shop with items, choices and outside articles up to its text vectors, and a generator that answers about them."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from resources.encoding.encoders import EncodedTexts, Progress
from resources.partitions import Partition
from tests.embeddings.worlds import ENCODER, LengthEncoder
from tests.embeddings.worlds import publish as publish_texts
from tests.worlds import FIRST, ITEMS, SETTINGS, SHOP, event, join, lines, world
from xdrec_assets.pipeline import Pipeline

NAMES = ("tea", "teas", "green tea pot", "black tea pots", "cup")
AS_OF, LATER = Partition.of_day(FIRST.replace(day=12)), Partition.of_day(FIRST.replace(day=13))
WRITER = "{model: writer, endpoint: 'https://nowhere.example/v1', revision: '1', network: true, interests: true%s}"
ARTICLES = {"Tea": "Tea is a drink.", "Clay": "Clay is earth. A green tea pot is made of clay."}
SOURCE = """
source: articles
title: Articles
owner: team:knowledge
kind: documents
files: outside/*.md
format: markdown
"""


@dataclass
class LettersEncoder(LengthEncoder):
    """Says how often a text has some letters."""

    size: int = 4

    def encode_counted(self, texts: Sequence[str], on_progress: Progress | None = None) -> EncodedTexts:
        """See TextEncoder."""
        known = super().encode_counted(texts, on_progress)
        vectors = np.array([[text.count(letter) for letter in "tepc"] for text in texts], dtype=np.float32)
        return EncodedTexts(vectors, known.n_tokens, known.is_cut)


def answer(fields: list[str]) -> str:
    """Facts of a title and a text; a name of keywords and titles; interests of titles."""
    if len(fields) == 2 and "is a drink" in fields[1]:
        fact = {"head": "Tea", "relation": "kind_of", "tail": "drink", "evidence": "Tea is a drink."}
        return json.dumps({"facts": [fact]})
    if len(fields) == 2 and "clay" in fields[1]:
        return "What a nice cup!"
    if len(fields) == 2:
        return json.dumps({"name": "Hot drinks"})
    return json.dumps({"interests": [{"tag": "brewing", "titles": [1]}]})


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose people chose by day, up to its text vectors; the last event is on the second as-of date."""
    home = tmp_path_factory.mktemp("base")
    bought = {"06": ("u1", "tea"), "07": ("u1", "green tea pot"), "08": ("u2", "cup"), "12": ("u2", "tea")}
    files = {
        f"shop/events/2026-01-{day}.jsonl": lines(event(user, item, f"2026-01-{day}T10:00:00Z", "buy"))
        for day, (user, item) in bought.items()
    }
    files["shop/items/2026-01-06.jsonl"] = lines(*({"sku": name, "name": name, "tags": ["drink"]} for name in NAMES))
    files |= {f"outside/{name}.md": f"# {name}\n{text}" for name, text in ARTICLES.items()}
    settings = f"{SETTINGS}embeddings: {{encoder: {ENCODER}}}\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xdrec_assets.embeddings.filling.text_encoder", lambda *_: LettersEncoder())
        pipeline = world(home, files, {"shop": SHOP + ITEMS, "outside/articles": SOURCE}, settings)
        join(pipeline)
        publish_texts(pipeline)
    return home


def topic_world(base: Path, tmp_path: Path, knowledge: str = "", source: str = SOURCE) -> Pipeline:
    """A copy of it with other settings of the knowledge stage."""
    home = tmp_path / "home"
    shutil.copytree(base, home)
    before = (base / "platforms" / "settings.yaml").read_text()
    settings = before + f"knowledge: {{topics: {{count: 2}}, {knowledge}}}\n"
    return world(home, {}, {"shop": SHOP + ITEMS, "outside/articles": source}, settings)
