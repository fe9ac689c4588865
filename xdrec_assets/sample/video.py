"""The video platform's files: CSV with semicolons, the clock of Berlin, no event ids, no links."""

from xdrec_assets.sample.arrivals import Arrivals
from xdrec_assets.sample.catalogue import Entry
from xdrec_assets.sample.dirt import Dirt, break_csv
from xdrec_assets.sample.formats import csv_line, lines
from xdrec_assets.sample.times import berlin_texts
from xdrec_assets.sample.visits import KINDS
from xdrec_assets.sample.world import World

_DELIMITER = ";"
_EVENT_HEADER = ("viewer", "clip", "kind", "started", "watch_seconds", "length_seconds")
_ITEM_HEADER = ("clip", "headline", "about", "genres", "keywords", "language", "poster", "channel", "length_seconds")
_VIEWER, _KIND, _STARTED, _WATCHED = 0, 2, 3, 4


def event_file(world: World, arrivals: Arrivals) -> bytes:
    deeds = arrivals.deeds
    viewers, clips = world.accounts.user_id[deeds.account].tolist(), world.items.item_id[deeds.item].tolist()
    lengths = world.items.length_seconds[deeds.item]
    watched = (deeds.value * lengths).round(1)
    columns = (deeds.kind, watched, lengths, arrivals.dirt, arrivals.dice)
    written = [_DELIMITER.join(_EVENT_HEADER).encode()]
    for viewer, clip, started, kind, seconds, length, dirt, dice in zip(
        viewers, clips, berlin_texts(arrivals.claimed_at()), *(column.tolist() for column in columns), strict=True
    ):
        is_watch = KINDS[kind] == "watch"
        values = [viewer, clip, KINDS[kind], started, str(seconds) if is_watch else "", str(length)]
        if dirt:
            _spoil(values, Dirt(dirt), dice)
        line = _DELIMITER.join(values).encode()
        written.append(break_csv(line, dice, _DELIMITER.encode()) if dirt == Dirt.BROKEN else line)
    return lines(written)


def _spoil(values: list[str], dirt: Dirt, dice: int) -> None:
    """Spoil the fields of a line about to be written, in place."""
    if dirt is Dirt.WRONG_TYPE:
        if dice % 2 and values[_KIND] == "watch":
            values[_WATCHED] = "n/a"
        else:
            values[_STARTED] = "gestern Abend"
    if dirt is Dirt.MISSING:
        values[(_VIEWER, 1, _KIND, _STARTED)[dice % 4]] = ""


def item_file(entries: list[Entry]) -> bytes:
    rows = (
        (
            entry.item_id,
            entry.title,
            entry.description,
            "|".join(entry.categories),
            "|".join(entry.tags),
            entry.language,
            entry.image or "",
            entry.maker,
            entry.length_seconds,
        )
        for entry in entries
    )
    return lines(csv_line(row, _DELIMITER) for row in (_ITEM_HEADER, *rows))
