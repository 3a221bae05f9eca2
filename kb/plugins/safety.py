"""MkDocs' events come in; the last good site, kept whole by its own command too, and one line for an error, go out.

MkDocs empties the site's folder before it starts, counts warnings only after its last event, and shows a traceback for
whatever goes wrong in a page. `python3 dev.py build` needs none of this; whoever types MkDocs' own command does.
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from click import ClickException
from mkdocs.exceptions import Abort, PluginError
from mkdocs.plugins import event_priority
from mkdocs.utils import CountHandler

from kb import atomic
from kb.findings import Finding, report
from kb.intake import check_files, check_nesting, check_snippets

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

log = logging.getLogger("mkdocs")
STAGED = ".new"


class Safe:
    """What the site's plugin does for what is there already: part of it, so that all events have one order."""

    dirty = False
    making = ""  # the page that is being made, as a path from docs/
    settings: MkDocsConfig | None = None
    site: Path | None = None

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Note whether MkDocs is to renew a site in place, which is then left alone."""
        self.dirty = dirty

    def begin(self, config: MkDocsConfig) -> None:
        """Refuse files that no build should open; have MkDocs write beside a site that is there, not over it."""
        self.settings, self.making = config, ""
        if config.strict and log.level > logging.WARNING:  # `-q` would hide warnings from `--strict`, too
            log.setLevel(logging.WARNING)
        if findings := check_files(Path(config.docs_dir)):
            raise PluginError("\n" + report(findings))
        site = Path(config.site_dir)
        atomic.recover(site)
        if not self.dirty and site.is_dir() and any(site.iterdir()):
            self.site = site
            config.site_dir = str(site.with_name(site.name + STAGED))
            shutil.rmtree(config.site_dir, ignore_errors=True)

    def look(self, text: str, page: str, config: MkDocsConfig) -> None:
        """Note which page is being made; refuse one that would take hours, or takes in a file that is not there."""
        self.making = page
        name = f"{Path(config.docs_dir).name}/{page}"
        if findings := check_nesting(text, name):
            raise PluginError("\n" + report(findings))
        settings = config.mdx_configs.get("pymdownx.snippets")
        if settings is None or "8<" not in text:
            return
        root = Path(config.config_file_path).parent
        folders = [root / folder for folder in settings.get("base_path", ["."])]
        if findings := check_snippets(text, name, folders):
            raise PluginError("\n" + report(findings))

    @event_priority(-1000)  # after everything
    def end(self, *, config: MkDocsConfig) -> None:
        """Put the new site in the place of the last one, unless there was a warning and `--strict` will abort."""
        counters = [handler for handler in log.handlers if isinstance(handler, CountHandler)]
        warned = config.strict and any(counter.get_counts() for counter in counters)
        if self.site and not warned:
            atomic.swap(Path(config.site_dir), self.site)
        self._leave()

    def on_build_error(self, *, error: Exception) -> None:
        """Leave the last site as it was; say what would be a traceback in one line (`--verbose` shows all of it)."""
        self._leave()
        if isinstance(error, ClickException) or log.getEffectiveLevel() <= logging.DEBUG:
            return
        what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        where = f"docs/{self.making}" if self.making else "mkdocs.yml"
        mend = "take back the last change to it; `mkdocs build --verbose` shows where in the programs it happened"
        raise Abort(str(Finding(where, 0, 0, f"the build stopped ({what})", mend))) from error

    def _leave(self) -> None:
        """Remove what was written beside the site, and give the settings back as they were."""
        if self.site and self.settings:
            shutil.rmtree(self.settings.site_dir, ignore_errors=True)
            self.settings.site_dir, self.site = str(self.site), None
