"""What trust costs: seconds and memory of the first stages with audits and accounts, and without.

    python -m benchmarks.trust [--events 10000000] [--rounds 1] [--scratch DIR]

Lands simulated events of one shop over five days, with copies, blank and bad lines, and brings them through the
pipeline's own steps twice, turn by turn: as they are, and with everything left out that is there for trust alone
(benchmarks/trust_parts.py names it). Each step is a process of its own and has all five days to do. What stays in
both: reading with its guards, deduplication, the quarantine, flushing files before they are named.

The share added is the time with trust over the time without, less one; of seconds on the clock and of processor time,
of which the latter minds other work on the machine less. Of several rounds the medians are shown.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.busy_shop import DAYS, lay_out
from benchmarks.trust_parts import ACCOUNTING, AUDIT, Seconds, left_out, timed
from xdrec_assets.clean.cleaned import publish_cleaned
from xdrec_assets.joined.joining import publish_interactions
from xdrec_assets.opening import open_pipeline
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.raw.landed import publish_landed

STARTING, STARTING_CPU = "starting Great Expectations", "processor seconds of starting"
MOST = 0.2  # the share that trust may add to a stage
START = get_context("spawn")
Costs = tuple[float, float, float]  # seconds, processor seconds, peak MB
STEPS: dict[str, Callable[[Pipeline], object]] = {
    "raw": lambda pipeline: [*publish_landed(pipeline, pipeline.folder.platforms[0], pipeline.day_partitions())],
    "clean": lambda pipeline: [*publish_cleaned(pipeline, pipeline.folder.platforms[0], pipeline.day_partitions())],
    "interactions": lambda pipeline: [*publish_interactions(pipeline, pipeline.day_partitions())],
}
WAYS = {"with": timed, "without": left_out}


@dataclass(frozen=True)
class Measured:
    """What one step took."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    parts: Seconds


Runs = dict[tuple[str, str], list[Measured]]  # by way and step


def measure(home: Path, way: str, step: str) -> Measured:
    """Run a step of one way's installation in a process of its own."""
    mine, its = START.Pipe()
    process = START.Process(target=_run, args=(home, way, step, its))
    process.start()
    its.close()
    try:
        found: Measured = mine.recv()
    except EOFError:
        raise SystemExit(f"the step {step} {way} trust failed; what it said stands above") from None
    process.join()
    return found


def _run(home: Path, way: str, step: str, done: Connection) -> None:
    places = {
        "XDREC_HOME": str(home / way),
        "XDREC_PLATFORMS": str(home / "platforms"),
        "XDREC_LANDING": str(home / "landing"),
    }
    pipeline = open_pipeline(places, DAYS[-1])
    started = _started() if way == "with" else Counter[str]()
    with WAYS[way]() as parts:
        parts.update(started)
        began, began_cpu = time.perf_counter(), time.process_time()
        STEPS[step](pipeline)
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    done.send(Measured(seconds, cpu_seconds, _peak_mb(), parts))


def _started() -> Seconds:
    """What loading Great Expectations takes: once for a process, however many tables it audits."""
    began, began_cpu = time.perf_counter(), time.process_time()
    import_module("great_expectations")
    return Counter({STARTING: time.perf_counter() - began, STARTING_CPU: time.process_time() - began_cpu})


def _peak_mb() -> float:
    """The most memory that this process has held; of Linux."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def compared(title: str, ours: Costs, bare: Costs) -> str:
    """One line: seconds, processor seconds and memory with trust and without, and the shares that trust adds."""
    (seconds, cpu, mb), (seconds_0, cpu_0, mb_0) = ours, bare
    share = seconds / seconds_0 - 1
    return (
        f"{title:14} {seconds:7.1f} {seconds_0:7.1f} {share:+6.0%}  {cpu:7.1f} {cpu_0:7.1f} {cpu / cpu_0 - 1:+6.0%}  "
        f"{mb:6,.0f} {mb_0:6,.0f}" + (f"  more than {MOST:.0%}" if share > MOST else "")
    )


def costs(runs: Sequence[Measured]) -> Costs:
    """The medians of several runs of one step."""
    seconds, cpu, mb = (median(getattr(run, name) for run in runs) for name in ("seconds", "cpu_seconds", "peak_mb"))
    return seconds, cpu, mb


def total(steps: Sequence[Costs], start: tuple[float, float]) -> Costs:
    """What steps take in one run, that starts something at its beginning, in seconds and processor seconds."""
    seconds, cpu, mb = zip(*steps, strict=True)
    return sum(seconds) + start[0], sum(cpu) + start[1], max(mb)


def part_line(title: str, parts: Sequence[str], found: Runs) -> str:
    """One line: the seconds that some parts take together, in each step."""
    of_step = {step: median(sum(run.parts[part] for part in parts) for run in found["with", step]) for step in STEPS}
    return f"{title:40}" + "".join(f"{seconds:13.2f}" for seconds in of_step.values())


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--scratch", type=Path, help="a folder for landed files and lakes; the system's if not given")
    arguments = parser.parse_args()
    found: Runs = {(way, step): [] for way in WAYS for step in STEPS}
    if arguments.scratch:
        arguments.scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="trust-", dir=arguments.scratch) as folder:
        home = Path(folder)
        lay_out(home, arguments.events)
        for turn in range(arguments.rounds):
            for step in STEPS:
                for way in [*WAYS][:: 1 if turn % 2 == 0 else -1]:
                    found[way, step].append(measure(home, way, step))
            for way in WAYS:
                shutil.rmtree(home / way)
    print(f"{arguments.events:,} events in {len(DAYS)} days, {arguments.rounds} rounds")
    print(f"{'with, without':14} {'seconds':>15} {'added':>6}  {'processor':>15} {'added':>6}  {'peak MB':>13}")
    of = {key: costs(runs) for key, runs in found.items()}
    for step in STEPS:
        print(compared(step, of["with", step], of["without", step]))
    started = [run.parts for step in STEPS for run in found["with", step]]
    start, start_cpu = (median(parts[name] for parts in started) for name in (STARTING, STARTING_CPU))
    ours, bare = ([of[way, step] for step in STEPS] for way in WAYS)
    print(compared("all in one run", total(ours, (start, start_cpu)), total(bare, (0, 0))))
    print(f"{STARTING}, once in a run: {start:.1f} s, {start_cpu:.1f} s of the processor")
    print(f"{'where the seconds go':40}" + "".join(f"{step:>13}" for step in STEPS))
    for title, parts in (("audit", AUDIT), ("accounting", ACCOUNTING)):
        print(part_line(title, parts, found))
        for part in parts:
            print(part_line(f"  {part}", [part], found))


if __name__ == "__main__":
    main()
