"""References and citation groups come in; their formatted HTML goes out, through one Pandoc run for the whole site.

One document holds every group and every work that any page cites, so that a suffix such as 2002a means the same work
on every page. Of a numeric style only the shapes of groups are formatted ("the first three", "the fifth with p. 3"),
because each page counts from 1. Results are kept in a folder, by content, and the folder is safe to delete.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypandoc
from lxml import etree, html

if TYPE_CHECKING:
    from kb.styles import Style

SAFE_HREF = re.compile(r"(https?|mailto):", re.IGNORECASE)
KEPT_TAGS = {"i", "em", "b", "strong", "sup", "sub", "a"}
DUMMY = "kb-dummy-"
NORMAL, IN_TEXT, NO_AUTHOR = "NormalCitation", "AuthorInText", "SuppressAuthor"

Item = dict[str, Any]  # one CSL-JSON item, as Pandoc writes it


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


class Run:
    """A Pandoc run that goes on beside the rendering of pages; `result` waits for it."""

    def __init__(self, style: Style, lang: str, items: list[Item], groups: list[Group], cache: Path | None) -> None:
        """Start formatting `groups` and the list of `items`, unless the cache has the result of exactly this."""
        self.groups, self.style, self.cache = groups, style, cache
        document = json.dumps(_document(style, lang, items, groups), sort_keys=True).encode()
        digest = hashlib.sha256(document + style.text + pypandoc.get_pandoc_version().encode()).hexdigest()
        self.stored = cache / f"{digest[:32]}.json" if cache else None
        self.process: subprocess.Popen[bytes] | None = None
        self.kept = _kept(self.stored)
        if self.kept is None:
            self.process = self._start(document)

    def result(self) -> Formatted:
        """Wait for the run and give what it made. Raises RuntimeError with Pandoc's own words if it failed."""
        if self.kept is None and self.process:
            self.process.wait()
            if self.process.returncode:
                self.errors.seek(0)
                raise RuntimeError(self.errors.read().decode(errors="replace").strip())
            self.output.seek(0)
            self.kept = _read(self.output.read())
            _keep(self.stored, self.kept)
        references, marks = self.kept or ({}, [])
        return Formatted(references, dict(zip(self.groups, marks, strict=True)))

    def _start(self, document: bytes) -> subprocess.Popen[bytes]:
        """Start Pandoc on a document; files, not pipes, so that neither side ever waits for the other."""
        self.output = tempfile.TemporaryFile()  # noqa: SIM115 - Pandoc writes there until `result` reads it
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - the same
        with tempfile.NamedTemporaryFile(suffix=".csl", delete=False) as style:
            style.write(self.style.text)
        self.style_file = Path(style.name)
        weakref.finalize(self, self.style_file.unlink, missing_ok=True)
        command = [
            pypandoc.get_pandoc_path(),
            "-f",
            "json",
            "-t",
            "html",
            "--wrap=none",
            "--citeproc",
            "--csl",
            style.name,
        ]
        with tempfile.TemporaryFile() as source:
            source.write(document)
            source.seek(0)
            return subprocess.Popen(command, stdin=source, stdout=self.output, stderr=self.errors)


def _kept(stored: Path | None) -> tuple[dict[str, str], list[str]] | None:
    """Give what an earlier run left, or None if there is nothing, or nothing that can be read."""
    try:
        if stored is None:
            return None
        references, marks = json.loads(stored.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return references, marks


def _keep(stored: Path | None, made: tuple[dict[str, str], list[str]]) -> None:
    """Keep what a run made, in one step, so that a build that is killed leaves no half of it."""
    if stored:
        stored.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=stored.parent, delete=False, encoding="utf-8") as file:
            json.dump(made, file)
        Path(file.name).replace(stored)


def shape(group: Group, numbers: dict[str, int]) -> Group:
    """Give the group of dummies that stands for `group` on a page where its works have these numbers."""
    return tuple(Cite(f"{DUMMY}{numbers[cite.key]}", cite.prefix, cite.suffix, NORMAL) for cite in group)


