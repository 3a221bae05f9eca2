"""MkDocs' files and pages come in; small stylesheets and scripts go out: one of each for all pages, the rest for some.

A page that needs what few others do gets a second stylesheet. What serves a reader who reaches for it is fetched then.
"""

from __future__ import annotations

import json
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
from kb.plugins.scripts import small, where
from kb.policy import POLICY
from kb.portions import portions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page as MkDocsPage

    from kb.portions import Portions

# What Material puts into every site; its styles come cut, and its scripts not at all.
THEME = re.compile(r"^assets/(javascripts|stylesheets|images)/")
THEME_STYLE = re.compile(r"^assets/stylesheets/main\.[0-9a-f]+\.min\.css$")
NOTICE = "/*! With parts of Material for MkDocs, Copyright (c) 2016-2025 Martin Donath, MIT licence */\n"
ALONE = re.compile(r"^assets/[\w-]+\.js$")  # what a page or another script fetches by name
STYLE, SCRIPT = "assets/kb.css", "assets/kb.js"  # until their contents are known
LINK = re.compile(rf'(<link rel="stylesheet" href=")([^"]*?){re.escape(STYLE)}(">)')
RUN = re.compile(rf'(<script src="[^"]*?){re.escape(SCRIPT)}(")')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
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
    kept = c.ListOfItems(c.Type(str), default=[])
    """Elements, classes and attributes that stand in pages only after this plugin has read them: their rules stay."""
    whole = c.ListOfItems(c.Type(str), default=[])
    """Built pages that fetch a script of their own: they get one stylesheet, so that a first view has five requests."""
    later = c.ListOfItems(c.Type(str), default=[])
    """Those of `extra_javascript` that reach.js fetches when a reader needs them, with the styles they need."""
    cache_dir = c.Type(str, default=".cache/kb")
    """Where the cut stylesheet and small scripts are kept by content, relative to mkdocs.yml; safe to delete."""


