"""The project folder comes in; whether two clean builds of it are the same, byte for byte, goes out, file by file.

After reproducible-builds.org: the second build has another folder, time zone, locale, hash seed, file order and mask,
finds what the first one kept in its cache and, where libfaketime is installed, runs more than a year later.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, time
from pathlib import Path

from kb.findings import Finding
from kb.pages import now, read_pages

OURS = ("docs", "kb", "overrides", "mkdocs.yml", "pyproject.toml", "LICENSE", "LICENSE-CONTENT.md")
VERB, FOLDERS = "editions", ("site", "dist")  # which builds the site, too
ONE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}
# The plain C locale without Python's own mending of it: whatever opens a file without naming its encoding fails here.
TWO = {
    "TZ": "America/Anchorage", "LC_ALL": "C", "PYTHONHASHSEED": "2", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
    "PYTHONIOENCODING": "utf-8",
}  # fmt: skip
LATER = ("faketime", "-f", "+400d")


def reproduce(project: Path) -> tuple[list[Finding], str]:
    """Build everything twice, in folders of its own; give each difference, and what was compared in a line.

    The day is the last commit's for both, so that it makes no difference when they are built.
    """
    day = datetime.combine(now(project, read_pages(project / "docs")[0]), time(), UTC)
    epoch = {"SOURCE_DATE_EPOCH": str(int(day.timestamp()))}
    with tempfile.TemporaryDirectory() as place:
        first, second = Path(place, "one"), Path(place, "another folder", "two")
        _copy(project, first, backwards=False)
        if failed := _build(first, ONE | epoch, 0o022):
            return failed, ""
        _copy(project, second, backwards=True)
        shutil.copytree(first / ".cache", second / ".cache")
        moved = LATER if shutil.which(LATER[0]) else ()
        if failed := _build(second, TWO | epoch, 0o077, moved):
            return failed, ""
        findings, said = compare(first, second)
        clock = "the second one 400 days later" if moved else "the clock was not moved, since faketime is not installed"
        return findings, f"{said}; {clock}"


def compare(first: Path, second: Path) -> tuple[list[Finding], str]:
    """Name each file below the built folders of two copies that is in one alone, or is not the same in both."""
    one, two = ({name: _digest(copy / name) for name in _files(copy)} for copy in (first, second))
    findings = []
    for name in sorted(one.keys() | two.keys()):
        if one.get(name) != two.get(name):
            what = _difference(first / name, second / name) if name in one and name in two else "is in one build alone"
            mend = "look for what follows the clock, the place, the locale or the order of files"
            findings.append(Finding(name, 0, 0, what, mend))
    return findings, f"{len(one) - len(findings)} of {len(one)} files are the same in both builds"


def _copy(project: Path, folder: Path, *, backwards: bool) -> None:
    """Copy what a build reads, in the order of names or against it, which is how some disks then list it."""
    for name in OURS:
        source = project / name
        for file in sorted([source, *source.rglob("*")], reverse=backwards):
            target = folder / file.relative_to(project)
            if file.is_file() and "__pycache__" not in file.parts:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, target)


def _build(folder: Path, settings: dict[str, str], mask: int, clock: tuple[str, ...] = ()) -> list[Finding]:
    """Build in a copy, with a mask for new files (POSIX), under a program that moves its clock; say if that failed."""
    umask = -1 if os.name == "nt" else mask
    command = [*clock, sys.executable, "-m", "kb", VERB]
    if subprocess.run(command, cwd=folder, env=os.environ | settings, umask=umask, check=False).returncode:
        return [Finding(VERB, 0, 0, "it failed, so nothing was compared", "mend what it said above")]
    return []


def _files(copy: Path) -> list[str]:
    """Give the files that were built in a copy."""
    folders = [copy / folder for folder in FOLDERS]
    return [file.relative_to(copy).as_posix() for folder in folders for file in folder.rglob("*") if file.is_file()]


def _digest(file: Path) -> str:
    """Give a check of a file's contents."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _difference(one: Path, two: Path) -> str:
    """Say where two files begin to differ."""
    first, second = one.read_bytes(), two.read_bytes()
    at = next((place for place, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), 0)
    at = at or min(len(first), len(second))
    shown = [data[max(0, at - 20) : at + 20].decode(errors="replace") for data in (first, second)]
    return f"differs from byte {at:,} on: {shown[0]!r} and {shown[1]!r}"
