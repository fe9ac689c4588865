"""Verify that everything stored is what was published: every table's files and log, and the models."""

import argparse
import os
import sys
import time
from collections.abc import Sequence

from xdrec_assets.opening import open_pipeline
from xdrec_assets.stored import summary, verify


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: `python -m xdrec_assets.verify`; exit code 1 where something is broken."""
    parser = argparse.ArgumentParser(prog="python -m xdrec_assets.verify", description=__doc__)
    parser.parse_args(arguments)
    began = time.monotonic()
    try:
        findings = verify(open_pipeline(os.environ))
    except (ValueError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(summary(findings, time.monotonic() - began))
    return 1 if findings.broken else 0


if __name__ == "__main__":
    sys.exit(main())
