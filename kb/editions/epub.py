"""The volume comes in; an EPUB 3 for e-readers and phones goes out, each page's ids as they are on the web."""

from __future__ import annotations

import html
import mimetypes
import uuid
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from lxml import etree

from kb.addresses import relative
from kb.editions.cleaning import SVG, classes
from kb.editions.leaf import Form, between, leaf, outline, rewritten, without_texting
from kb.editions.packing import write_zip
from kb.pages import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kb.editions.leaf import Branch
    from kb.editions.volume import Chapter, Volume

HERE = Path(__file__).parent
XHTML, OPS = "http://www.w3.org/1999/xhtml", "http://www.idpf.org/2007/ops"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAMESPACES: dict[str, str] = {None: XHTML, "epub": OPS}  # type: ignore[dict-item] # - lxml's stubs forget the default one
TYPE = f"{{{OPS}}}type"
CONTAINER = """\
<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>
"""
MIMETYPE = ("mimetype", b"application/epub+zip")
ADDRESSES = "addresses.xhtml"


class Page(NamedTuple):
    """One file of the book: its title, and what its body holds."""

    title: str
    parts: list[etree._Element]


def write_epub(volume: Volume, target: Path, cover: bytes) -> None:
    """Write the volume as an EPUB 3.3 (W3C) with contents, notes and accessibility metadata; `cover` is a PNG."""
    pages = {_file(chapter.path): _page(volume, chapter) for chapter in volume.chapters}
    pages |= {"cover.xhtml": _cover(volume), "nav.xhtml": _nav(volume), ADDRESSES: _addresses(volume)}
    files = {name: _document(volume, name, page) for name, page in pages.items()}
    files |= {name: (volume.root / name).read_bytes() for name in volume.images()}
    files |= {"cover.png": cover, "style.css": (HERE / "epub.css").read_bytes()}
    files["package.opf"] = _package(volume, pages, sorted(files)).encode()
    entries = [(f"EPUB/{name}", content) for name, content in sorted(files.items())]
    write_zip(target, [MIMETYPE, ("META-INF/container.xml", CONTAINER.encode()), *entries], volume.day, MIMETYPE[0])


def _file(path: str) -> str:
    """Give the file, below EPUB/, of the page at an address: `/glossary/` is in `glossary/index.xhtml`."""
    return f"{path[1:]}index.xhtml" if path.endswith("/") else path[1:]


def _form(before: str = "") -> Form:
    """Write links between the book's files; ids stay as they are, after the old address that they belong to."""
    return Form(
        link=lambda page, path, section: between(_file(page), _file(path), section),
        ident=lambda _, identifier: before + identifier,
        image=lambda page, file: relative(file, _file(page)),
    )


def _page(volume: Volume, chapter: Chapter) -> Page:
    """Give a page's title and body, its references as notes that a reader's device can show in place."""
    body = without_texting(leaf(volume, chapter, _form()))
    for link in body.iter("a"):
        if "kb-cite" in classes(link):
            link.set(TYPE, "noteref")
            link.set("role", "doc-noteref")
    for listing in list(body.iter("ol")):
        if "kb-references" in classes(listing):
            _as_notes(listing)
    for image in body.iter("img"):
        image.set("alt", image.get("alt") or "")
    return Page(chapter.title, [_trail(chapter), body])


def _as_notes(listing: etree._Element) -> None:
    """Make a list of references into the notes that the marks of its page lead to (EPUB SSV 1.1; DPUB-ARIA 1.1)."""
    section = etree.Element("section", {TYPE: "endnotes", "role": "doc-endnotes"})
    parent = listing.getparent()
    if parent is None:
        return
    parent.replace(listing, section)
    section.tail, listing.tail = listing.tail, None
    section.append(listing)
    for note in listing.iterfind("li"):
        note.set(TYPE, "endnote")
    for link in listing.iterfind("li/span[@class='kb-reference__back']/a"):
        link.set("role", "doc-backlink")


def _trail(chapter: Chapter) -> etree._Element:
    """Give the line that says where on the site a page stands."""
    trail = etree.Element("p", {"class": "trail"})
    trail.text = " / ".join(chapter.trail)
    return trail


def _cover(volume: Volume) -> Page:
    """Give the page that shows the cover."""
    section = etree.Element("section", {TYPE: "cover", "class": "cover"})
    alt = f"Cover: {volume.name}. Edition {volume.number}, {volume.licence}."
    etree.SubElement(section, "img", {"src": "cover.png", "alt": alt, "role": "doc-cover"})
    return Page(volume.name, [section])


