"""A built page and some HTML come in; the page goes out with the HTML in the place that its writer left for it.

A writer leaves a place as `<div class="kb-fill" id="copies">…</div>`; what stands in it is for a site of which no
editions were made. It holds no other <div>.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.addresses import relative
from kb.editions.manifest import changes
from kb.pages import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kb.editions.manifest import Manifest
    from kb.editions.volume import Imprint

PLACE = r'(<div\b[^>]*\bid="{}"[^>]*>)(.*?)(</div>)'
WORDS = {
    "new": "New",
    "changed": "Changed",
    "moved": "Moved to another address",
    "withdrawn": "Withdrawn",
}
OFFLINE, CHANGES = "about/offline/index.html", "about/changes/index.html"
COPIES, SINCE, KEEP = "copies", "since-your-copy", "__keep"


PURPOSES = {
    ".zip": "For a computer or an inside network: the site as a folder",
    ".html": "For a phone: everything in one file",
    ".epub": "For an e-reader",
    ".zim": "For Kiwix",
    ".pdf": "To print on A4",
    "-us-letter.pdf": "To print on US Letter",
    "-handouts.zip": "Handouts, one sheet each, to print",
    "-facility-pack.zip": "For a prison, hospital or hostel: all of these, with a letter",
}
MILLION = 1_000_000


@dataclass(frozen=True)
class Copy:
    """A file that readers can take: its name, how many bytes it has, and its SHA-256 checksum."""

    name: str
    count: int
    sha256: str


def fill(file: Path, places: Mapping[str, str]) -> None:
    """Put HTML into the places of a built page, by their ids; a page or place that is not there is left alone.

    The page is replaced whole, so that a reader never gets half of one.
    """
    if not file.is_file():
        return
    text = file.read_text(encoding="utf-8")
    for identifier, content in places.items():
        if place := re.search(PLACE.format(re.escape(identifier)), text, re.DOTALL):
            text = text[: place.start(2)] + content + text[place.end(2) :]
    new = file.with_name(file.name + ".new")
    new.write_text(text, encoding="utf-8", newline="\n")
    new.replace(file)


def own_edition(imprint: Imprint) -> str:
    """Say inside an edition which one it is, and where a newer one would be."""
    address = html.escape(imprint.address + "about/offline/")
    return (
        f"<p>You are reading edition {imprint.number} of {html.escape(imprint.name)}: the pages as they stood on "
        f'{spoken(imprint.day)}. Newer copies, when there are any, are at <a href="{address}">{address}</a>.</p>'
    )


def own_places(imprint: Imprint) -> dict[str, str]:
    """Give what stands inside an edition where the website offers copies, and offers to keep its own pages."""
    address = html.escape(imprint.address + "about/offline/")
    web = f'<p>That is done on the website, at <a href="{address}">{address}</a>. This copy works without it.</p>'
    return {COPIES: own_edition(imprint), KEEP: web}


def since(old: list[Manifest], new: Manifest, page: str) -> str:
    """Say what has changed since each older edition, newest first; `page` is the address of the page it stands on."""
    there = {held.path for held in new.pages}
    parts = []
    for manifest in sorted(old, key=lambda manifest: manifest.number, reverse=True):
        found = changes(manifest, new)
        rows = [
            f"<li>{WORDS[change.what]}: {_title(change.title, change.path if change.path in there else '', page)}</li>"
            for change in found
        ]
        body = f"<ul>{''.join(rows)}</ul>" if rows else "<p>Nothing has changed since then.</p>"
        parts.append(f"<details><summary>Since edition {html.escape(manifest.number)}</summary>{body}</details>")
    if not parts:
        return f"<p>Edition {html.escape(new.number)} is the first that we can compare with.</p>"
    return (
        f"<p>Find the number of your copy, which each of its pages shows. This is edition {new.number}.</p>"
        + "".join(parts)
    )


def offered(copies: list[Copy], number: str, folder: str) -> str:
    """Offer the copies that were packed, by what they are for; `folder` is where they are, seen from the page."""
    rows, checks = [], []
    for ending, purpose in PURPOSES.items():
        for copy in [copy for copy in copies if _ending(copy.name) == ending]:
            kind = copy.name.rpartition(".")[2].upper()
            rows.append(f'<li><a href="{folder}{copy.name}" download>{purpose}</a> ({kind}, {size(copy.count)})</li>')
            checks.append(f"<li>{copy.name}<br><code>{copy.sha256}</code></li>")
    return (
        f"<p>These are of edition {number}.</p><ul>{''.join(rows)}</ul>"
        f"<details><summary>Checksums (SHA-256)</summary><ul>{''.join(checks)}</ul></details>"
    )


def size(count: int) -> str:
    """Write a number of bytes as people say it: 1.3 MB."""
    return f"{count / MILLION:.1f} MB" if count >= MILLION else f"{max(count // 1000, 1)} kB"


def purpose(name: str) -> str:
    """Say what an edition's file is for; "" for a file that is none."""
    return PURPOSES.get(_ending(name), "")


def by_purpose(files: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    """Sort files as PURPOSES does, others last."""
    order = [*PURPOSES, ""]
    return sorted(files.items(), key=lambda held: order.index(_ending(held[0])))


def _ending(name: str) -> str:
    """Give the ending of PURPOSES that a file's name has."""
    return max((ending for ending in PURPOSES if name.endswith(ending)), key=len, default="")


def _title(title: str, path: str, page: str) -> str:
    """Write a page's title, as a link while there is such a page."""
    words = html.escape(title)
    return f'<a href="{html.escape(relative(path[1:], page[1:]))}">{words}</a>' if path else words
