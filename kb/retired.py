"""The file of retired addresses comes in; what each was, since when it is gone, why, and where to look goes out.

An address is a page's path on the site, with a slash at both ends, and may name a section: `/glossary/#naloxone`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kb.findings import Finding, read_text
from kb.plain_yaml import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = re.compile(r"/(?:(?!\.{1,2}/)[\w.~-]+/)*(?:#[^\s#]+)?")
OURS = re.compile(r"/(p|assets|search|404)/|/(.*/)?index/")  # what a build writes there itself
RETIRED_FIELDS = ("address", "title", "since", "why", "instead")


@dataclass(frozen=True)
class Retired:
    """An address whose content is gone for good: what it was called, since when, why, and where to look instead."""

    address: str
    title: str
    since: date
    why: str
    instead: tuple[str, ...]
    line: int


def read_retired(file: Path, name: str) -> tuple[list[Retired], list[Finding]]:
    """Read the file of retired addresses; give them in order, and what is wrong with them.

    `name` is how findings call the file; one that is not there says nothing.
    """
    text, unread = read_text(file, name)
    plain, more = read_yaml(text, name)
    records, findings = [] if plain.value is None else plain.value, unread + more
    found: list[Retired] = []
    if not isinstance(records, list):
        return [], [*findings, Finding(name, 1, 0, "not a list of records", "start each record with `- address: …`")]
    taken: set[str] = set()
    for record, line in zip(records, plain.items, strict=False):
        if not isinstance(record, dict) or sorted(map(str, record)) != sorted(RETIRED_FIELDS):
            what = "a record whose fields are not " + ", ".join(RETIRED_FIELDS)
            findings.append(Finding(name, line, 0, what, "give each field"))
        elif str(record["address"]) in taken:
            findings.append(Finding(name, line, 0, f"{record['address']} has two records", "keep one"))
        elif fault := _record_fault(record):
            findings.append(Finding(name, line, 0, *fault))
        else:
            instead = tuple(str(item) for item in record["instead"])
            title, why = (" ".join(str(record[key]).split()) for key in ("title", "why"))
            taken.add(str(record["address"]))
            found.append(Retired(str(record["address"]), title, record["since"], why, instead, line))
    return found, findings


def _record_fault(record: dict[str, object]) -> tuple[str, str] | None:
    """Give (what, how to mend it) for a retired address that cannot be shown to readers."""
    others = record["instead"] if isinstance(record["instead"], list) else []
    if not all(ADDRESS.fullmatch(str(address)) for address in [record["address"], *others]):
        return f"{record['address']} names what is no address of this site", "write it as /page/ or /page/#section"
    if OURS.match(str(record["address"])):
        return f"{record['address']} is the build's own", "take the record out"
    if not others:
        return (
            f"{record['address']} does not say where to look instead",
            "give at least one address: `instead: [/page/]`",
        )
    if not isinstance(record["since"], date):
        return f"`since` of {record['address']} is not a day", "write it as 2027-01-31"
    if not record["title"] or not record["why"]:
        return f"{record['address']} says no `title` or no `why`", "tell readers what it was and why it went"
    return None
