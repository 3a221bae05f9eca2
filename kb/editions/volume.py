"""The built site comes in, read once; the volume that every edition is written from goes out, or what is broken in it.

A chapter's body holds links of two kinds only: `/framework/#what`, a place in the volume (`Volume.place` says which),
and addresses in full, which leave it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.editions.cleaning import SVG, classes, clean_article, has_numbers, number_ages, read_document, words
from kb.editions.lost import lost
from kb.editions.metadata import about, canonical, crumbs, reading_order, section_names
from kb.findings import Finding
from kb.pages import spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from lxml import etree

    from kb.book import Book

HEADINGS = ("h2", "h3")


@dataclass(frozen=True)
class Imprint:
    """What every edition says of itself: who, where, which day's pages, and under what licence."""

    name: str
    address: str
    language: str
    day: date
    number: str
    licence: str
    licence_url: str
    publisher: str


@dataclass(frozen=True)
class Note:
    """One entry of a page's list of references: its id, its number in the marks, and the `li`, which is in the body."""

    id: str
    label: str
    element: etree._Element


@dataclass(frozen=True)
class Chapter:
    """One page of the site, cleaned. Addresses: `address` is public; `path` is the same within the site, `/glossary/`.

    `trail` are the titles of the pages above it; `section` is the name of the part of the site; `short` is the public
    short link, or "". `ids` are those that a release promises, in order. `headings` are (level, id, words).
    """

    key: str
    file: str
    path: str
    address: str
    short: str
    title: str
    trail: tuple[str, ...]
    section: str
    summary: str
    description: str
    updated: str
    body: etree._Element
    notes: tuple[Note, ...]
    ids: tuple[str, ...]
    inner: tuple[str, ...]
    outgoing: tuple[str, ...]
    images: tuple[str, ...]
    headings: tuple[tuple[int, str, str], ...]

    @property
    def figures(self) -> tuple[etree._Element, ...]:
        """Give the drawings that have words, in order."""
        return tuple(svg for svg in self.body.iter(f"{{{SVG}}}svg") if svg.get("aria-hidden") != "true")


@dataclass(frozen=True)
class Other:
    """A page of the site that is no chapter: an old or short address. It leads to `to`, or "" if what it held is gone.

    `body` is what a reader finds there: where each section is now, or what went and why; cleaned as a chapter's is.
    """

    path: str
    file: str
    to: str
    title: str
    body: etree._Element
    inner: tuple[str, ...]


@dataclass(frozen=True)
class Volume(Imprint):
    """The whole site as chapters in reading order, with its old and short addresses; `root` is the built site."""

    root: Path
    chapters: tuple[Chapter, ...]
    others: tuple[Other, ...] = ()
    by_path: Mapping[str, Chapter] = field(default_factory=dict, repr=False)

    def find(self, file: str) -> Chapter | None:
        """Give the chapter that the built file `file` holds."""
        return next((chapter for chapter in self.chapters if chapter.file == file), None)

    def place(self, href: str) -> tuple[Chapter, str] | None:
        """Give the chapter and the id ("" for its start) that a link in a body leads to; None when it leaves."""
        path, _, section = href.partition("#")
        chapter = self.by_path.get(path) if href.startswith("/") else None
        return (chapter, section) if chapter else None

    def images(self) -> tuple[str, ...]:
        """Give the site's files that hold the pictures of its pages, sorted."""
        return tuple(sorted({file for chapter in self.chapters for file in chapter.images}))

    def outgoing(self) -> tuple[str, ...]:
        """Give every address on other sites that the volume links to, sorted."""
        return tuple(sorted({href for chapter in self.chapters for href in chapter.outgoing}))


def read_volume(book: Book, imprint: Imprint) -> tuple[Volume, list[Finding]]:
    """Read the built site of folders; give the volume, and a finding for each thing that is broken in it.

    Broken are: a link to no page or to no id, a picture without words, a page of the sitemap that has no article.
    """
    documents = {page.file: read_document((book.root / page.file).read_bytes()) for page in book.pages}
    leads = {file: canonical(document).removeprefix(imprint.address) for file, document in documents.items()}
    shorts = {"/" + to: imprint.address + _path(file)[1:] for file, to in leads.items() if file.startswith("p/")}
    site = _Site(book, imprint, section_names(documents.values()), shorts)
    findings: list[Finding] = []
    chapters: dict[str, Chapter] = {}
    for file in reading_order(book, documents, imprint.address):
        chapter, found = _chapter(site, file, documents[file])
        findings += found
        if chapter:
            chapters[chapter.path] = chapter
    listed = {chapter.file for chapter in chapters.values()}
    others = [_other(site, file, documents[file]) for file in sorted(documents.keys() - listed - {"404.html"})]
    left = tuple(other for other in others if other)
    volume = Volume(**vars(imprint), root=book.root, chapters=tuple(chapters.values()), others=left, by_path=chapters)
    return volume, findings + list(lost(volume))


