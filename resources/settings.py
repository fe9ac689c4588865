"""Where things are: the settings that come from the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PREFIX = "XDREC_"
SECRET_IN_URL = re.compile(r"://[^/]*@|[?&](?:access_key|secret_key|session_token|sig)=", re.IGNORECASE)


@dataclass(frozen=True)
class Places:
    """Folders and URLs of one installation; every field can be set by an environment variable of its name."""

    home: Path  # XDREC_HOME: everything below that is not set otherwise
    platforms: Path  # XDREC_PLATFORMS: the folder of platform files
    landing: str  # XDREC_LANDING: folder or URL where log files land
    lake: str  # XDREC_LAKE: folder or URL of the Delta tables
    memory_limit: str = "2GB"  # XDREC_MEMORY_LIMIT: of one step's DuckDB, which spills to disk above it

    @property
    def scratch(self) -> Path:
        """Where DuckDB spills."""
        return self.home / "scratch"

    @property
    def models(self) -> Path:
        """Where trained models lie."""
        return self.home / "models" / self.platforms.name

    @property
    def reports(self) -> Path:
        """Where the HTML reports lie."""
        return self.home / "reports" / self.platforms.name

    @property
    def user_key_file(self) -> Path:
        """Where the random key of user ids is kept when the environment gives none."""
        return self.home / "keys" / "user.key"

    @property
    def catalogue(self) -> Path:
        """The DuckDB file of views for people."""
        return self.home / "xdrec.duckdb"


def places(environment: Mapping[str, str], default_platforms: Path) -> Places:
    """The places that the environment names; what it leaves out is below `data/` of the current folder.

    Raises:
        ValueError: XDREC_PLATFORMS is no folder; a URL holds a secret.
    """
    home = Path(environment.get(PREFIX + "HOME", "data")).resolve()
    platforms = Path(environment.get(PREFIX + "PLATFORMS", default_platforms)).resolve()
    if not platforms.is_dir():
        raise ValueError(f"XDREC_PLATFORMS: found {platforms}, expected a folder of platform files; correct the path")
    for variable in ("LANDING", "LAKE"):
        if SECRET_IN_URL.search(environment.get(PREFIX + variable, "")):
            raise ValueError(
                f"{PREFIX}{variable}: the URL holds a user or a secret, and URLs are shown; "
                "give credentials by AWS_…, AZURE_… or GOOGLE_… variables"
            )
    return Places(
        home=home,
        platforms=platforms,
        landing=environment.get(PREFIX + "LANDING", str(home / "landing" / platforms.name)),
        lake=environment.get(PREFIX + "LAKE", str(home / "lake" / platforms.name)),
        memory_limit=environment.get(PREFIX + "MEMORY_LIMIT", "2GB"),
    )
