"""Pages, the library and the built book come in; findings go out: every rule that a writer must keep stands here."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kb.addresses import address_of, outputs
from kb.advice import advice, complaints, from_memory
from kb.citations import scan
from kb.commands import check_commands, without_code
from kb.crisis import read_crisis
from kb.evidence import check_evidence
from kb.findings import Finding
from kb.harmless import outside
from kb.headings import written_headings
from kb.helplines import read_helplines
from kb.library import read_library, unknown_key
from kb.matrix import check_cells
from kb.outgoing import check_library, check_outgoing, read_outgoing, used
from kb.pages import now, read_pages
from kb.permanent import free_id
from kb.retired import ADDRESS
from kb.schema import PAPERS
from kb.sharing import check_messages
from kb.terms import check_anchors, check_language, read_terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kb.book import Book, BookPage
    from kb.helplines import Helpline
    from kb.library import Entry
    from kb.pages import Page

CITATION_GROUP = re.compile(r"\[(@[^\]\s][^\]]*)\]")
CITATION_KEY = re.compile(r"@([A-Za-z0-9][\w:./+-]*)")
INLINE_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
LINK_TARGET = re.compile(r"\]\([^)]*\)|https?://\S+")
# A telephone number: five digits or more with spaces or hyphens between, or a UK or US short code after "call"/"text".
PHONE = re.compile(
    r"(?<![\w/.-])\+?\(?\d[\d()]*(?:[ -]\(?\d[\d()]*)+(?![\w/])|\b(?:call|ring|text|dial) (\d{3,6})\b(?![ -]\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sources:
    """All that writers wrote, read once, and everything that is wrong with it."""

    pages: list[Page]
    library: dict[str, Entry]
    helplines: list[Helpline]
    findings: list[Finding]


def read_sources(
    docs: Path, library: str, helplines: str, links: str = "links/outgoing.yml", address: str = ""
) -> Sources:
    """Read the folder `docs`, the .bib file and the data files (paths relative to it), and check them.

    `address` is the site's public one, which the messages that readers send hold.
    """
    pages, findings = read_pages(docs)
    unread = {finding.path.removeprefix(f"{docs.name}/") for finding in findings}
    entries: dict[str, Entry] = {}
    wrong_entries: list[Finding] = []
    if (docs / library).is_file():  # a site may do without one
        entries, wrong_entries = read_library(docs / library, f"{docs.name}/{library}", verified=True)
    numbers, wrong_numbers = read_helplines(docs / helplines, f"{docs.name}/{helplines}")
    records, wrong_records = read_outgoing(docs / links, f"{docs.name}/{links}")
    findings += wrong_entries + wrong_numbers + wrong_records + advice(entries, now(docs.parent, pages).year)
    findings += check_pages(pages, docs.name, unread)
    findings += check_citations(pages, entries, docs.name) + check_numbers(pages, numbers, docs.name)
    findings += check_outgoing(records, used(pages, entries, docs, library, helplines), f"{docs.name}/{links}")
    findings += check_library(records, entries, f"{docs.name}/{library}", f"{docs.name}/{links}")
    findings += check_messages(pages, address, numbers, docs.name) + check_evidence(pages, docs.name)
    findings += [finding for page in pages for finding in check_cells(page, f"{docs.name}/{page.path}")]
    terms, wrong_terms = read_terms(docs / "terms.yml", f"{docs.name}/terms.yml")
    findings += wrong_terms + check_anchors(terms, pages, f"{docs.name}/terms.yml")
    findings += read_crisis(docs / "crisis.yml", f"{docs.name}/crisis.yml")[1]
    findings += check_language(pages, terms, docs.name)
    return Sources(pages, entries, numbers, findings)


def check_pages(pages: list[Page], docs: str = "docs", unread: Iterable[str] = ()) -> list[Finding]:
    """Check what writers wrote, page by page: headings, and the pages that a page calls related.

    `unread` are the paths of pages that exist but could not be read: another page may call them related.
    """
    paths = {page.path for page in pages}.union(unread)
    findings: list[Finding] = []
    first: dict[str, Page] = {}
    for page in pages:
        name = f"{docs}/{page.path}"
        findings += written_headings(page, name)
        if not ADDRESS.fullmatch(address_of(page.path)):
            mend = "name files and folders with letters, figures and hyphens"
            findings.append(Finding(name, 0, 0, f"{address_of(page.path)} is no address that can be kept", mend))
        if page.id in first:
            what = f"the id '{page.id}' already belongs to {docs}/{first[page.id].path}"
            mend = f"write `id: {free_id(page.path, {other.id for other in pages})}` in the newer of the two"
            findings.append(Finding(name, _line_of_field(page, f"id: {page.id}"), 0, what, mend))
        first.setdefault(page.id, page)
        findings += _lost_sections(page, name)
        for related in page.related:
            if related not in paths:
                close = difflib.get_close_matches(related, paths, 1)
                mend = f"did you mean '{close[0]}'?" if close else "give a path from docs/, such as help-now.md"
                findings.append(
                    Finding(name, _line_of_field(page, related), 0, f"no page '{related}' to relate to", mend)
                )
    return findings


def _lost_sections(page: Page, name: str) -> list[Finding]:
    """Check that each section that a page puts on its handout is one of its sections."""
    there = [heading.anchor for heading in page.headings() if heading.anchor]
    known = {*there, *(f"{anchor}/{paper}" for anchor in there for paper in PAPERS)}
    mend = (
        f"use ids of the page's own headings: {', '.join(there) or 'it has none'}; with /a4 or /us-letter for one paper"
    )
    return [
        Finding(name, _line_of_field(page, "handout:"), 0, f"no section '{section}' for the handout", mend)
        for section in page.handout
        if section not in known
    ]


def check_citations(pages: list[Page], library: dict[str, Entry], docs: str = "docs") -> list[Finding]:
    """Check every key that a page cites: it is in the library, and no work known only from memory; and its lists."""
    findings = []
    remembered = {key for key, entry in library.items() if from_memory(entry)}
    for page in pages:
        if remembered:
            cited = remembered & scan(without_code(page.text))[0].keys()
            findings += complaints(f"{docs}/{page.path}", page.text, (), sorted(cited), library)
        findings += check_commands(page.text, f"{docs}/{page.path}")
        for line, column, key in citations(page):
            if key not in library:
                findings.append(Finding(f"{docs}/{page.path}", line, column, *unknown_key(key, library)))
    return findings


def check_numbers(pages: list[Page], helplines: list[Helpline], docs: str = "docs") -> list[Finding]:
    """Check that every telephone number in a page's text comes from the one data file."""
    known = {number for helpline in helplines for number in helpline.numbers}
    findings = []
    for page in pages:
        for line, text in page.lines():
            for match in PHONE.finditer(LINK_TARGET.sub(_blank, INLINE_CODE.sub(_blank, text))):
                digits = re.sub(r"\D", "", match[1] or match[0])
                if match[1] or len(digits) >= 9:  # noqa: PLR2004 - shorter runs are years, pages and sums
                    if digits in known or digits.removeprefix("44") in known:
                        continue
                    what = f"the number {match[1] or match[0]} is not in docs/helplines.yml"
                    mend = "link to help-now.md instead, or add the service there with where it was seen"
                    column = match.start(match.lastindex or 0) + 1
                    findings.append(Finding(f"{docs}/{page.path}", line, column, what, mend))
    return findings


