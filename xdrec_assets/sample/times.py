"""The world's clock, in the units and zones the platforms write."""

from datetime import UTC, datetime, timedelta

import numpy as np

from xdrec_assets.sample.world import FIRST_DAY

_START = int(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC).timestamp())
_BERLIN_SECONDS = 3600  # ahead of UTC in winter, which lasts longer than the simulated weeks


def day_text(day: int) -> str:
    """Return the ISO date of a day counted from the world's first."""
    return (FIRST_DAY + timedelta(days=day)).isoformat()


def unix_seconds(at: np.ndarray) -> np.ndarray:
    """Turn seconds from the world's first midnight into seconds since 1970, shape (n,) int64."""
    return _START + at


def berlin_texts(at: np.ndarray) -> list[str]:
    """Turn seconds from the first midnight (UTC) into ISO clock times of Berlin, without an offset."""
    moments = (unix_seconds(at) + _BERLIN_SECONDS).astype("datetime64[s]")
    texts: list[str] = np.datetime_as_string(moments).tolist()
    return texts
