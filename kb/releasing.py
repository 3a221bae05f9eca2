"""The project folder comes in; the link contract of its next release, or why there can be none yet, goes out.

Nothing is committed or tagged here: the maintainer does that, with the lines that are printed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import yaml

from kb.addresses import Layout, address_of
from kb.book import read_book
from kb.contract import FILE, check_contract, check_last_release, read_contract, renewed, write_contract
from kb.findings import Finding
from kb.pages import Page, now, read_pages
from kb.publish import build
from kb.redirects import read_moves

if TYPE_CHECKING:
    from kb.book import Book
    from kb.contract import Contract

# RFC 2606: names that are nobody's.
RESERVED = (".example", ".test", ".invalid", ".localhost", "example.org", "example.com", "example.net", "localhost")
CONTRACT = f"docs/links/{FILE}"
TAG = "Then commit it and tag the commit: git commit -am 'Release' && git tag v1.0 (or the next number)"


def release(project: Path, *, draft: bool, known: bool) -> tuple[list[Finding], str]:
    """Write the contract after a strict build; give what stands in the way, or what was written.

    A draft is refused once there was a release. A release is refused while nobody publishes the site, and, unless it is
    `known`, while a page is past the day by which it was to be checked again.
    """
    file = project / CONTRACT
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    old, findings = read_contract(text, CONTRACT)
    pages = read_pages(project / "docs")[0]
    findings += (
        _draft_faults(old) if draft else _publisher_faults(project) + ([] if known else _overdue(project, pages))
    )
    if findings:
        return findings, ""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        if build(project, site, fresh=draft):
            what = "the build failed, so nothing was written"
            return [Finding("mkdocs.yml", 0, 0, what, "mend what it said above, and release again")], ""
        there = sections(read_book(site), pages)
    new = renewed(old, there, {page.id: address_of(page.path) for page in pages}, now(project, pages), draft=draft)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(write_contract(new), encoding="utf-8")
    added = len(new.kept.keys() - old.kept.keys())
    told = f"{CONTRACT}: {len(new.kept):,} addresses, {added:,} of them new."
    return [], told if draft else f"{told}\n{TAG}"


def check_promises(project: Path) -> tuple[list[Finding], str]:
    """Check, without building, the files of redirects and the contract's lines against the last release's.

    What no build is needed for: their form, circles, and lines that are gone. Give also what was or was not compared.
    """
    _, findings = read_moves(project / "docs/links", "docs/links")
    text = (project / CONTRACT).read_text(encoding="utf-8") if (project / CONTRACT).is_file() else ""
    contract, more = read_contract(text, CONTRACT)
    gone, skipped = check_last_release(contract, project, CONTRACT, CONTRACT)
    said = f"the link contract was {skipped or 'compared with the last release'}"
    return findings + more + gone, said


def check_edition(project: Path, book: Book, *, folders: bool) -> list[Finding]:
    """Check that every promised address leads somewhere in an edition, whose tree holds folders or flat files."""
    file = project / CONTRACT
    contract, findings = read_contract(file.read_text(encoding="utf-8") if file.is_file() else "", CONTRACT)
    moves, more = read_moves(project / "docs/links", "docs/links")
    pages = read_pages(project / "docs")[0]
    tree = {page.file: frozenset(page.ids) for page in book.pages}
    layout = Layout.of([page.path for page in pages], folders=folders)
    ids = {page.id: address_of(page.path) for page in pages}
    return findings + more + check_contract(contract, tree, layout, moves, ids, CONTRACT)


def sections(book: Book, pages: list[Page]) -> dict[str, tuple[str, ...]]:
    """Give the address of each page in a built book, with the ids of its sections."""
    layout = Layout()
    built = {page.file: page.sections for page in book.pages}
    return {address_of(page.path): built[layout.file(address_of(page.path))] for page in pages}


def _draft_faults(old: Contract) -> list[Finding]:
    """Refuse a draft once there was a release."""
    if old.draft:
        return []
    return [Finding(CONTRACT, 0, 0, "there was a release, so this only grows", "leave out --draft")]


def _publisher_faults(project: Path) -> list[Finding]:
    """Refuse a release at a reserved address, or one that nobody can be asked about."""
    node = yaml.compose((project / "mkdocs.yml").read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    lines, values = {}, {}
    for key, value in _scalars(node):
        lines[key], values[key] = value.start_mark.line + 1, value.value
    findings = []
    host = urlsplit(values.get("site_url", "")).hostname or ""
    if not host or host.endswith(RESERVED):
        what = f"the address '{values.get('site_url', '')}' is reserved, and nobody can publish there"
        findings.append(Finding("mkdocs.yml", lines.get("site_url", 0), 0, what, "set `site_url` to the site's own"))
    if not values.get("contact"):
        mend = "set `contact`, so that a reader can say that a link is broken"
        findings.append(Finding("mkdocs.yml", lines.get("contact", 0), 0, "no `contact`", mend))
    return findings


def _scalars(node: yaml.Node | None) -> list[tuple[str, yaml.ScalarNode]]:
    """List the plain values of a configuration with their keys, at any depth; the first of a name counts last."""
    if not isinstance(node, yaml.MappingNode):
        return []
    found: list[tuple[str, yaml.ScalarNode]] = []
    for key, value in reversed(node.value):
        if isinstance(value, yaml.ScalarNode):
            found.append((str(key.value), value))
        else:
            found += _scalars(value)
    return found


def _overdue(project: Path, pages: list[Page]) -> list[Finding]:
    """Name the pages that are past the day by which they were to be checked again."""
    today = now(project, pages)
    mend = "check it and write the day, or release with --known"
    return [
        Finding(f"docs/{page.path}", 0, 0, f"was to be checked again by {page.recheck_by}", mend)
        for page in pages
        if page.overdue(today)
    ]
