"""A platform may say which of its events answer which; a mistake is refused, and nothing before evaluation sees it."""

from pathlib import Path

import pytest

from data_quality.yaml_model import YamlError
from tests.worlds import SETTINGS, SHOP, land
from xdrec_assets.platforms.folder import read_folder
from xdrec_assets.platforms.platform import Platform


def shop(path: Path, feedback: str, own_sql: bool = False) -> Platform:
    text = "".join(line for line in SHOP.splitlines(keepends=True) if not (own_sql and "event_types" in line))
    own = {"sql/clean/shop/events.sql": "select 1"} if own_sql else {}
    land(path, {"shop.yaml": text + feedback, "settings.yaml": SETTINGS, **own})
    return read_folder(path).platforms[0]


def test_roles_of_event_types(tmp_path: Path) -> None:
    found = shop(tmp_path, "feedback: {shown: skip, clicked: [view, buy], converted: [buy]}").feedback
    assert found is not None
    assert found.roles() == [("skip", "shown"), ("view", "clicked"), ("buy", "clicked"), ("buy", "converted")]


def test_most_platforms_name_none(tmp_path: Path) -> None:
    assert shop(tmp_path, "").feedback is None


def test_naming_them_changes_nothing_that_earlier_tables_are_made_from(tmp_path: Path) -> None:
    plain, named = shop(tmp_path / "a", ""), shop(tmp_path / "b", "feedback: {shown: skip, clicked: [view]}")
    assert plain.model_dump(mode="json") == named.model_dump(mode="json")


WRONG = [
    ("{clicked: [view]}", "feedback.shown: missing; add it"),
    ("{shown: skip}", "neither clicked nor converted names an event type; name one, or take feedback out"),
    ("{shown: skip, clicked: [skip]}", "skip is both shown and clicked; a showing is not its own answer"),
    ("{shown: skip, converted: [skip]}", "skip is both shown and converted"),
    ("{shown: skip, clicked: [view, view]}", "clicked names an event type twice; name each once"),
    (
        "{shown: seen, clicked: [view], converted: [sold]}",
        "feedback: unknown event type seen, sold; sources.events.event_types has buy, skip, view",
    ),
    ("{shown: skip, tapped: [view]}", "feedback.tapped: unknown key; remove it"),
]


@pytest.mark.parametrize(("feedback", "expected"), WRONG)
def test_a_mistake_is_refused(tmp_path: Path, feedback: str, expected: str) -> None:
    with pytest.raises(YamlError) as error:
        shop(tmp_path, f"feedback: {feedback}")
    assert str(error.value).startswith(f"{tmp_path}/shop.yaml: ")
    assert expected in str(error.value)


def test_a_log_with_its_own_sql_names_its_event_types_there(tmp_path: Path) -> None:
    found = shop(tmp_path, "feedback: {shown: impression, clicked: [click]}", own_sql=True).feedback
    assert found is not None and found.shown == "impression"
