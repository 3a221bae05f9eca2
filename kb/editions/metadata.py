"""A built page's tree comes in; what its head says of it goes out: address, next page, the way down to it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml import etree

    from kb.book import Book

LOCATION = re.compile(r"<loc>([^<]+)</loc>")


def canonical(document: etree._Element) -> str:
    """Give the public address that a page names as its own (RFC 6596), or ""."""
    return next((link.get("href", "") for link in document.iter("link") if link.get("rel") == "canonical"), "")


def about(document: etree._Element) -> dict[str, Any]:
    """Give what a page says of itself as a schema.org Article; nothing when it says nothing."""
    return next((item for item in _json_ld(document) if item.get("@type") == "Article"), {})


def crumbs(document: etree._Element) -> list[tuple[str, str]]:
    """Give the name and public address of each page on the way down to this one, itself included."""
    found = (item for item in _json_ld(document) if item.get("@type") == "BreadcrumbList")
    steps = next(found, {}).get("itemListElement", [])
    return [(str(step.get("name", "")), str(step.get("item", ""))) for step in steps]


def section_names(documents: Iterable[etree._Element]) -> dict[str, str]:
    """Give the menu's name of each page that has others below it, by its public address."""
    return {address: name for document in documents for name, address in crumbs(document)[:-1]}


def reading_order(book: Book, documents: Mapping[str, etree._Element], address: str) -> list[str]:
    """Give the files of the site's pages: from the home page by each one's next, then what else the sitemap holds."""
    order: dict[str, None] = {}
    file = "index.html"
    while file in documents and file not in order:
        order[file] = None
        file = _next(documents[file], file)
    sitemap = book.root / "sitemap.xml"
    listed = LOCATION.findall(sitemap.read_text(encoding="utf-8")) if sitemap.is_file() else []
    for location in listed:
        order.setdefault(location.removeprefix(address) + "index.html")
    return [file for file in order if file in documents]


def _next(document: etree._Element, file: str) -> str:
    """Give the file of the page that comes after, or ""."""
    for link in document.iter("link", "a"):
        if link.get("rel") == "next" or "kb-footer__next" in (link.get("class") or "").split():
            path = urljoin("/" + file, link.get("href") or "").lstrip("/")
            return path + "index.html" if path.endswith("/") or not path else path
    return ""


def _json_ld(document: etree._Element) -> list[dict[str, Any]]:
    """Read the JSON-LD in a page's head."""
    scripts = (script for script in document.iter("script") if script.get("type") == "application/ld+json")
    read = [json.loads(script.text or "{}") for script in scripts]
    return [item for item in read if isinstance(item, dict)]
