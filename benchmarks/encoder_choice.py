"""NDCG@10 of the nearest-by-text ranker with different text encoders, on Food × Kitchen and on MovieLens plots.

    python -m benchmarks.encoder_choice --data DIR [--keep DIR] [--steps N] [--quick]

DIR holds the folders amazon_food_kitchen and movielens_100k. The protocol is that of food_kitchen_rankers: full ranking
over the platform's items seen in training, a person's own left out, relevant items are test items seen in training.

- Each data set is cut by time into training, a validation window and a test window. Half-lives of the text profile are
  chosen per encoder on the validation window (profiles of what came before it); then the history up to the test window
  makes the profiles that are tested. Nothing is chosen on the test window.
- Tuning learns from pairs that were complete before the validation window, and stops by pairs of that window. It is
  "used" where the pipeline would use it: where it finds co-chosen items of that window better, beyond chance.
- TF-IDF and word2vec are fitted on all texts of the data set, without choices. Whitening is by platform, as in the
  pipeline. Intervals are the middle 95 % over resamples of the people, and hold for one encoder alone.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks import data_sets
from benchmarks.food_kitchen_rankers import FOREVER, TEST_FROM, VALIDATION_FROM
from benchmarks.held_out import HeldOut, K, held_out, interval
from resources.encoding.encoders import text_encoder
from resources.encoding.spec import EncoderSpec
from resources.encoding.tuning import tune
from resources.encoding.tuning_settings import TrainingSettings
from resources.encoding.word2vec import Word2VecEncoder
from resources.encoding.word_vectors import WordEncoder
from xdrec_assets.embeddings.co_chosen import NO_TEXT, co_chosen, text_pairs
from xdrec_assets.embeddings.retrieval import judge, retrieve
from xdrec_assets.embeddings.vectors import unit_rows
from xdrec_assets.embeddings.whitening import whitened_by_platform
from xdrec_assets.evaluation.protocols.by_time import split_global_time
from xdrec_assets.joined.history import History
from xdrec_assets.knowledge.tables import Knowledge
from xdrec_assets.rankers.nearest_text import NearestText
from xdrec_assets.rankers.popularity import Popularity
from xdrec_assets.rankers.ranking import top_k
from xdrec_assets.rankers.settings import NearestTextSettings

HALF_LIVES = (30.0, 90.0, 365.0, None)
VALIDATION_PEOPLE = 500  # of a platform, drawn once, choose the half-life
WITHIN_DAYS, WINDOW, VALIDATION_PAIRS = 30.0, 10, 2_000
SIZE = 128  # of word vectors, as in the pipeline
Vectors = np.ndarray  # (n_items, d), zeros where an item has no text


@dataclass(frozen=True)
class DataSet:
    """A log with its two cuts."""

    name: str
    data: data_sets.DataSet
    valid_from: date
    test_from: date

    @cached_property
    def validation(self) -> tuple[History, dict[str, HeldOut]]:
        """What was before the validation window, and the choices of some people in it."""
        split = split_global_time(self.data.events, self.valid_from, self.test_from).validation
        asked = held_out(split)
        return split.history, {platform: each.sample(VALIDATION_PEOPLE) for platform, each in asked.items()}

    @cached_property
    def test(self) -> tuple[History, dict[str, HeldOut]]:
        """What was before the test window, and the choices in it."""
        split = split_global_time(self.data.events, self.valid_from, self.test_from).test
        return split.history, held_out(split)

    @cached_property
    def texts(self) -> list[str]:
        """Distinct texts."""
        return sorted(set(self.data.texts) - {""})

    @cached_property
    def text(self) -> np.ndarray:
        """The number of each item's text, (n_items,)."""
        number = {text: i for i, text in enumerate(self.texts)}
        return np.array([number.get(text, NO_TEXT) for text in self.data.texts])

    def by_item(self, vectors: np.ndarray) -> Vectors:
        """Vectors of the distinct texts as vectors of the items."""
        return np.vstack([unit_rows(vectors), np.zeros((1, vectors.shape[1]), dtype=np.float32)])[self.text]

    def head(self) -> str:
        """What is split where, and how many are asked."""
        asked = ", ".join(f"{len(test.people):,} people on {platform}" for platform, test in self.test[1].items())
        days = f"validation {self.valid_from:%Y-%m-%d} to {self.test_from:%Y-%m-%d}, test from then on"
        return f"{self.name}: {days}; {len(self.texts):,} distinct texts; {asked}"


def food_kitchen(folder: Path) -> DataSet:
    """Product titles of two platforms."""
    read = data_sets.read_food_kitchen(folder / "amazon_food_kitchen")
    return DataSet("Food × Kitchen", read, VALIDATION_FROM, TEST_FROM)


def films(folder: Path) -> DataSet:
    """Film titles and plots, ratings from four stars on."""
    read = data_sets.read_movielens(folder / "movielens_100k")
    return DataSet("MovieLens plots", read, date(1998, 2, 1), date(1998, 3, 1))


DATA_SETS = {"films": films, "food_kitchen": food_kitchen}


def tfidf(texts: Sequence[str]) -> np.ndarray:
    """TF-IDF reduced by a singular value decomposition."""
    return WordEncoder.fit(texts, SIZE).encode(texts)


def word2vec(texts: Sequence[str]) -> np.ndarray:
    """Means of word2vec vectors, weighted by IDF."""
    return Word2VecEncoder.fit(texts, SIZE).encode(texts)


PLAIN: dict[str, Callable[[Sequence[str]], np.ndarray]] = {"TF-IDF + SVD": tfidf, "word2vec": word2vec}


