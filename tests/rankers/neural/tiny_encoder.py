"""A language model as small as one can be, made once for a process."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.resources.encoding.tiny_models import tiny_model


@cache
def tiny_encoder() -> str:
    """The folder of a BERT of two layers with random weights, which reads letters."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return str(tiny_model(folder, "BertModel"))