def label(page: Chapter | Other, section: str = "") -> str:
    """Give the name of a place in a file that is one for all pages: its page's address with hyphens, and its id.

    A link can lead to it from outside: `book.pdf#nameddest=glossary:naloxone` (RFC 8118).
    """
    key = page.path.strip("/").replace("/", "-") or "home"
    return f"{key}:{section}"


def aged(day: date) -> str:
    """Say beside a telephone number how old the copy of it is."""
    return f"Copied on {spoken(day)}. Check this number again before you rely on it."


def colophon(volume: Volume, chapter: Chapter) -> tuple[str, ...]:
    """Give the lines that stand on each page of an edition: which edition, the public address, licence, numbers."""
    lines = [
        f"{volume.name}, edition {volume.number}: the pages as they stood on {spoken(volume.day)}.",
        f"This page on the web: {chapter.short or chapter.address}",
        f"Words: {volume.licence}, {volume.licence_url}",
    ]
    if has_numbers(chapter.body):
        lines.insert(
            1, f"Telephone numbers were copied on {spoken(volume.day)}. Check them again before you rely on them."
        )
    return tuple(lines)


@dataclass(frozen=True)
class _Site:
    """What is known of the whole site when one of its pages is read."""

    book: Book
    imprint: Imprint
    names: Mapping[str, str]
    shorts: Mapping[str, str]


def _path(file: str) -> str:
    """Give the address within the site of the page in a built file."""
    return "/" + file.removesuffix("index.html")


def _chapter(site: _Site, file: str, document: etree._Element) -> tuple[Chapter | None, list[Finding]]:
    """Make a chapter of one page; give also what is wrong with it."""
    path, page = _path(file), site.book.page(file)
    address = site.imprint.address + path[1:]
    said = about(document)
    trail = tuple(site.names.get(there, name) for name, there in crumbs(document) if there != address)
    article = clean_article(document, path, site.imprint.address, site.book.files)
    if article is None or page is None:
        return None, [Finding(file, 0, 0, "a page without an <article>", "see overrides/: editions are made from it")]
    number_ages(article.body, aged(site.imprint.day))
    chapter = Chapter(
        key=path.strip("/").replace("/", "-") or "home",
        file=file,
        path=path,
        address=address,
        short=site.shorts.get(path, ""),
        title=article.title,
        trail=trail,
        section=trail[1] if trail[1:] else site.names.get(address, article.title),
        summary=words(article.body.find(".//*[@class='kb-summary']")),
        description=str(said.get("description", "")),
        updated=str(said.get("dateModified", "")),
        body=article.body,
        notes=tuple(_notes(article.body)),
        ids=page.sections,
        inner=article.inner,
        outgoing=article.outgoing,
        images=article.images,
        headings=tuple((int(str(h.tag)[1]), h.get("id", ""), words(h)) for h in article.body.iter(*HEADINGS)),
    )
    mend = 'give it an alt text, or a <title>; a picture that only decorates has alt=""'
    found = [Finding(file, 0, 0, f"a picture without words: {what}", mend) for what in article.wordless]
    missing = [image for image in article.images if image not in site.book.files]
    found += [
        Finding(file, 0, 0, f"a picture that is not in the site: {image}", "mend its address") for image in missing
    ]
    return chapter, found


def _other(site: _Site, file: str, document: etree._Element) -> Other | None:
    """Read a page that only says where something is now."""
    public = canonical(document)
    article = clean_article(document, _path(file), site.imprint.address, site.book.files)
    to = "/" + public.removeprefix(site.imprint.address) if public else ""
    return Other(_path(file), file, to, article.title, article.body, article.inner) if article else None


def _notes(body: etree._Element) -> Iterator[Note]:
    """Give the works of a page's own list of references, not those of the library, which no mark points at."""
    for listing in body.iter("ol"):
        if "kb-references" in classes(listing):
            yield from (Note(item.get("id", ""), str(n), item) for n, item in enumerate(listing.iter("li"), 1))
