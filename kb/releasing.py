"""The project folder comes in; the link contract of its next release, or why there can be none yet, goes out.

Nothing is committed or tagged here: the maintainer does that, with the lines that are printed.
"""

from __future__ import annotations

import ipaddress
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import yaml

from kb.addresses import Layout, address_of
from kb.book import read_book
from kb.changelog import check_changelog, close_changelog
from kb.contract import FILE, check_contract, check_last_release, read_contract, renewed, write_contract
from kb.findings import Finding, read_text, report
from kb.pages import Page, now, read_pages
from kb.plain_yaml import DEEPEST
from kb.publish import build
from kb.redirects import read_moves

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from kb.book import Book
    from kb.contract import Contract

# RFC 2606: names that are nobody's, with all that end in a dot and one of them.
RESERVED = ("example", "test", "invalid", "localhost", "example.org", "example.com", "example.net")
UNTRUE = re.compile(
    r"(recovery\.example)|no\s+release\s+yet|has\s+been\s+no\s+release|no\s+named\s+publisher", re.IGNORECASE
)
WHO = {  # what the identity block must say, and why
    "publisher": "set `publisher` to who answers for the site, as readers are to see it",
    "contact": "set `contact`, so that a reader can say that a link is broken",
}
CONTRACT = f"docs/links/{FILE}"
TAG = (
    "Then commit it today, since the edition's number is the commit's day, and tag the commit: "
    "git add docs/links && git commit -am 'Release' && git tag v1.0 (or the next number)"
)


def release(
    project: Path, *, draft: bool, known: bool, editions: Callable[[Path], list[Finding]] = lambda _: []
) -> tuple[list[Finding], str]:
    """Write the contract and the changelog's day after a strict build; give what stands in the way, or what was done.

    A draft is refused once there was a release. A release is refused while nobody publishes the site, while a page
    says what it would make untrue, and, unless it is `known`, while one is past its day for being checked again;
    and while `editions`, which is given the built site, finds that one of them cannot be made.
    """
    file = project / CONTRACT
    text, unread = read_text(file, CONTRACT)
    old, findings = read_contract(text, CONTRACT)
    findings += unread
    pages = read_pages(project / "docs")[0]
    findings += _draft_faults(old) if draft else _publisher_faults(project)
    findings += [] if draft else check_changelog(project)
    findings += [] if draft or known else _overdue(project, pages)
    if findings:
        return findings, ""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        if build(project, site, fresh=draft):
            what = "the build failed, so nothing was written"
            return [Finding("mkdocs.yml", 0, 0, what, "mend what it said above, and release again")], ""
        if not draft and (findings := editions(site)):
            return findings, ""
        there = sections(read_book(site), pages)
    today = now(project, pages)
    new = renewed(old, there, {page.id: address_of(page.path) for page in pages}, today, draft=draft)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(write_contract(new), encoding="utf-8")
    if not draft:
        close_changelog(project, today)
    added = len(new.kept.keys() - old.kept.keys())
    told = f"{CONTRACT}: {len(new.kept):,} addresses, {added:,} of them new."
    return [], told if draft else f"{told}\n{TAG}"


def check_promises(project: Path) -> tuple[list[Finding], str]:
    """Check, without building, the files of redirects and the contract's lines against the last release's.

    What no build is needed for: their form, circles, and lines that are gone. Give also what was or was not compared.
    """
    _, findings = read_moves(project / "docs/links", "docs/links")
    text, unread = read_text(project / CONTRACT, CONTRACT)
    contract, more = read_contract(text, CONTRACT)
    more += unread
    gone, skipped = check_last_release(contract, project, CONTRACT, CONTRACT)
    said = f"the link contract was {skipped or 'compared with the last release'}"
    return findings + more + gone, said


def check_tree(project: Path, tree: Mapping[str, Collection[str]]) -> list[Finding]:
    """Check that every promised address leads somewhere in an edition: the website's files that it holds, with ids."""
    contract, findings = read_contract(read_text(project / CONTRACT, CONTRACT)[0], CONTRACT)
    moves, more = read_moves(project / "docs/links", "docs/links")
    ids = {page.id: address_of(page.path) for page in read_pages(project / "docs")[0]}
    return findings + more + check_contract(contract, tree, Layout(), moves, ids, CONTRACT)


