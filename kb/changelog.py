"""The changelog comes in; the same with what was unreleased under the day of its release goes out, or why it cannot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.findings import Finding, read_text

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

FILE = "CHANGELOG.md"
OPEN = re.compile(r"^## Unreleased[ \t]*\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
NONE_YET = re.compile(r" ?No version has been released yet\.")


def check_changelog(project: Path) -> list[Finding]:
    """Say why a release cannot be told of: nothing stands under `## Unreleased`. A site may do without the file."""
    if not (project / FILE).exists():
        return []
    text, findings = read_text(project / FILE, FILE)
    match = OPEN.search(text)
    if findings or (match and re.search(r"^- ", match[1], re.MULTILINE)):
        return findings
    line = text.count("\n", 0, match.start()) + 1 if match else 0
    mend = "write what changes for readers, each as a line that begins with `- `"
    return [Finding(FILE, line, 0, "nothing is told under `## Unreleased`", mend)]


def close_changelog(project: Path, day: date) -> None:
    """Put what was unreleased under the day of its release (Keep a Changelog 1.1.0), and leave `Unreleased` empty."""
    if not (project / FILE).exists():
        return
    text = read_text(project / FILE, FILE)[0]
    told = OPEN.sub(lambda match: f"## Unreleased\n\n## {day.isoformat()}\n{match[1]}", text, count=1)
    (project / FILE).write_bytes(NONE_YET.sub("", told).encode())