def _nav(volume: Volume) -> Page:
    """Give the table of contents, which is also a page of the book."""
    nav = etree.Element("nav", {TYPE: "toc", "role": "doc-toc", "id": "toc"})
    etree.SubElement(nav, "h1").text = "Contents"
    listing = _branches(nav, outline(volume))
    _entry(listing, ADDRESSES, "Short and old addresses")
    return Page("Contents", [nav])


def _branches(parent: etree._Element, branches: tuple[Branch, ...]) -> etree._Element:
    """Write part of the table of contents below an element."""
    listing = etree.SubElement(parent, "ol")
    for branch in branches:
        item = _entry(listing, _file(branch.chapter.path), branch.chapter.title)
        if branch.below:
            _branches(item, branch.below)
    return listing


def _entry(listing: etree._Element, href: str, title: str) -> etree._Element:
    """Write one line of a list that leads somewhere."""
    item = etree.SubElement(listing, "li")
    etree.SubElement(item, "a", {"href": href}).text = title
    return item


def _addresses(volume: Volume) -> Page:
    """Give the page of short and old addresses, so that one on paper can be looked up in the book too."""
    section = etree.Element("section")
    etree.SubElement(section, "h1").text = "Short and old addresses"
    listing = etree.SubElement(section, "ul")
    for other in volume.others:
        place = volume.place(other.to)
        if other.path.startswith("/p/") and place:
            item = _entry(listing, _file(place[0].path), place[0].title)
        else:
            item = etree.SubElement(listing, "li")
            body = rewritten(volume, f"/{ADDRESSES}", other.body, _form(other.path))
            body.tag = "div"
            item.append(body)
        item.set("id", other.path)
        item.text = volume.address + other.path[1:] + " "
    return Page("Short and old addresses", [section])


def _document(volume: Volume, name: str, page: Page) -> bytes:
    """Write one file of the book as XHTML."""
    root = etree.Element("html")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = page.title
    etree.SubElement(head, "link", {"rel": "stylesheet", "href": relative("style.css", name)})
    etree.SubElement(root, "body").extend(page.parts)
    for element in root.iter(etree.Element):
        if not str(element.tag).startswith("{"):
            element.tag = f"{{{XHTML}}}{element.tag}"
    whole = etree.Element(f"{{{XHTML}}}html", nsmap=NAMESPACES)
    whole.attrib.update({LANG: volume.language, "lang": volume.language})
    whole.extend(list(root))
    etree.cleanup_namespaces(whole, keep_ns_prefixes=["epub"])
    return bytes(etree.tostring(whole, encoding="utf-8", xml_declaration=True, doctype="<!DOCTYPE html>"))


def _package(volume: Volume, pages: Mapping[str, Page], files: list[str]) -> str:
    """Write the package document: what the book is, its files, and the order in which they are read."""
    ids = {name: f"f{number}" for number, name in enumerate(files)}
    manifest = [
        f'<item id="{ids[name]}" href="{quote(name)}" media-type="{_kind(name)}"{_properties(name, pages)}/>'
        for name in files
    ]
    order = ["cover.xhtml", "nav.xhtml", *(_file(chapter.path) for chapter in volume.chapters), ADDRESSES]
    values = vars(volume) | {
        "lang": volume.language,
        "identifier": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, volume.address)}",
        "publisher": volume.publisher or volume.name,
        "day": volume.day.isoformat(),
        "spoken": spoken(volume.day),
        "manifest": "\n".join(manifest),
        "spine": "\n".join(f'<itemref idref="{ids[name]}"/>' for name in order),
    }
    plain = {key: value if key in {"manifest", "spine"} else html.escape(str(value)) for key, value in values.items()}
    return Template((HERE / "epub.opf").read_text(encoding="utf-8")).substitute(plain)


def _kind(name: str) -> str:
    """Give a file's media type."""
    return "application/xhtml+xml" if name.endswith(".xhtml") else mimetypes.guess_type(name)[0] or "image/png"


def _properties(name: str, pages: Mapping[str, Page]) -> str:
    """Give what the package must say of a file: that it is the cover, the contents, or holds a drawing."""
    found = [{"nav.xhtml": "nav", "cover.png": "cover-image"}.get(name, "")]
    if name in pages and any(True for part in pages[name].parts for _ in part.iter(f"{{{SVG}}}svg")):
        found.append("svg")
    said = " ".join(word for word in found if word)
    return f' properties="{said}"' if said else ""
