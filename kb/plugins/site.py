"""MkDocs' events come in; calls to the rooms, and warnings, go out: the only room that knows MkDocs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.config import config_options as c
from mkdocs.config.base import Config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger

from kb import checks
from kb.a_to_z import a_to_z
from kb.addresses import outputs
from kb.book import read_book
from kb.findings import report
from kb.headings import links_beside, rendered_headings
from kb.helplines import Helpline, render
from kb.page_meta import citation_meta, page_json_ld
from kb.pages import Page, commit, now, spoken
from kb.plugins.citations import CitationsPlugin
from kb.plugins.reading import explained, fill_in
from kb.plugins.safety import Safe
from kb.plugins.sharing import breadcrumbs, card, cited_itself, language, shared
from kb.schema import READERS
from kb.sharing import Sharing, write_codes

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page as MkDocsPage
    from mkdocs.utils.templates import TemplateContext

    from kb.book import Book

log = get_plugin_logger("kb")

A_Z = re.compile(r"^\\a-z[ \t]*$", re.MULTILINE)
HELPLINES = re.compile(r"^\\helplines\{([\w-]+)\}[ \t]*$", re.MULTILINE)
# Material puts these into every site; no page of ours asks for them (source maps, stemmers for 20 languages).
UNUSED = re.compile(r"\.map$|javascripts/lunr/")
BACK_LINK = re.compile(r'(?:&#160;)?<a class="footnote-backref" href="#(fnref\d*:[^"]+)"[^>]*>[^<]*</a>')


@dataclass(frozen=True)
class Identity:
    """Who publishes this copy: the one block at the top of mkdocs.yml that every page and edition reads."""

    name: str
    address: str
    publisher: str
    contact: str
    licence: str
    licence_url: str


@dataclass(frozen=True)
class Related:
    """A page that another calls related: its title, summary and address within the site."""

    title: str
    summary: str
    url: str


@dataclass(frozen=True)
class View:
    """What the templates are told about a page, beside what MkDocs tells them."""

    identity: Identity
    page: Page | None
    readers: tuple[str, ...]
    related: tuple[Related, ...]
    overdue: bool
    public_url: str
    meta: tuple[tuple[str, str], ...]
    json_ld: tuple[str, ...]
    cite: dict[str, str]
    cite_file: str
    works: int
    sharing: Sharing | None


class Options(Config):
    """The plugin's options in mkdocs.yml, with paths relative to docs/."""

    library = c.Type(str, default="research/references.bib")
    """The BibTeX file whose keys pages may cite."""
    helplines = c.Type(str, default="helplines.yml")
    """The data file of telephone numbers."""


