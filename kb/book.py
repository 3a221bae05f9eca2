"""A site folder comes in; its pages with their addresses, titles, ids and links go out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import join, normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lxml import etree, html

from kb.harmless import active, addresses, plain, scheme, stray

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Ids that no writer gave: of marks, notes, lists of references, and Material's own.
PASSING = re.compile(r"__|cite-\d|ref-|fn(ref\d*)?:|kb-|no-longer-here$")


@dataclass(frozen=True)
class Link:
    """One address that a page points at: the element it stands in, the address as written, and its `rel`."""

    tag: str
    href: str
    rel: str = ""


@dataclass(frozen=True)
class BookPage:
    """One built page: its file relative to the site folder, title, ids in order of appearance, and links.

    `sections` are the ids that a reader may link to and that a release promises; not those of marks, notes and menus.
    `active` is what in it could run or style the page, each with words to find it by.
    """

    file: str
    title: str
    ids: tuple[str, ...]
    sections: tuple[str, ...]
    links: tuple[Link, ...]
    active: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Book:
    """A built site: its pages, and every file it holds (paths relative to `root`, with forward slashes)."""

    root: Path
    pages: tuple[BookPage, ...]
    files: frozenset[str]

    def page(self, file: str) -> BookPage | None:
        """Give the page that `file` holds."""
        return next((page for page in self.pages if page.file == file), None)

    def resolve(self, page: BookPage, href: str, base: str = "/") -> tuple[str, str] | None:
        """Give (file, fragment) that `href` on `page` leads to within the site, or None when it leaves the site.

        `base` is the path that the site is published under; an address that starts with it counts as the site's own.
        A folder's address leads to its index.html. The file need not exist (RFC 3986, 5.2: a reference is resolved
        against the page's own address).
        """
        try:
            parts = urlsplit(plain(href))
        except ValueError:  # square brackets without an IPv6 number in them
            return None
        if scheme(href) or parts.netloc:
            return None
        path = unquote(parts.path)
        if not path:
            return page.file, unquote(parts.fragment)
        if path.startswith("/"):
            target = path.removeprefix(base.rstrip("/")).lstrip("/")
        else:
            target = normpath(join(page.file.rpartition("/")[0], path))
        target = "" if target == "." else target
        if path.endswith(("/", "/.", "/..")) or path in {".", ".."} or not target:
            target = join(target, "index.html")
        return target, unquote(parts.fragment)


def read_book(root: Path) -> Book:
    """Read the site folder `root`."""
    files = frozenset(file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file())
    pages = tuple(read_page(root, file) for file in sorted(files) if file.endswith(".html"))
    return Book(root, pages, files)


def read_page(root: Path, file: str) -> BookPage:
    """Read one built page, `file` below the folder `root`."""
    data = (root / file).read_bytes()
    try:
        tree = html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:  # nothing is in it, or nothing but a comment
        return BookPage(file, "", (), (), ())
    ids, links = [], []
    found: list[tuple[str, str]] = []
    for element in tree.iter(etree.Element):
        if identifier := element.get("id"):
            ids.append(identifier)
        links += [Link(str(element.tag), href, element.get("rel") or "") for href in addresses(element)]
        found += (*active(element), *stray(element))
    title = tree.findtext(".//title") or ""
    return BookPage(file, title.strip(), tuple(ids), tuple(_sections(tree)), tuple(links), tuple(found))


def _sections(tree: html.HtmlElement) -> Iterator[str]:
    """Give the ids within a page's article that its writers gave, and those of works in the library."""
    for element in tree.iterfind(".//article//*[@id]"):
        identifier, parent = element.get("id", ""), element.getparent()
        listed = parent is not None and "kb-library" in parent.get("class", "").split()
        if not PASSING.match(identifier) or (listed and identifier.startswith("ref-")):
            yield identifier
