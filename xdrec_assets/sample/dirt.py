"""The dirt of real life: which event lines are spoilt, and how."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

import numpy as np


class Dirt(IntEnum):
    """What is wrong with an event line; each line has at most one thing wrong with it."""

    NONE = 0
    DUPLICATE = 1  # stands twice in its file
    REPLAY = 2  # lands once more in the next day's file
    LATE = 3  # lands one to three days late
    TOO_LATE = 4  # lands five to twelve days late
    WRONG_TYPE = 5
    MISSING = 6  # a field is null, empty or not there
    DAY_AHEAD = 7  # the sender's clock is a day fast
    YEARS_AHEAD = 8
    WRONG_UNIT = 9  # seconds for milliseconds and the like
    BROKEN = 10  # the line itself cannot be read


SHARES = {  # of all dirt
    Dirt.DUPLICATE: 0.20,
    Dirt.REPLAY: 0.14,
    Dirt.LATE: 0.24,
    Dirt.TOO_LATE: 0.03,
    Dirt.WRONG_TYPE: 0.10,
    Dirt.MISSING: 0.10,
    Dirt.DAY_AHEAD: 0.05,
    Dirt.YEARS_AHEAD: 0.03,
    Dirt.WRONG_UNIT: 0.03,
    Dirt.BROKEN: 0.08,
}
HARMLESS = (Dirt.NONE, Dirt.DUPLICATE, Dirt.REPLAY, Dirt.LATE)  # the event itself can be used, once
_NOT_IN_CSV = (Dirt.WRONG_UNIT,)  # its times are texts
_NOT_IN_PARQUET = (Dirt.BROKEN,)  # it has no lines


def draw_dirt(platform: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return a Dirt per row, shape (n,), int64; `platform` holds names. `share` of the rows are spoilt.

    A format that cannot be spoilt in the way drawn gets a wrong type instead.
    """
    kinds, shares = np.array(list(SHARES)), np.array(list(SHARES.values()))
    drawn = np.where(rng.random(len(platform)) < share, rng.choice(kinds, len(platform), p=shares), Dirt.NONE)
    impossible = (platform == "video") & np.isin(drawn, _NOT_IN_CSV)
    impossible |= (platform == "music") & np.isin(drawn, _NOT_IN_PARQUET)
    return np.where(impossible, Dirt.WRONG_TYPE, drawn)


def spoil_record(
    record: Mapping[str, Any], dirt: Dirt, dice: int, wrong: Sequence[tuple[str, Any]], required: Sequence[str]
) -> dict[str, Any]:
    """Return the record with a field of a wrong type or a missing field; `dice` decides which, `wrong` says how."""
    if dirt is Dirt.WRONG_TYPE:
        field, value = wrong[dice % len(wrong)]
        return {**record, field: value}
    if dirt is Dirt.MISSING:
        field = required[dice % len(required)]
        is_null = (dice // len(required)) % 2 == 0
        return {**record, field: None} if is_null else {key: value for key, value in record.items() if key != field}
    return dict(record)


def break_json(line: bytes, dice: int) -> bytes:
    """Cut a line short, or put bytes into it that are not UTF-8."""
    middle = len(line) // 4 + dice % (len(line) // 2)
    return line[:middle] if dice % 3 else line[:middle] + b"\xff\xe9" + line[middle:]


def break_csv(line: bytes, dice: int, delimiter: bytes) -> bytes:
    """Lose a field, add one, open a quote that is never closed, or put in bytes that are not UTF-8."""
    return (
        line.rsplit(delimiter, 2)[0],
        line + delimiter + b"1",
        line.replace(delimiter, delimiter + b'"', 1),
        line[: len(line) // 2] + b"\xe9\xff" + line[len(line) // 2 :],
    )[dice % 4]