def encoded(data: DataSet, spec: EncoderSpec, keep: Path) -> np.ndarray:
    """A language model's vectors of the distinct texts, kept between runs where a folder is given."""
    encoder = text_encoder(spec)
    digest = hashlib.sha256("\0".join([encoder.revision, spec.variant, *data.texts]).encode()).hexdigest()[:16]
    file = keep / f"{digest}.npy"
    if file.exists():
        kept: np.ndarray = np.load(file, allow_pickle=False)
        return kept
    vectors = encoder.encode(data.texts)
    np.save(file, vectors)
    return vectors


def tuned(data: DataSet, raw: Vectors, settings: TrainingSettings, keep: Path) -> tuple[Vectors, str]:
    """MiniLM tuned on what was chosen together before the validation window, and how that went."""
    before, history = data.validation[0], data.test[0]
    early, late = co_chosen(history, data.text, WITHIN_DAYS, WINDOW).split((data.test_from - data.valid_from).days)
    training, validation = text_pairs(early, data.text, before), text_pairs(late, data.text, history)
    model, run = tune(EncoderSpec(), data.texts, training, validation, settings, on_step=_show)
    folder = model.save(keep, {"data": data.name, "settings": settings.model_dump()})
    vectors = data.by_item(encoded(data, model.tuned_spec(folder), keep))
    some = late.sample(VALIDATION_PAIRS, settings.seed)
    judged = judge(*(retrieve(one, some, data.text, before) for one in (raw, vectors)), settings.seed)
    looks = ", ".join(f"{step}: {loss:.3f}" for step, loss in run.looks)
    pairs = f"{len(early):,} pairs ({early.is_across.mean():.0%} across), {run.ran_in}, {run.steps} steps"
    kept = f"{run.seconds:.0f} s, {run.stopped}, kept step {run.best_step}"
    return vectors, f"Tuned on {pairs}, {kept}; validation loss {looks}; on {len(some):,} validation pairs {judged.why}"


def _show(step: int, steps: int) -> None:
    if step % 10 == 0:
        print(f"\rstep {step} of {steps}", end="\r", flush=True)


def per_person(split: tuple[History, dict[str, HeldOut]], vectors: Vectors, days: float | None, scope: str) -> list:
    """NDCG@10 of each person (n_people,), platform by platform; scope: profiles over "one" platform or "all"."""
    history, tests = split
    popularity = Popularity(FOREVER).fit(history, _only_text(vectors, history))
    found = []
    for platform, test in tests.items():
        seen = history if scope == "all" else history.only(platform)
        ranker = NearestText(NearestTextSettings(half_life_days=days)).fit(seen, _only_text(vectors, history))
        best = top_k(ranker, popularity, history, test.people, history.items_of(platform), K, test.candidates)
        found.append(test.ndcg(best.items))
    return found


def _only_text(vectors: Vectors, history: History) -> Knowledge:
    nothing = np.zeros((history.n_people, 1), dtype=np.float32)
    return Knowledge(text=vectors, fused=np.zeros((history.n_items, 1), dtype=np.float32), person=nothing)


def rows_of(data: DataSet, name: str, vectors: Vectors) -> list[str]:
    """Lines of the table: raw and whitened, for each scope the half-life that the validation window chose."""
    lines = []
    for kind, ready in (("raw", vectors), ("whitened", whitened_by_platform(data.test[0], vectors))):
        for scope in ("one", "all") if len(data.data.events.platforms) > 1 else ("one",):
            valid = [np.mean([one.mean() for one in per_person(data.validation, ready, d, scope)]) for d in HALF_LIVES]
            days = HALF_LIVES[int(np.argmax(valid))]
            found = per_person(data.test, ready, days, scope)
            cells = [f"{one.mean():.4f} [{'–'.join(f'{x:.4f}' for x in _interval(one))}]" for one in found]
            lines.append(f"| {name}, {kind} | {scope} | {days or 'none'} | {' | '.join(cells)} |")
    return lines


def _interval(values: np.ndarray) -> tuple[float, float]:
    return interval(values)


def table(data: DataSet, settings: TrainingSettings, keep: Path) -> None:
    """Print one data set's table, row by row."""
    print(f"\n{data.head()}")
    raw = data.by_item(encoded(data, EncoderSpec(), keep))
    vectors, story = tuned(data, raw, settings, keep)
    print(f"{story}\n\n| encoder | profile | half-life | {' | '.join(data.data.events.platforms)} |")
    print("|---|---|---|" + "---|" * len(data.data.events.platforms), flush=True)
    for name, encode in PLAIN.items():
        print(*rows_of(data, name, data.by_item(encode(data.texts))), sep="\n", flush=True)
    print(*rows_of(data, "MiniLM", raw), sep="\n", flush=True)
    print(*rows_of(data, "MiniLM tuned", vectors), sep="\n", flush=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="holds amazon_food_kitchen and movielens_100k")
    parser.add_argument("--keep", type=Path, help="keep vectors and tuned models in this folder")
    parser.add_argument("--steps", type=int, default=150, help="of tuning, at most")
    parser.add_argument("--minutes", type=float, help="of tuning, at most, for each data set")
    parser.add_argument("--set", choices=DATA_SETS, help="only this data set")
    parser.add_argument("--quick", action="store_true", help="MovieLens alone, five steps: to see that it runs")
    arguments = parser.parse_args()
    steps = 5 if arguments.quick else arguments.steps
    settings = TrainingSettings(steps=steps, minutes=arguments.minutes, batch_size=64)
    print(f"tuning: {settings.model_dump(exclude_none=True)}")
    with TemporaryDirectory() as scratch:
        keep = arguments.keep or Path(scratch)
        keep.mkdir(parents=True, exist_ok=True)
        for name in ["films"] if arguments.quick else [arguments.set] if arguments.set else DATA_SETS:
            table(DATA_SETS[name](arguments.data), settings, keep)


if __name__ == "__main__":
    main()
