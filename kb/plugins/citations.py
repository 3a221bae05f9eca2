"""MkDocs' events and mkdocs-bibtex's options come in; pages with citations, and warnings, go out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from mkdocs.config import config_options as c
from mkdocs.exceptions import PluginError
from mkdocs.plugins import CombinedEvent, event_priority, get_plugin_logger
from mkdocs_bibtex.config import BibTexConfig
from mkdocs_bibtex.plugin import BibTexPlugin

from kb.advice import advice, complaints, from_memory
from kb.bibliography import Bibliography, Rendered, Resolved, stems
from kb.citations import CitationExtension, Collector, mark_groups, strip_groups
from kb.commands import check_commands, list_commands
from kb.downloads import Writing
from kb.fetched import ADDRESS, FetchError, stored
from kb.findings import report
from kb.library import Entry, read_library, read_text
from kb.lists import ids_once, one_of_each, spoken, whole
from kb.quotes import curled
from kb.references import MARK
from kb.styles import StyleError, load_style

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page as MkDocsPage

log = get_plugin_logger("kb")
DEFAULT_STYLE = "nlm-citation-sequence"
SUMMARY_ENDS = "<!-- kb: the summary ends -->"


class CitationsConfig(BibTexConfig):  # type: ignore[misc] # - mkdocs-bibtex has no types
    """mkdocs-bibtex's own options, which keep their meaning, and ours."""

    lang = c.Optional(c.Type(str))
    """The language of terms such as "and" and "ed.": a BCP 47 tag; by default the theme's language."""
    cache_dir = c.Type(str, default=".cache/kb")
    """Where formatted references are kept by content, relative to mkdocs.yml; safe to delete."""


