"""A site folder built for reading from disk comes in; a ZIP that opens without internet goes out."""

from __future__ import annotations

import html
import zipfile
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from kb.pages import spoken

if TYPE_CHECKING:
    from datetime import date

    from kb.book import Book

# Addresses on the not-found page start at the site's root, which a disk does not have; the sitemap is for servers;
# the JSON index is held twice (search/search_index.js is the one that a page on disk can load); the card is shown
# by programs, which fetch it from its public address.
LEFT_OUT = frozenset({"404.html", "sitemap.xml", "sitemap.xml.gz", "search/search_index.json", "assets/card.png"})
START = "START-HERE.html"


@dataclass(frozen=True)
class Label:
    """What the archive says of itself: the knowledge base's name, its public address, and the edition's day."""

    name: str
    address: str
    day: date


def write_archive(book: Book, target: Path, label: Label) -> int:
    """Pack the book's files into the ZIP `target`, below one folder, and give the number of files.

    The same files give the same bytes on any day: sorted names, the edition's day as every file's date. A page
    START-HERE.html stands first, says how to unpack, and opens the home page.
    """
    folder = target.stem
    files = sorted(book.files - LEFT_OUT)
    with zipfile.ZipFile(target, "w") as archive:
        _add(archive, f"{folder}/{START}", _start(label).encode(), label.day)
        for file in files:
            _add(archive, f"{folder}/{file}", (book.root / file).read_bytes(), label.day)
    return len(files) + 1


def _add(archive: zipfile.ZipFile, name: str, content: bytes, day: date) -> None:
    """Add one file with a fixed date and plain permissions."""
    info = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, content)


def _start(label: Label) -> str:
    """Give the page that greets whoever opens the archive."""
    template = Template((Path(__file__).parent / "start-here.html").read_text(encoding="utf-8"))
    day = spoken(label.day)
    return template.substitute(name=html.escape(label.name), address=html.escape(label.address), day=day)
