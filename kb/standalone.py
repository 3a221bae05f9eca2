"""A page's Markdown, rendered by itself, comes in; the page with its citation marks and lists goes out.

This is the way in for engines without MkDocs' events: Zensical (https://zensical.org), which renders each page with a
fresh Python-Markdown and has no hook after all pages, and plain Python-Markdown. What the other pages cite is known
from a first look at all sources, once a process. `markdown_extensions:` names it `kb.standalone`.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from markdown import Markdown

from kb.citations import LOOSE_GROUP, NARRATIVE, CitationExtension, Collector, parse_group, scan
from kb.csl import DUMMY, IN_TEXT, Cite, Formatted, Group, Run, dummies, shape
from kb.findings import Finding, report
from kb.items import read_items
from kb.library import Entry, read_library
from kb.references import (
    Citing,
    Numbered,
    as_numbers,
    number_page,
)
from kb.styles import StyleError, load_style

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

log = logging.getLogger("kb")
PAGE_LIST = '<div class="kb-list"></div>'
FIRST_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
# What a page is read with when another page asks who cites a work and the engine does not say what it uses.
USUAL = ["extra", "admonition", "toc", "pymdownx.superfences", "pymdownx.details", "pymdownx.tabbed"]


class Site:
    """What a process knows of a site: its library, its style, its sources, and what Pandoc made of their citations."""

    def __init__(self, options: Mapping[str, Any], folder: Path, lang: str) -> None:
        """Read the bibliography, the style and all sources. Raises ValueError with one line for each fault."""
        self.options, self.lang, self.cache = options, lang, folder / options["cache_dir"]
        self.docs = folder / options["docs_dir"]
        self.files = _bib_files(options, folder)
        self.library: dict[str, Entry] = {}
        findings: list[Finding] = []
        for file in self.files:
            name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name
            entries, faults = read_library(file, name, self.library)
            self.library |= entries
            findings += faults
        if findings:
            raise ValueError("\n" + report(findings))
        try:
            self.style = load_style(options["csl_file"], folder)
            self.items = read_items("\n".join(file.read_text(encoding="utf-8") for file in self.files), self.cache)
        except (StyleError, RuntimeError) as error:
            raise ValueError(f"kb.standalone: {error}") from error
        self.sources = {file.relative_to(self.docs).as_posix(): _text(file) for file in _walk(self.docs)}
        self.times = {file: _time(file) for file in (*self.files, *(self.docs / path for path in self.sources))}
        texts = list(self.sources.values())
        everything = any(options["full_bib_command"] in text for text in texts)
        self.marks: dict[Group, str] = {}
        self._start(set(self.library) if everything else set().union(*(scan(text)[0] for text in texts)))

    def stale(self, path: str) -> bool:
        """Say whether the bibliography or this page has changed since the first look: a writer's preview lives long."""
        asked = [*self.files, *([self.docs / path] if path else [])]
        return any(self.times.get(file) != _time(file) for file in asked)

    def path_of(self, text: str) -> str:
        """Give the path of the page with this text; "" if no source has it."""
        body = "".join(text.split())
        return next((path for path, source in self.sources.items() if "".join(_body(source).split()) == body), "")

    def formatted(self, keys: Collection[str]) -> Formatted:
        """Wait for the references; a key that the first look did not see (in a snippet) makes another run."""
        if not self.cited.issuperset(keys):
            self._start(self.cited | set(keys))
        if self.made is None:
            self.made = self.run.result()
            self.marks |= self.made.marks
        return self.made

    def order(self, keys: Collection[str]) -> dict[str, int] | None:
        """Give the place of each work where the style sorts its list."""
        return {key: place for place, key in enumerate(self.formatted(keys).references)} if self.style.sorted else None

    def form(self, group: Group, numbers: Mapping[str, int]) -> Group:
        """Give the group under which a mark is formatted."""
        return shape(as_numbers(group), dict(numbers)) if self.style.numeric else group

    def marks_of(self, page: Numbered) -> dict[Group, str]:
        """Format a page's marks; on the first page, also those that all sources will probably ask for."""
        wanted = {self.form(place.use.group, page.numbers) for place in page.places.values()}
        if wanted - self.marks.keys():
            guessed = set() if self.marks or not self.style.numeric else set(self._guess())
            missing = sorted((wanted | guessed) - self.marks.keys(), key=repr)
            most = (
                max(int(cite.key.removeprefix(DUMMY)) for group in missing for cite in group)
                if self.style.numeric
                else 0
            )
            items = dummies(most) if self.style.numeric else self._items()
            self.marks |= Run(self.style, self.lang, items, missing, self.cache).result().marks
        return self.marks

    def citing(self, engine: Mapping[str, Any]) -> Iterator[tuple[str, Citing]]:
        """Give each work with each page and section that cites it, in the order of the site, by reading all pages."""
        used = [name for name in engine.get("markdown_extensions", USUAL) if isinstance(name, str) and _harmless(name)]
        titles = dict(_titles(engine.get("nav") or []))
        for path, text in self.sources.items():
            if not scan(text)[0] & self.library.keys():
                continue
            collector = Collector(self.library, narrative=self.options["enable_inline_citations"], page=path)
            extensions = [*used, CitationExtension(collector, commands_of(self.options))]
            configs = engine.get("mdx_configs", {})
            content = Markdown(extensions=extensions, extension_configs=configs).convert(_body(text))
            page = number_page(content, collector.uses, None)
            title, url = titles.get(path) or _title(path, text, content), url_of(path, engine)
            for place in page.places.values():
                named = Citing(
                    f"{title}: {place.section}" if place.section else title,
                    f"{url}#{place.anchor or f'cite-{place.number}'}",
                )
                yield from ((cite.key, named) for cite in place.use.group)

    def _start(self, keys: set[str]) -> None:
        """Have Pandoc start on the references, and on the marks of a style that does not number them."""
        self.cited = keys & self.library.keys()
        self.made: Formatted | None = None
        groups = [] if self.style.numeric else sorted(self._guess(), key=repr)
        self.run = Run(self.style, self.lang, self._items(), groups, self.cache)

    def _items(self) -> list[dict[str, Any]]:
        """Give the works that the site cites, in the file's order."""
        return [item for item in self.items if item["id"] in self.cited]

    def _guess(self) -> set[Group]:
        """Give the groups, as they are formatted, that the sources seem to hold: code and all, so it is only a guess."""
        found = set()
        order = self.order(()) if self.style.numeric else None
        for text in self.sources.values():
            groups = [group for group in in_order(text) if all(cite.key in self.cited for cite in group)]
            keys = list(dict.fromkeys(cite.key for group in groups for cite in group))
            listed = sorted(keys, key=lambda key: order[key]) if order else keys
            found |= {self.form(group, {key: n for n, key in enumerate(listed, 1)}) for group in groups}
        return found


