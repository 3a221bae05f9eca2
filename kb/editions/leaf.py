"""A chapter comes in; its HTML, with links, ids and pictures as one edition writes them, goes out."""

from __future__ import annotations

import html
import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from kb.addresses import relative
from kb.editions.volume import colophon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kb.editions.volume import Chapter, Volume

# Attributes whose value is a list of ids (WAI-ARIA 1.2, HTML Living Standard).
ID_LISTS = ("aria-labelledby", "aria-describedby", "aria-details", "headers", "for")
PAINT = re.compile(r"url\(#([^)]+)\)")
ADDRESS = re.compile(r"https://\S+?(?=[.,]?(?:\s|$))")


@dataclass(frozen=True)
class Form:
    """How an edition writes a place: each is asked with the page's path, `/glossary/`, on which it stands.

    `link(page, chapter's path, id)` gives a link, `ident(page, id)` an id, and `image(page, file)` a picture's source.
    """

    link: Callable[[str, str, str], str]
    ident: Callable[[str, str], str]
    image: Callable[[str, str], str]


@dataclass(frozen=True)
class Branch:
    """A chapter with those below it in the menu."""

    chapter: Chapter
    below: tuple[Branch, ...]


def outline(volume: Volume) -> tuple[Branch, ...]:
    """Give the volume's table of contents, nested as the site's menu is."""
    return _branches([(max(len(chapter.trail), 1), chapter) for chapter in volume.chapters])


def leaf(volume: Volume, chapter: Chapter, form: Form) -> etree._Element:
    """Give a copy of a chapter's article in an edition's form, with its colophon at the end."""
    body = rewritten(volume, chapter.path, chapter.body, form)
    foot = etree.SubElement(body, "footer", {"class": "colophon"})
    for line in colophon(volume, chapter):
        _linked(etree.SubElement(foot, "p"), line)
    return body


def rewritten(volume: Volume, page: str, body: etree._Element, form: Form) -> etree._Element:
    """Give a copy of what stands on a page in an edition's form."""
    body = deepcopy(body)
    for element in body.iter(etree.Element):
        if (href := element.get("href")) and (place := volume.place(href)):
            element.set("href", form.link(page, place[0].path, place[1]))
        elif href and href.startswith(("https:", "http:")):
            element.set("rel", "external noreferrer")  # nobody is told which copy a reader came from
        if element.get("id"):
            element.set("id", form.ident(page, element.get("id") or ""))
        if element.tag == "img":
            element.set("src", form.image(page, (element.get("src") or "").lstrip("/")))
        for name in [name for name in ID_LISTS if element.get(name)]:
            element.set(name, " ".join(form.ident(page, word) for word in (element.get(name) or "").split()))
        for paint, value in element.attrib.items():
            if "url(#" in str(value):
                element.set(paint, PAINT.sub(lambda match: f"url(#{form.ident(page, match[1])})", str(value)))
    apart(body, lambda work: f"#{form.ident(page, work)}")
    return body


def between(page: str, there: str, section: str) -> str:
    """Give a link from one file of an edition to a place in another, or in the same one."""
    if section and there == page:
        return f"#{section}"
    return relative(there, page) + (f"#{section}" if section else "")


def without_texting(body: etree._Element) -> etree._Element:
    """Leave only the words of each link that writes a text message: EPUBCheck and zimcheck refuse `sms:` (RFC 5724)."""
    for link in body.iter("a"):
        if (link.get("href") or "").startswith("sms:"):
            link.tag = "span"
            del link.attrib["href"]
    return body


def as_html(element: etree._Element) -> str:
    """Write an element as HTML."""
    return str(etree.tostring(element, method="html", encoding="unicode", with_tail=False))


def contents(branches: Iterable[Branch], link: Callable[[Chapter], str]) -> str:
    """Write a table of contents as nested lists."""
    rows = "".join(
        f'<li><a href="{html.escape(link(branch.chapter))}">{html.escape(branch.chapter.title)}</a>'
        f"{contents(branch.below, link)}</li>\n"
        for branch in branches
    )
    return f"\n<ul>\n{rows}</ul>\n" if rows else ""


def apart(body: etree._Element, link: Callable[[str], str]) -> None:
    """Make each mark of several numbers, `(3,7)`, into a link for each; `link` gives the one to a work, by its id.

    A copy has no preview that would show them all.
    """
    for mark in [mark for mark in body.iter("a") if mark.get("data-refs")]:
        _apart(mark, [link(work) for work in (mark.get("data-refs") or "").split()])


def _apart(mark: etree._Element, works: list[str]) -> None:
    """Make one mark into a link for each of its works."""
    del mark.attrib["data-refs"]
    found = re.fullmatch(r"(\D?)(\d+(?:,\s*\d+)+)(\D?)", mark.text or "")
    numbers = re.split(r",\s*", found[2]) if found else []
    if not found or len(numbers) != len(works) or len(mark):
        return
    kept = {name: mark.get(name) or "" for name in ("class", "role") if mark.get(name)}
    mark.tag, mark.text = "span", found[1]
    for name in ("href", "class", "role", "aria-label"):
        mark.attrib.pop(name, "")
    for number, work in zip(numbers, works, strict=True):
        link = etree.SubElement(mark, "a", {"href": work, **kept, "aria-label": f"Reference ({number})"})
        link.text, link.tail = number, ","
    link.tail = found[3]


def _branches(items: list[tuple[int, Chapter]]) -> tuple[Branch, ...]:
    """Nest chapters by their depth: those deeper than the first belong below it."""
    found = []
    while items:
        (depth, first), rest = items[0], items[1:]
        count = next((n for n, (deep, _) in enumerate(rest) if deep <= depth), len(rest))
        found.append(Branch(first, _branches(rest[:count])))
        items = rest[count:]
    return tuple(found)


def _linked(paragraph: etree._Element, line: str) -> None:
    """Write a line into a paragraph, its addresses as links."""
    end = 0
    before = None
    for match in ADDRESS.finditer(line):
        _append(paragraph, before, line[end : match.start()])
        before = etree.SubElement(paragraph, "a", {"href": match[0], "rel": "external noreferrer"})
        before.text = match[0]
        end = match.end()
    _append(paragraph, before, line[end:])


def _append(paragraph: etree._Element, before: etree._Element | None, text: str) -> None:
    """Put text after the last link of a paragraph, or at its start."""
    if before is None:
        paragraph.text = text
    else:
        before.tail = text
