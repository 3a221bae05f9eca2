"""A built site comes in; the worker that lets a reader keep it, its button, and the sealed list go out into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.config import config_options as c
from mkdocs.config.base import Config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority

from kb import keep
from kb.editions.filling import KEEP, fill, size
from kb.plugins.scripts import small, where

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

SOURCES = ("assets/sw.js", "assets/keep.js")


class Options(Config):
    """The plugin's options in mkdocs.yml."""

    page = c.Type(str, default="about/offline/index.html")
    """The built page with the place for the buttons, `<div id="__keep">`."""
    cache_dir = c.Type(str, default=".cache/kb")
    """Where it is kept that scripts can be read, relative to mkdocs.yml; safe to delete."""


class KeepPlugin(BasePlugin[Options]):
    """Lets readers keep the site in their browser; nothing is kept before they ask."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self.texts: list[str] = []
        self.script = ""

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Take the two scripts out of the site: one stands at its root, the other is named by its content."""
        self.texts, folder = [], Path(config.config_file_path).parent / self.config.cache_dir
        for path in SOURCES:
            file = files.get_file_from_path(path)
            if file is None:
                raise PluginError(f"overrides has no {path}; compare it with the last commit's")
            self.texts.append(file.content_string)
            small(self.texts[-1], where(file, config), folder)  # only read: the list is sealed into what was written
            files.remove(file)
        return files

    def _put(self, *, config: MkDocsConfig) -> None:
        """Write the worker and its script, before hosts are told of all files; pages that are files have no worker."""
        if config.use_directory_urls:
            self.script = keep.put_worker(Path(config.site_dir), *self.texts)

    @event_priority(-230)  # after everything that writes a file
    def _seal(self, *, config: MkDocsConfig) -> None:
        """Offer the worker, now that the size is known, and seal the list."""
        if config.use_directory_urls:
            site = Path(config.site_dir)
            up = "../" * self.config.page.count("/")
            words = size(keep.total(site)).replace(" ", "&nbsp;")
            fill(site / self.config.page, {KEEP: keep.buttons(up + self.script, words)})
            keep.seal(site)

    on_post_build = CombinedEvent(_put, _seal)
