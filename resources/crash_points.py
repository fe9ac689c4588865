"""Named points at which a process kills itself when XDREC_CRASH_AT names one of them. For tests; inert otherwise."""

import os

VARIABLE = "XDREC_CRASH_AT"
POINTS = ("after_audit", "after_staging", "before_commit", "after_commit", "during_cleanup")
KILLED = 137  # the exit code of a process that ended by kill -9


def crash_point(point: str) -> None:
    """End this process at once, without any cleaning up, if the environment asks for it at this point."""
    if os.environ.get(VARIABLE) == point:
        os._exit(KILLED)
