"""The command that searches for one ranker's settings and prints them to be pasted."""

from dataclasses import replace

import numpy as np
import pytest
import yaml

from tests.rankers.search.test_searching import PLATFORMS, log, nothing_known
from tests.worlds import join, world
from xdrec_assets import search as command
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.search import validation
from xdrec_assets.rankers.search.searching import Searched
from xdrec_assets.rankers.search.settings import SearchSettings
from xdrec_assets.rankers.search.trials import Trial
from xdrec_assets.rankers.settings import EASESettings, RankerSettings
from xdrec_assets.rankers.training import Trained

PEOPLE = np.array([0.1, 0.2, 0.3])
STANDING = Trial(0, EASESettings(), {"ridge": 200.0, "half_life_days": 365.0}, {"shop": PEOPLE})
BEST = {"ridge": 10.0, "half_life_days": None}
BETTER = Trial(1, EASESettings.model_validate(BEST), BEST, {"shop": PEOPLE + 0.1})
REFUSED = Trial(2, EASESettings(), {"ridge": 1.0, "half_life_days": 2.0}, refused="a singular matrix")


def test_what_is_printed_is_a_section_of_the_settings() -> None:
    found = Searched(Trained("ease", "all"), [STANDING, BETTER, REFUSED], BETTER)
    section = yaml.safe_load(command.pasted(found))
    assert RankerSettings.model_validate(section["rankers"]).ease == BETTER.section


def test_where_nothing_is_better_a_comment_says_so() -> None:
    text = command.pasted(Searched(Trained("ease", "all"), [STANDING], STANDING))
    assert text.startswith("# ease: nothing that was tried is surely better")
    assert yaml.safe_load(text) is None


def test_every_trial_stands_in_a_line() -> None:
    lines = command.in_words(Searched(Trained("ease", "all"), [STANDING, BETTER, REFUSED], BETTER)).splitlines()
    assert lines[1:] == [
        "    0  0.20000  +0.0000 ± 0.0000  ridge 200.0, half_life_days 365.0",
        "    1  0.30000  +0.1000 ± 0.0000  ridge 10.0, half_life_days None  <- chosen",
        "    2  refused: a singular matrix  ridge 1.0, half_life_days 2.0",
    ]


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    pipeline = world(tmp_path_factory.mktemp("search"), log(range(7, 12)), PLATFORMS)
    join(pipeline)
    return pipeline


@pytest.fixture
def told(joined: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """The pipeline that the command opens; popularity and EASE need no knowledge of items, so none is made."""
    monkeypatch.setattr(validation, "knowledge_before", lambda pipeline, past, before: nothing_known(before))
    two_days = replace(joined, settings=replace(joined.settings, search=SearchSettings(days=2)))
    monkeypatch.setattr(command, "open_pipeline", lambda _: two_days)
    return two_days


def test_the_command_searches_and_publishes_nothing(told: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    before = {table: told.lake.version(table) for table in told.lake.tables()}
    asked = ["--ranker", "popularity", "--trained-on", "video", "--as-of", "2026-01-12", "--trials", "2"]
    assert command.main(asked) == 0
    printed = capsys.readouterr()
    yaml.safe_load(printed.out)
    assert len(printed.err.splitlines()) == 4
    assert {table: told.lake.version(table) for table in told.lake.tables()} == before


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--ranker", "ease", "--as-of", "2026-01-13"], "--as-of: found 2026-01-13, expected one of 2026-01-12"),
        (["--ranker", "ease", "--trained-on", "news"], "--trained-on: found 'news', expected one of all, shop, video"),
        (["--ranker", "popularity", "--trained-on", "all"], "--trained-on: found 'all', expected one of shop, video"),
    ],
)
def test_what_there_is_not_is_answered_with_what_there_is(
    told: Pipeline, capsys: pytest.CaptureFixture[str], asked: list[str], said: str
) -> None:
    assert command.main(asked) == 1
    assert said in capsys.readouterr().err
