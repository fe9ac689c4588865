"""When events land and in what state: late, twice, spoilt, or (nearly always) at once and sound."""

from dataclasses import dataclass, fields, replace

import numpy as np

from xdrec_assets.sample.dirt import HARMLESS, Dirt, draw_dirt
from xdrec_assets.sample.streams import Stream, stream
from xdrec_assets.sample.visits import SECONDS_A_DAY, Deeds, deeds_of
from xdrec_assets.sample.vocabulary import PLATFORMS
from xdrec_assets.sample.world import World

LOOKBACK_DAYS = 21  # a rating six days after the visit, past midnight, twelve days late
_EVENTS_A_DAY = 1_000_000  # more than a day can have: makes event numbers unique
_YEARS = 5 * 365 + 1  # in days


@dataclass(frozen=True)
class Arrivals:
    """One row per line to land. `number` names the event, `arrived_at` counts seconds from the first midnight.

    `dirt` is a Dirt, `dice` a random number for whatever the format needs to decide, `is_copy` marks a second landing.
    """

    deeds: Deeds
    number: np.ndarray
    arrived_at: np.ndarray
    dirt: np.ndarray
    dice: np.ndarray
    is_copy: np.ndarray

    def __len__(self) -> int:
        return len(self.number)

    def take(self, rows: np.ndarray) -> "Arrivals":
        others = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name != "deeds"}
        return Arrivals(deeds=self.deeds.take(rows), **others)

    @property
    def is_event(self) -> np.ndarray:
        """Return which rows bring a usable event for the first time and not too late, shape (n,)."""
        usable: np.ndarray = np.isin(self.dirt, HARMLESS) & ~self.is_copy
        return usable

    def claimed_at(self) -> np.ndarray:
        """Return the time the line claims, in seconds from the first midnight: wrong where the sender's clock was."""
        skew = np.where(self.dirt == Dirt.DAY_AHEAD, 1, 0) + np.where(self.dirt == Dirt.YEARS_AHEAD, _YEARS, 0)
        claimed: np.ndarray = self.deeds.at + skew * SECONDS_A_DAY
        return claimed


class ArrivalsByDay:
    """The lines that land on each day of a world; visits of a day are simulated once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._from_visits: dict[int, Arrivals] = {}

    def on(self, day: int) -> Arrivals:
        """Return what lands on `day`, in order of arrival; the same whichever days were asked for before."""
        parts = [self._of(visit_day) for visit_day in range(max(day - LOOKBACK_DAYS, 0), day + 1)]
        landing = [part.take(np.flatnonzero(part.arrived_at // SECONDS_A_DAY == day)) for part in parts]
        arrivals = _join(landing)
        return arrivals.take(np.lexsort((arrivals.is_copy, arrivals.number, arrivals.arrived_at)))

    def _of(self, visit_day: int) -> Arrivals:
        if visit_day not in self._from_visits:
            self._from_visits[visit_day] = _arrivals_from(self._world, visit_day)
        return self._from_visits[visit_day]


def _arrivals_from(world: World, visit_day: int) -> Arrivals:
    """Return every landing, on whatever day, of the events that began on `visit_day`."""
    rng = stream(world.seed, Stream.DIRT, visit_day)
    deeds = deeds_of(world, visit_day)
    dirt = draw_dirt(np.array(PLATFORMS)[world.accounts.platform[deeds.account]], world.dirt, rng)
    midnight = deeds.at // SECONDS_A_DAY * SECONDS_A_DAY
    moment = rng.integers(0, SECONDS_A_DAY, len(deeds))
    days_late = np.where(dirt == Dirt.LATE, rng.integers(1, 4, len(deeds)), rng.integers(5, 13, len(deeds)))
    is_late = (dirt == Dirt.LATE) | (dirt == Dirt.TOO_LATE)
    first = Arrivals(
        deeds=deeds,
        number=visit_day * _EVENTS_A_DAY + np.arange(len(deeds)),
        arrived_at=np.where(is_late, midnight + days_late * SECONDS_A_DAY + moment, deeds.at),
        dirt=dirt,
        dice=rng.integers(0, 2**31, len(deeds)),
        is_copy=np.zeros(len(deeds), dtype=bool),
    )
    return _join([first, _copies(first, moment)])


def _copies(first: Arrivals, moment: np.ndarray) -> Arrivals:
    """Return the second landings: duplicates at once, replays at some moment of the next day."""
    rows = np.flatnonzero((first.dirt == Dirt.DUPLICATE) | (first.dirt == Dirt.REPLAY))
    again = first.take(rows)
    next_day = (again.arrived_at // SECONDS_A_DAY + 1) * SECONDS_A_DAY + moment[rows]
    return replace(
        again,
        arrived_at=np.where(again.dirt == Dirt.REPLAY, next_day, again.arrived_at),
        is_copy=np.ones(len(rows), dtype=bool),
    )


def _join(parts: list[Arrivals]) -> Arrivals:
    deeds = {f.name: np.concatenate([getattr(part.deeds, f.name) for part in parts]) for f in fields(Deeds)}
    others = {
        f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Arrivals) if f.name != "deeds"
    }
    return Arrivals(deeds=Deeds(**deeds), **others)
