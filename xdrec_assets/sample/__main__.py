"""Lay out the sample logs: python -m xdrec_assets.sample --landing DIR [--days 42] [--seed 7]."""

import argparse
import sys
from pathlib import Path

from xdrec_assets.sample.layout import Landed, lay_out
from xdrec_assets.sample.vocabulary import PLATFORMS
from xdrec_assets.sample.world import N_DAYS, make_world


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, or 2 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m xdrec_assets.sample", description="Lay out the sample logs.")
    parser.add_argument("--landing", type=Path, required=True, help="folder the platforms' files land in")
    parser.add_argument("--days", type=int, default=42, help=f"days to lay out, at most {N_DAYS} (default 42)")
    parser.add_argument("--seed", type=int, default=7, help="another seed gives another world (default 7)")
    parser.add_argument("--people", type=int, default=3000, help="number of people (default 3000)")
    parser.add_argument("--items", type=int, default=4000, help="number of items (default 4000)")
    chosen = parser.parse_args(arguments)
    try:
        world = make_world(seed=chosen.seed, n_people=chosen.people, n_items=chosen.items)
        landed = lay_out(world, chosen.landing, days=chosen.days)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    _print(landed)
    return 0


def _print(landed: Landed) -> None:
    print(f"{landed.landing}: {landed.days} days stand, {landed.n_files_written} files written now")
    for platform in PLATFORMS:
        lines, events = landed.lines[platform], landed.events[platform]
        print(f"  {platform:6}{lines:8,} event lines,{events:8,} usable,{sum(landed.dirt[platform].values()):5} dirty")


if __name__ == "__main__":
    sys.exit(main())
