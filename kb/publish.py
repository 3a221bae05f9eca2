"""The project folder comes in; a checked site goes out, put in place only when the whole build has succeeded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, TypeAlias

from kb import atomic
from kb.findings import Finding, report
from kb.intake import check_settings
from kb.verify import check_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Finish: TypeAlias = Callable[[Path], int]


def publish(project: Path, site: Path, *extra: str, finish: Finish | None = None) -> int:
    """Build the site of `project`, check it, and make `site` point to it; give the exit status (0: all is well).

    Everything is written to a new folder. Whatever fails, whenever it is killed, `site` stays what it was: the last
    good site as a whole. `extra` goes to `mkdocs build`. `finish` adds to the new folder what is made from the built
    pages, and gives an exit status.
    """
    try:
        with atomic.alone(site):
            new = atomic.new_folder(site)
            status = _mkdocs(project, new, *extra) or (finish(new) if finish else 0) or _checked(project, new)
            if status == 0:
                atomic.put(new, site)
            shutil.rmtree(new, ignore_errors=True)
            return status
    except atomic.BusyError as error:
        print(error, file=sys.stderr)
    except OSError as error:  # a full disk, above all
        what = f"could not be written ({error.strerror or error})"
        print(
            Finding(site.name, 0, 0, what, "the last good site is as it was; mend this, and build again"),
            file=sys.stderr,
        )
    return 1


def build(project: Path, site: Path, *extra: str, fresh: bool = False) -> int:
    """Build the site of `project` into the plain folder `site`; give the exit status of the build (0: all is well).

    For the editions and the contract, which read it and throw it away. The folder is replaced only by a build without
    a warning. `extra` goes to `mkdocs build`. With `fresh`, it is not held to the link contract, which is to be
    written afresh.
    """
    new = site.with_name(site.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    status = _mkdocs(project, new, *extra, fresh=fresh)
    if status == 0:
        atomic.swap(new, site)
    shutil.rmtree(new, ignore_errors=True)
    return status


def environment(*, fresh: bool = False) -> dict[str, str]:
    """Give the environment for MkDocs: Material's banner off (it is no warning), and the switch of mkdocs.yml."""
    return os.environ | {"NO_MKDOCS_2_WARNING": "1", "KB_FRESH_CONTRACT": str(fresh).lower()}


def _mkdocs(project: Path, folder: Path, *extra: str, fresh: bool = False) -> int:
    """Have MkDocs write the site to `folder`, an empty one or none; give its exit status."""
    if findings := check_settings(project / "mkdocs.yml"):
        print(report(findings), file=sys.stderr)
        return 1
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder), *extra]
    return subprocess.run(command, cwd=project, env=environment(fresh=fresh), check=False).returncode


def _checked(project: Path, folder: Path) -> int:
    """Check what was built, whatever mkdocs.yml left out; print what is wrong, and give the exit status."""
    findings = check_folder(folder, project / "docs")
    if findings:
        print(report(findings), file=sys.stderr)
    return 1 if findings else 0
