"""MkDocs' events and mkdocs-bibtex's options come in; pages with citations, and warnings, go out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.config import config_options as c
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority, get_plugin_logger
from mkdocs_bibtex.config import BibTexConfig
from mkdocs_bibtex.plugin import BibTexPlugin
from mkdocs_bibtex.utils import tempfile_from_url

from kb.citations import CitationExtension, Collector, Use, locate, scan
from kb.csl import Group, Item, Run, dummies, shape
from kb.findings import Finding, report
from kb.items import read_items
from kb.library import Entry, read_library, unknown_key
from kb.references import (
    LISTS,
    Citing,
    Numbered,
    as_numbers,
    full_list,
    names,
    number_page,
    page_list,
    plain_mark,
    write_marks,
)
from kb.styles import Style, StyleError, load_style

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page as MkDocsPage

log = get_plugin_logger("kb")
DEFAULT_STYLE = "nlm-citation-sequence"
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


class CitationsConfig(BibTexConfig):
    """mkdocs-bibtex's own options, which keep their meaning, and ours."""

    lang = c.Optional(c.Type(str))
    """The language of terms such as "and" and "ed.": a BCP 47 tag; by default the theme's language."""
    cache_dir = c.Type(str, default=".cache/kb")
    """Where formatted references are kept by content, relative to mkdocs.yml; safe to delete."""


