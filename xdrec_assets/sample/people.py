"""Who lives on which platform: people with tastes, their accounts, and the links between the accounts."""

from dataclasses import dataclass

import numpy as np

from xdrec_assets.sample.streams import Stream, stream
from xdrec_assets.sample.vocabulary import PLATFORMS

_PLATFORMS_PER_PERSON = (0.42, 0.30, 0.18, 0.10)
_THERE_FROM_THE_START = 0.60
_LINKED = 0.90
_AT_ONCE = 0.35  # of the accounts after the first; the others are opened any time later
_HAS_LINKS_FILE = np.array([platform != "video" for platform in PLATFORMS])


@dataclass(frozen=True)
class People:
    """One row per person.

    `topic_weights` has shape (n_people, n_topics), rows sum to 1: the planted taste, the same on every platform.
    `start_day` counts from the world's first day; `activity` is heavy-tailed with mean 1.
    """

    topic_weights: np.ndarray
    start_day: np.ndarray
    activity: np.ndarray

    def __len__(self) -> int:
        return len(self.start_day)


@dataclass(frozen=True)
class Accounts:
    """One row per person and platform: the identity truth.

    `person` indexes People, `platform` indexes PLATFORMS; `user_id` is the platform's own name for the person.
    An account is `opened_day` and is used from `active_day` on; a later use makes people who are cold on a platform.
    """

    person: np.ndarray
    platform: np.ndarray
    user_id: np.ndarray
    opened_day: np.ndarray
    active_day: np.ndarray

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True)
class Links:
    """One row per identity link, known to the platform of `account`; both columns index Accounts.

    A person's links form a chain (A-B, B-C), so that only connected components find the whole person.
    """

    account: np.ndarray
    other_account: np.ndarray
    day: np.ndarray

    def __len__(self) -> int:
        return len(self.account)


def make_people(seed: int, n_people: int, n_topics: int, n_days: int) -> People:
    """Draw people with a few topics each: a sparse Dirichlet over topics of unequal popularity."""
    rng = stream(seed, Stream.PEOPLE)
    popularity = rng.permutation(1.0 / np.arange(3, n_topics + 3) ** 0.5)
    raw = rng.gamma(0.15, size=(n_people, n_topics)) * popularity + 1e-12
    few = np.sort(raw, axis=1)[:, -min(4, n_topics)]
    kept = np.where(raw >= few[:, None], raw, 0.0)
    later = rng.integers(7, max(n_days, 8), n_people)
    return People(
        topic_weights=kept / kept.sum(axis=1, keepdims=True),
        start_day=np.where(rng.random(n_people) < _THERE_FROM_THE_START, 0, later),
        activity=rng.lognormal(-0.405, 0.9, n_people),
    )


def make_accounts(seed: int, people: People, n_days: int) -> Accounts:
    """Open each person's accounts: the first when they start, the others then or any time later."""
    rng = stream(seed, Stream.ACCOUNTS)
    n_platforms = rng.choice(np.arange(1, 5), size=len(people), p=_PLATFORMS_PER_PERSON)
    order = rng.permuted(np.tile(np.arange(4), (len(people), 1)), axis=1)  # (n_people, 4)
    person, rank = np.nonzero(np.arange(4) < n_platforms[:, None])
    start = people.start_day[person]
    later = start + (rng.random(len(person)) * np.maximum(n_days - start, 1)).astype(np.int64)
    opened = np.where((rank == 0) | (rng.random(len(person)) < _AT_ONCE), start, later)
    waits = (rank > 0) & (rng.random(len(person)) < 0.5)
    platform = order[person, rank]
    return Accounts(
        person=person,
        platform=platform,
        user_id=_user_ids(platform, rng),
        opened_day=opened,
        active_day=opened + waits * rng.integers(1, 22, len(person)),
    )


def make_links(seed: int, accounts: Accounts) -> Links:
    """Chain most people's accounts; a link lands on the day the second account of the pair is opened."""
    rng = stream(seed, Stream.LINKS)
    n_people = int(accounts.person.max()) + 1
    linked = rng.random(n_people) < _LINKED
    order = np.lexsort((rng.random(len(accounts)), accounts.person))
    left, right = order[:-1], order[1:]
    chained = (accounts.person[left] == accounts.person[right]) & linked[accounts.person[left]]
    left, right = left[chained], right[chained]
    swap = np.where(rng.random(len(left)) < 0.5, left, right)
    knows = np.where(_HAS_LINKS_FILE[accounts.platform[swap]], swap, left + right - swap)
    return Links(
        account=knows,
        other_account=left + right - knows,
        day=np.maximum(accounts.opened_day[left], accounts.opened_day[right]),
    )


def _user_ids(platform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    numbers = 100_000 + rng.permutation(900_000)[: len(platform)]
    written = {"music": "{}", "news": "r-{:06x}", "shop": "u{}", "video": "viewer_{}"}
    names = [written[PLATFORMS[p]].format(n) for p, n in zip(platform, numbers.tolist(), strict=True)]
    return np.array(names, dtype=object)
