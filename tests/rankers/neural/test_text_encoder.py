"""The ranker of a learning text encoder: new items, texts that are missing, and how fast its encoder learns."""

from dataclasses import replace

import numpy as np
import torch

from tests.rankers.neural.planted_cold_item import without_events_of
from tests.rankers.neural.tiny_encoder import tiny_encoder
from tests.rankers.planted import PLATFORMS, TARGET, planted_world
from xdrec_assets.rankers.neural.optimise import _optimiser
from xdrec_assets.rankers.neural.settings import TextEncoderSettings
from xdrec_assets.rankers.neural.text_encoder import TextEncoder

SETTINGS = TextEncoderSettings(
    size=16,
    epochs=5,
    events_per_batch=512,
    negatives=0,
    learning_rate=0.02,
    warmup_batches=0,
    validation_people=0,
)
WORLD = planted_world()


def ranker_of(**settings: object) -> TextEncoder:
    """With an encoder of two layers that reads letters."""
    return TextEncoder(SETTINGS.model_copy(update={"encoder": tiny_encoder(), **settings}))


def test_an_item_that_nobody_took_is_found_by_its_text() -> None:
    history, item = without_events_of(WORLD, TARGET)
    ranker = ranker_of().fit(history, WORLD.knowledge)
    people = np.flatnonzero(WORLD.taste_of_person[:-1] == WORLD.taste_of_item[item])
    others = np.flatnonzero(WORLD.taste_of_person[:-1] != WORLD.taste_of_item[item])
    one = slice(item, item + 1)
    assert ranker.score(people, one).mean() > ranker.score(others, one).mean() + 1


def test_the_encoder_learns_by_its_share_of_the_step() -> None:
    network = ranker_of().fresh_network(WORLD.history, WORLD.knowledge)
    groups = {group["step_share"]: group["params"] for group in _optimiser(network, SETTINGS).param_groups}
    assert groups.keys() == {1.0, SETTINGS.encoder_step_share}
    tuned = [weights for weights in network.tower.vectors.encoder.parameters() if weights.requires_grad]
    assert {id(weights) for weights in groups[SETTINGS.encoder_step_share]} == {id(weights) for weights in tuned}


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
    knowledge = replace(WORLD.knowledge, texts=None)
    ranker = ranker_of(encoder="not asked for").fit(WORLD.history, knowledge)
    everyone = np.arange(10)
    assert all(ranker.score(everyone, WORLD.history.items_of(platform)).any() for platform in PLATFORMS)
