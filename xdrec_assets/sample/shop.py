"""The shop's files: JSON Lines, the user nested, times in milliseconds."""

from typing import Any

import numpy as np

from xdrec_assets.sample.arrivals import Arrivals
from xdrec_assets.sample.catalogue import Entry
from xdrec_assets.sample.dirt import Dirt, break_json, spoil_record
from xdrec_assets.sample.formats import json_line, lines
from xdrec_assets.sample.identities import Link
from xdrec_assets.sample.times import unix_seconds
from xdrec_assets.sample.visits import KINDS
from xdrec_assets.sample.world import World

_REQUIRED = ("user", "sku", "action", "ts")
_WRONG = (("ts", "soon"), ("user", "anonymous"), ("sku", ["SH", 1]), ("ts", {"at": "noon"}))
_DEVICES = ("ios", "android", "web")


def event_file(world: World, arrivals: Arrivals) -> bytes:
    deeds = arrivals.deeds
    users, skus = world.accounts.user_id[deeds.account].tolist(), world.items.item_id[deeds.item].tolist()
    prices = world.items.price_usd[deeds.item].tolist()
    stamps = np.where(arrivals.dirt == Dirt.WRONG_UNIT, 1, 1000) * unix_seconds(arrivals.claimed_at())
    columns = (arrivals.number, stamps, deeds.kind, deeds.value, arrivals.dirt, arrivals.dice)
    written = []
    for user, sku, price, number, ts, kind, value, dirt, dice in zip(
        users, skus, prices, *(column.tolist() for column in columns), strict=True
    ):
        record = _record(number, user, sku, KINDS[kind], ts, value, price)
        if dirt:
            record = spoil_record(record, Dirt(dirt), dice, _WRONG, _REQUIRED)
        line = json_line(record)
        written.append(break_json(line, dice) if dirt == Dirt.BROKEN else line)
    return lines(written)


def _record(number: int, user: str, sku: str, action: str, ts: int, stars: float, price_usd: float) -> dict[str, Any]:
    device = _DEVICES[sum(user.encode()) % 3]
    record = {
        "id": f"e{number:09d}",
        "user": {"id": user, "device": device},
        "sku": sku,
        "action": action,
        "ts": ts,
    }
    if action == "rating":
        return {**record, "stars": int(stars)}
    return {**record, "price_usd": price_usd} if action == "purchase" else record


def item_file(entries: list[Entry]) -> bytes:
    return lines(
        json_line(
            {
                "sku": entry.item_id,
                "name": entry.title,
                "text": entry.description,
                "cats": entry.categories,
                "tags": entry.tags,
                "lang": entry.language,
                "brand": entry.maker,
                "price_usd": entry.price_usd,
                **({"image": entry.image} if entry.image else {}),
            }
        )
        for entry in entries
    )


def link_file(links: list[Link]) -> bytes:
    return lines(
        json_line({"member": link.user_id, "platform": link.other_platform, "id": link.other_user_id}) for link in links
    )
