"""No test window reaches beyond the next as-of date."""

from pathlib import Path

import pytest

from data_quality.yaml_model import YamlError
from tests.worlds import SETTINGS, world

LISTED = SETTINGS.replace("weekly_from: 2026-01-12", "dates: [2026-01-05, 2026-02-09, 2026-01-15]")
ONE = SETTINGS.replace("weekly_from: 2026-01-12", "dates: [2026-01-12]")


@pytest.mark.parametrize(("settings", "days"), [(SETTINGS, 7), (LISTED, 10), (ONE, 300)])
def test_a_window_ends_by_the_next_date(tmp_path: Path, settings: str, days: int) -> None:
    pipeline = world(tmp_path, {}, settings=f"{settings}evaluation: {{days: {days}}}\n")
    assert pipeline.settings.evaluation.days == days


@pytest.mark.parametrize(("settings", "gap"), [(SETTINGS, 7), (LISTED, 10)])
def test_windows_that_overlap_are_refused(tmp_path: Path, settings: str, gap: int) -> None:
    with pytest.raises(YamlError) as error:
        world(tmp_path, {}, settings=f"{settings}evaluation: {{days: {gap + 1}}}\n")
    assert f"settings.yaml: evaluation.days is {gap + 1}, and as_of has dates {gap} days apart" in str(error.value)
