"""What names, figures and dates are called in reports and plots."""

import math
from collections.abc import Mapping
from datetime import date
from typing import Final

UPPER = ("knn", "svd", "nmf", "als", "ease", "ncf", "lstm", "ndcg", "mrr", "map", "auc", "f1", "pca")
ACRONYMS: Final = {name: name.upper() for name in UPPER} | {"sasrec": "SASRec"}
SEGMENT_TITLES: Final = {
    "all": "everyone",
    "warm_people": "warm people",
    "cold_people": "cold people",
    "new_people": "new people",
    "few_events": "few events",
    "cold_items": "cold items",
    "long_tail": "long tail",
}
TRAINED_ON: Final = {"one": "this platform", "all": "all platforms"}
DECISIONS: Final = {
    "first": "first decision",
    "kept": "kept",
    "promoted": "promoted",
    "demoted": "demoted",
    "twin": "replaced by its twin",
    "pinned": "pinned by setting",
    "rolled_back": "rolled back by setting",
}


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


def signed(value: float | None, digits: int = 4) -> str:
    """A difference with its sign; a dash where there is none.

    >>> signed(0.01234), signed(-0.002), signed(0.0), signed(None)
    ('+0.0123', '−0.0020', '±0.0000', '–')
    """
    if value is None:
        return "–"
    rounded = round(value, digits)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else '±'}{abs(rounded):.{digits}f}"


def more(count: int) -> str:
    """By how much a count changed.

    >>> more(1200), more(-3), more(0)
    ('+1,200', '−3', '±0')
    """
    return f"{'+' if count > 0 else '−' if count < 0 else '±'}{abs(count):,}"


def interval(low: float | None, high: float | None, is_difference: bool = False) -> str:
    """From where to where a figure may lie; nothing where there is no interval: too few people, or nan.

    >>> interval(0.05, 0.0675), interval(-0.002, 0.004, is_difference=True), interval(None, math.nan)
    ('0.0500 to 0.0675', '−0.0020 to +0.0040', '')
    """
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return ""
    write = signed if is_difference else figure
    return f"{write(low)} to {write(high)}"


def model(ranker: str, trained_on: str) -> str:
    """A ranker and what it was trained on, in a sentence.

    >>> model("svd", "all"), model("popularity", "one")
    ('SVD trained on all platforms', 'Popularity')
    """
    if ranker == "popularity":
        return titled(ranker)
    return f"{titled(ranker)} trained on {TRAINED_ON[trained_on] + (' alone' if trained_on == 'one' else '')}"


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


def share(value: float | None, digits: int = 1) -> str:
    """A share of 0–1 as a percentage.

    >>> share(0.4567), share(0.00123, digits=2), share(None)
    ('45.7%', '0.12%', '–')
    """
    return "–" if value is None else f"{value:.{digits}%}"


def p_value(value: float | None) -> str:
    """How surprising a difference would be if there were none.

    >>> p_value(0.0312), p_value(0.00001), p_value(None)
    ('0.031', '< 0.001', '–')
    """
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def duration(seconds: float) -> str:
    """A time in the unit that suits it.

    >>> duration(0.0314), duration(42.3), duration(300), duration(9000)
    ('0.03 s', '42.3 s', '5.0 min', '2.5 h')
    """
    if seconds < 120:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def megabytes(value: float | None) -> str:
    """An amount of memory.

    >>> megabytes(512.3), megabytes(20480), megabytes(None)
    ('512 MB', '20.5 GB', '–')
    """
    if value is None:
        return "–"
    return f"{value:,.0f} MB" if value < 10_000 else f"{value / 1e3:,.1f} GB"


def setting(value: object) -> str:
    """A setting's value in words, with those inside it.

    >>> setting({"windows": 4, "overrides": {}, "pools": ["a", "b"], "revision": None})
    'windows: 4, overrides: –, pools: a b, revision: –'
    """
    if isinstance(value, dict):
        return ", ".join(f"{name}: {setting(inner)}" for name, inner in value.items()) or "–"
    if isinstance(value, list | tuple):
        return " ".join(map(setting, value)) or "–"
    return "–" if value is None else str(value)


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
