"""The ranker of a learning text encoder: new items, texts that are missing, and how fast its encoder learns."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.rankers.neural.planted_cold_item import without_events_of
from tests.rankers.neural.tiny_encoder import quick_settings
from tests.rankers.planted import PLATFORMS, TARGET, planted_world
from tests.rankers.transfer.problems import problem_of, taste_hits
from xdrec_assets.rankers.neural import optimise as module
from xdrec_assets.rankers.neural.optimise import _optimiser
from xdrec_assets.rankers.neural.sequences import Sequences
from xdrec_assets.rankers.neural.text_encoder import TextEncoder
from xdrec_assets.rankers.transfer.learned_start import LearnedStart, learned_of
from xdrec_assets.rankers.transfer.registry import create_strategy, strategies_of
from xdrec_assets.rankers.transfer.settings import TransferSettings

WORLD = planted_world()


def ranker_of(**settings: object) -> TextEncoder:
    """With an encoder of two layers that reads letters."""
    return TextEncoder(quick_settings().model_copy(update=settings))


def test_an_item_that_nobody_took_is_found_by_its_text() -> None:
    history, item = without_events_of(WORLD, TARGET)
    ranker = ranker_of().fit(history, WORLD.knowledge)
    people = np.flatnonzero(WORLD.taste_of_person[:-1] == WORLD.taste_of_item[item])
    others = np.flatnonzero(WORLD.taste_of_person[:-1] != WORLD.taste_of_item[item])
    one = slice(item, item + 1)
    assert ranker.score(people, one).mean() > ranker.score(others, one).mean() + 1


def test_the_encoder_learns_by_its_share_of_the_step() -> None:
    settings = quick_settings()
    network = ranker_of().fresh_network(WORLD.history, WORLD.knowledge)
    groups = {group["step_share"]: group["params"] for group in _optimiser(network, settings).param_groups}
    assert groups.keys() == {1.0, settings.encoder_step_share}
    tuned = [weights for weights in network.tower.vectors.encoder.parameters() if weights.requires_grad]
    assert {id(weights) for weights in groups[settings.encoder_step_share]} == {id(weights) for weights in tuned}


def test_learning_changes_the_last_layers_alone() -> None:
    ranker = ranker_of(tuned_layers=1, epochs=1)
    network = ranker.fresh_network(WORLD.history, WORLD.knowledge)
    encoder = network.tower.vectors.encoder
    before = {name: weights.detach().clone() for name, weights in encoder.named_parameters()}
    ranker.learn(network, WORLD.history)
    changed = {name for name, weights in encoder.named_parameters() if not torch.equal(weights, before[name])}
    assert changed
    assert all(name.startswith("encoder.layer.1.") for name in changed)


def test_without_texts_items_have_embeddings_of_their_own() -> None:
    knowledge = replace(WORLD.knowledge, texts=np.full(WORLD.history.n_items, "", dtype=object))
    ranker = ranker_of(encoder="not asked for").fit(WORLD.history, knowledge)
    everyone = np.arange(10)
    assert all(ranker.score(everyone, WORLD.history.items_of(platform)).any() for platform in PLATFORMS)


def test_texts_that_were_not_read_are_missed() -> None:
    with pytest.raises(ValueError, match="reads texts, and this knowledge has none read"):
        ranker_of().fit(WORLD.history, replace(WORLD.knowledge, texts=None))


def test_another_encoder_makes_another_model() -> None:
    assert ranker_of().made_with() == ranker_of().made_with()
    assert ranker_of().made_with() != ranker_of(encoder="minilm").made_with()
    assert ranker_of().made_with() != ""


def test_a_checkpoint_holds_what_learns_alone(tmp_path: Path) -> None:
    ranker = ranker_of(tuned_layers=1, epochs=1)
    ranker.unfinished = tmp_path
    ranker.fit(WORLD.history, WORLD.knowledge)
    (file,) = tmp_path.iterdir()
    names = {name.removeprefix("now.") for name in load_file(file) if name.startswith("now.tower.vectors.encoder.")}
    assert names
    assert all(name.startswith("tower.vectors.encoder.encoder.layer.1.") for name in names)


@pytest.mark.parametrize("validation_people", [0, 1000])
def test_a_killed_training_goes_on_to_the_same_bits(
    validation_people: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"epochs": 3, "texts_per_batch": 40, "validation_people": validation_people, "patience": 3}
    whole = ranker_of(**settings).fit(WORLD.history, WORLD.knowledge)
    former, passes = module._pass, []

    def killed(*arguments: Any) -> float:
        passes.append(arguments)
        if len(passes) == 3:
            raise KeyboardInterrupt
        return former(*arguments)

    monkeypatch.setattr(module, "_pass", killed)
    ranker = ranker_of(**settings)
    ranker.unfinished = tmp_path
    with pytest.raises(KeyboardInterrupt):
        ranker.fit(WORLD.history, WORLD.knowledge)
    again = ranker_of(**settings)
    again.unfinished = tmp_path
    again.fit(WORLD.history, WORLD.knowledge)
    assert all(np.array_equal(values, again.arrays()[name]) for name, values in whole.arrays().items())


def test_the_draws_of_others_stay_as_they_were() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    ranker_of(epochs=1).fit(WORLD.history, WORLD.knowledge)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("strategy", [name for name in strategies_of("text_encoder") if name not in ("none", "choice")])
def test_every_strategy_learns_and_finds_tastes(strategy: str) -> None:
    problem = replace(problem_of(WORLD), make=lambda: ranker_of(epochs=4))
    ranker = create_strategy(strategy, TransferSettings()).fit(problem)
    assert taste_hits(ranker, WORLD) > 0.5
    scores = ranker.score(np.arange(20), WORLD.history.items_of(TARGET))
    assert np.isfinite(scores).all()


def test_inner_steps_leave_the_encoder_and_what_it_read_alone() -> None:
    network = ranker_of().fresh_network(WORLD.history, WORLD.knowledge)
    start = LearnedStart(network, WORLD.history.item_platform, steps=2)
    assert not any("encoder" in name for name in learned_of(network))
    batch = Sequences.of(WORLD.history).batch(np.arange(100))
    network.train()
    start.loss(batch, torch.Generator().manual_seed(0)).backward()
    vectors = network.tower.vectors
    some = torch.arange(vectors.kept.shape[0])
    with torch.no_grad():
        torch.testing.assert_close(vectors._standardised(vectors._read(some)), vectors.kept, rtol=0, atol=0.1)
    learning = [weights for weights in vectors.encoder.parameters() if weights.requires_grad]
    assert any(weights.grad is not None and weights.grad.any() for weights in learning)
