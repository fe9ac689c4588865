"""The commit and the versions of what runs here, read without running anything."""

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from resources import software
from resources.software import checkout_commit, package_commit, versions

COMMIT, OTHER = "a" * 40, "b" * 40


def checkout(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / ".git" / name.replace("__", "/").replace("_", "-")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_commit_of_a_branch(tmp_path: Path) -> None:
    root = checkout(tmp_path, HEAD="ref: refs/heads/main\n", refs__heads__main=f"{COMMIT}\n")
    assert checkout_commit(root) == COMMIT


def test_commit_of_a_branch_whose_ref_is_packed(tmp_path: Path) -> None:
    packed = f"# pack-refs with: peeled\n{OTHER} refs/heads/mainly\n{COMMIT} refs/heads/main\n^{OTHER}\n"
    assert checkout_commit(checkout(tmp_path, HEAD="ref: refs/heads/main\n", packed_refs=packed)) == COMMIT


def test_commit_that_is_checked_out_itself(tmp_path: Path) -> None:
    assert checkout_commit(checkout(tmp_path, HEAD=f"{COMMIT}\n")) == COMMIT


def test_commit_of_a_second_working_tree(tmp_path: Path) -> None:
    main = checkout(tmp_path / "main", HEAD=f"{OTHER}\n", refs__heads__other=f"{COMMIT}\n")
    git = main / ".git" / "worktrees" / "second"
    git.mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/other\n")
    (git / "commondir").write_text("../..\n")
    second = tmp_path / "second"
    second.mkdir()
    (second / ".git").write_text(f"gitdir: {git}\n")
    assert checkout_commit(second) == COMMIT


@pytest.mark.parametrize(
    "files",
    [{}, {"HEAD": "ref: refs/heads/main\n"}, {"HEAD": "ref: refs/heads/main\n", "packed_refs": "\n"}, {"HEAD": "no\n"}],
)
def test_no_commit_is_known(tmp_path: Path, files: dict[str, str]) -> None:
    assert checkout_commit(checkout(tmp_path, **files)) is None


def test_commit_is_what_git_says(tmp_path: Path) -> None:
    settings = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], [*settings, "commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    said = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert checkout_commit(tmp_path) == said.stdout.strip()


def test_commit_that_pip_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Installed:
        said: str | None = f'{{"url": "https://example.org/x.git", "vcs_info": {{"commit_id": "{COMMIT}"}}}}'

        def read_text(self, name: str) -> str | None:
            return self.said if name == "direct_url.json" else None

    monkeypatch.setattr(software, "distribution", lambda package: Installed())
    assert package_commit("xdrec", tmp_path) == COMMIT
    for unknown in (None, '{"dir_info": {"editable": true}}', "[]", "{"):
        Installed.said = unknown
        assert package_commit("xdrec", tmp_path) is None


def test_package_that_is_not_installed_has_no_commit(tmp_path: Path) -> None:
    assert package_commit("no-such-package-anywhere", tmp_path) is None


def test_versions_are_those_installed() -> None:
    found = versions(["numpy", "no-such-package-anywhere"])
    assert found == {"python": platform.python_version(), "numpy": version("numpy")}
