"""Pages as MkDocs rendered them come in; the search's files go out into the site, and their names to the templates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.config import config_options as c
from mkdocs.config.base import Config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File

from kb import search
from kb.crisis import Crisis, read_crisis
from kb.engine import ENGINE
from kb.findings import report
from kb.helplines import read_helplines
from kb.plugins.scripts import small, where
from kb.schema import KINDS, STAGES
from kb.terms import Terms, also_called, read_terms

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page as MkDocsPage


class Options(Config):
    """The plugin's options in mkdocs.yml; paths are relative to docs/."""

    terms = c.Type(str, default="terms.yml")
    """The data file of words that mean one thing."""
    crisis = c.Type(str, default="crisis.yml")
    """The data file of words that bring up help before any result."""
    helplines = c.Type(str, default="helplines.yml")
    """The data file of telephone numbers."""
    help_page = c.Type(str, default="help-now.md")
    """The page that comes first in a crisis."""
    quiet = c.ListOfItems(c.Type(str), default=[])
    """Folders of pages about the site itself: they stand a little below others."""
    cache_dir = c.Type(str, default=".cache/kb")
    """Where small scripts are kept by content, relative to mkdocs.yml; safe to delete."""


class SearchPlugin(BasePlugin[Options]):
    """Writes the search, in place of Material's."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self.parts: dict[str, str] = {}
        self.terms = Terms()
        self.crisis = Crisis()
        self.files: search.Files | None = None

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Read the data files; take the scripts out of the site, as they go into it as one file."""
        docs = Path(config.docs_dir)
        self.terms, wrong = read_terms(docs / self.config.terms, f"{docs.name}/{self.config.terms}")
        self.crisis, bad = read_crisis(docs / self.config.crisis, f"{docs.name}/{self.config.crisis}")
        if wrong or bad:
            raise PluginError("\n" + report(wrong + bad))
        for path in (*ENGINE, search.SCREEN, search.STYLE):
            file = files.get_file_from_path(path)
            if file:
                ours = path.endswith(".js") and "/vendor/" not in path
                text, cache = file.content_string, Path(config.config_file_path).parent / self.config.cache_dir
                self.parts[path] = small(text, where(file, config), cache) if ours else text
                files.remove(file)
        if missing := [path for path in ENGINE if path not in self.parts]:
            raise PluginError(f"overrides has no {missing[0]}; compare it with the last commit's")
        return files

    def on_page_content(self, html: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        """Write into glossary entries what else they are called."""
        return also_called(html, self.terms)

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:  # noqa: ANN401 - jinja2's own type
        """Make the search of all pages' final texts, and tell templates where it is."""
        docs = Path(config.docs_dir)
        pages = [file.page for file in files.documentation_pages() if file.page]
        numbers, _ = read_helplines(docs / self.config.helplines, self.config.helplines)
        site = search.Site(
            sources=tuple(self._source(page) for page in pages),
            terms=self.terms,
            crisis=self.crisis,
            helplines=tuple(numbers),
            help_page=self.config.help_page,
            labels=_labels(pages),
        )
        self.files = search.make(site, self.parts, self.parts.get(search.STYLE, ""))
        for path, text in self.files.texts.items():
            files.append(File.generated(config, path, content=text))
        env.globals["search"] = self.files
        return env

    def _source(self, page: MkDocsPage) -> search.Source:
        """Take out of MkDocs' page what search needs."""
        meta = page.meta
        path = page.file.src_uri
        title = str(meta.get("title") or page.title or path)
        sections: list[Any] = list(page.ancestors)  # MkDocs types them too widely to have titles
        crumbs = tuple(str(section.title) for section in reversed(sections))
        return search.Source(
            path=path,
            url=page.url if page.url != "." else "",
            title=title,
            name=str(page.title or title),
            crumbs=crumbs,
            summary=str(meta.get("summary") or meta.get("description") or ""),
            description=str(meta.get("description") or ""),
            aliases=_words(meta.get("aliases")),
            kinds=_words(meta.get("kinds")),
            stages=_words(meta.get("stages")),
            content=page.content or "",
            quiet=any(path.startswith(folder) for folder in self.config.quiet),
        )


def _words(value: object) -> tuple[str, ...]:
    """Give a front-matter list as words."""
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _labels(pages: list[MkDocsPage]) -> dict[str, str]:
    """Give what readers see for kinds and stages: the name in the menu of the page that is about nothing else."""
    names = {}
    for word in (*KINDS, *STAGES):
        own = [page for page in pages if Path(page.file.src_uri).stem == word]
        names[word] = str(own[0].title) if own else word.capitalize().replace("-", " ")
    return names
