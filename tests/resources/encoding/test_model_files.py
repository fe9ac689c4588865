"""What is read of a model's folder, and what is refused before anything of it is loaded."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from resources.encoding.encoders import model_and_revision, text_encoder
from resources.encoding.model_files import find_model_files, weights_sha256
from resources.encoding.model_folder import chosen_pooling
from resources.encoding.spec import EncoderSpec
from tests.resources.encoding.tiny_models import SIZE, say_pooling, tiny_model

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("model"), "BertModel")


@pytest.fixture
def folder(saved, tmp_path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "model"))


def revision(folder: Path) -> str:
    return find_model_files(str(folder)).revision


def test_other_weights_and_another_tokenizer_are_another_revision(folder):
    first = revision(folder)
    (folder / "notes.json").write_text("{}")
    assert revision(folder) == first
    (folder / "tokenizer_config.json").write_text("{}")
    second = revision(folder)
    say_pooling(folder, "cls_token")
    third = revision(folder)
    (folder / "model.safetensors").write_bytes(b"other weights")
    assert len({first, second, third, revision(folder)}) == 4


def test_shards_are_one_model_and_none_may_be_missing(folder, saved):
    from transformers import BertModel

    whole = EncoderSpec(model=str(saved), precision="fp32")
    BertModel.from_pretrained(saved).save_pretrained(folder, max_shard_size="4KB")
    (folder / "model.safetensors").unlink(missing_ok=True)
    shards = sorted(folder.glob("*.safetensors"))
    assert len(shards) > 2
    sharded = EncoderSpec(model=str(folder), precision="fp32")
    np.testing.assert_allclose(text_encoder(sharded, "cpu").encode(["tea"]), text_encoder(whole, "cpu").encode(["tea"]))
    before = weights_sha256(folder)
    shards[1].write_bytes(shards[1].read_bytes()[:-1] + b"\x7f")
    assert weights_sha256(folder) != before
    shards[1].unlink()
    with pytest.raises(ValueError, match=f"names {shards[1].name}, not in the folder; copy or download"):
        text_encoder(sharded)


def test_weights_that_may_run_code_are_refused_with_what_to_do(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match=r"but pytorch_model.bin; other formats.*save it with save_pretrained"):
        text_encoder(EncoderSpec(model=str(folder)))


@pytest.mark.parametrize("name", ["intfloat/e5-small-v2", "intfloat/e5-small-v2@main", "no/such/folder"])
def test_a_name_without_a_pinned_revision_is_refused(name):
    with pytest.raises(ValueError, match="40 hexadecimal digits"):
        text_encoder(name)


def test_a_hub_model_is_read_from_what_was_downloaded_at_its_commit(saved, tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    snapshot = tmp_path / "models--owner--tiny" / "snapshots" / COMMIT
    shutil.copytree(saved, snapshot)
    encoder = text_encoder(f"owner/tiny@{COMMIT}", "cpu")
    assert (encoder.model, encoder.revision) == ("owner/tiny", COMMIT)
    np.testing.assert_array_equal(encoder.encode(["tea"]), text_encoder(str(saved), "cpu").encode(["tea"]))
    other = COMMIT[::-1]
    assert model_and_revision(EncoderSpec(model=f"owner/tiny@{other}")) == ("owner/tiny", other)
    with pytest.raises(
        FileNotFoundError, match=r"owner/tiny@\w+ is not on this machine and embeddings.network is false"
    ):
        text_encoder(f"owner/tiny@{other}", "cpu")


def code_of_its_own(folder: Path, place: str, **more: str) -> None:
    config = json.loads((folder / "config.json").read_bytes())
    own = {"model_type": "own", "auto_map": {"AutoModel": place, **more}}
    (folder / "config.json").write_text(json.dumps(config | own))


def test_code_of_a_model_is_not_run_unless_it_is_named(folder):
    code_of_its_own(folder, "modeling.Own")
    (folder / "modeling.py").write_text("raise SystemExit('it ran')")
    with pytest.raises(ValueError, match=r"brings code of its own.*set embeddings.encoder.remote_code to 'model'"):
        text_encoder(EncoderSpec(model=str(folder)))
    with pytest.raises(ValueError, match="remote_code is 'another', but the model is 'model'"):
        text_encoder(EncoderSpec(model=str(folder), remote_code="another"))


OWN = """
from transformers import BertConfig, BertModel
class OwnConfig(BertConfig):
    model_type = "own"
class OwnModel(BertModel):
    config_class = OwnConfig
