"""The project folder comes in; a checked site goes out, put in place only when the whole build has succeeded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def build(project: Path, site: Path, *extra: str, fresh: bool = False) -> int:
    """Build the site of `project` into the folder `site`; give the exit status of the build (0: all is well).

    The build goes to a new folder beside `site` and takes its place only when it ended without an error or warning,
    so a build that fails leaves the last good site as it was. `extra` goes to `mkdocs build`. With `fresh`, it is not
    held to the link contract, which is to be written afresh.
    """
    new = site.with_name(site.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(new), *extra]
    status = subprocess.run(command, cwd=project, env=environment(fresh=fresh), check=False).returncode
    if status == 0:
        replace(new, site)
    shutil.rmtree(new, ignore_errors=True)
    return status


def replace(fresh: Path, site: Path) -> None:
    """Put the folder `fresh` in the place of `site`, and only then remove what stood there."""
    old = site.with_name(site.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    fresh.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def environment(*, fresh: bool = False) -> dict[str, str]:
    """Give the environment for MkDocs: Material's banner off (it is no warning), and the switch of mkdocs.yml."""
    return os.environ | {"NO_MKDOCS_2_WARNING": "1", "KB_FRESH_CONTRACT": str(fresh).lower()}
