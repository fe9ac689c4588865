"""The documentation of a table, written from its contract: what the web UI shows and a Markdown page.

All pages together: `python -m data_quality.documentation > docs/tables.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from data_quality.contract import Column, Contract, load_contracts
from data_quality.suite import checks
from data_quality.verdict import Severity

HEAD = """# The tables

Written from the contracts in `data_quality/contracts` by `python -m data_quality.documentation > docs/tables.md`. Of a
table per platform the platform's name is left out: `clean/events` stands for `clean/shop/events`. A broken rule keeps
the table's last version in place, unless it is a warning: then the check of the asset says so.
"""


def promises(column: str, contract: Contract) -> str:
    """What a column's values promise, in words; empty where only the type is promised."""
    said = contract.columns[column]
    words = [check.expected for check in checks(contract) if check.column == column]
    return "; ".join(words) + (" (a warning)" if words and said.severity == "warn" else "")


def column_descriptions(contract: Contract) -> dict[str, str]:
    """Each column's description and promises in one text."""
    return {column: _described(column, said, contract) for column, said in contract.columns.items()}


def columns_table(contract: Contract) -> str:
    """A Markdown table of the columns: name, type, promises, description."""
    rows = [
        f"| `{column}` | {said.type} | {_cell(promises(column, contract))} | {_cell(said.description)} |"
        for column, said in contract.columns.items()
    ]
    return "\n".join(["| column | type | promised | description |", "|---|---|---|---|", *rows])


def page(contract: Contract) -> str:
    """A Markdown page of the table: what it is, its columns, its key, its rules."""
    key = [f"Key: {', '.join(f'`{column}`' for column in contract.key)}."] if contract.key else []
    head = f"{contract.grain[:1].upper()}{contract.grain[1:]}. {contract.description}"
    whole = _whole_rules(contract)
    rules = ["\n".join(["Rules of whole rows and of the table:", "", *whole])] if whole else []
    return "\n\n".join([f"# {contract.table}", head, columns_table(contract), *key, *rules]) + "\n"


def pages(contracts: Iterable[Contract]) -> str:
    """One Markdown page of many tables."""
    return "\n".join([HEAD, *(f"#{page(contract)}" for contract in contracts)])


def rules(contract: Contract) -> str:
    """Every rule of a table as a Markdown list, warnings marked: of its columns, its key, its rows and the table."""
    of_columns = [f"- {column}: {said}" for column in contract.columns if (said := promises(column, contract))]
    key = [f"- key: {', '.join(contract.key)}"] if contract.key else []
    return "\n".join([*of_columns, *key, *_whole_rules(contract)])


def _whole_rules(contract: Contract) -> list[str]:
    return [f"- {rule}{' (a warning)' if severity == 'warn' else ''}" for rule, severity in _table_rules(contract)]


def _table_rules(contract: Contract) -> list[tuple[str, Severity]]:
    """What is promised of whole rows and of the table, with the severity."""
    rows = [
        (f"{check.rule}: `{check.expected}`", check.severity)
        for check in checks(contract)
        if check.column is None and check.rule != "key"
    ]
    beyond = [(f"references: {reference.expected}", reference.severity) for reference in contract.references]
    if contract.freshness:
        beyond.append(
            (f"freshness of {contract.freshness.column}: {contract.freshness.expected}", contract.freshness.severity)
        )
    if contract.volume:
        beyond.append((f"volume: {contract.volume.expected}", contract.volume.severity))
    return rows + beyond


def _described(column: str, said: Column, contract: Contract) -> str:
    promised = promises(column, contract)
    return f"{said.description} [{promised}]" if promised else said.description


def _cell(text: str) -> str:
    """Text that cannot end its cell: a pattern may hold a bar."""
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(pages(load_contracts().values()))
