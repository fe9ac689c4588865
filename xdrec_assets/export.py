r"""Write a table of the lake to a CSV file for others, from the command line; safe to open in a spreadsheet.

A text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a carriage return) gets an
apostrophe before it; control and bidirectional characters are left out. Raw tables are refused: they hold user ids in
clear.
"""

import argparse
import csv
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from data_quality.contract import load_contract
from resources.names import table_name
from resources.plain_text import plain_text
from xdrec_assets.opening import open_pipeline
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.shown import one_of_list

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # the full-width ones count in some locales
BATCH_ROWS = 10_000


def export_csv(pipeline: Pipeline, table: str, file: Path) -> int:
    """Stream the current version of a table into a CSV file, in the file's place only when it is whole; how many rows.

    Raises:
        ValueError: the table is raw, or was never published.
    """
    if table_name(table).startswith("raw/"):
        raise ValueError(f"{table} holds user ids in clear and is not exported; export a table of a later stage")
    if pipeline.lake.version(table) is None:
        known = ", ".join(name for name in pipeline.lake.tables() if not name.startswith("raw/")) or "none"
        raise ValueError(f"{table} was never published; published tables: {known}")
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("x", encoding="utf-8", newline="") as out:
            n_rows = _write(csv.writer(out), _batches(pipeline, table))
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
    return n_rows


def cell(value: Any) -> Any:
    """A value as it stands in the CSV: numbers as they are, texts harmless, lists joined by semicolons.

    >>> cell("=HYPERLINK(1)"), cell(-0.5), cell(["a", "b"]), cell(None)
    ("'=HYPERLINK(1)", -0.5, 'a; b', '')
    """
    if value is None or isinstance(value, int | float):
        return "" if value is None else value
    if isinstance(value, list):
        value = "; ".join(one_of_list(part) for part in value if part is not None)
    written = str(value)
    shown = plain_text(written)
    return f"'{shown}" if written.startswith(FORMULA) or shown.startswith(FORMULA) else shown


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: `python -m xdrec_assets.export --table recommendations/top_k --to best.csv`."""
    parser = argparse.ArgumentParser(prog="python -m xdrec_assets.export", description=__doc__)
    parser.add_argument("--table", required=True, help="name of a table, such as recommendations/top_k")
    parser.add_argument("--to", required=True, type=Path, help="the CSV file; one that is there is replaced")
    given = parser.parse_args(arguments)
    try:
        n_rows = export_csv(open_pipeline(os.environ), given.table, given.to)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{n_rows:,} rows of {given.table} in {given.to}")
    return 0


def _batches(pipeline: Pipeline, table: str) -> Iterator[tuple[list[str], list[list[Any]]]]:
    """Column names with rows of values, batch after batch; a first one without rows."""
    with pipeline.engine.session() as session:
        session.bind("lake.exported", [table], load_contract(table).arrow_schema())
        rows = session.con.table("lake.exported")
        yield rows.columns, []
        for batch in rows.to_arrow_reader(BATCH_ROWS):
            yield rows.columns, [list(row.values()) for row in batch.to_pylist()]


def _write(writer: Any, batches: Iterator[tuple[list[str], list[list[Any]]]]) -> int:
    n_rows = 0
    for columns, rows in batches:
        if not rows and not n_rows:
            writer.writerow(columns)
        writer.writerows([cell(value) for value in row] for row in rows)
        n_rows += len(rows)
    return n_rows


if __name__ == "__main__":
    sys.exit(main())
