"""What a check has found comes in; one line that says where, what, and how to mend it goes out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that a writer should mend.

    `path` is relative to the project (`docs/help-now.md`); `line` and `column` count from 1, and 0 means that the
    finding is about the file as a whole.
    """

    path: str
    line: int
    column: int
    what: str
    mend: str

    def __str__(self) -> str:
        """Say it in the house's one form: `file:line:column: what; how to mend it`."""
        where = self.path
        if self.line:
            where += f":{self.line}"
            if self.column:
                where += f":{self.column}"
        return f"{where}: {self.what}; {self.mend}"


def report(findings: list[Finding]) -> str:
    """Put findings into one text, sorted by place, one a line."""
    return "\n".join(str(finding) for finding in sorted(set(findings)))
