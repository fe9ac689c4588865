import sys

from xdrec_assets import progress
from xdrec_assets.progress import Progress, working


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
