"""Works and citation groups come in; their references and marks as HTML, formatted by Pandoc, go out.

Of a numeric style only the shapes of groups are formatted ("the first three", "the fifth with p. 3"), because each page
counts from 1.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lxml import etree, html

from kb.namesakes import NAMES, twins
from kb.pandoc import Job

if TYPE_CHECKING:
    from pathlib import Path

    from kb.styles import Style

SAFE_HREF = re.compile(r"(https?|mailto):", re.IGNORECASE)
URL_MARKS = "!#$%&'()*+,/:;=?@[]~"  # RFC 3986, 2.2 and 2.1; all else in an address is written as %XX
KEPT_TAGS = {"i", "em", "b", "strong", "sup", "sub", "a"}
EMPHASIS = re.compile(r"(?<![\w*])(\*\*?|_)(?=\S)(.+?)(?<=\S)\1(?![\w*])")
DUMMY = "kb-dummy-"
NO_LOCATOR = "\ue004 "  # a word before a page number, so that Pandoc reads no locator there
SUFFIX_END = re.compile("\ue006([,;] ?)?")
NORMAL, IN_TEXT, NO_AUTHOR = "NormalCitation", "AuthorInText", "SuppressAuthor"

Item = dict[str, Any]  # one CSL-JSON item, as kb.items gives it
Node = dict[str, Any]  # one node of Pandoc's document, as JSON


@dataclass(frozen=True)
class Cite:
    """One work in a group: its key, what stands before and after it, and Pandoc's citation mode."""

    key: str
    prefix: str = ""
    suffix: str = ""
    mode: str = NORMAL


Group = tuple[Cite, ...]


@dataclass(frozen=True)
class Formatted:
    """What a run gave: each work's reference as HTML in the style's own order, and each group's mark as HTML."""

    references: dict[str, str]
    marks: dict[Group, str]


def formatting(  # noqa: PLR0913, PLR0917 - one argument for each thing that Pandoc must know
    style: Style, csl: str, lang: str, items: list[Item], groups: list[Group], cache: Path | None
) -> Job[tuple[dict[str, str], list[str]]]:
    """Have Pandoc format groups and the list of items in a style's text, beside other work.

    The result is the references by key, in the style's order, and the marks in the order of the groups.
    """
    arguments = ["-f", "json", "-t", "html", "--wrap=none", "--citeproc"]
    arguments += ["--csl", "{style.csl}", "--bibliography", "{items.json}"]
    works = [_named(item, bare=style.bare) for item in items]
    files = {"style.csl": csl, "items.json": json.dumps(works)}
    return Job(arguments, json.dumps(_document(style, lang, items, groups)), _read, files, cache)


def shape(group: Group, numbers: dict[str, int]) -> Group:
    """Give the group of dummies that stands for `group` on a page where its works have these numbers."""
    return tuple(Cite(f"{DUMMY}{numbers[cite.key]}", cite.prefix, cite.suffix, NORMAL) for cite in group)


def dummies(count: int) -> list[Item]:
    """Give `count` works that stand for numbers; their list is thrown away."""
    return [{"id": f"{DUMMY}{number}", "type": "book", "title": str(number)} for number in range(1, count + 1)]


def said(item: Item, *, title_only: bool = False) -> str:
    """Give a work's authors, title and year, or only its short title, for a style that would say nothing of it."""
    people = [str(name.get("family") or name.get("literal") or "") for name in item.get("author", [])]
    title = str((title_only and item.get("title-short")) or item.get("title", item["id"]))
    plain = re.sub(r"</?(i|b|su[bp]|span)\b[^>]*>", "", title)
    years = [str(part[0]) for part in item.get("issued", {}).get("date-parts", [])]
    parts = [plain] if title_only else [", ".join(people), plain, "–".join(years)]
    return ". ".join(escape(part) for part in parts if part)


def _named(item: Item, *, bare: bool) -> Item:
    """Give an item whose names Pandoc leaves whole: `el-` is not cut off; if names are `bare`, no full stop ends Jr."""
    made = item.copy()
    for role in set(NAMES) & item.keys():
        made[role] = [person.copy() for person in item[role]]
        for person in made[role]:
            if bare and "suffix" in person:
                person["suffix"] = person["suffix"].rstrip(".")
            if "family" in person and "non-dropping-particle" not in person:
                person["family"] = f'"{person["family"]}"'  # quotation marks forbid to look for particles in it
    return made


