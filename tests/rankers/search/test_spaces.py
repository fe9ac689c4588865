"""The table of what is searched, held against the settings that it varies."""

import pytest

from xdrec_assets.rankers.registry import RANKERS
from xdrec_assets.rankers.search.spaces import SPACES, Choice, Dimension, Range
from xdrec_assets.rankers.section import Section
from xdrec_assets.rankers.settings import RankerSettings

EVERY = [(ranker, name) for ranker, space in SPACES.items() for name in space]


def section_of(ranker: str) -> Section:
    return getattr(RankerSettings(), ranker)


def ends(dimension: Dimension) -> list[object]:
    if isinstance(dimension, Choice):
        return [*dimension.values]
    return [dimension.setting(dimension.low), dimension.setting(dimension.high)]


def test_every_ranker_has_a_space() -> None:
    assert set(SPACES) == set(RANKERS)
    assert all(SPACES.values())


@pytest.mark.parametrize(("ranker", "name"), EVERY)
def test_a_setting_can_be_what_its_space_says(ranker: str, name: str) -> None:
    standing = section_of(ranker)
    for value in ends(SPACES[ranker][name]):
        section = standing.model_validate({**standing.model_dump(), name: value})
        assert getattr(section, name) == value
        assert type(getattr(section, name)) is type(value)


@pytest.mark.parametrize(("ranker", "name"), EVERY)
def test_defaults_lie_within_their_space(ranker: str, name: str) -> None:
    default, dimension = getattr(section_of(ranker), name), SPACES[ranker][name]
    drawn = dimension.drawn(default)
    assert drawn is not None
    assert dimension.setting(drawn) == default


def test_seeds_and_sizes_of_the_machine_are_not_searched() -> None:
    assert not {"seed", "largest", "events_per_batch"} & {name for _, name in EVERY}


def test_a_range_ends_in_null_from_its_last_tenth_on() -> None:
    days = Range(1, 1024, ends_in_null=True)  # the last tenth begins at 2 ** 9
    assert days.setting(511.0) == 511
    assert days.setting(513.0) is None
    assert days.drawn(None) == 1024
    assert days.drawn(513) is None
    assert Range(1, 1000).setting(1000) == 1000
    assert Range(1, 1024).drawn(None) is None


def test_what_is_tried_can_be_read_and_stays_in_the_range() -> None:
    ridge = Range(0.0123456, 20)
    assert ridge.setting(1.23456) == 1.23
    assert ridge.setting(0.0123456) == 0.0123456
    assert Range(1, 512, is_integer=True).setting(511) == 511
    assert ridge.drawn(21) is None
    assert ridge.drawn("21") is None


def test_a_choice_is_among_its_values() -> None:
    assert Choice(("time", "last_event")).drawn("never") is None
    assert Choice((True, False)).drawn(True) is True
