"""A chapter comes in; what of it goes on one sheet of paper, freed of what only a web page can use, goes out."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from kb.editions.cleaning import classes, remove

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element as Element

    from kb.editions.volume import Chapter
    from kb.pages import Page

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
UNCONFIRMED = "kb-helpline__check"
MARK = "kb-cite"
DROPPED = frozenset({MARK, UNCONFIRMED, "kb-age", "kb-web", "kb-cell-link", "kb-who"})
STAR = "\N{NO-BREAK SPACE}*"


def sections_for(page: Page, paper: str) -> list[str]:
    """Give the ids of a page's sections that go on a sheet of `paper`; `talk-uk/a4` is for that paper alone."""
    parted = [item.partition("/") for item in page.handout]
    return [section for section, _, only in parted if only in {"", paper}]


def chosen(chapter: Chapter, sections: Iterable[str], address: str) -> Iterator[Element]:
    """Give copies of the blocks of some sections, in the order asked for; links lead to the website at `address`.

    A section is its heading and all below it up to the next heading of its level or above.
    """
    for section in sections:
        heading = chapter.body.find(f".//*[@id='{section}']")
        block = heading
        while heading is not None and block is not None:
            if not classes(block) & DROPPED:
                yield _for_paper(block, address)
            block = block.getnext()
            if block is not None and block.tag in HEADINGS and str(block.tag) <= str(heading.tag):
                break


def _for_paper(block: Element, address: str) -> Element:
    """Copy a block without marks of references, without links that only say where to read on, and without its ids."""
    made = copy.deepcopy(block)
    made.tail = None
    for line in made.iter("li"):
        _star(line)
    for element in [element for element in made.iter() if isinstance(element.tag, str)]:
        if "id" in element.attrib:
            del element.attrib["id"]
        if MARK in classes(element):
            _close_up(element)
        if classes(element) & DROPPED or _reads_on(element):
            remove(element)
        elif (href := element.get("href") or "").startswith("/"):
            element.set("href", address + href[1:])
    return made


def _close_up(mark: Element) -> None:
    """Take out the no-break space before a mark of references, which would stand alone before the full stop."""
    holder = mark.getparent()
    if holder is not None and mark.getprevious() is None:
        holder.text = (holder.text or "").rstrip()


def _star(line: Element) -> None:
    """Put a star to a number that nobody has confirmed, in place of the sentence that says so."""
    name = line.find("strong")
    if name is not None and any(UNCONFIRMED in classes(part) for part in line):
        name.text = (name.text or "").rstrip() + STAR


def _reads_on(link: Element) -> bool:
    """Say whether an element is a link that stands alone, or after a sentence, at the end of a paragraph."""
    holder, href = link.getparent(), link.get("href") or ""
    if link.tag != "a" or not href.startswith("/") or holder is None or holder.tag != "p":
        return False
    if link.getnext() is not None or (link.tail or "").strip():
        return False
    before = [holder.text or ""]
    for part in link.itersiblings(preceding=True):
        before += [*map(str, part.itertext()), part.tail or ""]
    lead = "".join(before).rstrip()
    return not lead or lead.endswith((".", "?", "!"))
