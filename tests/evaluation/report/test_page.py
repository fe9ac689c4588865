"""The HTML page: complete, self-contained, and foreign text stays text."""

from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser

import pytest

from tests.evaluation.report.judged_world import SEGMENTS
from tests.evaluation.report.made_up import LATER, champions, example, few, inputs, small
from xdrec_assets.evaluation.report.page import SECTIONS, render_report

VOID = {"meta", "img", "br"}
PLOTS = 8


class Structure(HTMLParser):
    """Collects tags, anchors and the addresses that a page would load, and checks that tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.pictures: list[Mapping[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.tags.add(tag)
        self.ids |= {said["id"] or ""} if "id" in said else set()
        self.links += [said["href"] or ""] if "href" in said else []
        self.loads += [said["src"] or ""] if "src" in said else []
        self.pictures += [said] if tag == "img" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(page: str) -> Structure:
    structure = Structure()
    structure.feed(page)
    assert not structure.open
    return structure


@cache
def whole() -> str:
    """The page with everything there is to show, made once for all tests."""
    return render_report(inputs())


def test_markup_in_titles_stays_text() -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in whole()
    assert "News &amp; &lt;i&gt;more&lt;/i&gt;" in whole()
    assert not parsed(whole()).tags & {"script", "i", "b"} - {"i"}  # bars are drawn as empty i
    assert "<i>more" not in whole()


def test_bidirectional_controls_are_gone_and_foreign_text_is_isolated() -> None:
    assert "\u202e" not in whole()
    assert "<bdi>ab «" in whole()


def test_page_loads_nothing_from_elsewhere_and_every_picture_is_described() -> None:
    found = parsed(whole())
    assert len(found.loads) == PLOTS
    assert all(address.startswith("data:image/svg+xml;base64,") for address in found.loads)
    assert all(picture["alt"] for picture in found.pictures)
    assert "default-src 'none'" in whole()


def test_a_page_is_light() -> None:
    assert len(whole().encode()) < 1_000_000


def test_every_section_is_there_and_linked() -> None:
    found = parsed(whole())
    assert found.ids == {*SECTIONS}
    assert found.links == [f"#{name}" for name in SECTIONS]


def test_same_inputs_give_the_same_page() -> None:
    assert render_report(small()) == render_report(small())


@pytest.mark.parametrize(
    "said",
    [
        "as of 9 February 2026",
        "to 15 February 2026",
        "What may be served from 16 February 2026",
        "this page&#39;s among them",
        "Linear trained on all platforms (NDCG 0.0612) beats popularity",
        "Guard rails: coverage 41% of 38%, 0.4 ms.",
        "0.0661 to 0.0823",  # the interval of the best on the shop
        '4,012 <span class="small">+4,005</span>',
        "12 pairs",
        '5.00% <span class="small">4.44% to 5.63%</span>',
        "embeddings.encoder",
        '<span class="tag">in use</span>',
        'aria-label="taken"',
        "9.0 s",
        "Nothing: the last publication of every table kept all the rules",
    ],
)
def test_page_says(said: str) -> None:
    assert said in whole()


def test_page_says_whether_its_figures_decided() -> None:
    page = render_report(small(champions=champions(LATER)))
    assert "had no say in it" in page
    assert "What may be served from 9 February 2026" in page


def test_first_evaluated_date_has_no_history() -> None:
    page = render_report(small(past=(), former_champions=(), sizes=(), twins=(), losses=()))
    assert "first evaluated date" in page
    found = parsed(page)
    assert len(found.loads) == PLOTS - 3
    assert "changes" not in found.ids


def test_page_without_test_people_says_so() -> None:
    nobody = [{**row, "ndcg": None} for row in small().board]
    page = render_report(small(board=nobody, lifts=(), resamples=(), past=(), fusions=(), examples=()))
    assert "Nobody could be tested" in page
    assert "What may be served" in page
    assert not parsed(page).loads


def test_figures_that_there_are_none_of_leave_their_place_empty() -> None:
    bare = ("as_of", "platform", "rank", "ranker", "trained_on", "n_people", "ndcg", "coverage")
    board = [{**dict.fromkeys(row), **{name: row[name] for name in bare}} for row in small().board]
    assert parsed(render_report(small(board=board))).ids == {*SECTIONS}


def test_a_decision_without_evidence_is_shown() -> None:
    nothing = ("ndcg", "ndcg_low", "ndcg_high", "popularity_ndcg", "twin_ndcg", "p_adjusted", "first_window")
    first = [
        {**row, **dict.fromkeys((*nothing, "guard_rails")), "windows": 0, "n_people": 0} for row in champions(LATER)
    ]
    assert "No ranker beats popularity" in render_report(small(champions=first))


def test_a_twin_that_found_nothing_is_shown_by_the_difference() -> None:
    nothing = {"twin_ndcg": 0.0, "ndcg": 0.08, "difference": 0.08, "low": 0.05, "high": 0.11, "lift": None}
    changed = [row | nothing if row["segment"] == "cold_people" else row for row in small().lifts]
    page = render_report(small(lifts=changed))
    (people,) = {row["n_people"] for row in changed if row["segment"] == "cold_people"}
    assert f"Cold people<br>{people}</th>" in page
    assert f'title="+0.0800 NDCG (+0.0500 to +0.1100), {people} people">+0.0800</span>' in page


def test_every_gain_stands_with_products_listed_twice_and_without() -> None:
    kept = [
        row | {"verdict": "undecided", "lift": 0.42, "difference": 0.0123, "low": None, "n_people": 1_234}
        for row in small().lifts
    ]
    rows = [row if row["twins"] == "with" else other for row, other in zip(small().lifts, kept, strict=True)]
    page = render_report(small(lifts=rows))
    cell = '<br><span class="small"><span class="undecided" title="+0.0123 NDCG, 1,234 people">+42%</span></span>'
    board, transfer = page[page.index('id="leaderboards"') :].split('id="transfer"')
    assert board.count(cell) == 2  # rankers trained on all platforms
    assert transfer.count(cell) == 2 * len(SEGMENTS)
    assert "0 hurt<br>without twins: 0, 0<" in page


def test_both_catalogues_are_shown_and_which_one_decides() -> None:
    board = whole()[whole().index("Over both catalogues") : whole().index('id="transfer"')]
    assert "The former decides" in board
    shop = max(row["ndcg"] for row in inputs().board if row["platform"] == "shop")
    assert f"{shop:.4f}" in board
    assert f"{2 * shop:.4f}" in board
    assert "Over both catalogues" not in render_report(small(metrics=small().metrics[::2]))


def test_titles_of_many_scripts_are_shown_as_they_are() -> None:
    assert "跑鞋 نعال" in render_report(small(board=few([]), examples=[example("跑鞋 نعال")]))
