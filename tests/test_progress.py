import sys

from xdrec_assets import progress
from xdrec_assets.progress import Progress, report, working


def shown(monkeypatch, capsys, *figures: int) -> str:
    """What the bar shows ten seconds after it began."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with Progress(), working("embeddings/item_texts", "texts") as show:
        now[0] = 110.0
        show(*figures)
        return capsys.readouterr().err


def test_bar_shows_texts_and_tokens_a_second_and_the_time_left(monkeypatch, capsys):
    bar = shown(monkeypatch, capsys, 2_500, 10_000, 200_000)
    assert "██ " in bar
    assert "2,500/10,000 texts, 250/s (20k tokens), 30 s left" in bar


def test_bar_without_tokens_says_none(monkeypatch, capsys):
    assert "5/10 texts, 0/s, 10 s left" in shown(monkeypatch, capsys, 5, 10)


def test_nothing_is_drawn_where_nobody_looks(capsys):
    with working("embeddings/item_texts", "texts") as show:
        show(1, 2, 3)
    assert capsys.readouterr().err == ""


def test_line_of_a_million_texts_fits_a_terminal(monkeypatch, capsys):
    bar = shown(monkeypatch, capsys, 123_456, 1_000_000, 9_900_000)
    assert len(bar.strip("\r")) <= 100


def said(capsys, table: str, n_rows: int, figures: dict, is_unchanged: bool = False) -> str:
    """The line of a published table, without the line's end."""
    with Progress():
        report(table, n_rows, is_unchanged, figures)
    return capsys.readouterr().err.removesuffix("\n")


def test_line_names_the_table_its_rows_and_its_figures(capsys):
    line = said(capsys, "rankers/svd", 5, {"models": 5, "seconds to fit": 1.25, "file": "a.html"})
    assert line == f"  {'rankers/svd':<27} {'5 rows (seconds to fit 1.25)':<62}   0.0 s"
    assert "  unchanged  " in said(capsys, "rankers/svd", 5, {}, is_unchanged=True)
    assert "  1 row  " in said(capsys, "evaluation/report", 1, {})


def test_figures_that_do_not_fit_the_line_are_left_to_the_asset(capsys):
    links = {"twins": 12} | {f"shop → video{n}: same topic": 1_000 * n for n in range(20)}
    line = said(capsys, "knowledge/item_links", 20_480, links)
    assert len(line) <= 100
    assert "20,480 rows (twins 12) " in line  # some of the parts would read as if there were no others


def test_figures_of_the_whole_come_before_those_of_its_parts(capsys):
    line = said(capsys, "knowledge/entity_vectors", 9, {"shop: MRR": 0.22, "all: MRR": 0.31, "scopes": 5})
    assert "9 rows (all: MRR 0.31, scopes 5, shop: MRR 0.22)" in line


def test_a_long_name_leaves_less_room(capsys):
    figures = {f"figure {n}": n for n in range(2, 20)}
    assert len(said(capsys, "clean/a_platform_of_a_long_name/quarantined", 1, figures)) <= 100
