"""The music service's files: Parquet, whole numbers for listeners, times in microseconds."""

import numpy as np
import pyarrow as pa

from xdrec_assets.sample.arrivals import Arrivals
from xdrec_assets.sample.catalogue import Entry
from xdrec_assets.sample.dirt import Dirt
from xdrec_assets.sample.formats import parquet
from xdrec_assets.sample.identities import Link
from xdrec_assets.sample.times import unix_seconds
from xdrec_assets.sample.visits import KINDS
from xdrec_assets.sample.world import World

_LIST = pa.list_(pa.string())


def event_file(world: World, arrivals: Arrivals) -> bytes:
    deeds = arrivals.deeds
    lengths = world.items.length_seconds[deeds.item].astype(np.int32)
    heard = (deeds.value * lengths).round(1).astype(np.float32)
    what = np.array(KINDS, dtype=object)[deeds.kind]
    what[arrivals.dirt == Dirt.WRONG_TYPE] = "plya"  # columns have types, so only a value can be wrong
    stamps = np.where(arrivals.dirt == Dirt.WRONG_UNIT, 1_000, 1_000_000) * unix_seconds(arrivals.claimed_at())
    missing = np.where(arrivals.dirt == Dirt.MISSING, arrivals.dice % 4, -1)
    table = pa.table(
        {
            "play_id": pa.array(arrivals.number),
            "listener": pa.array(world.accounts.user_id[deeds.account].astype(np.int64), mask=missing == 0),
            "track": pa.array(world.items.item_id[deeds.item], pa.string(), mask=missing == 1),
            "what": pa.array(what, pa.string(), mask=missing == 2),
            "at_us": pa.array(stamps, mask=missing == 3),
            "heard_seconds": pa.array(heard, mask=np.isnan(heard)),
            "length_seconds": pa.array(lengths),
        }
    )
    return parquet(table)


def item_file(entries: list[Entry]) -> bytes:
    return parquet(
        pa.table(
            {
                "track": pa.array([entry.item_id for entry in entries], pa.string()),
                "title": pa.array([entry.title for entry in entries], pa.string()),
                "artist": pa.array([entry.maker for entry in entries], pa.string()),
                "about": pa.array([entry.description for entry in entries], pa.string()),
                "genres": pa.array([entry.categories for entry in entries], _LIST),
                "moods": pa.array([entry.tags for entry in entries], _LIST),
                "language": pa.array([entry.language for entry in entries], pa.string()),
                "cover": pa.array([entry.image for entry in entries], pa.string()),
                "length_seconds": pa.array([entry.length_seconds for entry in entries], pa.int32()),
            }
        )
    )


def link_file(links: list[Link]) -> bytes:
    return parquet(
        pa.table(
            {
                "listener": pa.array([int(link.user_id) for link in links], pa.int64()),
                "partner": pa.array([link.other_platform for link in links], pa.string()),
                "partner_user": pa.array([link.other_user_id for link in links], pa.string()),
            }
        )
    )
