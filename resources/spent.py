"""What a piece of work costs: time on the clock, time of the processor, and memory at its peak."""

from __future__ import annotations

import re
import time
from pathlib import Path

PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
RESET_PEAK = "5"  # to clear_refs: the peak begins again at what is in use now (Linux, proc(5))


class Spent:
    """Counts from the moment it is made, and again from each `begin`.

    Processor time is that of all threads of this process; processes that it starts are not in it. The peak of memory
    is that of the whole process since the count began, and is known on Linux alone.
    """

    def __init__(self) -> None:
        """Begins to count."""
        self.begin()

    def begin(self) -> None:
        """Count anew from here."""
        self._clock, self._processor, self._has_peak = time.perf_counter(), time.process_time(), _peak_begins_anew()

    def figures(self) -> dict[str, float]:
        """Seconds and processor_seconds so far, and peak_mb where the system tells it."""
        clock, processor = time.perf_counter() - self._clock, time.process_time() - self._processor
        peak = _peak_mb() if self._has_peak else None
        said = {"seconds": round(clock, 3), "processor_seconds": round(processor, 3)}
        return said if peak is None else said | {"peak_mb": round(peak, 1)}


def _peak_begins_anew() -> bool:
    try:
        Path("/proc/self/clear_refs").write_text(RESET_PEAK, encoding="ascii")
    except OSError:
        return False
    return True


def _peak_mb() -> float | None:
    found = PEAK.search(Path("/proc/self/status").read_text(encoding="ascii", errors="replace"))
    return int(found[1]) * 1024 / 1e6 if found else None
