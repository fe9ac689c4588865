"""Is everything stored what was published? Every table's files and log are read again, and the models."""

from __future__ import annotations

from resources.verification import Broken, Findings, verify_lake
from xdrec_assets.pipeline import Pipeline

WHAT_TO_DO = (
    "Remove the folder of a broken table or model, and refresh: it is made again from what it was made from. "
    "A broken raw table comes back from its landed files, or from a backup."
)


def verify(pipeline: Pipeline) -> Findings:
    """Read every file of every table's current version, and every model, and compare the checksums."""
    findings = verify_lake(pipeline.lake, pipeline.lake.tables())
    findings.add(verify_models(pipeline))
    return findings


def verify_models(pipeline: Pipeline) -> Findings:
    """Read every stored model and compare the checksums."""
    from xdrec_assets.rankers.store import StoredRankerError, verified_ranker

    findings = Findings()
    for folder in sorted({path.parent for path in pipeline.places.models.rglob("*") if path.is_file()}):
        findings.n_files += 2
        try:
            findings.n_bytes += len(verified_ranker(folder)[1])
        except StoredRankerError as error:
            findings.broken.append(Broken(str(folder), str(error.__cause__ or error)))
    return findings


def summary(findings: Findings, seconds: float) -> str:
    """What was verified and what is broken, in plain lines."""
    read = f"{findings.n_files} files, {findings.n_bytes / 1e6:.1f} MB, in {seconds:.1f} s"
    lines = [f"{broken.path}: {broken.why}" for broken in findings.broken]
    lines.append(f"Verified {read}: {len(lines)} broken." if lines else f"Verified {read}: all as published.")
    if findings.n_without_checksum:
        lines.append(f"{findings.n_without_checksum} files carry no checksum; their sizes alone were compared.")
    if findings.n_unsealed:
        lines.append(f"{findings.n_unsealed} log entries have no checksum yet; the next refresh keeps it.")
    return "\n".join([*lines, *([WHAT_TO_DO] if findings.broken else [])])
