"""A page's HTML comes in; its sections as plain text, each under its heading and id, go out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import html

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADINGS = {"h1", "h2", "h3"}
BLOCKS = set("p li td th tr dt dd div ul ol dl table figure h4 h5 h6 br section".split())  # noqa: SIM905 - shorter
LEFT_OUT = {"script", "style", "svg", "nav", "noscript", "template", "button", "form", "fieldset"}
CONTROLS = {"headerlink", "kb-cell-link"}
SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Passage:
    """One section: its id (empty for the top of the page), its heading, and its words; `term` if it explains one."""

    id: str
    title: str
    text: str
    term: bool = False


def passages(content: str) -> list[Passage]:
    """Cut a page's HTML at its headings and explained terms with an id; marks, lists of references and menus go."""
    if not content.strip():
        return []
    found: list[tuple[str, list[str], list[str], bool]] = [("", [], [], False)]
    into = found[0][2]
    for kind, value in _steps(html.fragment_fromstring(content, create_parent="div")):
        if kind == "text":
            into.append(value)
        elif kind in {"head", "term"}:
            found.append((value, [], [], kind == "term"))
            into = found[-1][1]
        elif kind == "body":
            into = found[-1][2]
    made = [Passage(name, _plain(title), _plain(text), term) for name, title, text, term in found]
    return [item for item in made if item.id or item.text]


def _steps(element: html.HtmlElement) -> Iterator[tuple[str, str]]:
    """Go through an element: its texts, where a section's heading starts, and where its body starts."""
    yield "text", element.text or ""
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag and not _hidden(child, tag):
            starts = child.get("id") and (tag in HEADINGS or tag == "dt")
            if starts:
                yield ("term" if tag == "dt" else "head"), child.get("id") or ""
            yield from _steps(child)
            if starts:
                yield "body", ""
            elif tag in BLOCKS:
                yield "text", " "
        yield "text", child.tail or ""


def _hidden(element: html.HtmlElement, tag: str) -> bool:
    """Say whether an element is none of the page's own words."""
    unspoken = "data-search-exclude" in element.attrib or "popover" in element.attrib
    return tag in LEFT_OUT or unspoken or element.get("class") in CONTROLS


def _plain(parts: list[str]) -> str:
    """Put texts together with single spaces."""
    return SPACE.sub(" ", "".join(parts)).strip()
