"""Show where the versions of a table come from: each commit's run, code, partitions, and the versions of its inputs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from xdrec_assets.opening import open_pipeline
from xdrec_assets.origins import origins


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: `python -m xdrec_assets.history --table clean/shop/events`."""
    parser = argparse.ArgumentParser(prog="python -m xdrec_assets.history", description=__doc__)
    parser.add_argument("--table", required=True, help="name of a table, such as joined/items")
    parser.add_argument("--last", type=int, default=10, help="how many commits (10)")
    asked = parser.parse_args(arguments)
    try:
        found = origins(open_pipeline(os.environ), asked.table, asked.last)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(origin.text() for origin in found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
