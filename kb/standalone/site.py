"""A site's settings come in; what all its pages cite, and any one page with its marks and lists, go out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markdown import Markdown

from kb.bibliography import Bibliography, Rendered, stems
from kb.citations import CitationExtension, Collector, Use, find, scan
from kb.commands import list_commands
from kb.csl import Formatted, Group, shape
from kb.downloads import Downloads
from kb.library import read_text
from kb.lists import ids_once
from kb.references import Numbered, as_numbers
from kb.standalone.sources import address, bib_files, body, read_sources, read_works, times, title, titles
from kb.styles import load_style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown.extensions import Extension

SITES: dict[tuple[object, ...], Site] = {}
# What the first look reads pages with where the engine does not say what it uses.
USUAL = ["extra", "admonition", "toc", "pymdownx.superfences", "pymdownx.details", "pymdownx.tabbed"]
# Extensions that can read a page twice: Python-Markdown's own, pymdownx, and ours but for this one.
HARMLESS = re.compile(r"[^.]+|(markdown|pymdownx)\..+|kb\.(?!standalone).+")


class Remembering(Bibliography):
    """A bibliography that is asked page by page, and has each reference and each mark formatted once."""

    made: Formatted | None = None

    def want_all(self, full_command: str) -> None:
        """Have every work formatted: a text that no first look saw shows the whole library."""
        if self.made is None or any(item["id"] not in self.made.references for item in self.items):
            self.start([full_command], full_command)
            self.made = None

    def _formatted(self, uses: list[Use]) -> Formatted:
        """Give the references, formatted anew only when a page cites a work that none cited before."""
        if self.made is None or any(cite.key not in self.made.references for use in uses for cite in use.group):
            self.made = super()._formatted(uses)
        return self.made

    def _shapes(self, numbered: Mapping[str, Numbered]) -> dict[Group, str]:
        """Give the marks of a numeric style."""
        known = self.made.marks if self.made else {}
        pages = [(place.use.group, page.numbers) for page in numbered.values() for place in page.places.values()]
        if any(shape(as_numbers(group), numbers) not in known for group, numbers in pages):
            known |= super()._shapes(numbered)
        return known

    def _marks(self, formatted: Formatted, uses: list[Use]) -> dict[Group, str]:
        """Give the marks of an author-date style."""
        formatted.marks.update(super()._marks(formatted, uses))
        return formatted.marks


class Site:
    """What a process knows of a site: its library, its style, its sources, and what they cite."""

    def __init__(self, folder: Path, options: Mapping[str, Any], engine: Mapping[str, Any]) -> None:
        """Read the bibliography, the style and the sources.

        Raises ValueError with a line for each fault, or RuntimeError with Pandoc's own words. `engine` is the engine's
        own configuration, by MkDocs' names; empty where it has none.
        """
        self.folder, self.options, self.engine = folder, options, engine
        self.docs = folder / (options["docs_dir"] or engine.get("docs_dir") or "docs")
        self.files = bib_files(folder, options["bib_file"], options["bib_dir"])
        self.times = times([*self.files, folder / options["csl_file"]])
        self.library, cache = read_works(self.files, folder), folder / options["cache_dir"]
        style = load_style(options["csl_file"], folder)
        text = "\n".join(read_text(file) for file in self.files)
        lang = options["lang"] or engine.get("theme", {}).get("language") or "en"
        self.bibliography = Remembering(style, lang, text, self.library, cache)
        self.sources = read_sources(self.docs)
        self.downloads: Downloads | None = None
        self.uses: list[Use] = []
        self.pages: dict[str, Rendered] = {}
        self.looked = False

    def stale(self, engine: Mapping[str, Any]) -> bool:
        """Say whether the bibliography, style or engine's settings have changed: a writer's preview lives long."""
        files = bib_files(self.folder, self.options["bib_file"], self.options["bib_dir"])
        return engine is not self.engine or self.times != times([*files, self.folder / self.options["csl_file"]])

    def page(self, path: str, text: str, content: str) -> Rendered:
        """Give a page under the title that the site has for it, and the address that links to it are made from.

        Zensical turns links from source to source into links from page to page; nobody else does.
        """
        named = dict(titles(self.engine.get("nav") or [])).get(path, "")
        url = path if self.engine or not path else address(path)
        return Rendered(path, title(path, text, content, named), url, content)

    def look(self) -> None:
        """Have Pandoc start, and render every page that seems to cite, once, to know what it cites and where.

        Pages of the library are rendered too, to know where each work stands.
        """
        if self.looked:
            return
        self.looked = True
        self.bibliography.start(self.sources.values(), self.options["full_bib_command"])
        names = self.engine.get("markdown_extensions", USUAL)
        used: list[str | Extension] = [name for name in names if isinstance(name, str) and HARMLESS.fullmatch(name)]
        for path, text in self.sources.items():
            lists = self.options["full_bib_command"] in text
            if lists or any(find(key, self.library) for key in scan(text)[0]):
                collector = Collector(self.library, self.options["enable_inline_citations"], path, self.uses)
                extensions = [*used, CitationExtension(collector, commands_of(self.options))]
                md = Markdown(extensions=extensions, extension_configs=self.engine.get("mdx_configs", {}))
                self.pages[path] = self.page(path, text, md.convert(body(text)))
        self.bibliography.resolve(list(self.pages.values()), self.uses)

    def resolve(self, page: Rendered) -> str:
        """Give a page with its marks and lists, as if all pages had been rendered beside it."""
        self.look()
        if "kb-full-list" in page.content:
            self.bibliography.want_all(self.options["full_bib_command"])
        known = self.pages | {page.path: page}
        if page.path:
            self.pages = known
        order = {path: place for place, path in enumerate(self.sources)}
        everything = sorted(known.values(), key=lambda other: order.get(other.path, len(order)))
        resolved = self.bibliography.resolve(everything if "kb-full-list" in page.content else [page], self.uses)
        content = ids_once(resolved.content[page.path])
        for place, keys in stems([page], resolved.held).items():
            if self.downloads is None:
                self.downloads = Downloads(self.bibliography.items, self.library)
            for file, text in self.downloads.files(place, keys).items():
                # No file can be written beside the page here, so the link itself carries it (RFC 2397).
                name = file.rpartition("/")[2]
                link = f'href="data:text/plain;charset=utf-8,{quote(text)}" download="cited{Path(name).suffix}"'
                content = content.replace(f'href="{name}" download', link)
        return content


def site_of(options: Mapping[str, Any], engine: Mapping[str, Any]) -> Site:
    """Give the one Site that this process keeps for a folder and its options, read again when it has changed."""
    folder = Path(engine.get("root_dir", ".")).resolve()
    name = (folder, *options.values())
    if name not in SITES or SITES[name].stale(engine):
        SITES[name] = Site(folder, options, engine)
    return SITES[name]


def commands_of(options: Mapping[str, Any]) -> dict[str, str]:
    """Give the commands and the class of the place that each leaves."""
    return list_commands(options["bib_command"], options["full_bib_command"])
