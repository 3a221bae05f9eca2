"""A drawing or a picture of a built page comes in; Typst markup that prints it, with its words, goes out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from kb.editions.cleaning import SVG
from kb.editions.cleaning import words as plain
from kb.editions.press import quoted

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

# What overrides/assets/kb.css gives the parts of a drawing, in its light colours, on paper that is white.
COLOURS = {
    "d-ink": "#1f2a2e",
    "d-heading": "#0f3d3e",
    "d-quiet": "#5b6467",
    "d-line": "#d9d0c1",
    "d-emotional": "#b23a48",
    "d-informational": "#1f5fa8",
    "d-instrumental": "#8a5a00",
    "d-affiliational": "#2f6b3a",
}
FILLS = {"d-paper": "#ffffff", "d-soft": "#f1ebe0"}
KINDS = ("emotional", "informational", "instrumental", "affiliational")
SANS = "Atkinson Hyperlegible"


def kind_of(text: str) -> str:
    """Give the kind of support that a short text names, or ""."""
    found = [kind for kind in KINDS if re.search(rf"\b{kind}\b", text, re.IGNORECASE)]
    return found[0] if len(found) == 1 else ""


def sign(element: Element, *, black: bool = False) -> str:
    """Print a small sign beside words that say the same: nothing to read for those who do not see it."""
    beside = next((plain(holder) for holder in element.iterancestors() if plain(holder)), "")
    colour = COLOURS.get(f"d-{kind_of(beside)}", COLOURS["d-heading"])
    return f"#sign({drawn(element, '#000' if black else colour)});"


def picture(element: Element) -> str:
    """Print a drawing or an image with the words that stand for it; without such words Typst refuses it (PDF/UA-1)."""
    if element.tag == "img":
        return f"#photo({quoted(element.get('src') or '')}, {quoted(element.get('alt') or '')});"
    said = [plain(part) for part in element if _name(part) in {"title", "desc"}]
    alt = ". ".join(words.rstrip(".") for words in said if words)
    return f"#drawing({drawn(element, COLOURS['d-ink'])}, {quoted(alt + '.' if alt else '')});"


def _name(element: Element) -> str:
    """Give an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def drawn(element: Element, colour: str) -> str:
    """Give a drawing as it stands on paper: colours in place of classes, and our own letters."""
    made = _rebuild(element)
    made.set("color", colour)
    made.set("font-family", SANS)
    return f"bytes({quoted(etree.tostring(made, encoding='unicode', with_tail=False))})"


def _rebuild(element: Element) -> Element:
    """Copy a drawing into SVG's own namespace, which the HTML parser leaves as an attribute."""
    made = etree.Element(f"{{{SVG}}}{_name(element)}", nsmap={None: SVG})  # type: ignore[dict-item] # - lxml takes None for the namespace without a prefix
    for name, value in element.attrib.items():
        if str(name) not in {"class", "xmlns", "role"} and not str(name).startswith(("aria-", "data-", "{")):
            made.set(str(name), str(value))
    for part in (element.get("class") or "").split():
        if part in COLOURS:
            made.set("color", COLOURS[part])
        if part in FILLS:
            made.set("fill", FILLS[part])
    made.text, made.tail = element.text, element.tail
    for child in element:
        if isinstance(child.tag, str) and _name(child) not in {"title", "desc"}:
            made.append(_rebuild(child))
    return made
