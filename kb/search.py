"""Pages, terms, crisis words and help numbers come in; the files of the search, code, index and texts, go out.

The index is made by the very script that readers run, in V8, so that words are cut and compared by one piece of code.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kb.engine import ENGINE, FOLDER, SCREEN_STARTS, Engine
from kb.passages import passages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.crisis import Crisis
    from kb.helplines import Helpline
    from kb.passages import Passage
    from kb.terms import Terms

SCREEN = f"{FOLDER}ui.js"
STYLE = f"{FOLDER}style.css"
QUIET = 0.85  # what a page about the site itself counts beside one about its subject
CHUNK = 24_000  # characters of text in one file, at least: some 8 kB sent for a few pages that stand together
ENOUGH = 2  # help numbers of a group that the card of a crisis shows


@dataclass(frozen=True)
class Source:
    """One page as search takes it in: address within the site, names, place, summary, front matter and rendered HTML.

    `crumbs` are the titles of the sections above it, from the top; `quiet` pages are about the site itself.
    """

    path: str
    url: str
    title: str
    name: str
    crumbs: tuple[str, ...]
    summary: str
    description: str
    aliases: tuple[str, ...]
    kinds: tuple[str, ...]
    stages: tuple[str, ...]
    content: str
    quiet: bool = False


@dataclass(frozen=True)
class Site:
    """All that the index is made of; `labels` are what readers see for kinds and stages, `fallback` paths of pages."""

    sources: tuple[Source, ...]
    terms: Terms
    crisis: Crisis
    helplines: tuple[Helpline, ...] = ()
    help_page: str = "help-now.md"
    fallback: tuple[str, ...] = ("a-z.md", "help-now.md", "index.md")
    labels: dict[str, str] | None = None


@dataclass(frozen=True)
class Files:
    """The search as files: their paths within the site, and all of their texts by path."""

    code: str
    style: str
    index: str
    texts: dict[str, str]


def make(site: Site, scripts: dict[str, str], style: str) -> Files:
    """Make the files of the search; `scripts` are the texts of ENGINE and SCREEN by path, the screen may be missing."""
    code = "\n".join(scripts[path] for path in ENGINE)
    parts = [passages(source.content) for source in site.sources]
    texts, chunks = _texts(parts)
    with Engine(code) as engine:
        mini = engine.build(
            [_record(number, *pair) for number, pair in enumerate(zip(site.sources, parts, strict=True))]
        )
    index = _index(site, parts, chunks) | {"texts": list(texts), "mini": mini}
    whole = _named("code", "js", SCREEN_STARTS.join([code, scripts.get(SCREEN, "")]))
    written = dict([whole, look := _named("style", "css", style)])
    held = _named("index", "js", f"globalThis.KB_SEARCH_INDEX = {_json(index)};\n")
    return Files(whole[0], look[0], held[0], written | texts | dict([held]))


def _record(number: int, source: Source, parts: Sequence[Passage]) -> dict[str, Any]:
    """Give a page's fields as the engine indexes them."""
    return {
        "id": number,
        "title": f"{source.title} {source.name}" if source.name != source.title else source.title,
        "aliases": " · ".join(source.aliases),
        "headings": " · ".join(part.title for part in parts if part.id and not part.term),
        "summary": f"{source.summary} {source.description}",
        "terms": " · ".join(part.title for part in parts if part.term),
        "text": " · ".join(part.text for part in parts),
    }


def _index(site: Site, parts: list[list[Passage]], chunks: list[int]) -> dict[str, Any]:
    """Give all that the engine needs to know beside the words of the pages."""
    by_path = {source.path: number for number, source in enumerate(site.sources)}
    pages = [_page(*item) for item in zip(site.sources, parts, chunks, strict=True)]
    help_number = by_path.get(site.help_page)
    lines = _lines(site.helplines)
    card = None
    if help_number is not None and lines:
        card = {"title": "If you or someone is in danger now", "lines": lines, "page": pages[help_number]["url"]}
    return {
        "pages": pages,
        "filters": _filters(site),
        "terms": [{"same": item.same, "near": item.near} for item in site.terms.sets],
        "crisis": [
            {"text": rule.words, "typo": rule.typo, "gap": rule.gap, "whole": rule.whole} for rule in site.crisis.rules
        ],
        "help": card,
        "helpPage": help_number,
        "ways": [by_path[path] for path in site.fallback if path in by_path],
    }


