"""Families of text vectors: all of one model, revision and variant; one serves while a new one fills beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

import pyarrow as pa

from data_quality.contract import load_contract
from resources.encoding.encoders import model_and_revision
from resources.encoding.model_folder import learned_before
from resources.encoding.spec import EncoderSpec
from xdrec_assets.pipeline import Pipeline

FAMILIES = "embeddings/families"
FILLING, SERVING, RETIRED = "filling", "serving", "retired"


@dataclass(frozen=True)
class Family:
    """What the vectors of one family share; with the content's hash it is a vector's key."""

    model: str
    revision: str
    variant: str

    def __str__(self) -> str:
        """As in "all-MiniLM-L6-v2 53aa5117 (mean 256 cut auto)"."""
        return f"{self.model} {self.revision[:8]} ({self.variant})"


@dataclass(frozen=True)
class Filled:
    """How far a family is: the length of its vectors (None where it has none), texts in use, and those it lacks."""

    size: int | None
    n_texts: int
    n_missing: int

    def __str__(self) -> str:
        """As in "1,500 of 2,000 texts"."""
        return f"{self.n_texts - self.n_missing:,} of {self.n_texts:,} texts"


@dataclass(frozen=True)
class Standing:
    """A family, the encoder that fills it, how far it is, and whether it is read."""

    family: Family
    encoder: EncoderSpec
    filled: Filled
    state: str
    since: date
    trained_before: date | None = None
    """The date before which the encoder learned from the logs; None where it was not tuned on them."""

    @property
    def query_family(self) -> Family:
        """The family of texts that search in this one."""
        return replace(self.family, variant=as_queries(self.encoder).variant)


def family_of(encoder: EncoderSpec) -> Family:
    """The family that an encoder fills; nothing of it is loaded.

    Raises:
        ValueError: the model is not there, or is not the one expected.
    """
    return Family(*model_and_revision(encoder), encoder.variant)


def as_queries(encoder: EncoderSpec) -> EncoderSpec:
    """The same encoder for texts that search: what stands before a query is then what stands before a text.

    So a model without prefixes has one family for both.
    """
    return encoder.model_copy(update={"passage_prefix": encoder.query_prefix})


def turned(
    before: Sequence[Standing], wanted: Family, filled: Mapping[Family, tuple[EncoderSpec, Filled]], today: date
) -> list[Standing]:
    """The families after a run that filled some of them; at most one serves.

    The wanted one serves as soon as it lacks no text. Until then the one that served stays; without any, none serves.

    >>> mini, base = EncoderSpec(), EncoderSpec(max_tokens=512)
    >>> of = {spec: Family("m", "1", spec.variant) for spec in (mini, base)}
    >>> first = turned([], of[mini], {of[mini]: (mini, Filled(8, 10, 0))}, date(2026, 1, 5))
    >>> half = {of[mini]: (mini, Filled(8, 10, 0)), of[base]: (base, Filled(8, 10, 5))}
    >>> [(each.encoder.max_tokens, each.state) for each in turned(first, of[base], half, date(2026, 1, 6))]
    [(256, 'serving'), (512, 'filling')]
    """
    states = {each.family: each for each in before}
    served = next((each.family for each in before if each.state == SERVING), None)
    serves = served if filled[wanted][1].n_missing else wanted
    after = []
    for family in {**states, **filled}:
        encoder, count = filled.get(family) or (states[family].encoder, states[family].filled)
        state = SERVING if family == serves else FILLING if family == wanted else RETIRED
        same = family in states and states[family].state == state
        seen = states[family].trained_before if family in states else learned_before(encoder)
        after.append(Standing(family, encoder, count, state, states[family].since if same else today, seen))
    return after


def read_families(pipeline: Pipeline) -> list[Standing]:
    """The families as the last run left them, in the order of their keys."""
    with pipeline.engine.session() as session:
        session.bind("embeddings.families", [FAMILIES], load_contract(FAMILIES).arrow_schema())
        rows = session.arrow("embeddings.families").sort_by([(name, "ascending") for name in KEY]).to_pylist()
    return [
        Standing(
            Family(*(row[name] for name in KEY)),
            EncoderSpec.model_validate_json(row["encoder"]),
            Filled(row["size"], row["n_texts"], row["n_missing"]),
            row["state"],
            row["since"],
            row["trained_before"],
        )
        for row in rows
    ]


def families_table(families: Sequence[Standing]) -> pa.Table:
    """Rows of embeddings/families."""
    rows = [
        {
            **asdict(each.family),
            "encoder": each.encoder.model_dump_json(exclude_defaults=True),
            "trained_before": each.trained_before,
            **asdict(each.filled),
            "state": each.state,
            "since": each.since,
        }
        for each in families
    ]
    return pa.Table.from_pylist(rows, load_contract(FAMILIES).arrow_schema())


def serving(pipeline: Pipeline) -> Standing:
    """The family whose vectors are read, of whatever date: a history is made anew with the model of today.

    Raises:
        ValueError: none serves as yet, or the one that does has seen the first as-of date; says how far the next is.
    """
    families = read_families(pipeline)
    found = next((each for each in families if each.state == SERVING), None)
    first = min(pipeline.as_of_dates(), default=date.max)
    if found is not None and (found.trained_before is None or found.trained_before <= first):
        return found
    far = "; ".join(f"{each.family}: {each.filled}" for each in families if each.state == FILLING)
    raise ValueError(
        f"no family of text vectors that has seen nothing from {first} on serves yet ({far or 'none was begun'}); "
        "materialise embeddings/item_texts until it is complete, or raise embeddings.texts_per_run"
    )


def is_expired(family: Standing, today: date, keep_days: int) -> bool:
    """Whether a family has been out of use for longer than it is kept."""
    return family.state == RETIRED and family.since + timedelta(days=keep_days) < today


KEY = ("model", "revision", "variant")
