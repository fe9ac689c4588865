"""A causal language model of two layers with random weights and a token per character, saved as Qwen3 and Llama are."""

import string
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SIZES = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 8,
    "intermediate_size": 32,
    "max_position_embeddings": 512,
    "tie_word_embeddings": False,
}


def tiny_generator(folder: Path, family: str = "Qwen3", has_chat: bool = True, **settings: Any) -> Path:
    """Save a random causal model ("Qwen3" or "Llama") with a tokenizer of characters; its folder."""
    import torch
    import transformers

    tokenizer = character_tokenizer()
    words = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    if has_chat:
        words.chat_template = TEMPLATE
    words.save_pretrained(folder)
    ends = {"eos_token_id": 2, "pad_token_id": 0, "bos_token_id": 0, "vocab_size": tokenizer.get_vocab_size()}
    config = getattr(transformers, f"{family}Config")(**{**SIZES, **ends, **settings})
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = getattr(transformers, f"{family}ForCausalLM")(config)
        for weights in model.parameters():
            if weights.dim() > 1:  # drawn wide, so that what was read decides what is written
                weights.data.normal_(0, 0.5)
        model.save_pretrained(folder)
    return folder


def character_tokenizer() -> Tokenizer:
    """One token per printable character, three special ones first."""
    numbers = {token: number for number, token in enumerate((*SPECIAL, *string.printable))}
    tokenizer = Tokenizer(models.WordLevel(numbers, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.decoder = decoders.Fuse()
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer
