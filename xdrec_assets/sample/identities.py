"""The identity links a platform lands on one day."""

from dataclasses import dataclass

import numpy as np

from xdrec_assets.sample.vocabulary import PLATFORMS
from xdrec_assets.sample.world import World

_REPEATED = 50  # every so many-th link stands twice in its file


@dataclass(frozen=True)
class Link:
    """One link: this platform's user is that user elsewhere."""

    user_id: str
    other_platform: str
    other_user_id: str


def links_on(world: World, platform: int, day: int) -> list[Link]:
    """Return the links that land on `day`, in the order of the file; a few twice."""
    accounts, links = world.accounts, world.links
    rows = np.flatnonzero((accounts.platform[links.account] == platform) & (links.day == day))
    rows = np.repeat(rows, 1 + (rows % _REPEATED == _REPEATED - 1))
    account, other = links.account[rows], links.other_account[rows]
    return [
        Link(user_id=str(user), other_platform=PLATFORMS[p], other_user_id=str(other_user))
        for user, p, other_user in zip(
            accounts.user_id[account], accounts.platform[other], accounts.user_id[other], strict=True
        )
    ]
