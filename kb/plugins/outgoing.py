"""Rendered pages and docs/links/outgoing.yml come in; pages whose links to other sites are robust go out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.config import config_options as c
from mkdocs.config.base import Config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority

from kb.findings import report
from kb.outgoing import read_outgoing
from kb.robust import index, robust

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page as MkDocsPage

    from kb.outgoing import Outgoing


class Options(Config):
    """The plugin's option in mkdocs.yml, with a path relative to docs/."""

    file = c.Type(str, default="links/outgoing.yml")
    """The file of records."""


class OutgoingPlugin(BasePlugin[Options]):
    """Puts archived copies beside links to other sites; the checks of the file itself are kb's, before any page."""

    def __init__(self) -> None:
        """Start with nothing read; `on_env` reads afresh for each build."""
        self.known: dict[str, Outgoing] = {}

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:  # noqa: ANN401 - jinja2's own type
        """Read the records; in a site without kb, which checks them earlier, stop with one line for each fault."""
        docs = Path(config.docs_dir)
        records, findings = read_outgoing(docs / self.config.file, f"{docs.name}/{self.config.file}")
        if findings:
            raise PluginError("\n" + report(findings))
        self.known = index(records)
        return env

    @event_priority(-150)  # after kb-citations has put the reference lists in, and after any search has read the page
    def on_page_context(self, context: Any, *, page: MkDocsPage, config: MkDocsConfig, nav: Any) -> Any:  # noqa: ANN401 - MkDocs' own
        """Decorate the page's links, the last thing before the template takes its text."""
        page.content = robust(page.content or "", self.known, config.site_url or "")
        return context
