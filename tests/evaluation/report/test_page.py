"""The HTML page: complete, self-contained, and foreign text stays text."""

from dataclasses import asdict, replace
from datetime import timedelta
from html.parser import HTMLParser

from tests.evaluation.rows import AS_OF, LATER, metric_rows
from xdrec_assets.evaluation.champion.decision import choose_champions
from xdrec_assets.evaluation.leaderboard import leaderboard
from xdrec_assets.evaluation.report.page import ReportInputs, render_report
from xdrec_assets.evaluation.settings import EvaluationSettings

FIGURES = {"popularity_one": 0.02, "knn_one": 0.04, "knn_all": 0.05}
PAST = leaderboard(metric_rows(AS_OF, shop=FIGURES))
INPUTS = ReportInputs(
    as_of=LATER,
    settings=EvaluationSettings(),
    metrics=metric_rows(LATER, shop=FIGURES),
    champions=[asdict(one) for one in choose_champions(PAST, LATER, ["shop"], days=7, windows=4)],
    past=PAST,
    row_counts=[{"stage": "joined", "table": "joined/items", "rows": 4012}],
    examples=[
        {
            "person": "p1",
            "has": "shop 3",
            "recommendations": [
                {"rank": 1, "platform": "Shop", "title": "<script>alert(1)</script>", "reason": "a\u202eb «<b>x</b>»"}
            ],
        }
    ],
    platform_titles={"shop": "Shop & <i>more</i>"},
    all_settings={"embeddings.encoder": "minilm"},
)
VOID = {"meta", "img", "br"}


class Structure(HTMLParser):
    """Collects tags and the addresses that a page would load, and checks that tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(page: str) -> Structure:
    structure = Structure()
    structure.feed(page)
    assert not structure.open
    return structure


def test_markup_in_titles_stays_text() -> None:
    page = render_report(INPUTS)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Shop &amp; &lt;i&gt;more&lt;/i&gt;" in page
    assert not parsed(page).tags & {"script", "b"}


def test_bidirectional_controls_are_gone_and_foreign_text_is_isolated() -> None:
    page = render_report(INPUTS)
    assert "\u202e" not in page
    assert "<bdi>ab «" in page


def test_page_loads_nothing_from_elsewhere() -> None:
    loads = parsed(render_report(INPUTS)).loads
    assert len(loads) == 4  # four plots
    assert all(address.startswith("data:image/svg+xml;base64,") for address in loads)


def test_same_inputs_give_the_same_page() -> None:
    assert render_report(INPUTS) == render_report(INPUTS)


def test_page_says_what_is_served_and_on_what_it_was_tested() -> None:
    page = render_report(INPUTS)
    assert "as of 9 February 2026" in page
    assert "to 15 February 2026" in page
    assert "KNN trained on all platforms (NDCG 0.0500) beats popularity" in page
    assert "4,012" in page
    assert "embeddings.encoder" in page


def test_page_says_whether_its_figures_decided() -> None:
    decided_later = [{**row, "as_of": LATER + timedelta(days=7)} for row in INPUTS.champions]
    assert "had no say in it" in render_report(INPUTS)
    page = render_report(replace(INPUTS, champions=decided_later))
    assert "What may be served from 16 February 2026" in page
    assert "this page&#39;s among them" in page


def test_first_date_has_no_history_plot() -> None:
    page = render_report(replace(INPUTS, past=()))
    assert "first evaluated date" in page
    assert len(parsed(page).loads) == 3


def test_page_without_test_people_says_so() -> None:
    page = render_report(replace(INPUTS, metrics=metric_rows(LATER, shop=dict.fromkeys(FIGURES)), past=()))
    assert "Nobody could be tested" in page
    assert "What may be served" in page
    assert not parsed(page).loads
