"""A page's path comes in; its address, the file that holds it, and links between addresses go out.

An address is a page's place on the site for ever, `/framework/social-support/`, and with `#id` a section's. It is the
same on the website and in every edition; only the file that it leads to differs.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def outputs(path: str) -> tuple[str, str]:
    """Give the files that a docs path may be built into: with directory addresses, and flat for reading from disk."""
    stem = path.removesuffix(".md")
    folder = stem if stem.rpartition("/")[2] != "index" else stem.rpartition("/")[0]
    return f"{folder}/index.html".lstrip("/"), f"{stem}.html"


def address_of(path: str) -> str:
    """Give the address of the page at a docs path: `/about/links/` for `about/links.md`, `/` for the home page."""
    return "/" + outputs(path)[0].removesuffix("index.html")


def relative(url: str, page: str) -> str:
    """Give the site address `url` as a link on the page whose site address is `page` (RFC 3986, 4.2)."""
    path, mark, fragment = url.partition("#")
    there = posixpath.relpath("/" + path, posixpath.dirname("/" + page) or "/")
    folder = "/" if (path.endswith("/") or not path) and not there.endswith("/") else ""
    return f"{there}{folder}{mark}{fragment}"


@dataclass(frozen=True)
class Layout:
    """How a built tree holds addresses: a folder for each page, as websites do, or flat files, as disks need them.

    `flat` are the files of pages that are there, by address, in a flat tree; it is empty in one of folders.
    """

    flat: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Iterable[str], *, folders: bool) -> Layout:
        """Give the layout of a tree built from docs paths."""
        return cls({} if folders else {address_of(path): outputs(path)[1] for path in paths})

    def file(self, address: str) -> str:
        """Give the file that holds an address, whether or not a page is there."""
        page = address.partition("#")[0]
        if not self.flat:
            return page.lstrip("/") + "index.html"
        return self.flat.get(page) or (page.strip("/") or "index") + ".html"

    def link(self, address: str, here: str) -> str:
        """Give a relative link to an address from the page at the address `here`."""
        page, mark, section = address.partition("#")
        there = self.file(page) if self.flat else page.lstrip("/")
        return relative(f"{there}{mark}{section}", self.file(here) if self.flat else here.lstrip("/"))
