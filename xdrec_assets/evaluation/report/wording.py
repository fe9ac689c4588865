"""What names, figures and dates are called in reports and plots."""

from collections.abc import Mapping
from datetime import date
from typing import Final

ACRONYMS: Final = {"knn": "KNN", "svd": "SVD", "nmf": "NMF", "ndcg": "NDCG", "mrr": "MRR"}
SEGMENT_TITLES: Final = {
    "all": "everyone",
    "warm_people": "warm people",
    "cold_people": "cold people",
    "new_people": "new people",
    "cold_items": "cold items",
}
TRAINED_ON: Final = {"one": "this platform", "all": "all platforms"}


def titled(name: str) -> str:
    """A ranker's or metric's name for people.

    >>> titled("item_knn"), titled("nearest_text"), titled("ndcg")
    ('Item KNN', 'Nearest text', 'NDCG')
    """
    words = [ACRONYMS.get(word, word) for word in name.split("_")]
    return " ".join([words[0] if words[0] in ACRONYMS.values() else words[0].capitalize(), *words[1:]])


def figure(value: float | None, digits: int = 4) -> str:
    """A metric's value; a dash where there is none.

    >>> figure(0.01234), figure(None)
    ('0.0123', '–')
    """
    return "–" if value is None else f"{value:.{digits}f}"


def percent(change: float | None) -> str:
    """A relative change with its sign, as a multiple from a fivefold on.

    >>> percent(0.123), percent(-0.04), percent(0.0001), percent(7.4), percent(None)
    ('+12%', '−4%', '±0%', '× 8.4', '–')
    """
    if change is None:
        return "–"
    if change >= 4:
        return f"× {change + 1:.1f}"
    rounded = round(change * 100)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else '±'}{abs(rounded)}%"


def share(value: float | None) -> str:
    """A share of 0–1 as a percentage.

    >>> share(0.4567), share(None)
    ('45.7%', '–')
    """
    return "–" if value is None else f"{value:.1%}"


def long_date(day: date) -> str:
    """A date with the month's name.

    >>> long_date(date(2026, 2, 2))
    '2 February 2026'
    """
    return f"{day.day} {day:%B %Y}"


def listing(parts: list[str]) -> str:
    """Parts in a sentence.

    >>> listing(["Shop", "Video", "Music"])
    'Shop, Video and Music'
    """
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def platform_title(platform: str, titles: Mapping[str, str]) -> str:
    """A platform's title, from its name where none is given."""
    return titles.get(platform) or titled(platform)
