"""An element of a built page comes in; Typst markup that sets it on paper goes out.

Every word is handed over as a quoted string, so that no sign in it can be taken for markup (Typst reference, Strings).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from kb.editions.blocks import Inside, box, figure, listing, terms
from kb.editions.cleaning import classes
from kb.editions.drawings import picture, sign
from kb.editions.grids import grid
from kb.editions.press import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element as Element

# Set in the line; everything else is a block of its own.
INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "data", "del", "dfn", "em", "i", "img", "ins", "kbd"}
    | {"mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"}
)
WRAPPED = {"strong": "strong", "b": "strong", "em": "emph", "i": "emph", "cite": "emph", "dfn": "emph"} | {
    "sub": "sub", "sup": "super", "small": "quiet", "s": "strike", "del": "strike"
}  # fmt: skip
HEADING = re.compile("h([1-6])")
PLACED = frozenset({"table", "figure", "dt", "dd", "li", "td", "th"})  # these say themselves where their id is
SPACE = re.compile(r"[ \t\n\r\f]+")  # what HTML folds; a no-break space stays
QUOTE = re.compile(r"([\"'])")
MARKS = {'"': "true", "'": "false"}


@dataclass(frozen=True)
class Setting:
    """How a page is set: what its links lead to, which ids are printed, and how deep its headings lie.

    `target` gives the label that a link leads to, or None where it leaves the book; `label` gives the label of an id of
    the page, or "" where nobody links to it; `pages` says of a label whether the page's number is printed beside the
    link. `skip` says which elements are not set here; `black` is for signs without colour.
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
        inner = piece.strip(" ")
        if piece in MARKS:
            parts.append(f"#smartquote(double: {MARKS[piece]});")
        elif inner:
            lead, trail = " " * piece.startswith(" "), " " * piece.endswith(" ")
            parts.append(f"{lead}#{quoted(inner)};{trail}")
        else:
            parts.append(piece)
    return "".join(parts)


def content(element: Element, setting: Setting, without: Element | None = None) -> str:
    """Set what stands inside an element but `without`; blocks stand apart, so that each loose line is a paragraph."""
    parts = [words(element.text or "")]
    for child in element:
        if isinstance(child.tag, str) and child is not without:
            made = markup(child, setting)
            parts.append(f"\n\n{made}\n\n" if made and child.tag not in INLINE and "}" not in child.tag else made)
        parts.append(words(child.tail or ""))
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip("\n")


def markup(element: Element, setting: Setting) -> str:
    """Set one element with all that stands in it, its language and its id."""
    if not isinstance(element.tag, str) or setting.skip(element):
        return ""
    tag = element.tag.rpartition("}")[2]
    made = _set(element, tag, setting)
    language = (element.get("lang") or "").partition("-")[0]
    if language and language != setting.language:
        made = f"#text(lang: {quoted(language)})[{made}];"
    return made if tag in PLACED or HEADING.fullmatch(tag) else anchor(element, setting) + made


def anchor(element: Element, setting: Setting) -> str:
    """Give a place that a link can lead to, if one does."""
    label = setting.label(element.get("id") or "")
    return f"#place-of({quoted(label)});" if label else ""


def _set(element: Element, tag: str, setting: Setting) -> str:  # noqa: PLR0911 - one line for each kind of element
    """Set one element by its kind."""
    if heading := HEADING.fullmatch(tag):
        return _heading(element, int(heading[1]), setting)
    if tag in WRAPPED:
        return f"#{WRAPPED[tag]}[{content(element, setting)}];"
    if tag in {"code", "kbd", "samp", "pre"}:
        said = "".join(str(text) for text in element.itertext()).strip("\n")
        return f"#raw({quoted(said)}, block: {'true' if tag == 'pre' else 'false'});"
    if tag in SIMPLE:
        return SIMPLE[tag]
    if tag in {"svg", "img"}:
        decorates = tag == "svg" and element.get("role") != "img"
        inner = "".join(
            anchor(part, setting) for part in element.iterdescendants()
        )  # its title's and description's ids
        return sign(element, black=setting.black) if decorates else inner + picture(element)
    if tag == "a":
        return _link(element, setting)
    if tag == "blockquote":
        return f"#said[{content(element, setting)}]"
    inside = Inside(
        lambda part, without: content(part, setting, without), partial(anchor, setting=setting), setting.label
    )
    if tag == "table":
        return grid(element, inside.placed, setting.label)
    return BLOCKS.get(tag, box)(element, inside)


SIMPLE = {"br": "#linebreak();", "hr": "#rule();", "wbr": "#sym.zws;"}
BLOCKS = {"ul": listing, "ol": listing, "dl": terms, "figure": figure}


def _heading(element: Element, rank: int, setting: Setting) -> str:
    """Set a heading; a link in it shows no page number, which would get into the file's outline."""
    place, bare = quoted(setting.label(element.get("id") or "")), replace(setting, pages=lambda _: False)
    return f"#part-of({setting.depth + rank - 1}, {rank}, {place})[{content(element, bare)}]"


def _link(element: Element, setting: Setting) -> str:
    """Set a link: within the book to its place, with the page's number; else to its address; else as plain words."""
    inner, href = content(element, setting), element.get("href") or ""
    label = setting.target(element)
    if not inner.strip():
        return ""
    if label and "kb-cite" in classes(element):
        return f"#cited({quoted(label)})[{inner}];"
    if label:
        return f"#see({quoted(label)}, {'true' if setting.pages(label) else 'false'})[{inner}];"
    if re.match(r"(https?|mailto|tel|sms):", href):
        loose = "dialled" if href.startswith(("tel:", "sms:")) else "away"
        name = "number" if "kb-number" in classes(element) else loose
        return f"#{name}({quoted(href)})[{inner}];"
    return inner
