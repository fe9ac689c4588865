"""Tune an encoder on what people chose together before a date, and compare it with the one it was made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from resources.encoding.encoders import model_and_revision, text_encoder
from resources.encoding.spec import EncoderSpec
from resources.encoding.tuning import OnStep, Training, tune
from xdrec_assets.embeddings.co_chosen import NO_TEXT, CoChosen, co_chosen, text_pairs
from xdrec_assets.embeddings.retrieval import Judgement, judge, retrieve
from xdrec_assets.embeddings.settings import EmbeddingSettings
from xdrec_assets.embeddings.tuning_settings import TuningSettings
from xdrec_assets.joined.history import History
from xdrec_assets.joined.past import Past


def tune_on_choices(
    past: Past, embeddings: EmbeddingSettings, settings: TuningSettings, parent: Path, on_step: OnStep | None = None
) -> tuple[Path, dict[str, Any]]:
    """The folder of the tuned encoder, below `parent`, and its row of embeddings/tuned_encoder.

    Pairs that ended in the last `validation_days` stop the training and decide; those before are learned from.

    Raises:
        ValueError: there are too few pairs, or the encoder is none that can be tuned.
    """
    texts, text = text_numbers(past)
    early, late = co_chosen(past.history, text, settings.within_days, settings.window).split(settings.validation_days)
    seen = before_the_last(past.history, settings.validation_days)
    pairs = text_pairs(early, text, seen), text_pairs(late, text, past.history)
    spec, device, network = embeddings.encoder, embeddings.device, embeddings.network
    model, training = tune(spec, texts, *pairs, settings, device, network, on_step)
    about = {"made_from": model_and_revision(spec), "trained_before": past.history.as_of}
    folder = model.save(parent, {**about, **settings.model_dump(mode="json")})
    some = late.sample(settings.validation_pairs, settings.seed)
    before, after = (
        retrieve(_vectors(one, embeddings, texts)[text], some, text, seen) for one in (spec, model.tuned_spec(folder))
    )
    row = {"made_from": spec.model_dump_json(), "encoder": _below(parent, model.tuned_spec(folder))}
    said = _as_row(past, settings, early, training, judge(before, after, settings.seed))
    return folder, {**row, **said}


def text_numbers(past: Past) -> tuple[list[str], np.ndarray]:
    """The distinct texts of the items known then, and the number of each item's text: NO_TEXT where it has none."""
    given = [text or "" for text in past.items["text"].to_pylist()]
    texts = sorted(set(given) - {""})
    number = {text: i for i, text in enumerate(texts)}
    return texts, np.array([number.get(text, NO_TEXT) for text in given], dtype=np.int64)


def before_the_last(history: History, days: float) -> History:
    """The choices that were older than so many days at the history's date."""
    keep = history.age_days >= days
    kept = (getattr(history, name)[keep] for name in ("person", "item", "strength", "age_days"))
    return replace(history, **dict(zip(("person", "item", "strength", "age_days"), kept, strict=True)))


def _vectors(spec: EncoderSpec, embeddings: EmbeddingSettings, texts: list[str]) -> np.ndarray:
    """Vectors (n_texts + 1, d); the last row is zeros, for items without text."""
    vectors = text_encoder(spec, embeddings.device, embeddings.network).encode(texts)
    return np.vstack([vectors, np.zeros((1, vectors.shape[1]), dtype=np.float32)])


def _below(parent: Path, spec: EncoderSpec) -> str:
    """A tuned encoder as JSON; its model is named from the folder of models on, which may be moved."""
    return spec.model_copy(update={"model": str(Path(spec.model).relative_to(parent.parent))}).model_dump_json()


def _as_row(
    past: Past, settings: TuningSettings, pairs: CoChosen, training: Training, judged: Judgement
) -> dict[str, Any]:
    return {
        "trained_before": past.history.as_of,
        "settings": settings.model_dump_json(),
        "n_pairs": len(pairs),
        "share_across": float(pairs.is_across.mean()),
        "steps": training.steps,
        "best_step": training.best_step,
        "fit_seconds": training.seconds,
        "n_validation_pairs": len(judged.before.rank),
        "recall_before": judged.before.recall,
        "recall_after": judged.after.recall,
        "mrr_before": judged.before.mrr,
        "mrr_after": judged.after.mrr,
        "gain_low": judged.gain[0],
        "gain_high": judged.gain[1],
        "is_used": judged.has_won,
        "why": judged.why,
    }