"""


def test_code_of_a_model_that_is_named_runs(folder, saved, tmp_path, monkeypatch):
    from transformers import dynamic_module_utils

    monkeypatch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    code_of_its_own(folder, "modeling.OwnModel", AutoConfig="modeling.OwnConfig")
    (folder / "modeling.py").write_text(OWN)
    encoder = text_encoder(EncoderSpec(model=str(folder), remote_code="model"), "cpu")
    assert type(encoder.network.network).__name__ == "OwnModel"
    np.testing.assert_allclose(encoder.encode(["tea"]), text_encoder(str(saved), "cpu").encode(["tea"]), atol=1e-6)


def test_code_from_another_place_is_refused_even_then(folder):
    code_of_its_own(folder, "owner/code--modeling.Own")
    with pytest.raises(ValueError, match="takes code from owner/code, which no revision pins"):
        text_encoder(EncoderSpec(model=str(folder), remote_code="model"))


@pytest.mark.parametrize(
    ("said", "pooling"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_lasttoken": True, "pooling_mode_max_tokens": False}, "last"),
        ({"pooling_mode": "lasttoken"}, "last"),
        ({"embedding_dimension": 16, "pooling_mode": ["mean"], "include_prompt": True}, "mean"),
    ],
)
def test_pooling_is_read_as_old_and_new_sentence_transformers_write_it(folder, said, pooling):
    say_pooling(folder, "mean_tokens")
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(said))
    assert chosen_pooling(folder, EncoderSpec()) == pooling
    assert chosen_pooling(folder, EncoderSpec(pooling="mean")) == "mean"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"pooling_mode": "max"}, "asks for pooling max, expected one of mean, cls, lasttoken"),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}, "asks for pooling cls . mean"),
        ({"pooling_mode": "mean", "include_prompt": False}, "leaves its prompt out of the pooling"),
    ],
)
def test_a_pooling_that_is_not_known_is_refused(folder, said, why):
    say_pooling(folder, "mean_tokens")
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(said))
    with pytest.raises(ValueError, match=why):
        text_encoder(EncoderSpec(model=str(folder)), "cpu")


def test_without_a_word_on_pooling_a_decoder_is_pooled_at_its_end(folder):
    config = json.loads((folder / "config.json").read_bytes())
    (folder / "config.json").write_text(json.dumps(config | {"architectures": ["Qwen3ForCausalLM"]}))
    assert chosen_pooling(folder, EncoderSpec()) == "last"


def test_dense_layers_behind_the_pooling_are_applied(folder):
    from safetensors.numpy import save_file

    say_pooling(folder, "mean_tokens")
    modules = json.loads((folder / "modules.json").read_bytes())
    modules.append({"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"})
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "config.json").write_text('{"activation_function": "torch.nn.modules.activation.Tanh"}')
    rng = np.random.default_rng(0)
    weight, bias = rng.normal(size=(6, SIZE)).astype(np.float32), rng.normal(size=6).astype(np.float32)
    save_file({"linear.weight": weight, "linear.bias": bias}, folder / "2_Dense" / "model.safetensors")
    dense = text_encoder(EncoderSpec(model=str(folder), precision="fp32"), "cpu")
    shutil.rmtree(folder / "2_Dense")
    (folder / "modules.json").unlink()
    pooled = text_encoder(EncoderSpec(model=str(folder), precision="fp32", normalise=False), "cpu").encode(["tea"])[0]
    expected = np.tanh(weight @ pooled + bias)
    assert dense.size == 6
    np.testing.assert_allclose(dense.encode(["tea"])[0], expected / np.linalg.norm(expected), atol=1e-6)


def test_a_step_that_is_not_known_is_refused_rather_than_left_out(folder):
    (folder / "modules.json").write_text('[{"path": "", "type": "custom_st.Transformer"}]')
    with pytest.raises(ValueError, match=r"has custom_st.Transformer, expected .* this model cannot be used"):
        text_encoder(EncoderSpec(model=str(folder)), "cpu")


def test_prefixes_that_a_model_was_trained_with_are_asked_for(folder, caplog):
    (folder / "config_sentence_transformers.json").write_text('{"prompts": {"query": "query: ", "document": ""}}')
    text_encoder(EncoderSpec(model=str(folder)), "cpu")
    assert "trained with prefixes, none is set: {'query': 'query: '}" in caplog.text
    caplog.clear()
    text_encoder(EncoderSpec(model=str(folder), query_prefix="query: "), "cpu")
    assert not caplog.text
