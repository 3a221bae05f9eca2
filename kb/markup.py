"""The HTML tree of a page comes in; the same tree with readable tables, cards, notices and citation marks goes out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from kb.matrix import sort_by_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown import Markdown


# What Python-Markdown has put aside until the page is written: a sign, or a mark that `smarty` sets.
STASHED = re.compile("\x02(?:wzxhzdk:(?P<place>\\d+)|.*?)\x03")


def words(element: ET.Element, aside: Sequence[object]) -> str:
    """Give an element's text, with what of it was put `aside` (an HtmlStash's blocks), but no HTML."""

    def back(mark: re.Match[str]) -> str:
        block = aside[int(mark["place"])] if mark["place"] else ""
        return block if isinstance(block, str) and "<" not in block else ""

    return STASHED.sub(back, "".join(element.itertext())).strip()


class TableProcessor(Treeprocessor):
    """Give tables what Markdown cannot say: header scopes, row headers, a named scrolling frame, labels for cards.

    A body row's first cell that is bold as a whole becomes a row header (WCAG 2.2, 1.3.1). The frame can be scrolled
    with the keyboard and has a name (2.1.1, 4.1.2). Each cell carries its column's heading in `data-label`, so that
    the stylesheet can show a wide table as cards on a narrow screen; tables.js keeps it a table to the ear.
    """

    def run(self, root: ET.Element) -> None:
        """Mend every table below `root`, in place."""
        heading = ET.Element("h2")
        for parent in list(root.iter()):
            shift = 0
            for index, child in enumerate(list(parent)):
                if child.tag in {"h2", "h3"}:
                    heading = child
                if child.tag == "table":
                    self.mend(child)
                    choice = sort_by_reader(child)
                    parent[index + shift] = self.frame(child, heading)
                    if choice is not None:
                        parent.insert(index + shift, choice)
                        shift += 1

    def mend(self, table: ET.Element) -> None:
        """Set scopes and labels in one table."""
        labels = []
        for cell in table.iterfind("./thead/tr/th"):
            cell.set("scope", "col")
            labels.append(words(cell, self.md.htmlStash.rawHtmlBlocks))
        for row in table.iterfind("./tbody/tr"):
            for number, cell in enumerate(row):
                if number < len(labels) and labels[number]:
                    cell.set("data-label", labels[number])
            if len(row) and self.is_bold(row[0]):
                row[0].tag = "th"
                row[0].set("scope", "row")

    def is_bold(self, cell: ET.Element) -> bool:
        """Say whether a cell holds bold text and nothing else."""
        return len(cell) == 1 and cell[0].tag == "strong" and not (cell.text or "").strip() and not cell[0].tail

    def frame(self, table: ET.Element, heading: ET.Element) -> ET.Element:
        """Wrap a table in a frame that scrolls, has a name, and tells the stylesheet which section it stands in."""
        title = words(heading, self.md.htmlStash.rawHtmlBlocks)
        title = "".join(title.rsplit("#", 1))  # without the section's own link
        frame = ET.Element("div", {"class": "kb-table", "role": "region", "tabindex": "0"})
        frame.set("aria-label", f"Table: {title.strip()}" if title else "Table")
        if heading.get("id"):
            frame.set("data-section", heading.get("id", ""))
        frame.tail, table.tail = table.tail, None
        frame.append(table)
        return frame


class CardProcessor(Treeprocessor):
    """Make a card of each third-level heading and what follows it, inside `<div class="kb-cards" markdown>`."""

    def run(self, root: ET.Element) -> None:
        """Wrap the cards below `root`, in place."""
        for group in root.iter("div"):
            if "kb-cards" in group.get("class", "").split():
                card = group
                for child in list(group):
                    if child.tag == "h3":
                        card = ET.SubElement(group, "section")
                    if card is not group:
                        group.remove(child)
                        card.append(child)


LEVELS = {
    "danger": "Danger to life",
    "warning": "Important",
    "tip": "Something to try",
    "evidence": "Evidence",
    "unknown": "Open question",
    "note": "Note",
}


class NoticeProcessor(Treeprocessor):
    """Say in words how urgent a notice is, so that neither its colour nor its sign is needed (WCAG 2.2, 1.4.1)."""

    def run(self, root: ET.Element) -> None:
        """Put its level before the title of each notice below `root`, in place."""
        for notice in root.iter("div"):
            kinds = notice.get("class", "").split()
            title = notice.find("p")
            if "admonition" not in kinds or title is None or title.get("class") != "admonition-title":
                continue
            if words := next((LEVELS[kind] for kind in kinds if kind in LEVELS), ""):
                level = ET.Element("span", {"class": "kb-level"})
                level.text, level.tail = f"{words}:", f" {title.text or ''}"
                title.text = None
                title.insert(0, level)


class MarkProcessor(Treeprocessor):
    """Join a footnote mark to the word before it, so that it never starts a line on its own."""

    def run(self, root: ET.Element) -> None:
        """Take the space out before each mark below `root`, in place."""
        for parent in root.iter():
            before: ET.Element | None = None
            for child in parent:
                if child.tag == "sup" and child.get("id", "").startswith("fnref"):
                    if before is None:
                        parent.text = (parent.text or "").rstrip() or None
                    else:
                        before.tail = (before.tail or "").rstrip() or None
                before = child


class MarkupExtension(Extension):
    """Registers our repairs behind all of Markdown's own tree processors."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name is Python-Markdown's
        """Add the processors; they run last, so that ids and inline marks are already in place."""
        md.treeprocessors.register(TableProcessor(md), "kb_tables", -10)
        md.treeprocessors.register(CardProcessor(md), "kb_cards", -11)
        md.treeprocessors.register(MarkProcessor(md), "kb_marks", -12)
        md.treeprocessors.register(NoticeProcessor(md), "kb_notices", -13)


def makeExtension(**options: object) -> MarkupExtension:  # noqa: N802 - the name is Python-Markdown's
    """Give the extension under the name that mkdocs.yml uses: `kb.markup`."""
    return MarkupExtension(**options)
