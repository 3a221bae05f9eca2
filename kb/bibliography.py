"""Sources, then rendered pages with empty marks, come in; the same pages with marks and lists go out.

The one object that holds what a site's citations share: the library, the style, and Pandoc's run beside the rendering.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.citations import Use, scan
from kb.csl import Formatted, Group, Item, Run, dummies, shape
from kb.exports import coins, to_bibtex, to_csl_json, to_ris
from kb.lists import FORMATS, LISTS, Citing, full_list, page_list
from kb.references import Numbered, Said, as_numbers, names, number_page, plain_mark, write_marks

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from kb.library import Entry
    from kb.styles import Style


@dataclass(frozen=True)
class Rendered:
    """A page as it was rendered, with empty marks: its path, title, address within the site, and HTML."""

    path: str
    title: str
    url: str
    content: str


@dataclass(frozen=True)
class Resolved:
    """What a site's citations came to: each page's HTML, the works each page cites, and files of references.

    `content` and `keys` are by page path, the keys in the order of the page's list; `files` are by address in the site.
    """

    content: dict[str, str]
    keys: dict[str, list[str]]
    files: dict[str, str]


class Bibliography:
    """The citations of one site in one style."""

    def __init__(
        self, style: Style, lang: str, items: list[Item], library: Mapping[str, Entry], cache: Path | None = None
    ) -> None:
        """Take the style, the language of its terms (BCP 47), the works as CSL-JSON and as written, and a cache."""
        self.style, self.lang, self.items, self.library, self.cache = style, lang, items, library, cache
        self.run: Run | None = None

    def start(self, texts: Iterable[str], full_command: str) -> None:
        """Look through all sources for what they cite, and start Pandoc on it beside the rendering."""
        keys: set[str] = set()
        groups: set[Group] = set()
        everything = False
        for text in texts:
            found_keys, found_groups = scan(text)
            keys |= found_keys
            groups |= found_groups
            everything = everything or full_command in text
        cited = [item for item in self.items if everything or item["id"] in keys]
        known = {item["id"] for item in cited}
        usable = sorted((group for group in groups if all(cite.key in known for cite in group)), key=repr)
        self.run = self._run(cited, [] if self.style.numeric else usable)

    def resolve(self, pages: Sequence[Rendered], uses: list[Use]) -> Resolved:
        """Number each page's marks, wait for Pandoc, and put marks and lists in their places.

        Raises RuntimeError with Pandoc's own words if it failed.
        """
        formatted = self._formatted(uses)
        order = {key: place for place, key in enumerate(formatted.references)} if self.style.sorted else None
        numbered = {page.path: number_page(page.content, uses, order) for page in pages}
        marks = self._shapes(numbered) if self.style.numeric else self._marks(formatted, uses)
        names_of = {item["id"]: names(item, self.lang) for item in self.items}
        citing = _citing(pages, numbered)
        content = {}
        for page in pages:
            mine = numbered[page.path]

            def say(use: Use, mine: Numbered = mine) -> Said:
                numeric = self.style.numeric
                mark = marks[shape(as_numbers(use.group), mine.numbers) if numeric else use.group]
                lead = names_of[use.group[0].key] if use.narrative and numeric else ""
                return Said(plain_mark(mark), lead, numeric)

            marked = write_marks(page.content, mine, say)
            content[page.path] = self._lists(marked, page, mine, formatted.references, citing)
        keys = {path: page.keys for path, page in numbered.items()}
        return Resolved(content, keys, self._files(pages, keys))

    def _run(self, items: list[Item], groups: list[Group]) -> Run:
        """Start Pandoc in this site's style and language."""
        return Run(self.style, self.lang, items, groups, self.cache)

    def _formatted(self, uses: list[Use]) -> Formatted:
        """Give the references, with those of works that the first look at the sources did not see."""
        if self.run is None:
            self.start([], "")
        assert self.run is not None  # noqa: S101 - start() has just set it
        formatted = self.run.result()
        wanted = {cite.key for use in uses for cite in use.group}
        if wanted <= formatted.references.keys():
            return formatted
        keys = wanted | formatted.references.keys()
        return self._run([item for item in self.items if item["id"] in keys], list(formatted.marks)).result()

    def _shapes(self, numbered: Mapping[str, Numbered]) -> dict[Group, str]:
        """Format the shapes that groups take on their pages: few, since each page counts from 1."""
        shapes = {
            shape(as_numbers(place.use.group), page.numbers)
            for page in numbered.values()
            for place in page.places.values()
        }
        most = max((len(page.keys) for page in numbered.values()), default=0)
        return self._run(dummies(most), sorted(shapes, key=repr)).result().marks

    def _marks(self, formatted: Formatted, uses: list[Use]) -> dict[Group, str]:
        """Give the marks of an author-date style, with those that the first look at the sources did not see."""
        missing = sorted({use.group for use in uses} - formatted.marks.keys(), key=repr)
        if not missing:
            return formatted.marks
        cited = [item for item in self.items if item["id"] in formatted.references]
        return formatted.marks | self._run(cited, missing).result().marks

    def _lists(
        self,
        content: str,
        page: Rendered,
        mine: Numbered,
        references: Mapping[str, str],
        citing: Mapping[str, list[Citing]],
    ) -> str:
        """Put the page's list and the library where the page asks for them."""
        files = stem(page.url).rpartition("/")[2]

        def fill(match: re.Match[str]) -> str:
            if match[1] == "kb-full-list":
                spans = {item["id"]: coins(item) for item in self.items}
                here = {
                    key: [Citing(item.title, relative(item.url, page.url)) for item in found]
                    for key, found in citing.items()
                }
                return full_list(references, self.library, here, spans, files, is_sorted=self.style.sorted)
            return page_list(mine, references, self.library, files, numeric=self.style.numeric) if mine.keys else ""

        return LISTS.sub(fill, content)

    def _files(self, pages: Sequence[Rendered], keys: Mapping[str, list[str]]) -> dict[str, str]:
        """Write each page's references, and on the library's page all, in the formats of reference managers."""
        files: dict[str, str] = {}
        for page in pages:
            wanted = set(self.library) if 'class="kb-full-list"' in page.content else set(keys[page.path])
            if not wanted:
                continue
            items = [item for item in self.items if item["id"] in wanted]
            texts = {
                "bib": to_bibtex(entry for key, entry in self.library.items() if key in wanted),
                "ris": to_ris(items),
                "json": to_csl_json(items),
            }
            files |= {f"{stem(page.url)}.{end}": texts[end] for end in FORMATS}
        return files


