"""The list of every address ever released, and a built tree, come in; what no longer leads anywhere goes out.

The file is text, sorted, a line for each address: `/glossary/#naloxone 2027-01-31`, with the day of the release that
first held it. A short address also names the page that it was given to: `/p/k9dx/ 2027-01-31 /glossary/`, so that no
id is ever given twice. Once there is a release the file only grows.
"""

from __future__ import annotations

import difflib
import subprocess
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from kb.findings import Finding
from kb.retired import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from kb.addresses import Layout
    from kb.redirects import Moves

FILE = "contract.txt"
DRAFT = "state: draft"
RELEASED = "state: released"
HEAD = """\
# The link contract: every address that a release has held, section by section, with the day of the first one.
# `python3 dev.py release` writes it. Before the first release it is a draft: `python3 dev.py release --draft` writes it
# afresh. From the first release on, lines are only added, and a build passes only while every one leads somewhere.
"""


@dataclass(frozen=True)
class Kept:
    """One address that is promised: since when, and for a short one the page it was given to (else "")."""

    address: str
    since: date
    page: str = ""


@dataclass(frozen=True)
class Contract:
    """All addresses that are promised. A draft is written afresh at will; after a release it only grows."""

    kept: Mapping[str, Kept] = field(default_factory=dict)
    draft: bool = True

    def sections(self) -> dict[str, list[str]]:
        """Give the promised pages, each with the ids of its sections."""
        found: dict[str, list[str]] = {}
        for address in self.kept:
            page, _, section = address.partition("#")
            found.setdefault(page, []).extend([section] if section else [])
        return found

    def ids(self) -> dict[str, str]:
        """Give the page that each short id was given to: `k9dx` → `/glossary/`."""
        return {short_id(item.address): item.page for item in self.kept.values() if item.page}


def short_address(identifier: str) -> str:
    """Give the short address of a page's id."""
    return f"/p/{identifier}/"


def short_id(address: str) -> str:
    """Give the id in a short address."""
    return address.removeprefix("/p/").strip("/")


def read_contract(text: str, name: str) -> tuple[Contract, list[Finding]]:
    """Read the file's text; give the contract and what is wrong with it. `name` is how findings call the file."""
    kept: dict[str, Kept] = {}
    findings, states = [], []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if line in {DRAFT, RELEASED}:
            states.append(line)
        elif not _is_line(words):
            mend = "this file is written by `python3 dev.py release`; take back the change"
            findings.append(Finding(name, number, 0, f"not a line of the contract: {line}", mend))
        elif words[0] in kept:
            findings.append(Finding(name, number, 0, f"{words[0]} stands twice", "keep the older one"))
        else:
            kept[words[0]] = Kept(words[0], date.fromisoformat(words[1]), words[2] if words[2:] else "")
    if kept and len(states) != 1:
        mend = f"keep one: `{RELEASED}` once there was a release, else `{DRAFT}`"
        findings.append(Finding(name, 0, 0, f"{len(states) or 'no'} lines say whether there was a release", mend))
    return Contract(kept, RELEASED not in states), findings


def write_contract(contract: Contract) -> str:
    """Write a contract as its file's text."""
    lines = [_line(item) for _, item in sorted(contract.kept.items())]
    return "\n".join([HEAD.rstrip(), DRAFT if contract.draft else RELEASED, *lines]) + "\n"


def _line(item: Kept) -> str:
    """Write one address as its line."""
    return f"{item.address} {item.since} {item.page}".rstrip()


def renewed(
    old: Contract, pages: Mapping[str, Collection[str]], ids: Mapping[str, str], day: date, *, draft: bool
) -> Contract:
    """Give the contract with the pages and sections that are there now, and the pages' short ids (address by id).

    Before the first release it is only what is there now; afterwards what was promised stays, with its day.
    """
    now = [Kept(page, day) for page in pages]
    now += [Kept(f"{page}#{section}", day) for page, sections in pages.items() for section in sections]
    now += [Kept(short_address(identifier), day, page) for identifier, page in ids.items()]
    kept = {} if old.draft else dict(old.kept)
    return Contract({item.address: item for item in now} | kept, draft)


