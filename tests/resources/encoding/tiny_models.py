"""Models of two layers with random weights, one of each architecture, saved as their families save theirs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, models, pre_tokenizers, processors

LETTERS = "abcdefghijklmnopqrstuvwxyz "
BERT_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
ROBERTA_TOKENS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
GEMMA_TOKENS = ("<pad>", "<eos>", "<bos>", "<unk>")
QWEN_TOKENS = ("<|endoftext|>",)
AROUND = {  # what stands before and behind a text
    BERT_TOKENS: ("[CLS]", "[SEP]"),
    ROBERTA_TOKENS: ("<s>", "</s>"),
    GEMMA_TOKENS: ("<bos>", "<eos>"),
    QWEN_TOKENS: ("", "<|endoftext|>"),
}
POSITIONS = 32  # tokens that each of them reads; a decoder many more
SIZE = 16

BERT = {"hidden_size": SIZE, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
DECODER = BERT | {"num_key_value_heads": 1, "head_dim": 8, "max_position_embeddings": 4096}
ROBERTA = BERT | {"max_position_embeddings": POSITIONS + 2, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}

# architecture: the name of its configuration, what that is given, its special tokens
ARCHITECTURES: Mapping[str, tuple[str, Mapping[str, Any], tuple[str, ...]]] = {
    "BertModel": ("BertConfig", BERT | {"max_position_embeddings": POSITIONS}, BERT_TOKENS),
    "DistilBertModel": (
        "DistilBertConfig",
        {"dim": SIZE, "n_layers": 2, "n_heads": 2, "hidden_dim": 32, "max_position_embeddings": POSITIONS},
        BERT_TOKENS,
    ),
    "MPNetModel": ("MPNetConfig", ROBERTA, ROBERTA_TOKENS),
    "XLMRobertaModel": ("XLMRobertaConfig", ROBERTA, ROBERTA_TOKENS),
    "ModernBertModel": (
        "ModernBertConfig",
        BERT
        | {"max_position_embeddings": POSITIONS, "local_attention": 8, "global_attn_every_n_layers": 2}
        | {"pad_token_id": 0, "cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3},
        BERT_TOKENS,
    ),
    "Qwen3Model": ("Qwen3Config", DECODER, QWEN_TOKENS),
    "Gemma3TextModel": (
        "Gemma3TextConfig",
        DECODER | {"use_bidirectional_attention": True, "sliding_window": 8, "query_pre_attn_scalar": 8},
        GEMMA_TOKENS,
    ),
}


def tiny_model(folder: Path, architecture: str, **settings: Any) -> Path:
    """Save a random model of an architecture with a tokenizer of one token per letter; its folder."""
    import torch
    import transformers

    named, given, special = ARCHITECTURES[architecture]
    tokenizer = letter_tokenizer(special)
    words = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=special[0])
    words.save_pretrained(folder)
    vocabulary = {"vocab_size": tokenizer.get_vocab_size()}
    config = getattr(transformers, named)(**{**given, **vocabulary, **settings})
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = getattr(transformers, architecture)(config)
        for weights in model.parameters():
            if weights.dim() > 1:  # drawn wider than for training, so that words and their order matter
                weights.data.normal_(0, 0.3)
        model.save_pretrained(folder)
    return folder


def letter_tokenizer(special: tuple[str, ...]) -> Tokenizer:
    """Letters between the begin and the end that the family puts around a text; a decoder's end alone."""
    numbers = {word: number for number, word in enumerate((*special, *LETTERS))}
    begin, end = AROUND[special]
    unknown = next((word for word in special if "unk" in word.lower()), None)
    tokenizer = Tokenizer(models.WordLevel(numbers, unk_token=unknown))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    around = [(word, numbers[word]) for word in (begin, end) if word]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=" ".join(filter(None, (begin, "$A", end))), special_tokens=around
    )
    return tokenizer


def say_pooling(folder: Path, mode: str, **more: Any) -> None:
    """Write what sentence-transformers writes beside a model with a pooling."""
    types = ["sentence_transformers.models.Transformer", "sentence_transformers.models.Pooling"]
    modules = [{"idx": i, "name": str(i), "path": path, "type": types[i]} for i, path in enumerate(("", "1_Pooling"))]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({f"pooling_mode_{mode}": True, **more}))
