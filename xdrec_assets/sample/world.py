"""The planted world: everything that is true of the simulated people and items, whether or not a log shows it."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from xdrec_assets.sample.items import Items, make_items
from xdrec_assets.sample.people import Accounts, Links, People, make_accounts, make_links, make_people
from xdrec_assets.sample.streams import Stream, stream
from xdrec_assets.sample.vocabulary import PLATFORMS, Vocabulary, load_vocabulary

FIRST_DAY = date(2026, 1, 5)  # a Monday
N_DAYS = 56  # as far as the world goes; six weeks of it are laid out by default
_ITEMS_PER_TOPIC = 20  # a small world has fewer topics, so that each still has items on every platform
_MOST_PEOPLE = 200_000  # accounts are numbered with six digits


@dataclass(frozen=True)
class World:
    """What was planted. `dirt` is the share of event lines that are spoilt, `activity` scales how much people do."""

    seed: int
    vocabulary: Vocabulary
    people: People
    accounts: Accounts
    links: Links
    items: Items
    dirt: float = 0.01
    activity: float = 1.0

    @property
    def topics(self) -> tuple[str, ...]:
        """Keys of the topics, in the order of every topic axis."""
        return tuple(topic.key for topic in self.vocabulary.topics)

    def people_by_user(self) -> dict[tuple[str, str], int]:
        """Return the identity truth: (platform, user_id) to the person it is, an index into `people`."""
        accounts = self.accounts
        names = zip(accounts.platform.tolist(), accounts.user_id.tolist(), accounts.person.tolist(), strict=True)
        return {(PLATFORMS[platform], user_id): person for platform, user_id, person in names}

    def topics_by_item(self) -> dict[tuple[str, str], np.ndarray]:
        """Return (platform, item_id) to the item's true topic weights, shape (n_topics,)."""
        items = self.items
        names = zip(items.platform.tolist(), items.item_id.tolist(), items.topic_weights, strict=True)
        return {(PLATFORMS[platform], item_id): weights for platform, item_id, weights in names}

    def with_shuffled_links(self, seed: int = 0) -> "World":
        """Return the same world with links between accounts of strangers.

        On each platform the linked accounts change places, so that chains keep their lengths. What people do does not
        change; what one platform knows of another's people becomes worthless.
        """
        rng = stream(seed, Stream.SHUFFLE)
        links, platform = self.links, self.accounts.platform
        linked = np.union1d(links.account, links.other_account)
        stands_in = np.arange(len(self.accounts))
        for p in range(len(PLATFORMS)):
            here = linked[platform[linked] == p]
            stands_in[here] = rng.permutation(here)
        shuffled = replace(links, account=stands_in[links.account], other_account=stands_in[links.other_account])
        return replace(self, links=shuffled)


def make_world(
    seed: int = 7, n_people: int = 3000, n_items: int = 4000, dirt: float = 0.01, activity: float = 1.0
) -> World:
    """Make the world of `seed`; the same arguments give the same world.

    Raises: ValueError if a size is too small to hold every platform or `dirt` is no share.
    """
    if not 1 <= n_people <= _MOST_PEOPLE or n_items < 4 * len(PLATFORMS):
        raise ValueError(
            f"{n_people} people and {n_items} items do not make a world; have 1 to {_MOST_PEOPLE} people and at least "
            f"{4 * len(PLATFORMS)} items"
        )
    if not 0 <= dirt <= 0.5:
        raise ValueError(f"dirt is a share of the lines, from 0 to 0.5, not {dirt}")
    everything = load_vocabulary()
    n_topics = min(len(everything.topics), max(4, n_items // _ITEMS_PER_TOPIC))
    vocabulary = everything.only(n_topics, stream(seed, Stream.TOPICS))
    people = make_people(seed, n_people, n_topics, N_DAYS)
    accounts = make_accounts(seed, people, N_DAYS)
    return World(
        seed=seed,
        vocabulary=vocabulary,
        people=people,
        accounts=accounts,
        links=make_links(seed, accounts),
        items=make_items(seed, vocabulary, n_items, N_DAYS),
        dirt=dirt,
        activity=activity,
    )