def _document(style: Style, lang: str, items: list[Item], groups: list[Group]) -> Node:
    """Give Pandoc's document: one block for each group; the works are in a file of their own."""
    blocks = [_block(f"kb-g{number}", group, style) for number, group in enumerate(groups)]
    meta: Node = {"lang": {"t": "MetaString", "c": lang}}
    if style.numeric:  # all works are cited once at the start, so that numbers follow their order here
        blocks.insert(0, _block("kb-all", tuple(Cite(item["id"]) for item in items), style))
    else:
        meta["nocite"] = {"t": "MetaInlines", "c": [_cite((Cite("*"),), style)]}
        if alike := twins(items):  # so that 2002a and 2002b do not depend on which of them is cited first
            blocks.insert(0, _block("kb-twins", tuple(map(Cite, alike)), style))
    return {"pandoc-api-version": [1, 23, 1], "meta": meta, "blocks": blocks}


def _block(name: str, group: Group, style: Style) -> Node:
    """Give a block that holds one citation group."""
    return {"t": "Div", "c": [[name, [], []], [{"t": "Plain", "c": [_cite(group, style)]}]]}


def _cite(group: Group, style: Style) -> Node:
    """Give a citation group."""
    cites = [
        {
            "citationId": cite.key,
            "citationPrefix": _words(cite.prefix),
            "citationSuffix": _words(cite.suffix) if style.locators or not cite.suffix else _plain(cite.suffix),
            "citationMode": {"t": cite.mode},
            "citationNoteNum": 0,
            "citationHash": 0,
        }
        for cite in group
    ]
    return {"t": "Cite", "c": [cites, [{"t": "Str", "c": "?"}]]}


def _words(text: str) -> list[Node]:
    """Give text as Pandoc inlines, with *emphasis*; leading and trailing spaces are kept."""
    found: list[Node] = []
    for number, part in enumerate(EMPHASIS.split(text)):
        if number % 3 == 1:
            found.append({"t": "Strong" if part == "**" else "Emph", "c": []})
        elif number % 3 == 2:  # noqa: PLR2004 - what the two marks enclose
            found[-1]["c"] = _words(part)
        else:
            words = [word for word in re.split(r"(\s+)", part) if word]
            found += [{"t": "Space"} if word.isspace() else {"t": "Str", "c": word} for word in words]
    return found


def _plain(text: str) -> list[Node]:
    """Give text as inlines that Pandoc does not take for a locator; `_inner` takes our marks out again."""
    return _words(re.sub(r"^[\s,;:.]*", lambda match: match[0] + NO_LOCATOR, text) + "\ue006")


def _read(output: str) -> tuple[dict[str, str], list[str]]:
    """Read Pandoc's HTML: the references by key, in order, and the marks in order."""
    tree = html.document_fromstring(f"<body>{output}</body>")
    references, marks = {}, {}
    for div in list(tree.iter("div")):
        name = div.get("id", "")
        if "csl-entry" in div.get("class", "").split():
            references[name.removeprefix("ref-")] = _inner(div)
        elif re.fullmatch(r"kb-g\d+", name):
            marks[int(name[4:])] = _inner(div[0])
    return references, [marks[number] for number in sorted(marks)]


def _inner(element: html.HtmlElement) -> str:
    """Give an element's content as one line of HTML with nothing in it but text, emphasis and safe links."""
    for child in list(element.iter(etree.Element)):
        address = child.get("href", "").strip()
        if address.lower().startswith("doi:"):
            address = f"https://doi.org/{address[4:]}"
        if child is element:
            continue
        if child.tag not in KEPT_TAGS or (child.tag == "a" and not SAFE_HREF.match(address)):
            if child.tag in {"div", "br"}:  # a style's own line: at least a space
                child.tail = f" {child.tail or ''}"
            child.drop_tag()
            continue
        child.attrib.clear()
        if child.tag == "a":
            child.set("href", quote(address, safe=URL_MARKS))
    inner = html.tostring(element, encoding="unicode", with_tail=False).replace(NO_LOCATOR, "")
    inner = SUFFIX_END.sub(lambda match: "; " if match[1] else "", inner)  # (2, pp. 3–4; 5), where 2,5 would mislead
    return " ".join(inner[inner.index(">") + 1 : inner.rindex("</")].split())
