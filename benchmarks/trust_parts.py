"""What the pipeline does so that its tables can be trusted, part by part: to be timed where it is, or to be left out.

The parts are replaced within the running process alone; the pipeline knows nothing of it. Left out, each gives back
what a pipeline that checks nothing would work with: an audit that found nothing, no counts, no checksums.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pkgutil import resolve_name
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

from data_quality.audit import Audit
from data_quality.beyond_rows import Beyond
from data_quality.contract import load_contract
from resources.engine import Session
from resources.tally import Tally
from xdrec_assets.raw.judged import Seen
from xdrec_assets.refusal import Refused

OTHER, RULES, BEYOND = "columns, number of rows", "rules of rows and keys", "foreign keys, volume, freshness"
SHARES, LANDED = "changed columns, bad shares", "lines and checksums of landed files"
STORED, TABLES, ACCOUNTS = "checksums of stored files", "counts by file and day", "accounts of what is published"
AUDIT, ACCOUNTING = (OTHER, RULES, BEYOND, SHARES), (LANDED, STORED, TABLES, ACCOUNTS)
FILES, BY_DAY = "raw/files", ("clean/accounts", "clean/superseded")  # the SQL that counts

Seconds = Counter[str]


class Part(NamedTuple):
    """A function of the pipeline that is there for trust alone."""

    name: str
    function: str  # its dotted path, where it is called
    instead: Callable[..., Any]
    within: str | None = None  # the part whose time it would be counted with as well


PARTS = [
    Part(OTHER, "xdrec_assets.publishing.audit", lambda _, __, contract, ___: Audit(contract.table, 0, ())),
    Part(RULES, "data_quality.audit._evaluate", lambda *_: [], OTHER),
    Part(BEYOND, "data_quality.beyond_rows.looked_up", lambda *_: [], OTHER),
    Part(BEYOND, "data_quality.beyond_rows.results", lambda *_: [], OTHER),
    Part(BEYOND, "xdrec_assets.publishing.beyond_of", lambda *_: Beyond()),
    Part(SHARES, "xdrec_assets.raw.judged._seen", lambda *_: Seen()),
    Part(SHARES, "xdrec_assets.raw.landed.judged", lambda *_: (Refused(), [])),
    Part(SHARES, "xdrec_assets.clean.cleaned.judged", lambda *_: Refused()),
    Part(ACCOUNTS, "xdrec_assets.raw.landed.raw_accounts", lambda *_: {}),
    Part(ACCOUNTS, "xdrec_assets.clean.cleaned.clean_accounts", lambda *_: {}),
    Part(ACCOUNTS, "xdrec_assets.clean.cleaned._settled", lambda *_: []),
    Part(ACCOUNTS, "xdrec_assets.joined.joining.joined_account", lambda *_: None),
]
DIGESTS = {LANDED: "resources.tally.hashlib", STORED: "resources.checksums.hashlib"}


@contextmanager
def left_out() -> Iterator[Seconds]:
    """Nothing of it done."""
    digest = SimpleNamespace(update=lambda _: None, hexdigest=lambda: "0" * 64)
    build, query = Session.build, Session.query

    def without_files(self: Session, table: str, sql: str, parameters: Any = None) -> str:
        if sql != FILES:
            return build(self, table, sql, parameters)
        self.keep(table, self.con.from_arrow(load_contract(FILES).arrow_schema().empty_table()))
        return table

    def without_counts(self: Session, sql: str, parameters: Any = None) -> Any:
        return SimpleNamespace(fetchall=list) if sql in BY_DAY else query(self, sql, parameters)

    with ExitStack() as stack:
        for part in PARTS:
            stack.enter_context(patch(part.function, part.instead))
        for module in DIGESTS.values():
            stack.enter_context(patch(module, _hashing(lambda: digest)))
        stack.enter_context(patch.object(Tally, "counted", lambda _, chunks, __: chunks))
        stack.enter_context(patch.object(Session, "build", without_files))
        stack.enter_context(patch.object(Session, "query", without_counts))
        yield Counter()


@contextmanager
def timed() -> Iterator[Seconds]:
    """Everything as it is; the seconds of each part, in all."""
    seconds: Seconds = Counter()
    build, query, counted = Session.build, Session.query, Tally.counted

    def timed_files(self: Session, table: str, sql: str, parameters: Any = None) -> str:
        if sql != FILES:
            return build(self, table, sql, parameters)
        return str(_timed(build, seconds, TABLES)(self, table, sql, parameters))

    def timed_counts(self: Session, sql: str, parameters: Any = None) -> Any:
        found = query(self, sql, parameters)
        return SimpleNamespace(fetchall=_timed(found.fetchall, seconds, TABLES)) if sql in BY_DAY else found

    def timed_lines(self: Tally, chunks: Iterator[bytes], longest: int) -> Iterator[bytes]:
        passing = iter(_timed(lambda: next(chunks, None), seconds, None, LANDED), None)  # reading is not counting
        inner = counted(self, passing, longest)
        yield from iter(_timed(lambda: next(inner, None), seconds, LANDED), None)

    with ExitStack() as stack:
        for part in PARTS:
            stack.enter_context(patch(part.function, _timed(resolve_name(part.function), seconds, *part[::3])))
        for name, module in DIGESTS.items():
            stack.enter_context(patch(module, _hashing(partial(_Digest, seconds, name))))
        stack.enter_context(patch.object(Tally, "counted", timed_lines))
        stack.enter_context(patch.object(Session, "build", timed_files))
        stack.enter_context(patch.object(Session, "query", timed_counts))
        yield seconds


def _timed(function: Callable[..., Any], seconds: Seconds, name: str | None, within: str | None = None) -> Any:
    """The function, its seconds counted under a name, and no more under the one that it is called within."""

    def run(*arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        found = function(*arguments, **named)
        found = list(found) if isinstance(found, Iterator) else found
        spent = time.perf_counter() - began
        for where, sign in ((name, 1), (within, -1)):
            if where:
                seconds[where] += sign * spent
        return found

    return run


def _hashing(digest: Callable[[], Any]) -> SimpleNamespace:
    return SimpleNamespace(**vars(hashlib) | {"sha256": digest})


class _Digest:
    """A SHA-256 whose seconds are counted."""

    def __init__(self, seconds: Seconds, name: str) -> None:
        self._digest = hashlib.sha256()
        self.update = _timed(self._digest.update, seconds, name)
        self.hexdigest = self._digest.hexdigest
