"""The news site's files: gzipped JSON Lines, times in seconds, no event ids."""

from typing import Any

import numpy as np

from xdrec_assets.sample.arrivals import Arrivals
from xdrec_assets.sample.catalogue import Entry
from xdrec_assets.sample.dirt import Dirt, break_json, spoil_record
from xdrec_assets.sample.formats import gzipped, json_line, lines
from xdrec_assets.sample.identities import Link
from xdrec_assets.sample.times import unix_seconds
from xdrec_assets.sample.visits import KINDS
from xdrec_assets.sample.world import World

_REQUIRED = ("reader", "article", "e", "t")
_WRONG = (("t", "n/a"), ("article", {"slug": "front"}), ("reader", ["r", 0]), ("e", 7))


def event_file(world: World, arrivals: Arrivals) -> bytes:
    deeds = arrivals.deeds
    readers, articles = world.accounts.user_id[deeds.account].tolist(), world.items.item_id[deeds.item].tolist()
    stamps = np.where(arrivals.dirt == Dirt.WRONG_UNIT, 1000, 1) * unix_seconds(arrivals.claimed_at())
    columns = (stamps, deeds.kind, arrivals.dirt, arrivals.dice)
    written = []
    for reader, article, t, kind, dirt, dice in zip(
        readers, articles, *(column.tolist() for column in columns), strict=True
    ):
        record = {"t": t, "reader": reader, "article": article, "e": KINDS[kind]}
        if dirt:
            record = spoil_record(record, Dirt(dirt), dice, _WRONG, _REQUIRED)
        line = json_line(record)
        written.append(break_json(line, dice) if dirt == Dirt.BROKEN else line)
    return gzipped(lines(written))


def item_file(entries: list[Entry]) -> bytes:
    return gzipped(
        lines(
            json_line(
                {
                    "article": entry.item_id,
                    "headline": entry.title,
                    "teaser": entry.description,
                    "section": entry.categories[0],
                    "keywords": ",".join(entry.tags),
                    "lang": entry.language,
                    "picture": entry.image,
                    "author": entry.maker,
                }
            )
            for entry in entries
        )
    )


def link_file(links: list[Link]) -> bytes:
    return gzipped(lines(json_line(_link(link)) for link in links))


def _link(link: Link) -> dict[str, Any]:
    return {"reader": link.user_id, "elsewhere": {"platform": link.other_platform, "id": link.other_user_id}}
