"""Lay the world out as landing files, day by day, leaving alone what already stands."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xdrec_assets.sample import music, news, shop, video
from xdrec_assets.sample.arrivals import Arrivals, ArrivalsByDay
from xdrec_assets.sample.catalogue import entries_on
from xdrec_assets.sample.dirt import Dirt
from xdrec_assets.sample.identities import links_on
from xdrec_assets.sample.outside import article, triples
from xdrec_assets.sample.pictures import picture
from xdrec_assets.sample.times import day_text
from xdrec_assets.sample.vocabulary import PLATFORMS
from xdrec_assets.sample.world import N_DAYS, World

MARKER = "sample.json"
_FORMATS: dict[str, Any] = {"music": music, "news": news, "shop": shop, "video": video}
_SUFFIX = {"music": "parquet", "news": "jsonl.gz", "shop": "jsonl", "video": "csv"}


@dataclass(frozen=True)
class Landed:
    """What stands in the landing folder, by platform, and how many files this call wrote.

    `lines` counts event lines (rows of Parquet), `events` the distinct usable events among them that were not too
    late, `dirt` the lines spoilt in each way: a duplicate or replay counts once.
    """

    landing: Path
    days: int
    n_files_written: int
    lines: dict[str, int]
    events: dict[str, int]
    dirt: dict[str, dict[str, int]]


def lay_out(world: World, landing: Path, days: int = 42) -> Landed:
    """Write the first `days` days of the world below `landing`; days that already stand are not written again.

    A day's files are the same bytes however many days are laid out. Raises: ValueError if `days` is not in 1–56 or
    the folder holds another world.
    """
    if not 1 <= days <= N_DAYS:
        raise ValueError(f"the world has {N_DAYS} days, so --days must be from 1 to {N_DAYS}, not {days}")
    stands = _standing(world, landing)
    files = _Files(landing)
    if stands["days"] == 0:
        _write_outside(world, files)
    counts = _Counts(stands)
    by_day = ArrivalsByDay(world)
    for day in range(stands["days"], days):
        arrivals = by_day.on(day)
        for p, platform in enumerate(PLATFORMS):
            landed = arrivals.take(np.flatnonzero(world.accounts.platform[arrivals.deeds.account] == p))
            _write_day(world, p, day, landed, files)
            counts.add(platform, landed)
    days = max(days, stands["days"])
    if files.n_written:
        marker = {"made_by": "xdrec_assets.sample", **_identity(world), "days": days, **counts.so_far()}
        (landing / MARKER).write_text(json.dumps(marker, indent=2) + "\n", "utf-8")
    return Landed(landing=landing, days=days, n_files_written=files.n_written, **counts.so_far())


class _Counts:
    """What has landed, on top of what stood before."""

    def __init__(self, stands: dict[str, Any]) -> None:
        self._lines, self._events = Counter(stands["lines"]), Counter(stands["events"])
        self._dirt = {platform: Counter(stands["dirt"].get(platform, {})) for platform in PLATFORMS}

    def add(self, platform: str, landed: Arrivals) -> None:
        self._lines[platform] += len(landed)
        self._events[platform] += int(landed.is_event.sum())
        self._dirt[platform].update(_dirt_kinds(landed))

    def so_far(self) -> dict[str, Any]:
        return {
            "lines": {platform: self._lines[platform] for platform in PLATFORMS},
            "events": {platform: self._events[platform] for platform in PLATFORMS},
            "dirt": {platform: dict(sorted(self._dirt[platform].items())) for platform in PLATFORMS},
        }


class _Files:
    """Writes files below the landing root, each whole or not at all."""

    def __init__(self, landing: Path) -> None:
        self._landing = landing
        self.n_written = 0

    def write(self, name: str, content: bytes) -> None:
        path = self._landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.unfinished")
        unfinished.write_bytes(content)
        unfinished.replace(path)
        self.n_written += 1


def _write_day(world: World, p: int, day: int, landed: Arrivals, files: _Files) -> None:
    platform, written = PLATFORMS[p], f"{day_text(day)}.{_SUFFIX[PLATFORMS[p]]}"
    entries, links = entries_on(world, p, day), links_on(world, p, day)
    for entry in entries:
        if entry.image:
            files.write(entry.image, picture(entry.topic, len(world.topics), sum(entry.item_id.encode())))
    if entries:
        files.write(f"{platform}/items/{written}", _FORMATS[platform].item_file(entries))
    if links:
        files.write(f"{platform}/links/{written}", _FORMATS[platform].link_file(links))
    if len(landed):
        files.write(f"{platform}/events/{written}", _FORMATS[platform].event_file(world, landed))


def _write_outside(world: World, files: _Files) -> None:
    for topic in world.vocabulary.topics:
        files.write(f"knowledge/documents/{topic.key}.md", article(topic, world.vocabulary).encode())
    rows = ("\t".join(triple) for triple in (("head", "relation", "tail"), *dict.fromkeys(triples(world))))
    files.write("knowledge/triples.tsv", "".join(f"{row}\n" for row in rows).encode())


def _dirt_kinds(landed: Arrivals) -> Iterator[str]:
    """Yield the name of the dirt of every spoilt line, a line that lands twice only once."""
    spoilt = (landed.dirt != Dirt.NONE) & ~landed.is_copy
    return (Dirt(kind).name.lower() for kind in landed.dirt[spoilt].tolist())


def _identity(world: World) -> dict[str, Any]:
    return {
        "seed": world.seed,
        "n_people": len(world.people),
        "n_items": len(world.items),
        "dirt_share": world.dirt,
        "activity": world.activity,
    }


def _standing(world: World, landing: Path) -> dict[str, Any]:
    """Return what the marker in the folder says, or nothing laid out yet."""
    marker = landing / MARKER
    if not marker.exists():
        return {"days": 0, "lines": {}, "events": {}, "dirt": {}}
    stands: dict[str, Any] = json.loads(marker.read_text("utf-8"))
    for name, value in _identity(world).items():
        if stands[name] != value:
            raise ValueError(
                f"{landing} holds the sample logs of {name} {stands[name]}, not {value}; delete the folder and try "
                f"again, or choose another with --landing"
            )
    return stands
