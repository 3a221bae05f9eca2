"""A page's Markdown, rendered by itself, comes in; the page with its citation marks and lists goes out.

This is the way in for engines without MkDocs' events: Zensical (https://zensical.org), which renders each page with a
new Markdown and has no hook after all pages, and plain Python-Markdown. What the other pages cite is known from a first
look at all sources, once a process. In `markdown_extensions:` its name is `kb.standalone`.
"""

from __future__ import annotations

import functools
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import yaml
from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from kb.bibliography import Bibliography, Rendered, stem
from kb.citations import CitationExtension, Collector, Use, locate, scan
from kb.findings import Finding, report
from kb.items import read_items
from kb.library import Entry, read_library, unknown_key
from kb.lists import LISTS
from kb.pages import FRONT_MATTER
from kb.references import MARK, TAGS
from kb.styles import StyleError, load_style

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

log = logging.getLogger("kb")
FIRST_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
# What the first look reads pages with where the engine does not say what it uses.
USUAL = ["extra", "admonition", "toc", "pymdownx.superfences", "pymdownx.details", "pymdownx.tabbed"]
OPTIONS = {
    "bib_file": ["", "The .bib file, relative to the configuration file"],
    "bib_dir": ["", "A folder of .bib files, instead of `bib_file`"],
    "csl_file": ["nlm-citation-sequence", "A CSL style: a file, or a name from the CSL repository"],
    "lang": ["", "The language of the style's terms (BCP 47); by default the theme's"],
    "docs_dir": ["", "The folder of all sources; by default the engine's, or `docs`"],
    "bib_command": ["\\bibliography", "What stands for the page's list"],
    "full_bib_command": ["\\full_bibliography", "What stands for the list of all works"],
    "bib_by_default": [True, "Whether a page that cites, and names no list, gets one at its end"],
    "enable_inline_citations": [True, "Whether @key counts as part of a sentence"],
    "cache_dir": [".cache/kb", "Where formatted references are kept by content; safe to delete"],
}


class Site:
    """What a process knows of a site: its library, its style, its sources, and what they cite."""

    def __init__(self, folder: Path, options: Mapping[str, Any], engine: Mapping[str, Any]) -> None:
        """Read the bibliography and the style, and start on the sources. Raises ValueError with a line for each fault.

        `engine` is the engine's own configuration, by MkDocs' names; empty where it has none.
        """
        self.folder, self.options, self.engine = folder, options, engine
        self.docs = folder / (options["docs_dir"] or engine.get("docs_dir") or "docs")
        self.library: dict[str, Entry] = {}
        self.files = _bib_files(folder, options)
        self.times = [_time(file) for file in self.files]
        self.bibliography = self._read(folder / options["cache_dir"])
        self.sources = {file.relative_to(self.docs).as_posix(): _text(file) for file in _walk(self.docs)}
        self.bibliography.start(self.sources.values(), options["full_bib_command"])
        self.commands = {options["bib_command"]: "kb-list", options["full_bib_command"]: "kb-full-list"}
        self.uses: list[Use] = []
        self.pages: dict[str, Rendered] = {}

    def _read(self, cache: Path) -> Bibliography:
        """Read the .bib files and the style."""
        findings = []
        for file in self.files:
            name = file.relative_to(self.folder).as_posix() if file.is_relative_to(self.folder) else file.name
            entries, faults = read_library(file, name, self.library)
            self.library |= entries
            findings += faults
        if findings:
            raise ValueError("\n" + report(findings))
        try:
            style = load_style(self.options["csl_file"], self.folder)
            items = read_items("\n".join(_text(file) for file in self.files), cache)
        except (StyleError, RuntimeError) as error:
            raise ValueError(f"kb.standalone: {error}") from error
        lang = self.options["lang"] or self.engine.get("theme", {}).get("language") or "en"
        return Bibliography(style, lang, items, self.library, cache)

    @property
    def stale(self) -> bool:
        """Whether the bibliography has changed since it was read: a writer's preview lives long."""
        return self.times != [_time(file) for file in _bib_files(self.folder, self.options)]

    def collector(self, path: str) -> Collector:
        """Give what notes the citations of one page; all pages share one list."""
        return Collector(self.library, self.options["enable_inline_citations"], path, self.uses)

    def path_of(self, text: str) -> str:
        """Give the path of the page with this text; "" if no source has it."""
        body = "".join(_body(text).split())
        return next((path for path, source in self.sources.items() if "".join(_body(source).split()) == body), "")

    def page(self, path: str, text: str, content: str) -> Rendered:
        """Give a page under the title and address that the site has for it."""
        name = path.removesuffix(".md")
        if self.engine.get("use_directory_urls", True):
            url = re.sub(r"(^|/)(index|README)/$", r"\1", f"{name}/") if name else ""
        else:
            url = re.sub(r"(^|/)README$", r"\1index", name) + ".html"
        named = dict(_titles(self.engine.get("nav") or [])).get(path)
        return Rendered(path, named or _title(name, text, content), url, content)

    def look(self) -> None:
        """Render every page that seems to cite, once, to know what it cites and where, and have all marks formatted."""
        if self.looked:
            return
        self.looked = True
        used = [name for name in self.engine.get("markdown_extensions", USUAL) if _harmless(name)]
        for path, text in self.sources.items():
            if scan(text)[0] & self.library.keys():
                extensions = [*used, CitationExtension(self.collector(path), self.commands)]
                md = Markdown(extensions=extensions, extension_configs=self.engine.get("mdx_configs", {}))
                self.pages[path] = self.page(path, text, md.convert(_body(text)))
        self.bibliography.resolve(list(self.pages.values()), self.uses)

    def resolve(self, page: Rendered) -> str:
        """Give a page with its marks and lists, as if all pages had been rendered beside it."""
        self.look()
        known = self.pages | {page.path: page}
        if page.path:
            self.pages = known
        order = {path: place for place, path in enumerate(self.sources)}
        everything = sorted(known.values(), key=lambda other: order.get(other.path, len(order)))
        resolved = self.bibliography.resolve(everything if "kb-full-list" in page.content else [page], self.uses)
        content = resolved.content[page.path]
        for address, text in resolved.files.items():
            # No file can be written beside the page here, so the link itself carries it (RFC 2397).
            if address.startswith(f"{stem(page.url)}."):
                name = address.rpartition("/")[2]
                link = f'href="data:text/plain;charset=utf-8,{quote(text)}" download="{name}"'
                content = content.replace(f'href="{name}" download', link)
        return content


@functools.lru_cache(maxsize=4)
def _site(folder: Path, options: tuple[tuple[str, Any], ...], engine: _Engine) -> Site:
    """Give the one Site of a folder and its options in this process."""
    return Site(folder, dict(options), engine.settings)


class Opening(Preprocessor):
    """Finds out which page this is, before anything is parsed."""

    def __init__(self, md: Markdown, options: Mapping[str, Any]) -> None:
