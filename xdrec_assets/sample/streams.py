"""Random generators that depend on the seed and on what they are for, never on what was drawn before."""

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What a generator is for; a number once given stays, since it decides the bytes of the sample logs."""

    TOPICS = 1
    PEOPLE = 2
    ACCOUNTS = 3
    LINKS = 4
    ITEMS = 5
    TEXTS = 6
    VISITS = 7
    DIRT = 8
    KNOWLEDGE = 9
    SHUFFLE = 10


def stream(seed: int, purpose: Stream, *which: int) -> np.random.Generator:
    """Return the generator of `purpose`, and of one day or platform where `which` names it."""
    return np.random.default_rng([seed, int(purpose), *which])
