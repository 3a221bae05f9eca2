"""What a check has found comes in; one line that says where, what, and how to mend it goes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MOST = 200  # lines that anybody reads; a file that a program wrote can have a hundred thousand faults


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that a writer should mend.

    `path` is relative to the project (`docs/help-now.md`); `line` and `column` count from 1, and 0 means that the
    finding is about the file as a whole. What is `mild` need not stop the build of somebody else's site: it is shown
    without harm, or not at all.
    """

    path: str
    line: int
    column: int
    what: str
    mend: str
    mild: bool = False

    def __str__(self) -> str:
        """Say it in the house's one form: `file:line:column: what; how to mend it`."""
        where = self.path
        if self.line:
            where += f":{self.line}"
            if self.column:
                where += f":{self.column}"
        return f"{where}: {self.what}; {self.mend}"


def read_text(file: Path, name: str) -> tuple[str, list[Finding]]:
    """Read a file of text that writers keep, "" if it is not there; a byte order mark is no part of it."""
    data = file.read_bytes() if file.is_file() else b""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return "", [Finding(name, line, 0, "not UTF-8 text", "save the file as UTF-8")]
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return "", [Finding(name, line, 0, "not a file of text", "put back the last commit's, or take it out of docs/")]
    return text.replace("\r\n", "\n").replace("\r", "\n"), []


def report(findings: list[Finding]) -> str:
    """Put findings into one text, sorted by place, one a line; of very many the first MOST, and how many there are."""
    lines = [str(finding) for finding in sorted(set(findings))]
    more = [f"… and {len(lines) - MOST:,} more"] if len(lines) > MOST else []
    return "\n".join(lines[:MOST] + more)
