"""The files of redirects and of retired addresses come in; where each old address leads now goes out.

An address is a page's path on the site, with a slash at both ends, and may name a section: `/glossary/#naloxone`.
Short ones, `/p/<id>/`, need no line: they follow the page. The syntax of both files stands in their first lines.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import yaml

from kb.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

ADDRESS = re.compile(r"/(?:[\w.~-]+/)*(?:#[^\s#]+)?")
LINE = re.compile(r"(\S+)\s+->\s+(\S+)")
FORM = "write `/from/ -> /to/`, each with a slash at both ends, and `#section` where it is one"
RETIRED_FIELDS = ("address", "title", "since", "why", "instead")


@dataclass(frozen=True)
class Redirect:
    """One line of the file: an old address, the one it leads to, and the line's number."""

    source: str
    target: str
    line: int


@dataclass(frozen=True)
class Retired:
    """An address whose content is gone for good: what it was called, since when, why, and where to look instead."""

    address: str
    title: str
    since: date
    why: str
    instead: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Moves:
    """All that has moved or gone, by old address."""

    redirects: Mapping[str, Redirect] = field(default_factory=dict)
    retired: Mapping[str, Retired] = field(default_factory=dict)

    def sections(self) -> dict[str, list[str]]:
        """Give the ids of sections that are elsewhere now, or nowhere, by the address of the page that held them."""
        found: dict[str, list[str]] = {}
        for address in [*self.redirects, *self.retired]:
            page, _, section = address.partition("#")
            if section:
                found.setdefault(page, []).append(section)
        return found

    def step(self, address: str) -> str | None:
        """Give where an address leads by one line of the file, or None if no line is about it.

        A section without a line of its own goes with its page, unless that leads to one section.
        """
        page, mark, section = address.partition("#")
        if address in self.redirects:
            return self.redirects[address].target
        if page not in self.redirects or not mark:
            return None
        target = self.redirects[page].target
        return target if "#" in target else f"{target}#{section}"

    def final(self, address: str) -> str:
        """Give where an address leads in the end, chains followed; itself, if nothing moved it. No cycle is entered."""
        seen = {address}
        while (target := self.step(address)) is not None and target not in seen:
            seen.add(target)
            address = target
        return address


def read_moves(folder: Path, name: str) -> tuple[Moves, list[Finding]]:
    """Read redirects.txt and retired.yml in `folder`; give what they say and what is wrong with them.

    `name` is how findings call the folder. A file that is not there says nothing.
    """
    redirects, findings = _redirects(folder / "redirects.txt", f"{name}/redirects.txt")
    retired, more = _retired(folder / "retired.yml", f"{name}/retired.yml")
    moves = Moves({item.source: item for item in redirects}, {item.address: item for item in retired})
    for item in redirects:
        if item.source in moves.retired:
            mend = "keep one of the two"
            more.append(Finding(f"{name}/redirects.txt", item.line, 0, f"{item.source} is retired too", mend))
        if _circles(moves, item.source):
            what = f"{item.source} leads round in a circle"
            mend = "end it at an address that is there"
            more.append(Finding(f"{name}/redirects.txt", item.line, 0, what, mend))
    return moves, findings + more


def check_moves(moves: Moves, live: Mapping[str, Collection[str]], name: str) -> list[Finding]:
    """Check old addresses against the pages that are there: each address with the ids of its sections.

    A live page or section is never redirected, and what an old address leads to exists, down to the section.
    """
    findings = []
    for item in moves.redirects.values():
        for what, mend in _faults(item.source, moves.final(item.source), moves, live):
            findings.append(Finding(f"{name}/redirects.txt", item.line, 0, what, mend))
    for gone in moves.retired.values():
        for what, mend in _still_there(gone.address, live):
            findings.append(Finding(f"{name}/retired.yml", gone.line, 0, what, mend))
        for other in gone.instead:
            for what, mend in _dead(moves.final(other), moves, live):
                findings.append(Finding(f"{name}/retired.yml", gone.line, 0, what, mend))
    return findings