def dummies(count: int) -> list[Item]:
    """Give `count` works that stand for numbers; their list is thrown away."""
    return [{"id": f"{DUMMY}{number}", "type": "book", "title": str(number)} for number in range(1, count + 1)]


def _document(style: Style, lang: str, items: list[Item], groups: list[Group]) -> Item:
    """Give Pandoc's document: one block for each group, the works as metadata."""
    blocks = [_block(f"kb-g{number}", group, style) for number, group in enumerate(groups)]
    ordered = [Cite(item["id"]) for item in items]
    meta = {
        "lang": _string(lang),
        "link-citations": {"t": "MetaBool", "c": False},
        "references": {"t": "MetaList", "c": [_meta(item) for item in items]},
    }
    # All works are cited once at the start, so that numbers follow their order here.
    first = [_block("kb-all", tuple(ordered), style)] if ordered else []
    return {"pandoc-api-version": [1, 23, 1], "meta": meta, "blocks": first + blocks}


def _block(name: str, group: Group, style: Style) -> Item:
    """Give a block that holds one citation group."""
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
    inline = {"t": "Cite", "c": [cites, [{"t": "Str", "c": "?"}]]}
    return {"t": "Div", "c": [[name, [], []], [{"t": "Plain", "c": [inline]}]]}


def _words(text: str) -> list[Item]:
    """Give text as Pandoc inlines; leading and trailing spaces are kept."""
    parts = filter(None, re.split(r"(\s+)", text))
    return [{"t": "Space"} if part.isspace() else {"t": "Str", "c": part} for part in parts]


def _plain(text: str) -> list[Item]:
    """Give text as inlines that Pandoc does not take for a locator: behind an empty one, which its manual calls {}."""
    return [{"t": "Str", "c": "{}"}, *_words(text)]


def _string(text: str) -> Item:
    """Give a metadata text that Pandoc takes as it stands."""
    return {"t": "MetaString", "c": text}


def _meta(value: object) -> Item:
    """Give a CSL-JSON value as Pandoc metadata; the markup of CSL-JSON titles becomes inlines there."""
    if isinstance(value, dict):
        return {"t": "MetaMap", "c": {key: _meta(inner) for key, inner in value.items()}}
    if isinstance(value, list):
        return {"t": "MetaList", "c": [_meta(inner) for inner in value]}
    return _string(str(value))


def _read(output: bytes) -> tuple[dict[str, str], list[str]]:
    """Read Pandoc's HTML: the references by key, in order, and the marks in order."""
    tree: Any = html.document_fromstring(
        b"<meta charset='utf-8'><body>" + output + b"</body>"
    )  # lxml's types are loose
    references = {}
    for entry in tree.xpath("//div[contains(concat(' ', @class, ' '), ' csl-entry ')]"):
        references[entry.get("id").removeprefix("ref-")] = _inner(entry)
    found = {int(div.get("id")[4:]): div for div in tree.xpath("//div[starts-with(@id, 'kb-g')]")}
    marks = [_inner(found[number].xpath(".//span[contains(@class, 'citation')]")[0]) for number in sorted(found)]
    return references, marks


def _inner(element: html.HtmlElement) -> str:
    """Give an element's content as one line of HTML with nothing in it but text, emphasis and safe links."""
    for child in list(element.iter(etree.Element)):
        if child is element:
            continue
        if child.tag not in KEPT_TAGS or (child.tag == "a" and not SAFE_HREF.match(child.get("href") or "")):
            child.drop_tag()
            continue
        for attribute in set(child.attrib) - ({"href"} if child.tag == "a" else set()):
            del child.attrib[attribute]
    inner = html.tostring(element, encoding="unicode", with_tail=False)
    return " ".join(inner[inner.index(">") + 1 : inner.rindex("</")].split())
