"""A page's Markdown, rendered by itself, comes in; the page with its citation marks and lists goes out.

This is the way in for engines without MkDocs' events: Zensical (https://zensical.org), which renders each page with a
new Markdown and has no hook after all pages, and plain Python-Markdown. What the other pages cite is known from a first
look at all sources, once a process. In `markdown_extensions:` its name is `kb.standalone`.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

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
from kb.references import MARK
from kb.sources import address, body, path_of, read_sources, title, titles
from kb.styles import StyleError, load_style

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger("kb")
NOTHING: dict[str, Any] = {}  # what an engine says that is only Python-Markdown
SITES: dict[tuple[object, ...], Site] = {}
# What the first look reads pages with where the engine does not say what it uses.
USUAL = ["extra", "admonition", "toc", "pymdownx.superfences", "pymdownx.details", "pymdownx.tabbed"]
# Extensions that can read a page twice: Python-Markdown's own, pymdownx, and ours but for this one.
HARMLESS = re.compile(r"[^.]+|(markdown|pymdownx)\..+|kb\.(?!standalone).+")
OPTIONS: dict[str, list[Any]] = {
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
        self.times = _times([*self.files, folder / options["csl_file"]])
        self.bibliography = self._read(folder / options["cache_dir"])
        self.sources = read_sources(self.docs)
        self.bibliography.start(self.sources.values(), options["full_bib_command"])
        self.uses: list[Use] = []
        self.pages: dict[str, Rendered] = {}
        self.looked = False

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
            items = read_items("\n".join(file.read_text(encoding="utf-8") for file in self.files), cache)
        except (StyleError, RuntimeError) as error:
            raise ValueError(f"kb.standalone: {error}") from error
        lang = self.options["lang"] or self.engine.get("theme", {}).get("language") or "en"
        return Bibliography(style, lang, items, self.library, cache)

    def stale(self, engine: Mapping[str, Any]) -> bool:
        """Say whether the bibliography, style or engine's settings have changed: a writer's preview lives long."""
        files = _bib_files(self.folder, self.options)
        return engine is not self.engine or self.times != _times([*files, self.folder / self.options["csl_file"]])

    def source(self, path: str) -> str:
        """Give a page's source as it is now; "" for a text that is no page."""
        return (self.docs / path).read_text(encoding="utf-8-sig") if path else ""

    def page(self, path: str, text: str, content: str) -> Rendered:
        """Give a page under the title and address that the site has for it."""
        named = dict(titles(self.engine.get("nav") or [])).get(path) or title(path, text, content)
        url = address(path, folders=self.engine.get("use_directory_urls", True)) if path else ""
        return Rendered(path, named, url, content)

    def look(self) -> None:
        """Render every page that seems to cite, once, to know what it cites and where, and have all marks formatted."""
        if self.looked:
            return
        self.looked = True
        names = self.engine.get("markdown_extensions", USUAL)
        used = [name for name in names if isinstance(name, str) and HARMLESS.fullmatch(name)]
        for path, text in self.sources.items():
            if scan(text)[0] & self.library.keys():
                collector = Collector(self.library, self.options["enable_inline_citations"], path, self.uses)
                extensions = [*used, CitationExtension(collector, _commands(self.options))]
                md = Markdown(extensions=extensions, extension_configs=self.engine.get("mdx_configs", {}))
                self.pages[path] = self.page(path, text, md.convert(body(text)))
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
        for file, text in resolved.files.items():
            # No file can be written beside the page here, so the link itself carries it (RFC 2397).
            if file.startswith(f"{stem(page.url)}."):
                name = file.rpartition("/")[2]
                link = f'href="data:text/plain;charset=utf-8,{quote(text)}" download="{name}"'
                content = content.replace(f'href="{name}" download', link)
        return content