class CitationsPlugin(BibTexPlugin):  # type: ignore[misc] # - mkdocs-bibtex has no types
    """Stands in for mkdocs-bibtex: its options and its syntax; no text is ever replaced, and no network asked."""

    config_class = CitationsConfig

    def __init__(self) -> None:
        """Start with nothing read; `on_config` reads afresh for each build."""
        super().__init__()
        self.library: dict[str, Entry] = {}
        self.bibliography: Bibliography
        self.resolved: Resolved
        self.collector = Collector()
        self.files: list[Path] = []
        self.hidden: list[str] = []

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read the bibliography and the style; stop with one line for each thing that is wrong with them."""
        folder = Path(config.config_file_path).parent
        cache = folder / self.config.cache_dir
        self.files = self._bib_files(folder)
        self.library, findings = {}, []
        for file in self.files:
            entries, faults = read_library(file, _relative(file, folder), self.library, cache=cache)
            self.library |= entries
            findings += faults
        if stopping := [finding for finding in findings if not finding.mild]:
            raise PluginError("\n" + report(stopping))
        for finding in findings:
            log.warning("%s", finding)
        for finding in advice(self.library):
            log.info("%s", finding)
        try:
            style = load_style(self.config.csl_file or DEFAULT_STYLE, folder)
        except StyleError as error:
            raise PluginError(f"{config.config_file_path}: {error}") from error
        lang = self.config.lang or config.theme.get("language") or "en"
        text = "\n".join(read_text(file) for file in self.files)
        self.bibliography = Bibliography(style, lang, text, self.library, cache)
        self.collector = Collector(self.library, narrative=self.config.enable_inline_citations)
        commands = list_commands(self.config.bib_command, self.config.full_bib_command)
        config.markdown_extensions.append(CitationExtension(self.collector, commands))  # type: ignore[arg-type] # - an instance is taken too
        return config

    @event_priority(-90)
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Let Pandoc start on what the sources cite, so that it works while the pages are rendered."""
        texts = (file.content_string for file in files.documentation_pages())
        self.bibliography.start(texts, self.config.full_bib_command)
        return files

    def on_page_markdown(self, markdown: str, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        """Leave the text as it is; only say whose it is, and clear its front matter of brackets."""
        self.collector.page = page.file.src_uri
        for field in ("title", "description"):
            if isinstance(page.meta.get(field), str):
                page.meta[field] = strip_groups(page.meta[field], self.library)
        if isinstance(page.meta.get("summary"), str):
            summary = mark_groups(curled(page.meta["summary"]), self.collector)
            page.meta["summary"] = Markup(summary)  # noqa: S704 - escaped there
        return markdown

    @event_priority(90)  # before anything that reads the pages' final text
    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:  # noqa: ANN401 - jinja2's own type
        """Put marks and lists in their places, and say what is wrong with the citations."""
        self._warn(files, Path(config.docs_dir))
        pages = [file.page for file in files.documentation_pages() if file.page]
        wholes = [one_of_each(_whole(page), by_default=self.config.bib_by_default) for page in pages]
        rendered = [
            Rendered(page.file.src_uri, _title(page), page.url, content)
            for page, content in zip(pages, wholes, strict=True)
        ]
        try:
            resolved = self.bibliography.resolve(rendered, self.collector.uses)
        except RuntimeError as error:
            raise PluginError(f"the citations could not be formatted: {error}") from error
        for page in pages:
            _part(page, ids_once(resolved.content[page.file.src_uri]))
        self.resolved = resolved
        wanted = stems(rendered, resolved.held)
        self.writing = Writing(Path(config.site_dir), self.bibliography.items, self.library, wanted)
        cited = {key for keys in resolved.keys.values() for key in keys}
        for key in sorted(self.library.keys() - cited):
            log.info("the bibliography's '%s' is cited on no page", key)
        return env

    def cited_items(self, path: str) -> list[dict[str, Any]]:
        """Give the works that a page cites, as CSL-JSON, in the order of its list."""
        by_key = {item["id"]: item for item in self.bibliography.items}
        return [by_key[key] for key in self.resolved.keys.get(path, [])]

    @event_priority(100)  # before any search
    def _hide(self, context: Any, *, page: MkDocsPage, config: MkDocsConfig, nav: Any) -> Any:  # noqa: ANN401 - MkDocs' own
        """Show a search what it is to find."""
        page.content, self.hidden = spoken(page.content or "")
        return context

    @event_priority(-100)  # after any search
    def _show(self, context: Any, *, page: MkDocsPage, config: MkDocsConfig, nav: Any) -> Any:  # noqa: ANN401 - as above
        """Give the page back what its readers are to see."""
        page.content = whole(page.content or "", self.hidden)
        return context

    on_page_context = CombinedEvent(_hide, _show)

    @event_priority(90)  # before the built site is checked
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Wait until the files of references are written."""
        try:
            self.writing.wait()
        except RuntimeError as error:
            raise PluginError(str(error)) from error

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> LiveReloadServer:  # noqa: ANN401 - MkDocs' own
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
        if name and ADDRESS.match(name):
            try:
                return [stored(name, folder)]
            except FetchError as error:
                raise PluginError(str(error)) from error
        if name:
            if not (folder / name).is_file():
                raise PluginError(f"mkdocs.yml: no file '{name}'; give `bib_file` as a path beside mkdocs.yml")
            return [folder / name]
        if directory:
            found = sorted((folder / directory).rglob("*.bib"))
            if not found:
                named = _relative(Path(directory), folder)
                raise PluginError(f"mkdocs.yml: no .bib file in the folder '{named}'; put one there, or mend `bib_dir`")
            return found
        raise PluginError("mkdocs.yml: no bibliography; give `bib_file` or `bib_dir`")

    def _warn(self, files: Files, docs: Path) -> None:
        """Say of each key or list that is not there, and each work from memory, where it stands and what to do."""
        doubted = {key for key, entry in self.library.items() if from_memory(entry)}
        cited = [(use.page, c.key) for use in self.collector.uses for c in use.group if c.key in doubted]
        own, full = self.config.bib_command, self.config.full_bib_command
        for source in files.documentation_pages():
            name = f"{docs.name}/{source.src_uri}"
            for finding in check_commands(source.content_string, name, own, full):
                log.warning("%s", finding)
        pages: dict[str, tuple[list[str], list[str]]] = {}
        for place, found in enumerate((self.collector.unknown, cited)):
            for path, key in found:
                pages.setdefault(path, ([], []))[place].append(key)
        for path, (missing, used) in pages.items():
            file = files.get_file_from_path(path)
            text = file.content_string if file else ""
            for finding in complaints(f"{docs.name}/{path}", text, missing, used, self.library):
                log.warning("%s", finding)


def _title(page: MkDocsPage) -> str:
    """Give a page's own title, rather than the short one of the menu."""
    return str(page.meta.get("title") or page.title)


def _whole(page: MkDocsPage) -> str:
    """Give what a reader reads of a page, from the summary on."""
    return f"{page.meta.get('summary', '')}{SUMMARY_ENDS}{page.content or ''}"


def _part(page: MkDocsPage, resolved: str) -> None:
    """Put what a reader reads back where the templates look for it."""
    summary, _, page.content = resolved.partition(SUMMARY_ENDS)
    if MARK.search(getattr(page, "html", None) or ""):
        page.html = page.content  # type: ignore[attr-defined] # - mkdocs-print-site keeps a copy of each page there
    if summary:
        page.meta["summary"] = Markup(summary)  # noqa: S704 - made by mark_groups, which escapes


def _relative(file: Path, folder: Path) -> str:
    """Name a file as a writer knows it."""
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name
