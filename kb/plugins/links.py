"""MkDocs' events come in; old addresses that lead on, and warnings of promised ones that do not, go out."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mkdocs.config import config_options as c
from mkdocs.config.base import Config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger

from kb import headers
from kb.addresses import Layout, address_of
from kb.contract import FILE, Contract, check_contract, check_last_release, read_contract, short_address
from kb.findings import read_text, report
from kb.moved import Frame, Target, headings, moved_page, retired_page, sections_gone, with_old_ids
from kb.plugins.site import KnowledgeBasePlugin
from kb.promise import promise
from kb.redirects import Moves, check_moves, read_moves

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page as MkDocsPage

log = get_plugin_logger("kb")
PROMISE = re.compile(r"^\\promise[ \t]*$", re.MULTILINE)
AFRESH = "; or, as nothing is released yet, write the contract afresh: python3 dev.py release --draft"
ID = re.compile(r'\bid="([^"]+)"')


class Options(Config):
    """The plugin's options in mkdocs.yml."""

    folder = c.Type(str, default="links")
    """Where redirects.txt, retired.yml and contract.txt lie, relative to docs/."""
    fresh = c.Type(bool, default=False)
    """Build for a contract that is written afresh, before the first release: the old one is not checked."""


class LinksPlugin(BasePlugin[Options]):
    """Keeps the promise that an address leads somewhere for ever, down to the section."""

    def __init__(self) -> None:
        """Start with nothing read; `on_files` reads afresh for each build."""
        self.moves, self.contract = Moves(), Contract()
        self.gone: dict[str, list[str]] = {}
        self.ids: dict[str, set[str]] = {}
        self.titles: dict[str, str] = {}
        self.frame: Frame

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Read what was promised and what has moved; stop with one line for each thing that is wrong with it."""
        folder = Path(config.docs_dir, self.config.folder)
        name = f"{Path(config.docs_dir).name}/{self.config.folder}"
        self.moves, findings = read_moves(folder, name)
        text, unread = read_text(folder / FILE, f"{name}/{FILE}")
        self.contract, more = read_contract("" if self.config.fresh else text, f"{name}/{FILE}")
        if faults := findings + unread + more:
            raise PluginError("\n" + report(faults))
        self.gone = self.moves.sections()
        paths = [file.src_uri for file in files.documentation_pages()]
        lang = config.theme.get("language") or "en"
        layout = Layout.of(paths, folders=config.use_directory_urls)
        self.frame = Frame(config.site_name, config.site_url or "/", lang, layout)
        return files

    def on_page_markdown(self, markdown: str, *, page: MkDocsPage, config: MkDocsConfig, files: Files) -> str:
        """Put what is promised where a page says so."""
        return PROMISE.sub(lambda _: promise(self.contract, self.moves), markdown)

    @event_priority(-90)  # after all that changes a page's text
    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:  # noqa: ANN401 - jinja2's own type
        """Leave old ids beside what has new ones, and check where old addresses lead."""
        pages = {address_of(file.src_uri): file.page for file in files.documentation_pages() if file.page}
        self.ids, self.titles = {}, {}
        for address, page in pages.items():
            content = page.content or ""
            self.ids[address] = {html.unescape(found) for found in ID.findall(content)}
            self.titles[address] = str(page.meta.get("title") or page.title)
            self.titles |= {f"{address}#{key}": words for key, words in headings(content).items()}
        name = f"{Path(config.docs_dir).name}/{self.config.folder}"
        for finding in check_moves(self.moves, self.ids, name):
            log.warning("%s", finding)
        for address, page in pages.items():
            self._keep_sections(address, page)
        return env

    def _keep_sections(self, address: str, page: MkDocsPage) -> None:
        """Let the old ids of one page's sections lead on."""
        renamed, moved, retired = {}, {}, {}
        for section in self.gone.get(address, ()):
            old = f"{address}#{section}"
            target = self.moves.final(old)
            if old in self.moves.retired:
                gone = self.moves.retired[old]
                retired[section] = (gone, [self._target(item) for item in gone.instead])
            elif target.startswith(f"{address}#"):
                renamed[section] = target.partition("#")[2]
            else:
                moved[section] = self._target(target)
        if address in self.gone:
            content = with_old_ids(page.content or "", renamed)
            page.content = content + sections_gone(self.frame, address, moved, retired)

    def _target(self, address: str) -> Target:
        """Give where an address leads in the end, with its title."""
        final = self.moves.final(address)
        page = final.partition("#")[0]
        retired = self.moves.retired.get(page)
        title = self.titles.get(page) or (retired.title if retired else page)
        section = self.titles.get(final, "") if "#" in final else ""
        return Target(final, f"{title}: {section}" if section else title)

    def _write(self, *, config: MkDocsConfig) -> None:
        """Write a page for each old address and each short one."""
        site, promised = Path(config.site_dir), self.contract.sections()
        given = self.contract.ids() | self._own_ids(config)
        for identifier, page in given.items():
            self._lead(site, short_address(identifier), page, promised.get(page, []))
        for address in self.moves.redirects:
            if "#" not in address and address not in self.ids:
                self._lead(site, address, address, promised.get(address, []))
        for gone in self.moves.retired.values():
            if "#" not in gone.address and gone.address not in self.ids:
                instead = [self._target(item) for item in gone.instead]
                moved = {
                    section: self._target(f"{gone.address}#{section}")
                    for section in self.gone.get(gone.address, ())
                    if f"{gone.address}#{section}" in self.moves.redirects
                }
                text = retired_page(self.frame, gone, instead, promised.get(gone.address, []), moved)
                self._save(site, gone.address, text)

    def _lead(self, site: Path, old: str, page: str, promised: list[str]) -> None:
        """Write the page at `old`, which leads to where `page` is now, with the sections that were promised there."""
        there = self._target(page)
        sections, gone = {}, {}
        for section in dict.fromkeys([*promised, *self.gone.get(page, ())]):
            target = self._target(f"{page}#{section}")
            address, _, found = target.address.partition("#")
            if retired := self.moves.retired.get(target.address if found else ""):
                gone[section] = (retired, [self._target(item) for item in retired.instead])
            elif address in self.ids and (not found or found in self.ids[address]):
                sections[section] = target
        self._save(site, old, moved_page(self.frame, old, there, sections, gone))

    def _save(self, site: Path, address: str, text: str) -> None:
        """Write one page."""
        file = site / self.frame.layout.file(address)
        if not file.resolve().is_relative_to(site.resolve()):
            raise PluginError(f"{address} would be written outside the site; mend it in {self.config.folder}/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def _own_ids(self, config: MkDocsConfig) -> dict[str, str]:
        """Give the short id of each page that is there, with its address."""
        site = config.plugins.get("kb")
        pages = site.pages.values() if isinstance(site, KnowledgeBasePlugin) else []
        return {page.id: address_of(page.path) for page in pages}

    @event_priority(-210)  # after the built pages were read and checked
    def _check(self, *, config: MkDocsConfig) -> None:
        """Check every promise over the built tree; each broken one is a warning, so that `--strict` fails on it."""
        site = config.plugins.get("kb")
        if not isinstance(site, KnowledgeBasePlugin) or site.book is None:
            return
        name = f"{Path(config.docs_dir).name}/{self.config.folder}/{FILE}"
        tree = {page.file: frozenset(page.ids) for page in site.book.pages}
        layout, ids = self.frame.layout, self._own_ids(config)
        findings = check_contract(self.contract, tree, layout, self.moves, ids, name)
        project = Path(config.config_file_path).parent
        gone, skipped = check_last_release(self.contract, project, name, name)
        if skipped:
            log.info("the link contract was %s", skipped)
        for finding in sorted(set(gone)):
            log.warning("%s", finding)
        for finding in sorted(set(findings)):
            log.warning("%s%s", finding, AFRESH if self.contract.draft and skipped else "")

    @event_priority(-220)  # after all files were written
    def _tell_hosts(self, *, config: MkDocsConfig) -> None:
        """Write what Netlify and Cloudflare Pages read; copies for reading from disk have no host."""
        if config.use_directory_urls:
            site = Path(config.site_dir)
            files = [file.relative_to(site).as_posix() for file in site.rglob("*.*")]
            base = urlsplit(config.site_url or "").path or "/"
            (site / headers.FILE).write_text(headers.write_headers(files), encoding="utf-8")
            (site / headers.REDIRECTS).write_text(headers.write_redirects(self.moves, base), encoding="utf-8")

    on_post_build = CombinedEvent(_write, _check, _tell_hosts)
