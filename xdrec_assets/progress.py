"""One line on the screen for every table, while a refresh runs from the command line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from resources.plain_text import counted

NAME, TEXT, BAR = 27, 62, 10  # columns: a line fits a terminal of 100

_shown: ContextVar[Progress | None] = ContextVar("xdrec_progress", default=None)


class Progress:
    """Prints what was published, with the time since the line before."""

    def __init__(self) -> None:
        """Begins to count time now."""
        self._last = time.monotonic()

    def __enter__(self) -> Progress:
        """Let reports of this thread's steps come here."""
        self._token = _shown.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        """Reports go nowhere again."""
        _shown.reset(self._token)

    def line(self, table: str, text: str) -> None:
        """Print one line."""
        now, room = time.monotonic(), _room(table)
        print(f"  {table:<{NAME}} {text:<{room}} {now - self._last:5.1f} s", file=sys.stderr, flush=True)
        self._last = now


def report(table: str, n_rows: int, is_unchanged: bool, figures: Mapping[str, Any]) -> None:
    """Say what became of a table, where somebody looks."""
    progress = _shown.get()
    if progress is None:
        return
    if is_unchanged:
        progress.line(table, "unchanged")
        return
    rows = counted(n_rows, "row")
    shown = _fitting(figures, n_rows, _room(table) - len(f"{rows} ()"))
    progress.line(table, f"{rows} ({shown})" if shown else rows)


def _room(table: str) -> int:
    """Columns for what is said of a table: a name that is longer than its own takes of them."""
    return TEXT - max(0, len(table) - NAME)


def _fitting(figures: Mapping[str, Any], n_rows: int, width: int) -> str:
    """As many figures of the whole as fit, in the order in which a step gives them, then those of its parts if all do.

    A part's figures have its name before them ("shop: …", but "all: …" is the whole). The rest stands on the asset.
    """
    numbers = {name: value for name, value in figures.items() if isinstance(value, int | float) and value != n_rows}
    texts = {name: f"{name} {value:,}" for name, value in numbers.items()}
    parts = [text for name, text in texts.items() if ": " in name and not name.startswith("all: ")]
    shown: list[str] = []
    for text in (text for text in texts.values() if text not in parts):
        if len(", ".join([*shown, text])) > width:
            break
        shown.append(text)
    whole = ", ".join([*shown, *parts])
    return whole if len(whole) <= width else ", ".join(shown)


@contextmanager
def working(table: str, unit: str) -> Iterator[Callable[..., None]]:
    """A function that takes (done, total) and maybe tokens read of a long step, and shows a bar with speeds."""
    progress, began = _shown.get(), time.monotonic()
    is_screen = progress is not None and sys.stderr.isatty()

    def show(done: int, total: int, tokens: int = 0) -> None:
        if not is_screen or not total:
            return
        seconds = max(time.monotonic() - began, 1e-9)
        speed = done / seconds
        bar = "█" * (BAR * done // total)
        left = (total - done) / max(speed, 1e-9)
        of_tokens = f" ({tokens / seconds / 1e3:,.0f}k tokens)" if tokens else ""
        text = f"{done:,}/{total:,} {unit}, {speed:,.0f}/s{of_tokens}, {left:,.0f} s left"
        print(f"\r  {table:<{NAME}} {bar:<{BAR}} {text:<{TEXT - BAR}}", end="", file=sys.stderr, flush=True)

    yield show
    if is_screen:
        print("\r" + " " * (NAME + TEXT + 11) + "\r", end="", file=sys.stderr, flush=True)
