"""The volume comes in; what an edition holds goes out as data, by which a later edition can say what has changed since.

A page is the same page while it has its address or its short id, and unchanged while its own words are the same:
dates of checking and the age of telephone numbers are no part of them.
"""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

from lxml import etree

from kb.editions.cleaning import classes, remove, words
from kb.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kb.editions.volume import Chapter, Volume

KEPT = "docs/links/editions"  # the manifests of published editions
PASSING = frozenset({"kb-age", "kb-trust", "kb-fill"})  # words that differ from edition to edition on their own


@dataclass(frozen=True)
class Held:
    """A page that an edition holds: its path, short link, title and section ids, and a hash of its words (SHA-256)."""

    path: str
    short: str
    title: str
    ids: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Manifest:
    """What one edition holds: whose it is, its number and day, and its pages in reading order."""

    name: str
    address: str
    number: str
    day: str
    pages: tuple[Held, ...]


@dataclass(frozen=True)
class Change:
    """What became of a page between two editions: "new", "changed", "moved" or "withdrawn", and its path and title."""

    what: str
    path: str
    title: str


def manifest_of(volume: Volume) -> Manifest:
    """Give the manifest of the edition that is made from a volume."""
    pages = tuple(
        Held(chapter.path, chapter.short, chapter.title, chapter.ids, _text(chapter)) for chapter in volume.chapters
    )
    return Manifest(volume.name, volume.address, volume.number, volume.day.isoformat(), pages)


def write_manifest(manifest: Manifest) -> str:
    """Write a manifest as JSON, the same text each time."""
    return json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n"


def read_manifest(text: str, name: str) -> tuple[Manifest | None, list[Finding]]:
    """Read a manifest; give None and a finding when the text is none. `name` is how findings call the file."""
    try:
        data = json.loads(text)
        pages = tuple(Held(**page | {"ids": tuple(page["ids"])}) for page in data.pop("pages"))
        date.fromisoformat(data["day"])
        return Manifest(**data, pages=pages), []
    except (ValueError, TypeError, KeyError, AttributeError):
        mend = "put back the file that `python3 dev.py editions` wrote for that edition"
        return None, [Finding(name, 0, 0, "not the manifest of an edition", mend)]


def read_manifests(project: Path) -> tuple[list[Manifest], list[Finding]]:
    """Read the manifests of the editions that were published before."""
    manifests, findings = [], []
    for file in sorted((project / KEPT).glob("*.json")):
        manifest, found = read_manifest(file.read_text(encoding="utf-8", errors="replace"), f"{KEPT}/{file.name}")
        manifests += [manifest] if manifest else []
        findings += found
    return manifests, findings


def keep_manifest(project: Path, file: Path) -> None:
    """Keep the manifest of an edition that is released, under its number, among those of earlier ones."""
    manifest, _ = read_manifest(file.read_text(encoding="utf-8"), file.name)
    if manifest:
        folder = project / KEPT
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{manifest.number}.json").write_text(write_manifest(manifest), encoding="utf-8", newline="\n")


def before(manifests: list[Manifest], number: str) -> list[Manifest]:
    """Leave out the edition itself: it may have been kept already."""
    return [manifest for manifest in manifests if manifest.number != number]


def changes(old: Manifest, new: Manifest) -> list[Change]:
    """Give what is new, changed, moved or withdrawn in `new` since `old`, in reading order, withdrawn pages last."""
    return [*_changes(old, new)]


def _changes(old: Manifest, new: Manifest) -> Iterator[Change]:
    """Compare page by page."""
    before = {page.path: page for page in old.pages}
    shorts = {page.short: page for page in old.pages if page.short}
    kept = set()
    for page in new.pages:
        was = before.get(page.path) or shorts.get(page.short)
        if was is None:
            yield Change("new", page.path, page.title)
            continue
        kept.add(was.path)
        if was.path != page.path:
            yield Change("moved", page.path, page.title)
        elif was.text != page.text:
            yield Change("changed", page.path, page.title)
    for page in old.pages:
        if page.path not in kept:
            yield Change("withdrawn", page.path, page.title)


def _text(chapter: Chapter) -> str:
    """Give the hash of a page's own words."""
    body = deepcopy(chapter.body)
    for element in [element for element in body.iter(etree.Element) if PASSING & classes(element)]:
        remove(element)
    return hashlib.sha256(words(body).encode()).hexdigest()
