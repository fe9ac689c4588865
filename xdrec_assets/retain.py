"""Forget raw records older than `raw_keep_days`, from the command line or any scheduler."""

import argparse
import os
import sys
from collections.abc import Sequence

from xdrec_assets.opening import open_pipeline
from xdrec_assets.retention import retain


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: `python -m xdrec_assets.retain`."""
    argparse.ArgumentParser(prog="python -m xdrec_assets.retain", description=__doc__).parse_args(arguments)
    try:
        pipeline = open_pipeline(os.environ)
        forgotten = retain(pipeline)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if pipeline.folder.settings.raw_keep_days is None:
        print("settings.yaml has no raw_keep_days: raw records are kept for ever.")
    for table, n_rows in forgotten.items():
        print(f"{table:<27} {n_rows:,} rows forgotten")
    return 0


if __name__ == "__main__":
    sys.exit(main())
