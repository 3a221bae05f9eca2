"""The files of redirects and of retired addresses come in; where each old address leads now goes out.

An address is a page's path on the site, with a slash at both ends, and may name a section: `/glossary/#naloxone`.
Short ones, `/p/<id>/`, need no line: they follow the page. The syntax of both files stands in their first lines.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.findings import Finding, read_text
from kb.retired import ADDRESS, OURS, Retired, read_retired

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

LINE = re.compile(r"(\S+)\s+->\s+(\S+)")
FORM = "write `/from/ -> /to/`, each with a slash at both ends, and `#section` where it is one"


@dataclass(frozen=True)
class Redirect:
    """One line of the file: an old address, the one it leads to, and the line's number."""

    source: str
    target: str
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
        if page not in self.redirects or not mark or address in self.retired:
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
    retired, more = read_retired(folder / "retired.yml", f"{name}/retired.yml")
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
    pages = {*live, *(page for page in [*moves.redirects, *moves.retired] if "#" not in page)}
    twins = {low for low, count in Counter(map(str.lower, pages)).items() if count > 1}
    for item in moves.redirects.values():
        for what, mend in _faults(item, moves, live, pages, twins):
            findings.append(Finding(f"{name}/redirects.txt", item.line, 0, what, mend))
    for gone in moves.retired.values():
        faults = [*_still_there(gone.address, live), *_homeless(gone.address, pages, twins)]
        for other in gone.instead:
            faults += _dead(moves.final(other), moves, live)
            if moves.final(other) in moves.retired:
                faults.append((f"{other} is gone too, so nobody can look there", "name a page that is there"))
        findings += [Finding(f"{name}/retired.yml", gone.line, 0, what, mend) for what, mend in faults]
    return findings


def _faults(
    item: Redirect,
    moves: Moves,
    live: Mapping[str, Collection[str]],
    pages: Collection[str],
    twins: Collection[str],
) -> Iterator[tuple[str, str]]:
    """Give (what, how to mend it) for each fault of one redirect."""
    yield from _still_there(item.source, live)
    yield from _homeless(item.source, pages, twins)
    yield from _dead(moves.final(item.source), moves, live)
    if "#" in item.source and item.target == item.source.partition("#")[0]:
        yield f"{item.source} leads to the page that it is on", "name a section, or write a record in retired.yml"


def _homeless(address: str, pages: Collection[str], twins: Collection[str]) -> Iterator[tuple[str, str]]:
    """Say so if a section is of a page that nobody can come to, or differs by capitals from another, as `twins` do."""
    page, mark, _ = address.partition("#")
    if mark and page not in pages:
        yield f"{address} is on a page that is not there", _guess(page, pages, "give the page a line, too")
    elif not mark and page.lower() in twins:
        yield f"{page} differs from a page by capitals alone", "take the line out: some disks know no difference"


def _still_there(address: str, live: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    """Say so if an address that is to lead elsewhere is a page or section of the site."""
    page, _, section = address.partition("#")
    if page in live and (not section or section in live[page]):
        yield f"{address} is there, and would be overwritten", "take the line out, or rename what is there"


def _dead(target: str, moves: Moves, live: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    """Say so if an address is neither a page or section of the site nor a retired page."""
    page, _, section = target.partition("#")
    if target in moves.retired:
        return
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
    whole, unread = read_text(file, name)
    findings += unread
    for number, text in enumerate(whole.splitlines(), 1):
        line = text.strip()
        if not line or line.startswith("#"):
            continue
        match = LINE.fullmatch(line)
        if not match or not all(ADDRESS.fullmatch(part) for part in match.groups()):
            findings.append(Finding(name, number, 0, f"not a redirect: {line}", FORM))
            continue
        item = Redirect(match[1], match[2], number)
        if OURS.match(item.source):
            findings.append(Finding(name, number, 0, f"{item.source} is the build's own", "take the line out"))
        if first := seen.get(item.source.lower()):
            what = f"{item.source} already has a line, {first}"
            findings.append(Finding(name, number, 0, what, "keep one; capitals make no other address"))
        elif found and item.source < found[-1].source:
            findings.append(Finding(name, number, 0, f"{item.source} stands out of order", "sort the lines"))
        found.append(item)
        seen.setdefault(item.source.lower(), number)
    return found, findings
