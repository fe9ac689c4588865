"""Two platforms that share no word, people whose tastes cross them, and a tiny random BERT that reads the words."""

from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from resources.encoding.contrastive import TextPairs

N_TASTES, WORDS_PER_TASTE, TEXTS_PER_PLATFORM, N_PEOPLE = 6, 4, 60, 120
PLATFORMS = ("shop", "video")


def words_of(platform: str, taste: int) -> list[str]:
    """The words in which a platform speaks of a taste; the other platform has none of them."""
    return [f"{platform}{taste}{letter}" for letter in "abcd"[:WORDS_PER_TASTE]]


def texts() -> list[str]:
    """Texts of three words, a platform's in a row; text i is of taste i % N_TASTES. All differ."""
    found = []
    for platform in PLATFORMS:
        for i in range(TEXTS_PER_PLATFORM):
            words, turn = words_of(platform, i % N_TASTES), i // N_TASTES
            found.append(" ".join([words[turn % 4], words[turn // 4 % 4], f"{platform}{i}"]))
    return found


def crossing_pairs(rng: np.random.Generator, n: int, is_shuffled: bool = False) -> TextPairs:
    """Pairs of a text of the shop and a video's that one person chose, by taste or, shuffled, by nothing."""
    left = rng.integers(0, TEXTS_PER_PLATFORM, n)
    within = rng.integers(0, TEXTS_PER_PLATFORM // N_TASTES, n) * N_TASTES + left % N_TASTES
    right = TEXTS_PER_PLATFORM + (rng.permutation(within) if is_shuffled else within)
    owner = rng.integers(0, N_PEOPLE, n)
    rows = np.concatenate([owner, owner]), np.concatenate([left, right])
    owned = csr_matrix((np.ones(2 * n, dtype=np.int8), rows), shape=(N_PEOPLE, 2 * TEXTS_PER_PLATFORM))
    return TextPairs(left, right, owner, np.ones(n, dtype=bool), owned)


def tiny_bert(folder: Path, hidden_size: int = 32) -> str:
    """A folder with a random BERT of one layer that reads those words, and its tokenizer."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    words = sorted({word for text in texts() for word in text.split()})
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]").save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=hidden_size,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=2 * hidden_size,
        max_position_embeddings=16,
        hidden_dropout_prob=0.0,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertModel(config).save_pretrained(folder)
    return str(folder)