def read_settings(config: Path) -> tuple[dict[str, tuple[str, int]], list[Finding]]:
    """Give each plain value of mkdocs.yml with its line, by its key at any depth; or why the file cannot be read.

    Tags for MkDocs' own use are passed over. Of two values with one key the first counts; one that says that there is
    none, such as `~`, is empty.
    """
    try:
        node = yaml.compose(config.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        return {}, [Finding(config.name, 0, 0, f"not UTF-8 text ({error.reason})", "save it as UTF-8")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, mend = mark.line + 1 if mark else 0, "compare it with the last commit's"
        return {}, [Finding(config.name, line, 0, "YAML that cannot be read", mend)]
    if not isinstance(node, yaml.MappingNode):
        return {}, [Finding(config.name, 0, 0, "not a list of settings", "compare it with the last commit's")]
    none = "tag:yaml.org,2002:null"
    return {
        key: ("" if value.tag == none else value.value, value.start_mark.line + 1) for key, value in _scalars(node)
    }, []


def identity(config: Path) -> tuple[str, str]:
    """Give the site's name and public address from mkdocs.yml; stop in words where they are not to be had."""
    settings, findings = read_settings(config)
    if not findings:
        missing = [key for key in ("site_name", "site_url") if key not in settings]
        findings = [Finding(config.name, 0, 0, f"no `{key}`", "compare it with the last commit's") for key in missing]
    if findings:
        raise SystemExit(report(findings))
    return settings["site_name"][0], settings["site_url"][0]


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
    """Refuse a release at no address of its own, by nobody who can be asked, or with pages that it makes untrue."""
    settings, findings = read_settings(project / "mkdocs.yml")
    if findings:
        return findings
    address, line = settings.get("site_url", ("", 0))
    mend = "set `site_url` to the address at which the site is published, such as https://peers.org.uk/"
    if not line:
        findings.append(Finding("mkdocs.yml", 0, 0, "no `site_url`", mend))
    elif why := _unfit(address):
        findings.append(Finding("mkdocs.yml", line, 0, f"the address '{address}' {why}", mend))
    else:
        findings += _untrue(project, address)
    for key, mend in WHO.items():
        value, line = settings.get(key, ("", 0))
        if not value.strip():
            findings.append(Finding("mkdocs.yml", line, 0, f"no `{key}`", mend))
    return findings


def _unfit(address: str) -> str:
    """Say why nobody can publish a site at an address; "" when somebody can."""
    try:
        parts = urlsplit(address)
    except ValueError:  # square brackets without an IPv6 number in them
        parts = urlsplit("")
    host = (parts.hostname or "").rstrip(".")  # a dot at the end says only that the name is whole
    if parts.scheme != "https" or not host:
        return "is no https:// address"
    if _is_number(host):
        return "is the number of a machine, which can change hands"
    if any(host == name or host.endswith(f".{name}") for name in RESERVED):
        return "is reserved, and nobody can publish there"
    return ""


def _is_number(host: str) -> bool:
    """Say whether a host is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _untrue(project: Path, address: str) -> list[Finding]:
    """Find what pages say that is true only before the first release, at the address that is a placeholder."""
    findings = []
    for file in sorted((project / "docs").rglob("*.md")):
        text = file.read_text(encoding="utf-8-sig", errors="replace")  # what is not UTF-8 is the build's to tell
        for match in UNTRUE.finditer(text):
            said = " ".join(match[0].split())  # a sentence may go on in the next line
            what, mend = f"it says '{said}', which a release makes untrue", "take the sentence out"
            if match[1]:
                what, mend = f"it says {said}, and the site is elsewhere now", f"write the address {address}"
            line = text.count("\n", 0, match.start()) + 1
            findings.append(Finding(file.relative_to(project).as_posix(), line, 0, what, mend))
    return findings


def _scalars(node: yaml.Node | None, seen: tuple[int, ...] = ()) -> list[tuple[str, yaml.ScalarNode]]:
    """List the plain values of a configuration with their keys, at any depth; the first of a name counts last."""
    if not isinstance(node, yaml.CollectionNode) or id(node) in seen or len(seen) > DEEPEST:
        return []
    inner, found = (*seen, id(node)), []
    for item in reversed(node.value):
        key, value = item if isinstance(node, yaml.MappingNode) else (None, item)
        if key is not None and isinstance(value, yaml.ScalarNode):
            found.append((str(key.value), value))
        else:
            found += _scalars(value, inner)
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
