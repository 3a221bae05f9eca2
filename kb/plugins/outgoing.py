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


class Options(Config):
    """The plugin's option in mkdocs.yml, with a path relative to docs/."""

    file = c.Type(str, default="links/outgoing.yml")
    """The file of records."""


class OutgoingPlugin(BasePlugin[Options]):
    """Puts archived copies beside links to other sites; the checks of the file itself are kb's, before any page."""

    @event_priority(80)  # after kb-citations has put reference lists into the pages
    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:  # noqa: ANN401 - jinja2's own type
        """Decorate the links of each rendered page."""
        docs = Path(config.docs_dir)
        records, findings = read_outgoing(docs / self.config.file, f"{docs.name}/{self.config.file}")
        if findings:
            raise PluginError("\n" + report(findings))
        known = index(records)
        for file in files.documentation_pages():
            if file.page and file.page.content:
                file.page.content = robust(file.page.content, known, config.site_url or "")
        return env
