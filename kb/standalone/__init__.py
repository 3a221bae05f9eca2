"""A page's Markdown, rendered by itself, comes in; the page with its citation marks and lists goes out.

This is the way in for engines without MkDocs' events: Zensical (https://zensical.org), which renders each page with a
new Markdown and has no hook after all pages, and plain Python-Markdown. What the other pages cite is known from a first
look at all sources, once a process. In `markdown_extensions:` its name is `kb.standalone`.

Zensical keeps rendered pages: `watch: [docs, references.bib]` in mkdocs.yml has them rendered again when one changes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from kb.advice import complaints
from kb.citations import CitationExtension, Collector
from kb.commands import check_commands
from kb.lists import LISTS, one_of_each
from kb.references import MARK
from kb.standalone.site import Site, commands_of, site_of
from kb.standalone.sources import path_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree import ElementTree as ET

    from markdown import Markdown

log = logging.getLogger("kb")
NOTHING: dict[str, Any] = {}  # what an engine says that is only Python-Markdown
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


class Opening(Preprocessor):
    """Finds out which page this is, and what is known of its site, before anything is parsed."""

    def __init__(self, md: Markdown, options: Mapping[str, Any]) -> None:
        """Note what belongs to the page: the options, and what will collect its citations."""
        super().__init__(md)
        self.options, self.collector = options, Collector(narrative=options["enable_inline_citations"])
        self.site: Site
        self.text, self.parsed = "", False

    def run(self, lines: list[str]) -> list[str]:
        """Ask Zensical, or compare with the sources, and have the page's citations collected; the text stays."""
        told = "rendering_context" in self.md.preprocessors
        context: Any = self.md.preprocessors["rendering_context"] if told else None
        self.site = site_of(self.options, context.config if context else NOTHING)
        self.text, self.parsed = "\n".join(lines), False
        path = context.page.path if context else path_of(self.text, self.site.sources)
        if path and (self.site.docs / path).is_file():
            self.text = (self.site.docs / path).read_text(encoding="utf-8-sig")
        self.collector.page = path
        self.collector.known, self.collector.uses, self.collector.unknown = self.site.library, self.site.uses, []
        return lines


class Step:
    """What comes after the opening and knows of it."""

    def __init__(self, opening: Opening) -> None:
        """Note the opening."""
        self.opening = opening


class Between(Step, Treeprocessor):
    """Says when the page is parsed: before that, Python-Markdown asks the last step for each heading by itself."""

    def run(self, root: ET.Element) -> None:  # noqa: ARG002 - Python-Markdown names it
        """Tell it."""
        self.opening.parsed = True


class Closing(Step, Postprocessor):
    """Puts marks and lists in their places when the page is HTML, and says what is wrong with its citations."""

    def run(self, text: str) -> str:
        """Give the page as its readers see it, or a heading for the table of contents, which has no marks."""
        if not self.opening.parsed:
            return MARK.sub("", text)
        site, path = self.opening.site, self.opening.collector.page
        self.warn(f"{site.docs.name}/{path}" if path else "this text", site)
        text = one_of_each(text, by_default=site.options["bib_by_default"])
        page = site.page(path, self.opening.text, text)
        if LISTS.search(text) or MARK.search(text):
            return site.resolve(page)
        site.pages.pop(path, None)
        return text

    def warn(self, name: str, site: Site) -> None:
        """Say of each key or list that is not there, and each work from memory, where it stands and what to do."""
        collector = self.opening.collector
        unknown = [key for _, key in collector.unknown]
        cited = [cite.key for use in collector.uses if use.page == collector.page for cite in use.group]
        own, full = (site.options[name] for name in ("bib_command", "full_bib_command"))
        wrong = complaints(name, self.opening.text, unknown, cited, site.library)
        for finding in [*wrong, *check_commands(self.opening.text, name, own, full)]:
            log.warning("%s", finding)


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
        CitationExtension(opening.collector, commands_of(options)).extendMarkdown(md)
        md.preprocessors.register(opening, "kb_open", 1000)
        md.treeprocessors.register(Between(opening), "kb_between", -1000)
        md.postprocessors.register(Closing(opening), "kb_close", -1000)


def makeExtension(**options: object) -> StandaloneExtension:  # noqa: N802 - Python-Markdown's name
    """Give the extension, as Python-Markdown asks for it."""
    return StandaloneExtension(**options)