class CitationsPlugin(BibTexPlugin):
    """Stands in for mkdocs-bibtex: its options, its loader for addresses, its syntax; no text is ever replaced."""

    config_class = CitationsConfig

    def __init__(self) -> None:
        """Start with nothing read; `on_config` reads afresh for each build."""
        super().__init__()
        self.library: dict[str, Entry] = {}
        self.items: list[Item] = []
        self.collector = Collector()
        self.style: Style
        self.run: Run
        self.files: list[Path] = []

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read the bibliography and the style; stop with one line for each thing that is wrong with them."""
        folder = Path(config.config_file_path).parent
        self.cache = folder / self.config.cache_dir
        self.lang = self.config.lang or config.theme.get("language") or "en"
        self.files = self._bib_files(folder)
        self.library, findings = {}, []
        for file in self.files:
            entries, faults = read_library(file, _relative(file, folder), self.library)
            self.library |= entries
            findings += faults
        if findings:
            raise PluginError("\n" + report(findings))
        try:
            self.style = load_style(self.config.csl_file or DEFAULT_STYLE, folder)
            self.items = read_items("\n".join(file.read_text(encoding="utf-8") for file in self.files), self.cache)
        except (StyleError, RuntimeError) as error:
            raise PluginError(f"{config.config_file_path}: {error}") from error
        self.collector = Collector(self.library, narrative=self.config.enable_inline_citations)
        commands = {self.config.bib_command: "kb-list", self.config.full_bib_command: "kb-full-list"}
        config.markdown_extensions.append(CitationExtension(self.collector, commands))  # type: ignore[arg-type] # - an instance is taken too
        return config

    @event_priority(-90)
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Look through all sources for what they cite, so that Pandoc works while the pages are rendered."""
        keys: set[str] = set()
        groups: set[Group] = set()
        everything = False
        for file in files.documentation_pages():
            text = file.content_string
            found = scan(text)
            keys |= found[0]
            groups |= found[1]
            everything = everything or self.config.full_bib_command in text
        cited = [item for item in self.items if everything or item["id"] in keys]
        known = {item["id"] for item in cited}
        usable = sorted((group for group in groups if all(cite.key in known for cite in group)), key=repr)
        self.run = Run(self.style, self.lang, cited, [] if self.style.numeric else usable, self.cache)
        return files

    def on_page_markdown(self, markdown: str, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        """Leave the text as it is; only say whose it is, and add a list at the end where the options ask for one."""
        self.collector.page = page.file.src_uri
        if (
            self.config.bib_by_default
            and self.config.bib_command not in markdown
            and scan(markdown)[0] & set(self.library)
        ):
            markdown += f"\n\n{self.config.bib_command}\n"
        return markdown

    @event_priority(90)  # before anything that reads the pages' final text
    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:  # noqa: ANN401 - jinja2's own type
        """Number the marks of every page, wait for Pandoc, and put marks and lists in their places."""
        self._warn(files, Path(config.docs_dir))
        formatted = self._result(self.run)
        order = {key: place for place, key in enumerate(formatted.references)}
        rendered = [file.page for file in files.documentation_pages() if file.page and file.page.content]
        numbered = {
            page.file.src_uri: number_page(page.content, self.collector.uses, order if self.style.sorted else None)
            for page in rendered
        }
        marks = self._number_marks(numbered) if self.style.numeric else self._text_marks(formatted.marks)
        names_of = {item["id"]: names(item, self.lang) for item in self.items}
        citing = self._citing(rendered, numbered)
        for page in rendered:
            mine = numbered[page.file.src_uri]

            def text(use: Use, mine: Numbered = mine) -> str:
                mark = plain_mark(marks[_key(use.group, mine, numeric=self.style.numeric)])
                return f"{names_of[use.group[0].key]} {mark}" if use.narrative and self.style.numeric else mark

            page.content = self._lists(write_marks(page.content, mine, text), page, mine, formatted.references, citing)
        return env

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> LiveReloadServer:  # noqa: ANN401
        """Rebuild when the bibliography or the style is saved."""
        for file in self.files:
            server.watch(str(file))
        style = Path(config.config_file_path).parent / (self.config.csl_file or "")
        if style.is_file():
            server.watch(str(style))
        return server

    def _bib_files(self, folder: Path) -> list[Path]:
        """Give the .bib files that the options name, sorted."""
        name, directory = self.config.bib_file, self.config.bib_dir
        if name and re.match(r"https?://", name):
            return [Path(tempfile_from_url("bib file", name, ".bib"))]
        if name:
            if not (folder / name).is_file():
                raise PluginError(f"mkdocs.yml: no file '{name}'; give `bib_file` as a path beside mkdocs.yml")
            return [folder / name]
        if directory:
            return sorted((folder / directory).rglob("*.bib"))
        raise PluginError("mkdocs.yml: no bibliography; give `bib_file` or `bib_dir`")

    def _result(self, run: Run) -> Any:  # noqa: ANN401 - Formatted; the name would only repeat the import
        """Wait for a run; a failure is said in one line."""
        try:
            return run.result()
        except RuntimeError as error:
            raise PluginError(f"Pandoc could not format the citations: {error}") from error

    def _number_marks(self, numbered: dict[str, Numbered]) -> dict[Group, str]:
        """Format the shapes that groups take on their pages: few, since each page counts from 1."""
        shapes = {
            shape(as_numbers(place.use.group), page.numbers)
            for page in numbered.values()
            for place in page.places.values()
        }
        most = max((len(page.keys) for page in numbered.values()), default=0)
        marks: dict[Group, str] = self._result(
            Run(self.style, self.lang, dummies(most), sorted(shapes, key=repr), self.cache)
        ).marks
        return marks

    def _text_marks(self, marks: dict[Group, str]) -> dict[Group, str]:
        """Give the marks of an author-date style, with those that the first look at the sources did not see."""
        missing = sorted({use.group for use in self.collector.uses} - marks.keys(), key=repr)
        if not missing:
            return marks
        extra: dict[Group, str] = self._result(Run(self.style, self.lang, self.items, missing, self.cache)).marks
        return marks | extra

    def _citing(self, rendered: list[MkDocsPage], numbered: dict[str, Numbered]) -> dict[str, list[Citing]]:
        """Give, for each work, the pages and sections that cite it, in the order of the site."""
        citing: dict[str, dict[str, Citing]] = {}
        for page in rendered:
            for place in numbered[page.file.src_uri].places.values():
                title = f"{page.title}: {place.section}" if place.section else str(page.title)
                url = f"{page.file.url}#cite-{place.number}" if not place.anchor else f"{page.file.url}#{place.anchor}"
                for cite in place.use.group:
                    citing.setdefault(cite.key, {}).setdefault(url, Citing(title, url))
        return {key: list(found.values()) for key, found in citing.items()}

    def _lists(
        self,
        content: str,
        page: MkDocsPage,
        mine: Numbered,
        references: dict[str, str],
        citing: dict[str, list[Citing]],
    ) -> str:
        """Put the page's list and the library where the page asks for them."""

        def fill(match: re.Match[str]) -> str:
            if match[1] == "kb-full-list":
                here = {
                    key: [Citing(item.title, _from(page.file.url, item.url)) for item in found]
                    for key, found in citing.items()
                }
                return full_list(references, self.library, here)
            return page_list(mine, references, self.library, numeric=self.style.numeric) if mine.keys else ""

        return LISTS.sub(fill, content)

    def _warn(self, files: Files, docs: Path) -> None:
        """Say of each key that is not in the bibliography where it stands, and which was probably meant."""
        for path, key in dict.fromkeys(self.collector.unknown):
            file = files.get_file_from_path(path)
            text = file.content_string if file else ""
            for line, column in [*locate(text, key)] or [(0, 0)]:
                log.warning("%s", Finding(f"{docs.name}/{path}", line, column, *unknown_key(key, self.library)))


def _key(group: Group, page: Numbered, *, numeric: bool) -> Group:
    """Give the group under which a mark was formatted."""
    return shape(as_numbers(group), page.numbers) if numeric else group


def _relative(file: Path, folder: Path) -> str:
    """Name a file as a writer knows it."""
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name


def _from(page_url: str, url: str) -> str:
    """Give a site address relative to a page's own."""
    from mkdocs.utils import get_relative_url  # noqa: PLC0415 - MkDocs' own, used here alone

    return get_relative_url(url, page_url)
