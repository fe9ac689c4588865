"""What people do on one day: visits to their platforms, and what they make of the items they meet there."""

from dataclasses import dataclass, fields

import numpy as np

from xdrec_assets.sample.streams import Stream, stream
from xdrec_assets.sample.world import World

KINDS = ("play", "skip", "like", "impression", "click", "view", "cart", "purchase", "rating", "watch", "save", "share")
SECONDS_A_DAY = 86_400
_MUSIC, _NEWS, _SHOP, _VIDEO = range(4)
_VISITS_A_DAY = np.array([0.26, 0.23, 0.26, 0.50])  # of an account of mean activity
_MORE_ITEMS = np.array([0.22, 0.25, 0.38, 0.55])  # chance that a visit ends after an item
_BY_TASTE = np.array([0.85, 0.55, 0.80, 0.85])  # the others are met by popularity alone: a front page, the charts
_GAP_SECONDS = np.array([240, 8, 70, 900])
_WEEKDAYS = np.array([0.9, 0.9, 0.95, 0.95, 1.1, 1.2, 1.1])


@dataclass(frozen=True)
class Visits:
    """One row per item met in a visit; `at` counts seconds from the world's first midnight; affinity is 0–1."""

    account: np.ndarray
    item: np.ndarray
    at: np.ndarray
    affinity: np.ndarray