def stem(url: str) -> str:
    """Give the address of a page's reference files without endings: `a/` has `a/cited`, `a.html` has `a.cited`."""
    folder, slash, name = url.rpartition("/")
    return f"{folder}{slash}{name.removesuffix('.html')}{'.' if name else ''}cited"


def relative(url: str, page: str) -> str:
    """Give the site address `url` as a link on the page whose site address is `page` (RFC 3986, 4.2)."""
    path, mark, fragment = url.partition("#")
    there = posixpath.relpath("/" + path, posixpath.dirname("/" + page) or "/")
    folder = "/" if (path.endswith("/") or not path) and not there.endswith("/") else ""
    return f"{there}{folder}{mark}{fragment}"


def _citing(pages: Sequence[Rendered], numbered: Mapping[str, Numbered]) -> dict[str, list[Citing]]:
    """Give, for each work, the pages and sections that cite it, in the order of the pages."""
    citing: dict[str, dict[str, Citing]] = {}
    for page in pages:
        for place in numbered[page.path].places.values():
            title = f"{page.title}: {place.section}" if place.section else page.title
            url = f"{page.url}#{place.anchor or f'cite-{place.number}'}"
            for cite in place.use.group:
                citing.setdefault(cite.key, {}).setdefault(url, Citing(title, url))
    return {key: list(found.values()) for key, found in citing.items()}