def _faults(source: str, target: str, moves: Moves, live: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    """Give (what, how to mend it) for each fault of one redirect."""
    yield from _still_there(source, live)
    yield from _dead(target, moves, live)


def _still_there(address: str, live: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    """Say so if an address that is to lead elsewhere is a page or section of the site."""
    page, _, section = address.partition("#")
    if page in live and (not section or section in live[page]):
        yield f"{address} is there, and would be overwritten", "take the line out, or rename what is there"


def _dead(target: str, moves: Moves, live: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    """Say so if an address is neither a page or section of the site nor a retired page."""
    page, _, section = target.partition("#")
    if page not in live:
        if page not in moves.retired:
            yield f"there is no page {page}", _guess(page, live, "give the address of a page that is there")
    elif section and section not in live[page]:
        mend = _guess(section, live[page], "give the section's id, or lead to the page alone")
        yield f"the page {page} has no section '{section}'", mend


def _guess(word: str, known: Collection[str], otherwise: str) -> str:
    """Say which known word was probably meant."""
    close = difflib.get_close_matches(word, known, 1)
    return f"did you mean '{close[0]}'?" if close else otherwise


def _circles(moves: Moves, start: str) -> bool:
    """Say whether an address leads back to itself or into a circle."""
    seen, address = {start}, moves.step(start)
    while address is not None:
        if address in seen:
            return True
        seen.add(address)
        address = moves.step(address)
    return False


def _redirects(file: Path, name: str) -> tuple[list[Redirect], list[Finding]]:
    """Read the file of redirects; give them in order, and what is wrong with their form."""
    found: list[Redirect] = []
    findings: list[Finding] = []
    seen: dict[str, int] = {}
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines() if file.is_file() else [], 1):
        line = text.strip()
        if not line or line.startswith("#"):
            continue
        match = LINE.fullmatch(line)
        if not match or not all(ADDRESS.fullmatch(part) for part in match.groups()):
            findings.append(Finding(name, number, 0, f"not a redirect: {line}", FORM))
            continue
        item = Redirect(match[1], match[2], number)
        if first := seen.get(item.source.lower()):
            what = f"{item.source} already has a line, {first}"
            findings.append(Finding(name, number, 0, what, "keep one; capitals make no other address"))
        elif found and item.source < found[-1].source:
            findings.append(Finding(name, number, 0, f"{item.source} stands out of order", "sort the lines"))
        found.append(item)
        seen.setdefault(item.source.lower(), number)
    return found, findings


def _retired(file: Path, name: str) -> tuple[list[Retired], list[Finding]]:
    """Read the file of retired addresses; give them in order, and what is wrong with them."""
    try:
        node = yaml.compose(file.read_text(encoding="utf-8") if file.is_file() else "", Loader=yaml.SafeLoader)
        records = yaml.safe_load(file.read_text(encoding="utf-8")) if node else []
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "YAML that cannot be read"
        return [], [Finding(name, mark.line + 1 if mark else 1, 0, what, "compare it with the form in its first lines")]
    lines = [child.start_mark.line + 1 for child in node.value] if isinstance(node, yaml.SequenceNode) else []
    found, findings = [], []
    for record, line in zip(records if isinstance(records, list) else [], lines, strict=False):
        if not isinstance(record, dict) or sorted(record) != sorted(RETIRED_FIELDS):
            what = "a record whose fields are not " + ", ".join(RETIRED_FIELDS)
            findings.append(Finding(name, line, 0, what, "give each field"))
        elif fault := _record_fault(record):
            findings.append(Finding(name, line, 0, *fault))
        else:
            instead = tuple(str(item) for item in record["instead"])
            title, why = (" ".join(str(record[key]).split()) for key in ("title", "why"))
            found.append(Retired(str(record["address"]), title, record["since"], why, instead, line))
    return found, findings


def _record_fault(record: dict[str, object]) -> tuple[str, str] | None:
    """Give (what, how to mend it) for a retired address that cannot be shown to readers."""
    others = record["instead"] if isinstance(record["instead"], list) else []
    if not all(ADDRESS.fullmatch(str(address)) for address in [record["address"], *others]):
        return f"{record['address']} names what is no address of this site", "write it as /page/ or /page/#section"
    if not others:
        return f"{record['address']} does not say where to look instead", "give at least one address in `instead`"
    if not isinstance(record["since"], date):
        return f"`since` of {record['address']} is not a day", "write it as 2027-01-31"
    if not record["title"] or not record["why"]:
        return f"{record['address']} says no `title` or no `why`", "tell readers what it was and why it went"
    return None
