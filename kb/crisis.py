"""docs/crisis.yml comes in; rules by which search knows a call for help, and examples to test them by, go out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.data import read_records
from kb.findings import Finding

if TYPE_CHECKING:
    from pathlib import Path

FORMS = {
    "review": ("reviewed_by", "reviewed_on"),
    "rules": ("about", "words", "typo", "gap", "whole"),
    "examples": ("help", "no_help"),
}


@dataclass(frozen=True)
class Rule:
    """One expression: its words in order; whether slips in spelling count; how many others may stand between two.

    A `whole` one counts only when nothing else was typed.
    """

    words: str
    typo: bool
    gap: int
    whole: bool


@dataclass(frozen=True)
class Crisis:
    """The rules, queries that must and must not bring up help, and who reviewed them: empty until somebody has."""

    rules: tuple[Rule, ...] = ()
    help: tuple[str, ...] = ()
    no_help: tuple[str, ...] = ()
    reviewed_by: str = ""
    reviewed_on: str = ""


def read_crisis(file: Path, name: str) -> tuple[Crisis, list[Finding]]:
    """Read the file; give what it holds, and what is wrong with it. A site may do without."""
    found, findings = read_records(file, name, FORMS)
    rules = []
    for record in found["rules"]:
        typo, gap = record.one("typo") or "no", record.one("gap") or "0"
        if not record.all("words"):
            findings.append(Finding(name, record.line, 0, "a rule without words", "give `words`, or take it out"))
        if typo not in {"yes", "no"} or not re.fullmatch("[0-9]", gap):
            mend = "write typo: yes or no, and gap: a figure from 0 to 9"
            findings.append(Finding(name, record.line, 0, "a rule that cannot be read", mend))
            continue
        whole = record.one("whole") == "yes"
        rules += [Rule(words, typo == "yes", int(gap), whole) for words in record.all("words")]
    examples = found["examples"]
    return Crisis(
        rules=tuple(rules),
        help=tuple(word for record in examples for word in record.all("help")),
        no_help=tuple(word for record in examples for word in record.all("no_help")),
        reviewed_by="".join(record.one("reviewed_by") for record in found["review"]),
        reviewed_on="".join(record.one("reviewed_on") for record in found["review"]),
    ), findings