def in_order(text: str) -> list[Group]:
    """Give what seem to be a source's groups, of the text's own brackets and sentences, in their order."""
    found = [(match.start(), parse_group(match[1])) for match in LOOSE_GROUP.finditer(text)]
    for match in re.finditer(NARRATIVE, text):
        locator = " ".join((match[3] or "").split())
        found.append((match.start(), (Cite(match[1] or match[2], "", locator and f", {locator}", IN_TEXT),)))
    return [group for _, group in sorted(found, key=lambda item: item[0]) if group]


class Rendering:
    """One page on its way: opened before it is parsed, closed with its marks and lists when it is HTML."""

    def __init__(self, md: Markdown, options: Mapping[str, Any]) -> None:
        """Add the extension that parses, and the two steps around it."""
        self.md, self.options = md, options
        self.collector = Collector(narrative=options["enable_inline_citations"])
        CitationExtension(self.collector, commands_of(options)).extendMarkdown(md)
        md.preprocessors.register(Opening(self), "kb_open", 1000)
        md.postprocessors.register(Closing(self), "kb_close", -1000)

    def open(self, lines: list[str]) -> None:
        """Find out which page this is, as Zensical says or as its text says, and what the site knows by now."""
        known = "rendering_context" in self.md.preprocessors
        context: Any = self.md.preprocessors["rendering_context"] if known else None
        self.engine = context.config if context else {}
        folder = Path(self.engine.get("root_dir", "."))
        self.site = site_of(folder.resolve(), self.options, self.engine)
        self.path = context.page.path if context else self.site.path_of("\n".join(lines))
        if self.site.stale(self.path):
            site_of.cache_clear()
            self.site = site_of(folder.resolve(), self.options, self.engine)
        self.text = self.site.sources.get(self.path, "\n".join(lines))
        self.collector.known, self.collector.page = self.site.library, self.path
        self.collector.uses.clear()
        self.collector.unknown.clear()