def check_contract(  # noqa: PLR0913, PLR0917 - the promise, the tree that is to keep it, and what may explain a break
    contract: Contract,
    tree: Mapping[str, Collection[str]],
    layout: Layout,
    moves: Moves,
    ids: Mapping[str, str],
    name: str,
) -> list[Finding]:
    """Check that every promised address leads somewhere in a built tree, and that no short id was given twice.

    The tree is the website or any edition: its files, each with its ids; `layout` says which file holds an address
    there. `ids` are the pages' short ids now, with their addresses; `name` is how findings call the contract.
    """
    findings = [Finding(name, 0, 0, *fault) for fault in _given_twice(contract, ids, moves)]
    given = {page: ids[key] for key, page in contract.ids().items() if key in ids}
    for page, sections in contract.sections().items():
        there = tree.get(layout.file(page))
        if there is None:
            findings.append(Finding(name, 0, 0, *_lost(page, contract, given.get(page, ""))))
            continue
        lost = [f"{page}#{section}" for section in sections if section not in there]
        findings += [Finding(name, 0, 0, *_lost_section(address, contract, moves, there)) for address in lost]
    return findings


def check_last_release(contract: Contract, project: Path, path: str, name: str) -> tuple[list[Finding], str]:
    """Check that every line of the last release tag's contract is still there; give also why that was skipped, or "".

    A release tag is `v` and a version. Without git, its history or a tag there is nothing to compare with.
    """
    tag = _git(project, "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
    if not tag:
        return [], "not compared with the last release: there is no git history here, or no release tag in it"
    text = _git(project, "show", f"{tag.strip()}:./{path}")
    if not text:
        return [], f"not compared with the last release: {tag.strip()} has no {path}"
    before, _ = read_contract(text, name)
    gone = [item for item in before.kept.values() if not before.draft and contract.kept.get(item.address) != item]
    what = f"released in {tag.strip()}, is gone or changed"
    lost = [Finding(name, 0, 0, f"{item.address}, {what}", f"put back the line `{_line(item)}`") for item in gone]
    if contract.draft and not before.draft:
        lost.append(Finding(name, 0, 0, f"a draft, although {tag.strip()} was released", f"put back `{RELEASED}`"))
    return lost, ""


def _given_twice(contract: Contract, ids: Mapping[str, str], moves: Moves) -> Iterator[tuple[str, str]]:
    """Say of each short id that was promised for another page, which did not become this one."""
    for identifier, page in contract.ids().items():
        now = ids.get(identifier, page)
        if now not in {page, moves.final(page).partition("#")[0]}:
            what = f"the id '{identifier}' was given to {page}, and {now} has it now"
            yield what, f"if the page moved, add `{page} -> {now}` to redirects.txt; else give {now} a new id"


def _lost(page: str, contract: Contract, now: str) -> tuple[str, str]:
    """Give (what, how to mend it) for a promised page that is not there, whose id is `now` another page's, or ""."""
    target = now or "/where/it/is/now/"
    mend = f"add `{page} -> {target}` to redirects.txt, or a record to retired.yml"
    since = (
        f"{page}, listed since {contract.kept[page].since}," if page in contract.kept else f"{page}, with its sections,"
    )
    return f"{since} leads nowhere", mend


def _lost_section(address: str, contract: Contract, moves: Moves, there: Collection[str]) -> tuple[str, str]:
    """Give (what, how to mend it) for a promised section that is not there."""
    page, _, section = address.partition("#")
    close = difflib.get_close_matches(section, there, 1)
    target = f"{moves.final(page).partition('#')[0]}#{close[0] if close else 'its-id-now'}"
    what = f"{address}, listed since {contract.kept[address].since}, leads nowhere"
    return what, f"add `{address} -> {target}` to redirects.txt, or a record to retired.yml"


def _is_line(words: list[str]) -> bool:
    """Say whether a line's words are an address, a day, and the page that it was given to if it is a short one."""
    addresses = [*words[:1], *words[2:]]
    return len(words) in {2, 3} and all(map(ADDRESS.fullmatch, addresses)) and _is_day(words[1])


def _is_day(text: str) -> bool:
    """Say whether a text is a day, YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _git(project: Path, *arguments: str) -> str:
    """Ask git something of the project; "" if it cannot say."""
    try:
        done = subprocess.run(["git", "-C", str(project), *arguments], capture_output=True, text=True, check=False)  # noqa: S607 - the git that is on the PATH, as a maintainer uses
    except OSError:
        return ""
    return "" if done.returncode else done.stdout
