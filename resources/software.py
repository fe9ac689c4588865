"""What software runs here: the commit of this checkout, the version of the package, those of the libraries."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The installed versions of packages by name, and Python's; those that are not installed are left out.

    Nothing is imported, so that it costs nothing to ask.
    """
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def package_commit(package: str, root: Path = ROOT) -> str | None:
    """The git commit that a package runs from: of the checkout at `root`, or of what pip installed from git.

    None where neither is known. A checkout may have changes on top of its commit.
    """
    found = checkout_commit(root)
    if found is None:
        try:
            found = _installed_commit(distribution(package))
        except PackageNotFoundError:
            return None
    return found


def checkout_commit(root: Path) -> str | None:
    """The commit that is checked out at a folder, read from git's own files; None where the folder is no checkout."""
    try:
        git = _git_folder(root)
        head = _line(git / "HEAD")
        if not head.startswith("ref: "):
            return _commit(head)
        name = head.removeprefix("ref: ")
        shared = (git / _line(git / "commondir")).resolve() if (git / "commondir").is_file() else git
        for folder in (git, shared):
            if (folder / name).is_file():
                return _commit(_line(folder / name))
        return _packed(shared, name)
    except (OSError, UnicodeDecodeError):
        return None


def _git_folder(root: Path) -> Path:
    """The folder of git's files; in a second working tree `.git` is a file that names it."""
    git = root / ".git"
    return (root / _line(git).removeprefix("gitdir: ")) if git.is_file() else git


def _packed(git: Path, name: str) -> str | None:
    for line in (git / "packed-refs").read_text(encoding="utf-8").splitlines():
        commit, _, ref = line.partition(" ")
        if ref == name:
            return _commit(commit)
    return None


def _installed_commit(package: Distribution) -> str | None:
    """What pip wrote of an installation from git (PEP 610)."""
    try:
        said = json.loads(package.read_text("direct_url.json") or "{}")
        return _commit(said.get("vcs_info", {}).get("commit_id", ""))
    except (ValueError, AttributeError):
        return None


def _line(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _commit(text: str) -> str | None:
    return text if COMMIT.fullmatch(text) else None