@dataclass(frozen=True)
class Deeds:
    """One row per event; `kind` indexes KINDS, `value` is stars or the share watched or heard, else nan."""

    account: np.ndarray
    item: np.ndarray
    at: np.ndarray
    kind: np.ndarray
    value: np.ndarray

    def __len__(self) -> int:
        return len(self.account)

    def take(self, rows: np.ndarray) -> "Deeds":
        return Deeds(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def deeds_of(world: World, day: int) -> Deeds:
    """Return all events that begin with a visit on `day`, in the order of their times; a rating may come days later.

    The same events for the same world and day, whatever other days are simulated.
    """
    rng = stream(world.seed, Stream.VISITS, day)
    visits = _visits(world, day, rng)
    reactions = _react(visits, world, rng)
    deeds = _join(reactions)
    order = np.lexsort((deeds.kind, deeds.item, deeds.account, deeds.at))
    deeds = deeds.take(order)
    same = [np.diff(column) == 0 for column in (deeds.kind, deeds.item, deeds.account, deeds.at)]
    return deeds.take(np.flatnonzero(np.append(True, ~np.logical_and.reduce(same))[: len(deeds)]))


def _visits(world: World, day: int, rng: np.random.Generator) -> Visits:
    accounts = world.accounts
    rate = _VISITS_A_DAY[accounts.platform] * world.people.activity[accounts.person] * world.activity
    n_visits = rng.poisson(rate * _WEEKDAYS[day % 7] * (accounts.active_day <= day))
    visitor = np.repeat(np.arange(len(accounts)), n_visits)
    start = day * SECONDS_A_DAY + (SECONDS_A_DAY - 1) * rng.beta(4, 2.2, len(visitor))
    n_met = rng.geometric(_MORE_ITEMS[accounts.platform[visitor]]).clip(max=12)
    account = np.repeat(visitor, n_met)
    step = np.arange(len(account)) - np.repeat(n_met.cumsum() - n_met, n_met)
    gap = _GAP_SECONDS[accounts.platform[account]] * rng.uniform(0.6, 1.4, len(account))
    item = _meet(world, day, account, rng)
    taste = world.people.topic_weights[accounts.person[account]]  # (n_met, n_topics)
    affinity = (taste * world.items.topic_weights[item]).sum(axis=1) / taste.max(axis=1, initial=1e-9)
    at = np.repeat(start, n_met).astype(np.int64) + (step * gap).astype(np.int64)
    return Visits(account=account, item=item, at=at, affinity=(affinity / 0.7).clip(0, 1))


def _meet(world: World, day: int, account: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Choose an item for each step of each visit: a topic by taste and an item of it, or whatever is popular."""
    items, accounts = world.items, world.accounts
    platform = accounts.platform[account]
    by_taste = rng.random(len(account)) < _BY_TASTE[platform]
    wanted = world.people.topic_weights[accounts.person[account]].cumsum(axis=1)
    topic = (wanted < rng.random(len(account))[:, None] * wanted[:, -1:]).sum(axis=1)
    order = np.lexsort((items.topic, items.platform))
    weight = _weights(world, day)[order].cumsum()
    n_topics = len(world.topics)
    shelf = items.platform[order] * n_topics + items.topic[order]
    ends = np.concatenate([[0.0], weight])[np.searchsorted(shelf, np.arange(4 * n_topics + 1))]
    low, high = ends[platform * n_topics + topic], ends[platform * n_topics + topic + 1]
    anything = ~by_taste | (high <= low)
    low = np.where(anything, ends[platform * n_topics], low)
    high = np.where(anything, ends[(platform + 1) * n_topics], high)
    aim = np.minimum(low + rng.random(len(account)) * (high - low), np.nextafter(high, 0))  # never past the shelf
    met: np.ndarray = order[np.searchsorted(weight, aim, side="right")]
    return met


def _weights(world: World, day: int) -> np.ndarray:
    """Return how much each item draws on `day`: nothing before its release, more when new, news least when old."""
    items = world.items
    age = day - items.released_day
    fresh = np.where(items.platform == _NEWS, 2.0 ** (-age / 12), 1 + np.exp(-age.clip(0) / 7))
    weights: np.ndarray = np.where(age >= 0, items.popularity[:, day // 7] * fresh, 0.0)
    return weights


def _react(visits: Visits, world: World, rng: np.random.Generator) -> list[Deeds]:
    platform = world.accounts.platform[visits.account]
    chance = rng.random((len(platform), 3))
    share = (0.12 + 0.75 * visits.affinity + rng.normal(0, 0.18, len(platform))).clip(0.01, 1).round(3)
    days_later = rng.uniform(2, 6, len(platform)) * SECONDS_A_DAY
    stars = (1.6 + 3.2 * visits.affinity + rng.normal(0, 0.7, len(platform))).round().clip(1, 5)
    on = [platform == p for p in range(4)]
    skips = on[_MUSIC] & (chance[:, 0] < 0.4 * (1 - visits.affinity))
    clicks = on[_NEWS] & (chance[:, 0] < 0.04 + 0.5 * visits.affinity)
    carts = on[_SHOP] & (chance[:, 0] < 0.04 + 0.36 * visits.affinity)
    buys = carts & (chance[:, 1] < 0.55)
    saves = on[_VIDEO] & (share > 0.6) & (chance[:, 0] < 0.10)
    shares = on[_VIDEO] & (share > 0.8) & (chance[:, 1] < 0.06)
    likes = on[_MUSIC] & ~skips & (chance[:, 1] < 0.16 * visits.affinity)
    return [
        _deeds(visits, on[_MUSIC] & ~skips, "play", 0, share),
        _deeds(visits, skips, "skip", 4),
        _deeds(visits, likes, "like", 60),
        _deeds(visits, on[_NEWS], "impression", 0),
        _deeds(visits, clicks, "click", 5),
        _deeds(visits, on[_SHOP], "view", 0),
        _deeds(visits, carts, "cart", 25),
        _deeds(visits, buys, "purchase", 55),
        _deeds(visits, buys & (chance[:, 2] < 0.45), "rating", days_later, stars),
        _deeds(visits, on[_VIDEO], "watch", 0, share),
        _deeds(visits, saves, "save", 30),
        _deeds(visits, shares, "share", 45),
    ]


def _deeds(
    visits: Visits, rows: np.ndarray, kind: str, delay: int | np.ndarray, value: np.ndarray | None = None
) -> Deeds:
    at = visits.at + delay
    return Deeds(
        account=visits.account[rows],
        item=visits.item[rows],
        at=at[rows].astype(np.int64),
        kind=np.full(int(rows.sum()), KINDS.index(kind)),
        value=np.full(int(rows.sum()), np.nan) if value is None else value[rows],
    )


def _join(parts: list[Deeds]) -> Deeds:
    joined = {field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Deeds)}
    return Deeds(**joined)
