"""A block of a page, such as a notice, a list or a figure, comes in; Typst markup that sets it goes out."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.editions.cleaning import classes
from kb.editions.press import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element as Element

APART = "\n\n"
# What a class is set by: functions of press.typ. Any other class is set as if it were not there.
BOXES = {
    "kb-helpline__check": "checked",
    "kb-age": "checked",
    "kb-trust": "colophon",
    "kb-evidence": "evidence",
    "kb-evidence__claim": "claim",
    "kb-glance": "quiet",
    "kb-reference__note": "remark",
    "kb-reference__check": "checked",
    "kb-reference__back": "quiet",
    "kb-letters": "quiet",
}


@dataclass(frozen=True)
class Inside:
    """How what stands inside a block is set.

    `content(element, without)` sets all inside an element but one of its parts; `anchor` gives the place that its id
    is; `label` the label of that place, or "".
    """

    content: Callable[[Element, Element | None], str]
    anchor: Callable[[Element], str]
    label: Callable[[str], str]

    def placed(self, element: Element) -> str:
        """Set what stands inside an element, after the place that its id is."""
        return self.anchor(element) + self.content(element, None)


def box(element: Element, inside: Inside) -> str:
    """Set a box: a notice by its kind, a folded text opened, a class that has a look of its own, or what it holds."""
    named = classes(element)
    if element.tag == "details" or "admonition" in named:
        title = next((part for part in element if part.tag == "summary" or "admonition-title" in classes(part)), None)
        kinds = [name for name in (element.get("class") or "").split() if name != "admonition"]
        kind = kinds[0] if kinds and element.tag != "details" else "note"
        said = inside.content(title, None) if title is not None else ""
        return f"#notice({quoted(kind)}, [{said}])[{inside.content(element, title)}]"
    inner = inside.content(element, None)
    look = next((BOXES[name] for name in sorted(named) if name in BOXES), "announced" if _announces(element) else "")
    if not look or not inner.strip():
        return inner if inner.strip() else ""
    return f"{'#linebreak();' if element.tag == 'span' else ''}#{look}[{inner}];"


def _announces(element: Element) -> bool:
    """Say whether a paragraph ends with a colon, as in "Words that may help:"."""
    return element.tag == "p" and "".join(map(str, element.itertext())).rstrip().endswith(":")


def listing(element: Element, inside: Inside) -> str:
    """Set a list; its items stand close where none holds a block."""
    items = [child for child in element if child.tag == "li"]
    if not items:
        return ""
    if "kb-helplines" in classes(element):
        return f"#helplines({', '.join(_helpline(item, inside) for item in items)});"
    loose = any(part.tag in {"p", "div", "table"} for item in items for part in item)
    made = ", ".join(f"[{inside.placed(item)}]" for item in items)
    tight = "false" if loose else "true"
    start = element.get("start") or "1"
    kind = f"enum(start: {int(start)}" if element.tag == "ol" else "list("
    listed = f"#{kind}{', ' if element.tag == 'ol' else ''}tight: {tight}, {made});"
    return f"#references[{listed}]" if "kb-references" in classes(element) else listed


def _helpline(item: Element, inside: Inside) -> str:
    """Set whom to call: the name and the numbers in one line, the rest below."""
    top = [child for child in item if child.tag in {"strong", "a"}]
    line = " #h(.5em); ".join(_alone(child, item, inside) for child in top)
    rest = APART.join(_alone(child, item, inside) for child in item if child not in top)
    return f"[{inside.anchor(item)}{line}{APART}{rest}]"


def _alone(part: Element, whole: Element, inside: Inside) -> str:
    """Set one part of an element by itself."""
    holder = whole.makeelement("div", {})
    made = copy.deepcopy(part)
    made.tail = None
    holder.append(made)
    return inside.content(holder, None)


def terms(element: Element, inside: Inside) -> str:
    """Set terms and what they mean (HTML, dl: each group is one or more dt, then one or more dd)."""
    groups: list[tuple[list[str], list[str]]] = []
    for child in _pairs(element):
        if child.tag == "dt":
            if not groups or groups[-1][1]:
                groups.append(([], []))
            groups[-1][0].append(inside.placed(child))
        elif groups:
            groups[-1][1].append(inside.placed(child))
    rows = [f"terms.item([{' #linebreak(); '.join(name)}], [{APART.join(said)}])" for name, said in groups]
    return f"#terms({', '.join(rows)});" if rows else ""


def _pairs(element: Element) -> Iterator[Element]:
    """Give the dt and dd of a list of terms, also those that a div holds together."""
    for child in element:
        if child.tag == "div":
            yield from _pairs(child)
        elif child.tag in {"dt", "dd"}:
            yield child


def figure(element: Element, inside: Inside) -> str:
    """Set a figure with its caption."""
    caption = element.find("figcaption")
    said = inside.content(caption, None) if caption is not None else ""
    place = quoted(inside.label(element.get("id") or ""))
    return f"#plate({place}, [{said}])[{inside.content(element, caption)}]"