class KnowledgeBasePlugin(Safe, BasePlugin[Options]):
    """Checks sources before and pages after MkDocs renders them, and fills in what they share."""

    def __init__(self) -> None:
        """Start with nothing read; `on_nav` reads afresh for each build, also under `mkdocs serve`."""
        self.pages: dict[str, Page] = {}
        self.helplines: list[Helpline] = []
        self.today = date.min
        self.commit = ""
        self.book: Book | None = None

    @event_priority(100)  # before any plugin notes where the site will be written
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Keep the last good site whole, whatever comes."""
        self.begin(config)
        return config

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Leave out what Material adds and no page uses."""
        for file in list(files):
            if UNUSED.search(file.src_uri):
                files.remove(file)
        return files

    @event_priority(50)
    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Read and check all that writers wrote; stop the build with one line for each fault."""
        docs, address = Path(config.docs_dir), config.site_url or ""
        sources = checks.read_sources(docs, self.config.library, self.config.helplines, address=address)
        if sources.findings:
            raise PluginError("\n" + report(sources.findings))
        self.pages = {page.path: page for page in sources.pages}
        self.helplines = sources.helplines
        self.today = now(Path(config.config_file_path).parent, sources.pages)
        self.commit = commit(Path(config.config_file_path).parent)
        return nav

    @event_priority(50)  # before mkdocs-bibtex, so that it sees the whole page
    def on_page_markdown(self, markdown: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        """Fill in the lists that are made from all pages or from a data file."""
        path = page.file.src_uri
        self.look(self.pages[path].text if path in self.pages else markdown, path, config)
        if path in self.pages:
            page.update_date = self.pages[path].updated.isoformat()
        if page.is_homepage:
            page.meta["hide"] = ["navigation", "toc"]  # the whole width for the reader's needs
        markdown = fill_in(markdown, path, self.pages, self.commit)
        markdown = A_Z.sub(lambda _: a_to_z(list(self.pages.values()), path), markdown)
        return HELPLINES.sub(lambda match: render(self.helplines, match[1]), markdown)

    @event_priority(-50)
    def on_page_content(self, html: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        """Check each heading's id; take out back-links that lead nowhere, which mkdocs-bibtex's own lists have."""
        if source := self.pages.get(page.file.src_uri):
            for finding in rendered_headings(source, html, f"{Path(config.docs_dir).name}/{source.path}"):
                log.warning("%s", finding)
        return BACK_LINK.sub(lambda match: match[0] if f'id="{match[1]}"' in html else "", html)

    def on_page_context(
        self,
        context: TemplateContext,
        *,
        page: MkDocsPage,
        config: MkDocsConfig,
        nav: Navigation,
    ) -> TemplateContext:
        """Tell the templates what the page's front matter says, and its public address in every edition."""
        source = self.pages.get(page.file.src_uri)
        address = (config.site_url or "") + outputs(page.file.src_uri)[0].removesuffix("index.html")
        page.canonical_url = address
        who = identity(config)
        view = View(
            identity=who,
            **_citable(page, source, who, address, config, nav),
            sharing=shared(source, config, self.helplines) if source else None,
            page=source,
            readers=tuple(READERS[word] for word in source.readers) if source else (),
            related=tuple(self._related(path, config) for path in source.related) if source else (),
            overdue=bool(source and source.overdue(self.today)),
            public_url=address,
        )
        context["kb"] = view  # type: ignore[typeddict-unknown-key] # - our own addition
        return context

    @event_priority(-50)
    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        """Explain terms that a page links to, and set links beside headings: here, where no search reads any more."""
        return links_beside(explained(output, page.file.src_uri, self.pages))

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:  # noqa: ANN401 - jinja2's own type
        """Let templates that belong to no page (404) know who publishes."""
        env.globals["identity"] = identity(config)
        env.filters["day"] = spoken
        return env

    @event_priority(-200)  # after every other plugin
    def _check(self, *, config: MkDocsConfig) -> None:
        """Check what was built; each finding is a warning, so that `--strict` fails on it."""
        base = "/" + (config.site_url or "").partition("://")[2].partition("/")[2]
        docs = Path(config.docs_dir).name
        if config.site_url:
            write_codes(Path(config.site_dir), self.pages.values(), config.site_url)
        self.book = read_book(Path(config.site_dir))
        findings = checks.check_book(self.book, list(self.pages.values()), docs, base)
        for finding in sorted(set(findings)):
            log.warning("%s", finding)

    on_post_build = CombinedEvent(_check, Safe.end)

    def _related(self, path: str, config: MkDocsConfig) -> Related:
        """Give the title, summary and address of a page that another calls related."""
        target = self.pages[path]
        directory, flat = outputs(path)
        url = directory.removesuffix("index.html") if config.use_directory_urls else flat
        return Related(target.title, target.summary, url or ".")


def _citable(  # noqa: PLR0913, PLR0917 - one argument for each thing that is known of a page
    page: MkDocsPage, source: Page | None, who: Identity, address: str, config: MkDocsConfig, nav: Navigation
) -> dict[str, Any]:
    """Give what reference managers and search engines read of a page, and how to cite it."""
    if source is None:
        return {"meta": (), "json_ld": (), "cite": {}, "cite_file": "", "works": 0}
    citations = config.plugins.get("kb-citations")
    items = citations.cited_items(source.path) if isinstance(citations, CitationsPlugin) else []
    title = str(page.meta.get("title") or page.title)
    authors = [who.publisher] if who.publisher else []
    about = title, who.name, source.updated, source.checked, address, who.licence_url
    article = page_json_ld(*about, items, language(config))
    meta = citation_meta(title, who.name, authors, source.updated, address)
    return {
        "meta": (*meta, *card(page, source, address, config)),
        "json_ld": tuple(text for text in (article, breadcrumbs(page, nav, address, config)) if text),
        "works": len(items),
        **cited_itself(page, (title, who.name, source.updated, address), config),
    }


def identity(config: MkDocsConfig) -> Identity:
    """Read the identity block of mkdocs.yml."""
    block = config.extra.get("identity") or {}
    return Identity(
        name=config.site_name,
        address=config.site_url or "",
        publisher=block.get("publisher") or "",
        contact=block.get("contact") or "",
        licence=block.get("licence") or "",
        licence_url=block.get("licence_url") or "",
    )
