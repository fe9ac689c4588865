"""The page of metrics says what their definitions say."""

from pathlib import Path

from xdrec_assets.evaluation.metrics.definitions import DOCUMENTED, METRICS
from xdrec_assets.evaluation.metrics.documentation import direction, page, range_of, section


def test_the_committed_page_is_current() -> None:
    committed = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert committed == page(), "run `python -m xdrec_assets.evaluation.metrics.documentation > docs/metrics.md`"


def test_every_metric_has_its_section_once() -> None:
    written = page()
    assert all(written.count(f"(`{name}`)") == 1 for name in DOCUMENTED)
    assert written.index("## Ranking") < written.index("## Accuracy") < written.index("## Business")


def test_a_section_says_range_direction_and_source() -> None:
    written = section(METRICS["calibration"])
    assert "- Range: 0 to 4.605 (nats), one value per person; lower is better." in written
    assert "- Undefined where the person's items or those listed have no category." in written
    assert "Steck" in written


def test_ranges_and_directions_in_words() -> None:
    assert range_of(METRICS["popularity_bias"]) == "any number"
    assert range_of(METRICS["novelty"]) == "from 0 up"
    assert direction(METRICS["diversity"]) == "neither high nor low is better in itself"
    assert "one value for all lists together; higher is better" in section(METRICS["coverage"])
