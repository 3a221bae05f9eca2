"""A built page comes in as HTML; its article, free of all that only a website can use, goes out as a tree.

Read with html5lib, which keeps `viewBox` and the other mixed-case names of SVG that lxml's own parser lowers; HTML
elements come without a namespace, SVG's in their own. Every link that stays within the site is written as the address
of its place, `/framework/#what`, and every other one in full, so that a writer of an edition need not resolve any.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import html5lib
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

SVG = "http://www.w3.org/2000/svg"
# What asks for a server, a script or a screen with a menu; its words are help in using the website, not content.
FURNITURE_TAGS = frozenset({
    "script", "noscript", "style", "form", "fieldset", "nav", "button", "template", "dialog", "input", "select",
    "label", "link",
})  # fmt: skip
FURNITURE = frozenset({
    "headerlink", "kb-share", "kb-to-share", "kb-leave", "kb-explain", "kb-paper", "kb-cite-page", "kb-downloads",
    "kb-cell-link", "kb-who", "kb-yours", "kb-to-trust", "kb-cover", "Z3988",
})  # fmt: skip
# The works that one mark cites, since its link can lead to the first of them only; the column that a cell is of, for
# phones, where a row is a card.
KEPT_DATA = frozenset({"data-refs", "data-label"})
WEB_ONLY = frozenset({"style", "markdown", "tabindex", "loading", "decoding", "download"})
TABLE_ROLES = frozenset({"table", "rowgroup", "row", "columnheader", "rowheader", "cell"})
FRAMES = frozenset({"kb-h2", "kb-h3"})  # of a heading and the link beside it
SIGNS = frozenset({"twemoji", "kb-head__sign"})
EMERGENCY = frozenset({"tel:999", "tel:911", "tel:112"})  # these do not change between two editions


@dataclass(frozen=True)
class Article:
    """A page's article: the tree, its links to places of the site (`/address/#id`) and elsewhere, and its pictures.

    `wordless` names each picture that says nothing to those who cannot see it; `images` are files of the site.
    """

    body: etree._Element
    title: str
    inner: tuple[str, ...]
    outgoing: tuple[str, ...]
    images: tuple[str, ...]
    wordless: tuple[str, ...]


def read_document(content: bytes) -> etree._Element:
    """Parse a page by the HTML standard; give its root element."""
    tree: etree._ElementTree = html5lib.parse(content, treebuilder="lxml", namespaceHTMLElements=False)
    return tree.getroot()


def clean_article(document: etree._Element, page: str, address: str, files: AbstractSet[str]) -> Article | None:
    """Give the article of the page at the site address `page`, else its <main>; None when it has neither.

    `address` is the site's public address. A link to one of the site's `files` that is no page leads to the file's
    public address; a picture names its file in the site. The document is changed: it is used up.
    """
    body = document.find(".//article")
    body = document.find(".//main") if body is None else body
    if body is None:
        return None
    _drop(body)
    for link in body.iter("a", "area"):
        if (written := link.get("href")) is not None:
            link.set("href", _absolute(written, page, address, files))
    for image in body.iter("img"):
        image.set("src", urljoin(page, image.get("src") or ""))
    for svg in list(body.iter(f"{{{SVG}}}svg")):
        _plain_svg(svg)
    body.tail = None
    etree.cleanup_namespaces(body)
    links = list(dict.fromkeys(link.get("href") or "" for link in body.iter("a", "area")))
    return Article(
        body,
        words(body.find(".//h1")),
        tuple(href for href in links if href.startswith("/")),
        tuple(href for href in links if href.startswith(("https://", "http://")) and not href.startswith(address)),
        tuple(dict.fromkeys((image.get("src") or "").lstrip("/") for image in body.iter("img"))),
        tuple(_wordless(body)),
    )


def words(element: etree._Element | None) -> str:
    """Give an element's text with each run of white space as one space."""
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""


def classes(element: etree._Element) -> frozenset[str]:
    """Give an element's classes."""
    return frozenset((element.get("class") or "").split())


def has_numbers(body: etree._Element) -> bool:
    """Say whether a page holds a telephone number that may change."""
    links = {link.get("href") or "" for link in body.iter("a")}
    return any(href.startswith(("tel:", "sms:")) for href in links - EMERGENCY)


def number_ages(body: etree._Element, age: str) -> None:
    """Write beside each helpline whose number can change how old the copy of it is."""
    for line in body.iter("li"):
        if "kb-helpline" in classes(line) and has_numbers(line):
            etree.SubElement(line, "p", {"class": "kb-age"}).text = age


def remove(element: etree._Element) -> None:
    """Take an element out of its parent, and leave the text that follows it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _drop(body: etree._Element) -> None:
    """Take out furniture, comments, and attributes that only scripts and stylesheets of the website read."""
    for element in list(body.iter()):
        if not isinstance(element.tag, str) or _is_furniture(element):
            remove(element)
    for frame in [element for element in body.iter("div") if classes(element) & FRAMES]:
        parent, heading = frame.getparent(), frame[0]
        heading.tail = frame.tail
        if parent is not None:
            parent.replace(frame, heading)
    for element in body.iter(etree.Element):
        for name in list(element.attrib):
            plain = str(name)
            if plain in WEB_ONLY or plain.startswith("on") or (plain.startswith("data-") and plain not in KEPT_DATA):
                del element.attrib[name]
        if element.get("role") in TABLE_ROLES:
            del element.attrib["role"]
        if element.tag == "details":
            element.set("open", "")


def _is_furniture(element: etree._Element) -> bool:
    """Say whether an element helps only on the website."""
    if element.tag in FURNITURE_TAGS or element.get("popover") is not None:
        return True
    return bool(classes(element) & FURNITURE) or element.get("hidden") is not None


def _absolute(written: str, page: str, address: str, files: AbstractSet[str]) -> str:
    """Give a link as a site address when a page of the site is meant, and else in full."""
    parts = urlsplit(written)
    if parts.scheme or parts.netloc:
        return written
    if parts.path.startswith("/"):  # the site's own root: written by nobody, but resolved as a browser would
        return urljoin(address, written)
    there = urljoin(page, written) if parts.path else page + written
    path, mark, section = there.partition("#")
    if path.endswith("/index.html"):
        path = path.removesuffix("index.html")
    if not path.endswith("/") and path.lstrip("/") in files:
        return address + path.lstrip("/") + mark + section
    return path + mark + section


def _plain_svg(svg: etree._Element) -> None:
    """Put a drawing under SVG's own namespace; mark a sign that stands beside its word as one that says no more."""
    parent = svg.getparent()
    if parent is None:
        return
    new = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})  # type: ignore[dict-item] # - lxml's stubs forget the default namespace
    new.attrib.update({str(name): str(value) for name, value in svg.attrib.items() if "xmlns" not in str(name)})
    new.text, new.tail = svg.text, svg.tail
    new.extend(list(svg))
    parent.replace(svg, new)
    if SIGNS & classes(parent):
        new.set("aria-hidden", "true")


def _wordless(body: etree._Element) -> Iterator[str]:
    """Give what stands for each picture that has no words for those who cannot see it."""
    for image in body.iter("img"):
        if image.get("alt") is None:
            yield image.get("src") or "an image"
    for svg in body.iter(f"{{{SVG}}}svg"):
        named = svg.get("aria-label") or svg.find(f"{{{SVG}}}title") is not None
        if svg.get("aria-hidden") != "true" and not named:
            yield "a drawing"
