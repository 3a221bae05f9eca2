"""MkDocs' files and pages come in; one stylesheet and one script for all of them go out, cut to what they use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mkdocs.config import config_options as c
from mkdocs.config.base import Config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority

from kb import assets
from kb.cache import remembered
from kb.policy import POLICY

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page as MkDocsPage

# What Material puts into every site; its styles come cut, and its scripts not at all.
THEME = re.compile(r"^assets/(javascripts|stylesheets|images)/")
THEME_STYLE = re.compile(r"^assets/stylesheets/main\.[0-9a-f]+\.min\.css$")
NOTICE = "/*! With parts of Material for MkDocs, Copyright (c) 2016-2025 Martin Donath, MIT licence */\n"
KEPT_AS_IS = re.compile(r"(<(?:pre|textarea|script)\b.*?</(?:pre|textarea|script)>)", re.DOTALL)
INDENTED = re.compile(r"\s*\n\s*")


@dataclass(frozen=True)
class Assets:
    """What the frame of every page names: the stylesheet, the script ("" if there is none), the policy."""

    style: str
    script: str
    policy: str


class Options(Config):
    """The plugin's options in mkdocs.yml."""

    ours = c.ListOfItems(c.Type(str), default=[])
    """Elements, classes and attributes that our own stylesheets draw alone: nothing of the theme's is kept for them."""
    cache_dir = c.Type(str, default=".cache/kb")
    """Where the cut stylesheet is kept by content, relative to mkdocs.yml; safe to delete."""


class AssetsPlugin(BasePlugin[Options]):
    """Makes one hashed file each of `extra_css`, after the theme's own styles, and of `extra_javascript`."""

    def __init__(self) -> None:
        """Start with nothing read; `on_files` reads afresh for each build."""
        self.policy, self.styles, self.scripts = POLICY, [""], [""]
        self.made: dict[str, str] = {}

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Leave the policy out while a writer works: MkDocs' live reload is a script inside the page."""
        self.policy = "" if command == "serve" else POLICY

    @event_priority(-100)  # after any plugin that adds a file
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Read what becomes one file, and take it out of the site."""
        theme = [file for file in files if THEME_STYLE.match(file.src_uri)]
        self.styles = [file.content_string for file in theme]
        self.styles += [self._take(files, str(path)) for path in config.extra_css]
        self.scripts = [self._take(files, str(path)) for path in config.extra_javascript]
        for file in [file for file in files if THEME.match(file.src_uri)]:
            files.remove(file)
        return files

    @event_priority(-200)  # all that makes a page's text has run
    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:  # noqa: ANN401 - jinja2's own type
        """Make the two files, and tell the templates their names."""
        pages = [file.page.content or "" for file in files.documentation_pages() if file.page]
        folder = Path(config.config_file_path).parent / self.config.cache_dir
        style = self._style([*pages, *_templates(config)], folder, config.theme.get("direction") or "ltr")
        script = assets.script(self.scripts) if self.scripts else ""
        names = assets.hashed("assets/kb", "css", style), assets.hashed("assets/kb", "js", script) if script else ""
        self.made = {name: text for name, text in zip(names, (style, script), strict=True) if name}
        env.globals["assets"] = Assets(*names, policy=self.policy)
        return env

    @event_priority(-100)  # after any plugin that changes the page
    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        """Take out the indentation that templates leave."""
        parts = KEPT_AS_IS.split(output)
        return "".join(part if number % 2 else INDENTED.sub("\n", part) for number, part in enumerate(parts)).lstrip()

    @event_priority(100)  # before anything reads the built site
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the two files."""
        for name, text in self.made.items():
            file = Path(config.site_dir, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def _take(self, files: Files, path: str) -> str:
        """Give the text of one of the site's own files, and take it out of the site."""
        file = files.get_file_from_path(path)
        if file is None:
            raise PluginError(f"mkdocs.yml: no file '{path}' for extra_css or extra_javascript; mend the path")
        files.remove(file)
        return file.content_string

    def _style(self, pages: list[str], folder: Path, direction: str) -> str:
        """Give the one stylesheet: the theme's, cut to what pages use, and then our own, whole."""
        theme, own = self.styles[0], "\n".join(self.styles[1:])
        seen = assets.used(pages, self.scripts, [f"dir={direction}"])
        asked = "\n".join(sorted(seen.names) + sorted(seen.pairs) + sorted(seen.words))

        def make() -> str:
            rules = assets.parse(theme.replace(".focus-visible", ":focus-visible"))
            rules = assets.cut(rules, seen, frozenset(self.config.ours))
            return NOTICE + assets.write(assets.prune([*rules, *assets.parse(own)]))

        return remembered(folder, ("style", theme, own, asked, " ".join(self.config.ours)), make)


def _templates(config: MkDocsConfig) -> list[str]:
    """Give the text of our own templates, which are found before the theme's."""
    folder = Path(config.theme.custom_dir or ".")
    return [file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*.html"))]
