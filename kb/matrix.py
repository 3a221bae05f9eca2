"""A table whose cells say whom they suit comes in; the same with a choice of reader, and links to its cells, goes out.

A writer ends a cell with `{ #its-id for="peer family" }`. Whoever reads picks who they are, and the stylesheet dims the
other cells and says so in words. Nothing is hidden and nothing is stored; without `:has()` there is no choice to make.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from kb.findings import Finding
from kb.schema import READERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.pages import Page

CELL = re.compile(r"\{:?[^{}|]*\bfor=(\"[^\"]*\"|'[^']*'|[^\s}]*)[^{}|]*\}[ \t]*(?=\|)")
CHOICES = {
    "": "Anyone",
    "recovery": "In recovery, or thinking about it",
    "peer": "A peer supporter",
    "family": "Family or friend",
    "group": "I run a group or service",
    "research": "I want the evidence",
}


NOTE = (
    "Boxes that suit you less turn pale and begin with “Less for you”. None goes away, and nothing is kept. Which "
    "boxes they are is our own judgement; for evidence, the boxes with a citation stay as they are. "
    "The # in a box is a link to that box."
)


def check_cells(page: Page, name: str) -> Iterator[Finding]:
    """Check that each cell names readers by the site's five words; `name` is how findings call the file."""
    for number, line in page.lines():
        for match in CELL.finditer(line):
            for word in re.finditer(r"[^\s\"']+", match[1]):
                if word[0] not in READERS:
                    close = difflib.get_close_matches(word[0], READERS, 1)
                    mend = f"did you mean '{close[0]}'?" if close else f"use one of: {', '.join(READERS)}"
                    column = match.start(1) + word.start() + 1
                    yield Finding(name, number, column, f"a cell is for '{word[0]}', which is no reader", mend)


def sort_by_reader(table: ET.Element) -> ET.Element | None:
    """Turn `for` into `data-for` in the cells of a table, link each to itself, and give the choice that goes before it.

    Gives None for a table whose cells suit everyone.
    """
    rows = [list(row) for row in table.iterfind("./tbody/tr")]
    cells = [(row[0], cell) for row in rows for cell in row if cell.get("for") is not None]
    for heading, cell in cells:
        cell.set("data-for", cell.attrib.pop("for"))
        if identifier := cell.get("id"):
            _link(cell, identifier, "".join(heading.itertext()).strip())
    return _choice() if cells else None


def _link(cell: ET.Element, identifier: str, row: str) -> None:
    """Put a link to the cell at its end, named by its row and column."""
    words = f"Link to this box: {row}, {cell.get('data-label', '').lower()}"
    last = cell[-1] if len(cell) else None
    if last is None:
        cell.text = f"{(cell.text or '').rstrip()} "
    else:
        last.tail = f"{(last.tail or '').rstrip()} "
    link = ET.SubElement(cell, "a", {"class": "kb-cell-link", "href": f"#{identifier}", "aria-label": words})
    link.text = "#"


def _choice() -> ET.Element:
    """Give the choice of reader: radio buttons, which need no script and whose state no browser keeps.

    Enter in a form with `method=dialog` outside a dialog does nothing (HTML Living Standard, 4.10.22.3).
    """
    form = ET.Element("form", {"class": "kb-who", "method": "dialog", "autocomplete": "off"})
    group = ET.SubElement(form, "fieldset")
    ET.SubElement(group, "legend").text = "Who are you?"
    for word, name in CHOICES.items():
        label = ET.SubElement(group, "label")
        button = ET.SubElement(label, "input", {"type": "radio", "name": "kb-who", "value": word or "all"})
        if not word:
            button.set("checked", "checked")
        button.tail = f" {name}"
    note = ET.SubElement(group, "p")
    note.text = NOTE
    return form
