"""Training: it learns, ends when validation stalls, goes on after a kill, and several processes learn what one does."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.rankers.neural.tiny import TinyNetwork
from tests.rankers.planted import history_of, planted_world
from xdrec_assets.rankers.neural import optimise as module
from xdrec_assets.rankers.neural.checkpoint import Checkpoint, Course
from xdrec_assets.rankers.neural.optimise import optimise, optimise_across
from xdrec_assets.rankers.neural.popularity_bias import ItemPopularity
from xdrec_assets.rankers.neural.sequences import Batch, Sequences
from xdrec_assets.rankers.neural.settings import TrainingSettings
from xdrec_assets.rankers.neural.validation import HeldOut

SETTINGS = TrainingSettings(epochs=6, events_per_batch=400, learning_rate=0.02, warmup_batches=2)
HISTORY = planted_world().history


class Killed(Exception):
    """Stands for kill -9."""


def network(seed: int = 0) -> TinyNetwork:
    torch.manual_seed(seed)
    return TinyNetwork(HISTORY.n_items)


def learned(settings: TrainingSettings = SETTINGS, kept: Path | None = None) -> tuple[Tensor, Course]:
    one = network()
    course = optimise(one, Sequences.of(HISTORY), settings, kept)
    return one.vectors.detach(), course


def test_the_loss_falls_and_validation_is_told_pass_by_pass() -> None:
    _, course = learned()
    assert len(course.losses) == len(course.validation) == 6
    assert course.losses[-1] < 0.95 * course.losses[0]
    assert course.validation[-1] > course.validation[0]
    assert course.is_over


def test_the_best_pass_on_validation_is_what_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    states = []

    def told(self: HeldOut, network: TinyNetwork, device: str) -> float:
        states.append(network.vectors.detach().clone())
        return [0.1, 0.3, 0.2, 0.25, 0.3][len(states) - 1]

    monkeypatch.setattr(HeldOut, "ndcg", told)
    vectors, course = learned(SETTINGS.model_copy(update={"patience": 2}))
    assert course.validation == [0.1, 0.3, 0.2, 0.25]  # two passes without a better one
    assert course.best == 1
    assert torch.equal(vectors, states[1])


def test_popularity_knows_nothing_of_what_is_to_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Tensor] = {}

    def ndcg(self: HeldOut, network: TinyNetwork, device: str) -> float:
        told["then"] = network.popularity.on_the_whole.clone()
        items, _ = self.events()
        told["counts"] = torch.from_numpy(np.bincount(items, minlength=HISTORY.n_items))
        return 0.5

    monkeypatch.setattr(HeldOut, "ndcg", ndcg)
    one = network()
    one.popularity = ItemPopularity(HISTORY, None, 0.1)
    before = one.popularity.on_the_whole.clone()
    optimise(one, Sequences.of(HISTORY), SETTINGS.model_copy(update={"epochs": 1}))
    assert told["counts"].sum() > 0
    assert ((told["then"] < before) | (told["counts"] == 0)).all()
    assert torch.equal(one.popularity.on_the_whole, before)


def test_without_validation_all_passes_are_made() -> None:
    _, course = learned(SETTINGS.model_copy(update={"validation_people": 0, "epochs": 3}))
    assert len(course.losses) == 3
    assert course.validation == []
    assert course.best == 2


def test_draws_of_others_stay_as_they_were() -> None:
    one = network()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    optimise(one, Sequences.of(HISTORY), SETTINGS)
    assert torch.equal(torch.rand(3), expected)


def test_a_killed_training_goes_on_to_the_same_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, course = learned()
    save, saved = Checkpoint.save, []

    def save_twice(self: Checkpoint, *arguments: object) -> None:
        if len(saved) == 2:
            raise Killed
        saved.append(1)
        save(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Checkpoint, "save", save_twice)
    with pytest.raises(Killed):
        learned(kept=tmp_path)
    monkeypatch.undo()
    passes: list[int] = []
    original = module._pass
    monkeypatch.setattr(module, "_pass", lambda *a: passes.append(a[5]) or original(*a))
    again, course_again = learned(kept=tmp_path)
    assert passes == [2, 3, 4, 5]
    assert torch.equal(again, whole)
    assert course_again == course


def test_a_training_that_is_over_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, course = learned(kept=tmp_path)
    monkeypatch.setattr(module, "_pass", lambda *_: pytest.fail("made again"))
    again, course_again = learned(kept=tmp_path)
    assert torch.equal(again, whole)
    assert course_again == course


def test_other_events_or_settings_begin_anew(tmp_path: Path) -> None:
    one = network()
    file = Checkpoint.of(tmp_path, one, HISTORY, SETTINGS).file
    other = replace(HISTORY, strength=HISTORY.strength / 2)
    assert Checkpoint.of(tmp_path, network(), HISTORY, SETTINGS).file == file
    assert Checkpoint.of(tmp_path, one, other, SETTINGS).file != file
    assert Checkpoint.of(tmp_path, one, HISTORY, SETTINGS.model_copy(update={"epochs": 7})).file != file
    assert Checkpoint.of(tmp_path, network(1), HISTORY, SETTINGS).file != file


def test_where_nothing_happened_nothing_is_learned(tmp_path: Path) -> None:
    one = TinyNetwork(3)
    before = one.vectors.detach().clone()
    course = optimise(one, Sequences.of(history_of([], [3], n_people=2)), SETTINGS, tmp_path)
    assert course == Course()
    assert torch.equal(one.vectors, before)


def test_two_processes_learn_what_one_does(tmp_path: Path) -> None:
    """Everyone has as many events, and the loss draws nothing, so half batches' mean gradient is the batch's."""
    history = history_of([(u, (u * 7 + n * 5) % 20) for u in range(16) for n in range(4)], [20], n_people=16)
    settings = TrainingSettings(epochs=2, events_per_batch=32, validation_people=0, warmup_batches=0)
    torch.manual_seed(2)
    alone, together = TinyNetwork(20), TinyNetwork(20)
    together.load_state_dict(alone.state_dict())
    course = optimise(alone, Sequences.of(history), settings)
    course_of_two = optimise_across(2, together, Sequences.of(history), settings, tmp_path)
    np.testing.assert_allclose(course_of_two.losses, course.losses, rtol=1e-5)
    torch.testing.assert_close(together.vectors, alone.vectors, rtol=1e-3, atol=1e-4)


class Diverging(TinyNetwork):
    """Whose loss is no number."""

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        return super().loss(batch, generator) * float("nan")


def test_a_training_that_diverges_says_so() -> None:
    with pytest.raises(ValueError, match=r"Diverging: the loss of pass 1 is nan.* lower learning_rate \(0.02\)"):
        optimise(Diverging(HISTORY.n_items), Sequences.of(HISTORY), SETTINGS)


class Counting(TinyNetwork):
    """Remembers the people of each batch."""

    def __init__(self) -> None:
        super().__init__(HISTORY.n_items)
        self.seen: list[int] = []

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        self.seen += batch.people.tolist()
        return super().loss(batch, generator)


def test_everyone_with_events_is_learned_from_once_in_a_pass() -> None:
    one = Counting()
    optimise(one, Sequences.of(HISTORY), SETTINGS.model_copy(update={"epochs": 1}))
    assert sorted(one.seen) == np.unique(HISTORY.person).tolist()
