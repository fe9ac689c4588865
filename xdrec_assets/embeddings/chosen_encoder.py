"""Which encoder the item texts are to have vectors of: the one of the settings, or what tuning made of it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from data_quality.contract import load_contract
from resources.encoding.model_folder import learned_before
from resources.encoding.spec import EncoderSpec
from xdrec_assets.pipeline import Pipeline

TUNED = "embeddings/tuned_encoder"


def encoder_spec(pipeline: Pipeline) -> EncoderSpec:
    """The encoder that item texts are to be encoded with: the tuned one where it won, else the one of the settings.

    A tuned encoder is passed over that was made from another encoder, or has seen the first as-of date.

    Raises:
        ValueError: it won, and its folder is gone; or the settings name one that has seen the first as-of date.
    """
    embeddings, first = pipeline.settings.embeddings, min(pipeline.as_of_dates(), default=date.max)
    seen = learned_before(embeddings.encoder)
    if seen is not None and seen > first:
        raise ValueError(
            f"embeddings.encoder: {embeddings.encoder.model} was tuned on what was known before {seen}, but models are "
            f"made as of {first}; name an encoder tuned before that, or let as_of begin later"
        )
    row = last_tuning(pipeline) if embeddings.tuning else None
    if row is None or not row["is_used"] or row["made_from"] != embeddings.encoder:
        return embeddings.encoder
    if row["trained_before"] > first:
        return embeddings.encoder
    folder = pipeline.places.models / row["encoder"]["model"]
    if not folder.is_dir():
        raise ValueError(f"the tuned encoder is not at {folder}; materialise {TUNED} again, or set tuning to null")
    return EncoderSpec.model_validate({**row["encoder"], "model": str(folder)})


def last_tuning(pipeline: Pipeline) -> dict[str, Any] | None:
    """The last tuning, its encoders read; None where there was none."""
    with pipeline.engine.session() as session:
        session.bind("embeddings.tuned_encoder", [TUNED], load_contract(TUNED).arrow_schema())
        rows = session.arrow("embeddings.tuned_encoder").to_pylist()
    if not rows:
        return None
    made_from, encoder = EncoderSpec.model_validate_json(rows[0]["made_from"]), json.loads(rows[0]["encoder"])
    return {**rows[0], "made_from": made_from, "encoder": encoder}