def _page(source: Source, parts: list[Passage], chunk: int) -> dict[str, Any]:
    """Give what a result shows of a page, and the names by which it may be asked for."""
    names = dict.fromkeys((source.title, source.name, *source.aliases))
    return {
        "url": source.url,
        "title": source.title,
        "crumbs": source.crumbs,
        "section": source.crumbs[0] if source.crumbs else "",
        "kinds": source.kinds,
        "stages": source.stages,
        "summary": source.summary,
        "names": list(names),
        "terms": [part.title for part in parts if part.term],
        "chunk": chunk,
        **({"prior": QUIET} if source.quiet else {}),
    }


def _filters(site: Site) -> dict[str, list[dict[str, str]]]:
    """Give the choices by which a reader may narrow results, in the order in which pages have them."""
    labels = site.labels or {}

    def choices(values: Iterable[str]) -> list[dict[str, str]]:
        return [
            {"value": value, "label": labels.get(value) or value[:1].upper() + value[1:].replace("-", " ")}
            for value in dict.fromkeys(values)
        ]

    order = list(labels)
    kinds = {kind for source in site.sources for kind in source.kinds}
    stages = {stage for source in site.sources for stage in source.stages}
    return {
        "sections": choices(source.crumbs[0] for source in site.sources if source.crumbs),
        "kinds": choices(sorted(kinds, key=lambda word: (order.index(word) if word in order else 99, word))),
        "stages": choices(sorted(stages, key=lambda word: (order.index(word) if word in order else 99, word))),
    }


def _lines(helplines: Sequence[Helpline]) -> list[dict[str, str]]:
    """Give the numbers of the card: every emergency number, and the first of each group that one can talk to."""
    shown: dict[str, int] = {}
    lines = []
    for line in helplines:
        shown[line.group] = shown.get(line.group, 0) + 1
        if line.group != "emergency" and shown[line.group] >= ENOUGH:
            continue
        if line.call:
            lines.append({"label": line.name, "text": f"Call {line.call}", "href": line.call_uri})
        if line.text:
            lines.append({"label": line.name, "text": f"Text {line.text}", "href": line.text_uri})
    return lines


def _texts(pages: Sequence[Sequence[Passage]]) -> tuple[dict[str, str], list[int]]:
    """Put the words of pages that stand together into files; give the files by path, and each page's file number."""
    chunks: list[dict[int, list[tuple[str, str, str]]]] = [{}]
    numbers, size = [], 0
    for number, parts in enumerate(pages):
        if size >= CHUNK:
            chunks.append({})
            size = 0
        chunks[-1][number] = [(part.id, part.title, part.text) for part in parts]
        size += sum(len(part.text) for part in parts)
        numbers.append(len(chunks) - 1)
    head = "(globalThis.KB_SEARCH_TEXTS = globalThis.KB_SEARCH_TEXTS || {})"
    return dict(
        _named(f"text-{n}", "js", f"{head}[{n}] = {_json(chunk)};\n") for n, chunk in enumerate(chunks)
    ), numbers


def _named(name: str, end: str, text: str) -> tuple[str, str]:
    """Name a file by what it holds, so that an address never means two texts."""
    return f"{FOLDER}{name}.{hashlib.sha256(text.encode()).hexdigest()[:10]}.{end}", text


def _json(value: object) -> str:
    """Write JSON that is also a script (U+2028 and U+2029 ended lines before ES2019), the same for the same value."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("</", "<\\/")