class AssetsPlugin(BasePlugin[Options]):
    """Makes hashed files of `extra_css`, after the theme's own styles, and of `extra_javascript`."""

    def __init__(self) -> None:
        """Start with nothing read; `on_files` reads afresh for each build."""
        self.policy, self.styles = POLICY, [""]
        self.scripts: dict[str, str] = {}
        self.places: dict[str, str] = {}
        self.folder = Path()

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Leave the policy out while a writer works: MkDocs' live reload is a script inside the page."""
        self.policy = "" if command == "serve" else POLICY

    @event_priority(-100)  # after any plugin that adds a file
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Read what becomes one file, and take it out of the site."""
        self.places = {file.src_uri: where(file, config) for file in files if not file.is_documentation_page()}
        theme = [file for file in files if THEME_STYLE.match(file.src_uri)]
        self.styles = [file.content_string for file in theme]
        self.styles += [self._take(files, str(path)) for path in config.extra_css]
        paths = [str(path) for path in config.extra_javascript]
        self.scripts = {path: self._take(files, path) for path in paths}
        self.folder = Path(config.config_file_path).parent / self.config.cache_dir
        self._check({file.dest_uri for file in files})
        for file in [file for file in files if THEME.match(file.src_uri)]:
            files.remove(file)
        for file in [file for file in files if ALONE.match(file.src_uri)]:
            file.content_string = self._small(file.src_uri, file.content_string)
        return files

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:  # noqa: ANN401 - jinja2's own type
        """Tell the templates the names of both files; their hashes are known when all pages are written."""
        env.globals["assets"] = Assets(STYLE, SCRIPT if self.scripts else "", policy=self.policy)
        return env

    @event_priority(-100)  # after any plugin that changes the page
    def on_post_page(self, output: str, *, page: MkDocsPage, config: MkDocsConfig) -> str:
        """Take out the indentation that templates leave."""
        parts = KEPT_AS_IS.split(output)
        return "".join(part if number % 2 else INDENTED.sub("\n", part) for number, part in enumerate(parts)).lstrip()

    @event_priority(100)  # before anything reads the built site
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the files, and their names into the pages."""
        site = Path(config.site_dir)
        texts = {file: file.read_text(encoding="utf-8") for file in sorted(site.rglob("*.html"))}
        texts = {file: text for file, text in texts.items() if LINK.search(text)}
        sheets = self._sheets({str(file): text for file, text in texts.items()})
        later = [_write(site, "kb-later", suffix, text) for suffix, text in self._later(sheets.later)]
        names = json.dumps([name.rpartition("/")[2] for name in later])
        first = [self._small(path, text) for path, text in self.scripts.items() if path not in self.config.later]
        script = _write(site, "kb", "js", "".join([f"globalThis.KBLater={names};\n", *first])) if first else ""
        common = _write(site, "kb", "css", NOTICE + sheets.common)
        for file, text in texts.items():
            own = sheets.apart[str(file)]
            styles = [common, *([_write(site, "kb-part", "css", own)] if own else [])]
            if own and file.relative_to(site).as_posix() in self.config.whole:
                styles = [_write(site, "kb-part", "css", NOTICE + sheets.common + own)]
            file.write_text(_named(text, styles, script), encoding="utf-8")

    def _check(self, pages: set[str]) -> None:
        """Stop the build, before any page is made, at a name that is nobody's or a script that cannot be read."""
        drawn = set(assets.NAME.findall(COMMENT.sub(" ", "\n".join(self.styles))))
        for option, names, known, what in (
            ("later", self.config.later, self.scripts, "which `extra_javascript` does not"),
            ("kept", self.config.kept, drawn, "which no stylesheet does"),
            ("ours", self.config.ours, drawn, "which no stylesheet does"),
            ("whole", self.config.whole, pages, "which is no page that is built"),
        ):
            if strange := [name for name in names if name not in known]:
                raise PluginError(f"mkdocs.yml: `{option}` names '{strange[0]}', {what}; mend either")
        for path, text in self.scripts.items():
            self._small(path, text)

    def _take(self, files: Files, path: str) -> str:
        """Give the text of one of the site's own files, and take it out of the site."""
        file = files.get_file_from_path(path)
        if file is None:
            raise PluginError(f"mkdocs.yml: no file '{path}' for extra_css or extra_javascript; mend the path")
        files.remove(file)
        return file.content_string

    def _small(self, path: str, text: str) -> str:
        """Give a script made small."""
        return small(text, self.places[path], self.folder)

    def _sheets(self, pages: dict[str, str]) -> Portions:
        """Share out the theme's styles and then our own, both cut to what pages and scripts name."""
        theme, own = self.styles[0], "\n".join(self.styles[1:])
        scripts = {path: assets.script([text]) for path, text in self.scripts.items()}
        kept = f'"{" ".join(self.config.kept)}"'
        seen = assets.used(pages.values(), [*scripts.values(), kept])
        asked = "\n".join(sorted(seen.names) + sorted(seen.pairs) + sorted(seen.words))

        def make() -> list[Any]:
            rules = assets.parse(theme.replace(".focus-visible", ":focus-visible"))
            rules = assets.cut(rules, seen, frozenset(self.config.ours))
            return _lists(assets.prune([*rules, *assets.cut(assets.parse(own), seen)]))

        rules = remembered(self.folder, ("rules", theme, own, asked, " ".join(self.config.ours)), make)
        first = [text for path, text in scripts.items() if path not in self.config.later]
        later = [scripts[path] for path in self.config.later]
        occurs = {name: assets.used([text], []) for name, text in pages.items()}
        return portions(_rules(rules), occurs, assets.used([], [*first, kept]), assets.used([], later))

    def _later(self, style: str) -> list[tuple[str, str]]:
        """Give what is fetched later, each with the ending of its file's name; styles first, as scripts measure."""
        script = "".join(self._small(path, self.scripts[path]) for path in self.config.later)
        return [(suffix, text) for suffix, text in (("css", style), ("js", script)) if text]


def _lists(rules: Iterable[assets.Rule]) -> list[Any]:
    """Give rules as JSON values, so that a later build need not parse them."""
    return [[rule.start, rule.declarations, _lists(rule.rules)] for rule in rules]


def _rules(lists: Iterable[list[Any]]) -> tuple[assets.Rule, ...]:
    """Give the rules that `_lists` wrote."""
    return tuple(
        assets.Rule(start, tuple((name, value) for name, value in declarations), _rules(inner))
        for start, declarations, inner in lists
    )


def _write(site: Path, stem: str, suffix: str, text: str) -> str:
    """Write a file under a name that changes with it; give the name."""
    name = assets.hashed(f"assets/{stem}", suffix, text)
    file = site / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return name


def _named(text: str, styles: list[str], script: str) -> str:
    """Write the names of a page's files into its head."""
    text = LINK.sub(lambda link: "\n".join(f"{link[1]}{link[2]}{name}{link[3]}" for name in styles), text, count=1)
    return RUN.sub(lambda run: f"{run[1]}{script}{run[2]}", text, count=1)
