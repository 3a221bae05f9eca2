"""An element of a built page comes in; Typst markup that sets it on paper goes out.

Every word is handed over as a quoted string, so that no sign in it can be taken for markup (Typst reference, Strings).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kb.editions.drawings import picture, sign
from kb.editions.grids import grid
from kb.editions.press import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element as Element

# Set in the line; everything else is a block of its own.
INLINE = frozenset(
    "a abbr b bdi bdo br cite code data del dfn em i img ins kbd mark q s samp small span strong sub sup time u var wbr svg".split()
)
WRAPPED = {
    "strong": "strong", "b": "strong", "em": "emph", "i": "emph", "cite": "emph", "dfn": "emph", "sub": "sub", "sup": "super",
    "small": "quiet", "s": "strike", "del": "strike",
}  # fmt: skip
DROPPED = frozenset("script style noscript nav form button template head link meta title desc input".split())
SPACE = re.compile(r"[ \t\n\r\f]+")  # what HTML folds; a no-break space stays
QUOTE = re.compile(r"([\"'])")
MARKS = {'"': "true", "'": "false"}


@dataclass(frozen=True)
class Setting:
    """How a page is set: what its links lead to, which ids are printed, and how deep its headings lie.

    `target` gives the label that a link leads to, or None where it leaves the book; `labels` gives the label of an id
    that stands in the page, or "" where nobody links to it; `pages` says of a label whether the page's number is printed
    beside the link. `skip` says which elements are not set here; `black` is for signs without colour.
    """

    target: Callable[[Element], str | None]
    label: Callable[[str], str]
    pages: Callable[[str], bool]
    depth: int = 1
    skip: Callable[[Element], bool] = field(default=lambda _: False)
    language: str = ""
    black: bool = False


def words(text: str) -> str:
    """Set plain words: spaces folded as HTML does, straight quotation marks made curly by the language's rules."""
    parts = []
    for piece in QUOTE.split(SPACE.sub(" ", text)):
        if piece in MARKS:
            parts.append(f"#smartquote(double: {MARKS[piece]});")
        elif piece:
            inner = piece.strip(" ")
            lead, trail = " " * piece.startswith(" "), " " * (piece.endswith(" ") and bool(inner))
            parts.append(f"{lead}#{quoted(inner)};{trail}" if inner else " ")
    return "".join(parts)


def content(element: Element, setting: Setting, without: Element | None = None) -> str:
    """Set what stands inside an element, blocks apart, so that each loose line is a paragraph; `without` is left out."""
    parts = [words(element.text or "")]
    for child in element:
        if isinstance(child.tag, str) and child is not without:
            block = child.tag not in INLINE and not child.tag.startswith("{")
            made = markup(child, setting)
            parts.append(f"\n\n{made}\n\n" if block and made else made)
        parts.append(words(child.tail or ""))
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip("\n")


def markup(element: Element, setting: Setting) -> str:
    """Set one element with all that stands in it, its language and its id."""
    tag = element.tag
    if not isinstance(tag, str) or tag in DROPPED or setting.skip(element):
        return ""
    made = _set(element, tag.rpartition("}")[2], setting)
    language = (element.get("lang") or "").partition("-")[0]
    if language and language != setting.language:
        made = f"#text(lang: {quoted(language)})[{made}]"
    return made if re.fullmatch("h[1-6]|table|figure|dt|li|td|th", tag) else anchor(element, setting) + made


def anchor(element: Element, setting: Setting) -> str:
    """Give a place that a link can lead to, if one does."""
    label = setting.label(element.get("id") or "")
    return f"#place-of({quoted(label)});" if label else ""


def _set(element: Element, tag: str, setting: Setting) -> str:  # noqa: PLR0911, C901 - one line for each kind of element
    """Set one element by its kind."""
    if re.fullmatch("h[1-6]", tag):
        place, bare = quoted(setting.label(element.get("id") or "")), replace(setting, pages=lambda _: False)
        return f"#part-of({setting.depth + int(tag[1]) - 1}, {int(tag[1])}, {place})[{content(element, bare)}]"
    if tag in WRAPPED:
        return f"#{WRAPPED[tag]}[{content(element, setting)}];"
    if tag == "a":
        return _link(element, setting)
    if tag in {"ul", "ol"}:
        return _list(element, tag, setting)
    if tag == "dl":
        return _terms(element, setting)
    if tag == "table":
        return grid(element, lambda cell: anchor(cell, setting) + content(cell, setting), setting.label)
    if tag in {"svg", "img"}:
        return sign(element, black=setting.black) if tag == "svg" and element.get("role") != "img" else picture(element)
    if tag == "figure":
        return _figure(element, setting)
    if tag in {"code", "kbd", "samp", "pre"}:
        said = "".join(element.itertext())
        return f"#raw({quoted(said.strip(chr(10)))}, block: {'true' if tag == 'pre' else 'false'});"
    if tag == "br":
        return "#linebreak();"
    if tag == "hr":
        return "#rule();"
    if tag == "blockquote":
        return f"#said[{content(element, setting)}]"
    return _box(element, setting)


