"""A language model as small as one can be, made once for a process, and a ranker that learns with it quickly."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.resources.encoding.tiny_models import tiny_model
from xdrec_assets.rankers.neural.settings import TextEncoderSettings


@cache
def tiny_encoder() -> str:
    """The folder of a BERT of two layers with random weights, which reads letters."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return str(tiny_model(folder, "BertModel"))


def quick_settings() -> TextEncoderSettings:
    """What is enough for the tastes of the planted world."""
    return TextEncoderSettings(
        encoder=tiny_encoder(),
        size=16,
        epochs=5,
        events_per_batch=512,
        negatives=0,
        learning_rate=0.02,
        warmup_batches=0,
        validation_people=0,
    )
