"""Hold what was published of joined tables against the clean rows behind it: none is lost, none is doubled."""

from __future__ import annotations

from collections.abc import Mapping

from data_quality.contract import load_contract
from data_quality.verdict import RuleResult
from resources.engine import Session

SHOWN = 5
EXPECTED = {
    "joined/interactions": "clean events in = interactions out, on every platform and day",
    "joined/items": "every landed version of an item in exactly one published one, and none that did not land",
    "joined/identities": "users of events and links in = identities out, on every platform",
    "joined/people": "identities in = identities of people out",
}


def joined_account(session: Session, table: str, parameters: Mapping[str, object] | None = None) -> RuleResult:
    """Whether the published rows of a joined table are all that went in; needs what it is made from bound.

    Rows are counted in the table as readers see it, whichever way they got there.
    """
    stage, short = table.split("/")
    session.bind(f"{stage}.{short}", [table], load_contract(table).arrow_schema())
    places = session.query(f"{stage}/account_{short}", parameters).fetchall()
    wrong = [f"{place}: {n_in} in, {n_out} out" for place, n_in, n_out in places if n_in != n_out]
    shown = tuple(wrong[:SHOWN])
    return RuleResult(
        "accounts", None, "block", not wrong, len(wrong), len(places), EXPECTED[table], shown, of="counts"
    )