def check_book(book: Book, pages: list[Page], docs: str = "docs", base: str = "/") -> list[Finding]:
    """Check the built site: every inner link and anchor resolves, ids are unique, nothing comes from another host."""
    sources = {output: page for page in pages for output in outputs(page.path)}
    ids = {page.file: frozenset(page.ids) for page in book.pages}
    findings = []
    for page in book.pages:
        source = sources.get(page.file)
        for what, mend, words in _book_faults(book, page, ids, base):
            name = f"{docs}/{source.path}" if source else f"site/{page.file}"
            line = _line_of(source, words) if source else 0
            findings.append(Finding(name, line, 0, what, mend))
    return findings


def citations(page: Page) -> Iterator[tuple[int, int, str]]:
    """Give (line, column, key) for each key in a page's citation groups, code left out."""
    for line, text in page.lines():
        for group in CITATION_GROUP.finditer(INLINE_CODE.sub(_blank, text)):
            for key in CITATION_KEY.finditer(group[1]):
                yield line, group.start(1) + key.start() + 1, key[1]


def _book_faults(
    book: Book, page: BookPage, ids: dict[str, frozenset[str]], base: str
) -> Iterator[tuple[str, str, str]]:
    """Give (what, how to mend it, words to look for in the source) for each fault of one built page."""
    for identifier in {item for item in page.ids if page.ids.count(item) > 1}:
        yield f"the id '{identifier}' stands twice on the page", "give one another id", f"#{identifier}"
    own = next((link.href for link in page.links if link.rel == "canonical"), "")
    own = own[: -len(urlsplit(own).path)] if own else ""
    for what, words in page.active:
        mend = "take it out; looks and behaviour are files in overrides/assets/, as the policy allows nothing else"
        yield f"{what}, which no page may hold", mend, words
    for link in page.links:
        target = book.resolve(page, link.href, base)
        if target is None:
            if not (own and link.tag in {"a", "link"} and f"{link.href}/".startswith(f"{own}/")):
                yield from outside(link.tag, link.href, link.rel)
            continue
        file, fragment = target
        if file not in book.files:
            yield f"a link to '{link.href}', which does not exist", "mend the path or take the link out", link.href
        elif fragment and file in ids and fragment not in ids[file]:
            close = difflib.get_close_matches(fragment, ids[file], 1)
            mend = f"did you mean '#{close[0]}'?" if close else "give the heading that id, or mend the link"
            yield f"a link to '#{fragment}', which {file} does not have", mend, f"#{fragment}"


def _line_of(page: Page, words: str) -> int:
    """Give the first line of the page's body that holds `words`, else of the whole file, or 0."""
    lines = page.text.splitlines()
    tail = words.rpartition("/")[2] or words
    for needle in (words, tail):
        for first in (page.line, 1):
            for number, line in enumerate(lines[first - 1 :], first):
                if needle and needle in line:
                    return number
    return 0


def _line_of_field(page: Page, words: str) -> int:
    """Give the line of the page's front matter that holds `words`, or 0."""
    lines = page.text.splitlines()[: page.line - 1]
    return next((number for number, line in enumerate(lines, 1) if words in line), 0)


def _blank(match: re.Match[str]) -> str:
    """Replace a match by as many spaces, so that columns stay right."""
    return " " * len(match[0])