def _box(element: Element, setting: Setting) -> str:
    """Set a box: a notice by its kind, a helpline, and whatever else has a class of its own as it stands."""
    classes = (element.get("class") or "").split()
    if element.tag == "details":
        title = element.find("summary")
        rest = content(element, setting, title)
        return f'#notice("note", [{content(title, setting) if title is not None else ""}])[{rest}]'
    if "admonition" in classes:
        title = next((child for child in element if "admonition-title" in (child.get("class") or "")), None)
        kind = next((name for name in classes if name != "admonition"), "note")
        said = content(title, setting) if title is not None else ""
        return f"#notice({quoted(kind)}, [{said}])[{content(element, setting, title)}]"
    inner = content(element, setting)
    if not inner.strip():
        return ""
    if named := next((name for name in classes if name in BOXES), ""):
        apart = "#linebreak();" if element.tag == "span" else ""
        return f"{apart}#{BOXES[named]}[{inner}];"
    return inner


BOXES = {
    "kb-helpline__check": "checked",
    "kb-age": "checked",
    "kb-trust": "colophon",
    "kb-reference__note": "remark",
    "kb-reference__check": "checked",
    "kb-reference__back": "quiet",
    "kb-letters": "quiet",
    "kb-downloads": "quiet",
}


def _link(element: Element, setting: Setting) -> str:
    """Set a link: within the book to its place, with the page's number; else to its address; else as plain words."""
    inner, href = content(element, setting), element.get("href") or ""
    label = setting.target(element)
    if not inner.strip():
        return ""
    if label:
        name = "cited" if "kb-cite" in (element.get("class") or "").split() else "see"
        pages = "" if name == "cited" else f", {'true' if setting.pages(label) else 'false'}"
        return f"#{name}({quoted(label)}{pages})[{inner}];"
    if re.match(r"(https?|mailto|tel|sms):", href):
        name = "number" if "kb-number" in (element.get("class") or "").split() else "away"
        return f"#{name}({quoted(href)})[{inner}];"
    return inner


def _list(element: Element, tag: str, setting: Setting) -> str:
    """Set a list; its items stand close where none holds a block."""
    items = [child for child in element if child.tag == "li"]
    classes = (element.get("class") or "").split()
    if "kb-helplines" in classes:
        return f"#helplines({', '.join(_helpline(item, setting) for item in items)});"
    loose = any(part.tag in {"p", "div", "table"} for item in items for part in item)
    made = [f"[{anchor(item, setting)}{content(item, setting)}]" for item in items]
    name = "enum" if tag == "ol" else "list"
    start = f"start: {int(element.get('start') or 1)}, " if tag == "ol" else ""
    listed = f"#{name}({start}tight: {'false' if loose else 'true'}, {', '.join(made)});" if made else ""
    return f"#references[{listed}]" if "kb-references" in classes else listed


def _helpline(item: Element, setting: Setting) -> str:
    """Set whom to call: the name and the numbers in one line, the rest below."""
    top = [child for child in item if child.tag in {"strong", "a"}]
    rest = [markup(child, setting) for child in item if child not in top]
    said = " ".join(markup(child, setting) for child in top)
    return f"[{anchor(item, setting)}{said}\n\n{(chr(10) * 2).join(rest)}]"


def _terms(element: Element, setting: Setting) -> str:
    """Set terms and what they mean (HTML, dl: each group is one or more dt, then one or more dd)."""
    groups: list[tuple[list[str], list[str]]] = []
    for child in _pairs(element):
        if child.tag == "dt":
            if not groups or groups[-1][1]:
                groups.append(([], []))
            groups[-1][0].append(anchor(child, setting) + content(child, setting))
        elif groups:
            groups[-1][1].append(anchor(child, setting) + content(child, setting))
    rows = [f"terms.item([{' #linebreak(); '.join(name)}], [{chr(10) * 2}{(chr(10) * 2).join(said)}])" for name, said in groups]
    return f"#terms({', '.join(rows)});" if rows else ""


def _pairs(element: Element) -> Iterator[Element]:
    """Give the dt and dd of a list of terms, also those that a div holds together."""
    for child in element:
        if child.tag == "div":
            yield from _pairs(child)
        elif child.tag in {"dt", "dd"}:
            yield child


def _figure(element: Element, setting: Setting) -> str:
    """Set a figure with its caption; a picture without words for those who do not see it stops the build."""
    caption = element.find("figcaption")
    said = content(caption, setting) if caption is not None else ""
    place = quoted(setting.label(element.get("id") or ""))
    return f"#plate({place}, [{said}])[{content(element, setting, caption)}]"

