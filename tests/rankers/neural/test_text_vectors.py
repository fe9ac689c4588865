"""What an encoder that goes on learning makes of texts: what is kept, what is read anew, and what learns."""

from pathlib import Path

import numpy as np
import pytest
import torch

from resources.encoding.encoders import text_encoder
from resources.encoding.spec import EncoderSpec
from tests.rankers.neural.tiny_encoder import tiny_encoder
from tests.resources.encoding.tiny_models import ARCHITECTURES, tiny_model
from xdrec_assets.rankers.neural.text_vectors import TextVectors, learn_last

TEXTS = np.array(["red kettle", "", "a saddle of leather", "  ", "kettle"], dtype=object)
ALL = slice(None)
WRITTEN = [0, 2, 4]


def vectors_of(tuned_layers: int = 1, texts_per_batch: int = 9) -> TextVectors:
    return TextVectors(TEXTS, tiny_encoder(), 32, tuned_layers, 0.5, texts_per_batch)


def moved(vectors: TextVectors) -> None:
    """As if the encoder had learned."""
    with torch.no_grad():
        for weights in vectors.encoder.parameters():
            if weights.requires_grad:
                weights += 0.05 * torch.randn_like(weights)


def test_texts_are_told_from_none() -> None:
    vectors = vectors_of().eval()
    assert vectors.has_content.nonzero().ravel().tolist() == WRITTEN
    assert vectors(ALL)[[1, 3]].abs().sum() == 0


def test_vectors_are_the_encoders_centred_and_of_spread_one() -> None:
    found = vectors_of().eval()(ALL)[WRITTEN]
    assert found.mean(dim=0).abs().max() < 1e-5
    assert found.square().mean().item() == pytest.approx(1, abs=1e-5)
    spec = EncoderSpec(model=tiny_encoder(), normalise=False)
    encoded = torch.from_numpy(text_encoder(spec).encode(TEXTS[WRITTEN].tolist()))
    centred = encoded - encoded.mean(dim=0)
    torch.testing.assert_close(found, centred / centred.square().mean().sqrt(), rtol=0.05, atol=0.05)


def test_some_are_what_they_are_among_all() -> None:
    vectors = vectors_of().eval()
    some = torch.tensor([4, 1, 0])
    assert torch.equal(vectors(some), vectors(ALL)[some])


def test_once_a_step_has_read_all_is_read_anew_where_it_is_asked() -> None:
    vectors = vectors_of().eval()
    before = vectors(ALL)
    moved(vectors)
    vectors.train()(torch.arange(5))
    after = vectors.eval()(ALL)
    assert not torch.allclose(after[WRITTEN], before[WRITTEN], atol=1e-3)
    other = vectors_of()
    other.load_state_dict({**vectors.state_dict(), "is_whole": torch.tensor(False)})
    assert torch.equal(other.eval()(ALL), after)


def test_what_is_whole_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = vectors_of()
    before = vectors.eval()(ALL)
    monkeypatch.setattr(TextVectors, "_read", None)
    assert torch.equal(vectors(ALL), before)


def test_a_step_reads_only_so_many_and_learns_through_them() -> None:
    vectors = vectors_of(texts_per_batch=1)
    before = vectors.eval()(ALL)
    moved(vectors)
    torch.manual_seed(3)
    found = vectors.train()(torch.tensor([0, 2, 4]))
    changed = (found - before[WRITTEN]).abs().amax(dim=1) > 1e-3
    assert changed.sum() == 1
    assert torch.equal(vectors.kept[WRITTEN], found)
    found.sum().backward()
    learning = [weights.grad for weights in vectors.encoder.parameters() if weights.requires_grad]
    assert all(gradient is not None and gradient.isfinite().all() for gradient in learning)
    assert any(gradient.any() for gradient in learning if gradient is not None)


def test_an_encoder_that_does_not_learn_reads_once(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = vectors_of(tuned_layers=0)
    first = vectors.train()(torch.arange(5))
    monkeypatch.setattr(TextVectors, "_read", None)
    assert torch.equal(vectors(ALL), first)
    assert torch.equal(vectors.eval()(ALL), first)
    assert not first.requires_grad


def test_in_training_nothing_is_dropped_out() -> None:
    vectors = vectors_of()
    before = vectors.eval()(ALL)
    torch.testing.assert_close(vectors.train()(torch.arange(5)), before)


def test_without_any_text_nothing_is_read() -> None:
    vectors = TextVectors(np.array(["", ""], dtype=object), tiny_encoder(), 32, 1, 0.5, 9)
    assert not vectors.eval()(ALL).any()
    assert not vectors.train()(torch.arange(2)).any()


def test_the_state_tells_the_texts_that_it_belongs_to() -> None:
    other = TextVectors(np.array([*TEXTS[:4], "kettles"], dtype=object), tiny_encoder(), 32, 1, 0.5, 9)
    assert not torch.equal(other.state_dict()["digest"], vectors_of().state_dict()["digest"])
    assert torch.equal(vectors_of().state_dict()["digest"], vectors_of().state_dict()["digest"])


def test_what_was_read_is_part_of_what_a_checkpoint_keeps() -> None:
    one, other = vectors_of(), vectors_of()
    moved(one)
    one.eval()(ALL)
    other.load_state_dict(one.state_dict())
    some = torch.tensor([0, 4])
    assert torch.equal(other.eval()(some), one(some))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_last_layers_learn_and_nothing_else(architecture: str, tmp_path: Path) -> None:
    import transformers

    tiny_model(tmp_path, architecture)
    encoder = transformers.AutoModel.from_pretrained(tmp_path)
    assert not learn_last(encoder, 0)
    assert learn_last(encoder, 1)
    learning = {name for name, weights in encoder.named_parameters() if weights.requires_grad}
    layers = {name for name, _ in encoder.named_parameters() if ".1." in name or name.startswith("layers.1.")}
    assert learning
    assert learning == layers
    assert learn_last(encoder, 9)


def test_an_encoder_without_layers_is_refused() -> None:
    with pytest.raises(ValueError, match="Linear has no list of layers"):
        learn_last(torch.nn.Linear(2, 2), 1)


def test_an_encoder_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="no-such-model"):
        TextVectors(TEXTS, "no-such-model", 32, 1, 0.5, 9)
