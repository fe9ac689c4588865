"""Hold what was published of landed files against their physical lines: every line is in exactly one place."""

from __future__ import annotations

from collections.abc import Sequence

from data_quality.contract import load_contract
from data_quality.verdict import RuleResult
from resources.engine import Session
from resources.partitions import Partition
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.platforms.platform import Platform

SHOWN = 5
EXPECTED = "physical lines = header + blank + records + rejected + elsewhere + continued + of other days, of every file"


def raw_accounts(pipeline: Pipeline, platform: Platform, run: Sequence[Partition]) -> dict[str, RuleResult]:
    """By raw table of a source, whether the published rows of some partitions are all the lines that landed.

    Lines were counted from the bytes of the files as they passed; rows are counted in the tables as readers see them.
    """
    found = {}
    with pipeline.engine.session() as session:
        for beside in ("files", "rejected"):
            _bind(session, f"raw.{beside}", f"raw/{platform.platform}/{beside}")
        for source in platform.sources:
            table = f"raw/{platform.platform}/{source}"
            _bind(session, "raw.published", table)
            days = {"source": source, "first": run[0].first, "after": run[-1].after}
            wrong = session.query("raw/account", days).fetchall()
            n_files = session.query("raw/n_files", days).fetchall()[0][0]
            shown = tuple(
                f"{file} of {day}: {n_in} lines in, {n_out} out ({n_published} published, {n_rejected} rejected)"
                for file, day, n_in, n_out, n_published, n_rejected in wrong[:SHOWN]
            )
            found[table] = RuleResult(
                "accounts", None, "block", not wrong, len(wrong), n_files, EXPECTED, shown, of="files"
            )
    return found


def _bind(session: Session, name: str, table: str) -> None:
    session.bind(name, [table], load_contract(table).arrow_schema())
