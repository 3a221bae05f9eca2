"""A table of a built page comes in; Typst markup of the table, its columns as wide as their words need, goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.editions.cleaning import words as plain
from kb.editions.press import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element as Element

WIDE = 5  # from this number of columns on, a table has a sheet of its own, turned
SHORT = 18  # letters: a column whose cells are no longer is as wide as they are


def grid(element: Element, inner: Callable[[Element], str], label: Callable[[str], str]) -> str:
    """Print a table: column headings repeat on each page it runs over, a row keeps together.

    `inner` gives the markup of a cell, `label` that of an id. Row headings are plain cells whose words are all strong:
    Typst has no row heading that can be used from Python, so kb.editions.press makes those headings afterwards.
    """
    rows = list(element.iter("tr"))
    head = [row for row in rows if next(row.iterancestors("thead"), None) is not None]
    body = [row for row in rows if row not in head]
    count = max((sum(int(cell.get("colspan") or 1) for cell in _cells(row)) for row in rows), default=0)
    if not count:
        return ""
    caption = element.find("caption")
    said = inner(caption) if caption is not None else ""
    place = quoted(label(element.get("id") or ""))
    shares = ", ".join(_shares(rows, count))
    top = ", ".join(_cell(cell, inner) for row in head for cell in _cells(row))
    lines = ",\n  ".join(_cell(cell, inner) for row in body for cell in _cells(row))
    wide = "true" if count >= WIDE else "false"
    return f"#grid-of({place}, ({shares},), [{said}], ({top},), (\n  {lines},\n), {wide});"


def is_wide(element: Element) -> bool:
    """Say whether a table has a sheet of its own."""
    return any(len(_cells(row)) >= WIDE for row in element.iter("tr"))


def _cells(row: Element) -> list[Element]:
    """Give the cells of a row."""
    return [cell for cell in row if cell.tag in {"td", "th"}]


def _cell(cell: Element, inner: Callable[[Element], str]) -> str:
    """Print one cell, over as many columns and rows as it spans."""
    spans = {name: int(cell.get(name) or 1) for name in ("colspan", "rowspan")}
    made = inner(cell)
    if cell.tag == "th" and cell.get("scope") == "row" and not (len(cell) == 1 and cell[0].tag == "strong"):
        made = f"#strong[{made}]"
    said = ", ".join(f"{name}: {value}" for name, value in spans.items() if value > 1)
    return f"table.cell({said})[{made}]" if said else f"[{made}]"


def _shares(rows: list[Element], count: int) -> list[str]:
    """Give the columns' widths: short ones as wide as their words, the rest by the root of their longest cell.

    The root tempers: a cell four times as long gets twice the width, so that no column starves.
    """
    longest = [1] * count
    for row in rows:
        cells = _cells(row)
        if len(cells) == count:
            for place, cell in enumerate(cells):
                longest[place] = max(longest[place], len(plain(cell)))
    if max(longest) <= SHORT:
        return ["auto"] * (count - 1) + ["1fr"]
    return ["auto" if length <= SHORT else f"{length**0.5:.2f}fr" for length in longest]