class Opening(Preprocessor):
    """Finds out which page this is, and what is known of its site, before anything is parsed."""

    def __init__(self, md: Markdown, options: Mapping[str, Any]) -> None:
        """Note what belongs to the page: the options, and what will collect its citations."""
        super().__init__(md)
        self.options, self.collector = options, Collector(narrative=options["enable_inline_citations"])
        self.site: Site
        self.text = ""

    def run(self, lines: list[str]) -> list[str]:
        """Ask Zensical, or compare with the sources, and have the page's citations collected; the text stays."""
        told = "rendering_context" in self.md.preprocessors
        context: Any = self.md.preprocessors["rendering_context"] if told else None
        self.site = site_of(self.options, context.config if context else NOTHING)
        self.text = "\n".join(lines)
        self.collector.page = context.page.path if context else path_of(self.text, self.site.sources)
        self.collector.known, self.collector.uses, self.collector.unknown = self.site.library, self.site.uses, []
        return lines


class Closing(Postprocessor):
    """Puts marks and lists in their places when the page is HTML, and says what is wrong with its citations."""

    def __init__(self, md: Markdown, opening: Opening) -> None:
        """Note where the page's citations were collected."""
        super().__init__(md)
        self.opening = opening

    def run(self, text: str) -> str:
        """Give the page as its readers see it."""
        opening = self.opening
        site, path = opening.site, opening.collector.page
        self.warn(site, path)
        if site.options["bib_by_default"] and MARK.search(text) and not LISTS.search(text):
            text += '\n<div class="kb-list"></div>'
        page = site.page(path, site.source(path) or opening.text, text)
        _clean(getattr(self.md, "toc_tokens", []))
        if LISTS.search(text) or MARK.search(text):
            return site.resolve(page)
        site.pages.pop(path, None)
        return text

    def warn(self, site: Site, path: str) -> None:
        """Say of each key that is not in the bibliography where it stands, and which was probably meant."""
        name = f"{site.docs.name}/{path}" if path else "this text"
        for _, key in dict.fromkeys(self.opening.collector.unknown):
            for line, column in [*locate(site.source(path) or self.opening.text, key)] or [(0, 0)]:
                log.warning("%s", Finding(name, line, column, *unknown_key(key, site.library)))


class StandaloneExtension(Extension):
    """The citation extension with all it needs, for engines that know only Python-Markdown."""

    def __init__(self, **options: object) -> None:
        """Take mkdocs-bibtex's options, and ours."""
        self.config = {name: list(value) for name, value in OPTIONS.items()}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Add what parses citations, and the steps before and after it."""
        options = self.getConfigs()
        opening = Opening(md, options)
        CitationExtension(opening.collector, _commands(options)).extendMarkdown(md)
        md.preprocessors.register(opening, "kb_open", 1000)
        md.postprocessors.register(Closing(md, opening), "kb_close", -1000)


def makeExtension(**options: object) -> StandaloneExtension:  # noqa: N802 - Python-Markdown's name
    """Give the extension, as Python-Markdown asks for it."""
    return StandaloneExtension(**options)


def site_of(options: Mapping[str, Any], engine: Mapping[str, Any]) -> Site:
    """Give the one Site that this process keeps for a folder and its options, read again when it has changed."""
    folder = Path(engine.get("root_dir", ".")).resolve()
    name = (folder, *options.values())
    if name not in SITES or SITES[name].stale(engine):
        SITES[name] = Site(folder, options, engine)
    return SITES[name]


def _commands(options: Mapping[str, Any]) -> dict[str, str]:
    """Give the commands and the class of the place that each leaves."""
    return {options["bib_command"]: "kb-list", options["full_bib_command"]: "kb-full-list"}


def _bib_files(folder: Path, options: Mapping[str, Any]) -> list[Path]:
    """Give the .bib files that the options name, sorted."""
    if options["bib_file"]:
        if not (folder / options["bib_file"]).is_file():
            raise ValueError(f"kb.standalone: no file '{options['bib_file']}'; give `bib_file` as a path in {folder}")
        return [folder / options["bib_file"]]
    if options["bib_dir"]:
        return sorted((folder / options["bib_dir"]).rglob("*.bib"))
    raise ValueError("kb.standalone: no bibliography; give `bib_file` or `bib_dir`")


def _times(files: list[Path]) -> dict[Path, int]:
    """Give the time at which each file that is there was last written."""
    return {file: file.stat().st_mtime_ns for file in files if file.is_file()}


def _clean(tokens: list[Any]) -> None:
    """Take the empty marks out of the table of contents."""
    for token in tokens:
        token["html"] = MARK.sub("", token["html"]).strip()
        token["name"] = token["name"].strip()
        _clean(token["children"])
