"""Sources, then rendered pages with empty marks, come in; the same pages with marks and lists go out.

The one object that holds what a site's citations share: the library, the style, and Pandoc's run beside the rendering.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.addresses import relative
from kb.cache import remembered
from kb.catalogue import Catalogue, Citing, in_order, letters_list, library_list, shelved
from kb.citations import Use, scan
from kb.csl import DUMMY, Cite, Formatted, Group, Item, dummies, shape
from kb.items import read_items
from kb.library import refused
from kb.lists import LISTS, page_list
from kb.pandoc import beside, which
from kb.references import Numbered, Said, as_numbers, names, number_page, plain_mark, write_marks
from kb.runs import Run

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from kb.library import Entry
    from kb.styles import Style


FULL_LIST, BRIEF_LIST = 'class="kb-full-list">', 'class="kb-brief-list"'


@dataclass(frozen=True)
class Rendered:
    """A page as it was rendered, with empty marks: its path, title, address within the site, and HTML."""

    path: str
    title: str
    url: str
    content: str


@dataclass(frozen=True)
class Resolved:
    """What a site's citations came to, by page path.

    HTML, the works that a page cites in the order of its list, and those that its reference files are to hold.
    """

    content: dict[str, str]
    keys: dict[str, list[str]]
    held: dict[str, set[str]]


class Bibliography:
    """The citations of one site in one style."""

    def __init__(
        self, style: Style, lang: str, text: str, library: Mapping[str, Entry], cache: Path | None = None
    ) -> None:
        """Take the style, the language of its terms (BCP 47), the works as BibTeX and as read from it, and a cache.

        Pandoc starts on the works at once, beside whatever follows here.
        """
        self.style, self.lang, self.library, self.cache = style, lang, library, cache
        self.source = (which(), text)
        self.reading = beside(self._read)
        self.running: Future[Run] | None = None
        self.guessed: Future[Run] | None = None

    @property
    def items(self) -> list[Item]:
        """The works as CSL-JSON. Raises RuntimeError with Pandoc's own words if it cannot read them."""
        return self.reading.result()

    def start(self, texts: Iterable[str], full_command: str) -> None:
        """Look through all sources for what they cite, and start Pandoc on it beside the rendering."""
        keys: set[str] = set()
        groups: dict[Group, None] = {}
        everything = False
        pages = []
        for text in texts:
            found_keys, found_groups = scan(text)
            keys |= found_keys.keys()
            groups |= dict.fromkeys(found_groups)
            everything = everything or full_command in text
            pages.append((found_keys, found_groups))
        if everything:
            keys = set(self.library)
        known = keys & self.library.keys()
        usable = [group for group in groups if all(cite.key in known for cite in group)]

        def run() -> Run:
            cited = [item for item in self.items if item["id"] in known]
            return self._run(cited, [] if self.style.numeric else sorted(usable, key=repr))

        self.running = beside(run)
        if self.style.numeric and not self.style.sorted:
            self.guessed = beside(lambda: self._shape_run(guess_shapes(pages, known)))

    def resolve(self, pages: Sequence[Rendered], uses: list[Use]) -> Resolved:
        """Number each page's marks, wait for Pandoc, and put marks and lists in their places.

        Raises RuntimeError with Pandoc's own words if it failed.
        """
        formatted = self._formatted(uses)
        order = {key: place for place, key in enumerate(formatted.references)} if self.style.sorted else None
        numbered = {page.path: number_page(page.content, uses, order) for page in pages}
        marks = self._shapes(numbered) if self.style.numeric else self._marks(formatted, uses)
        by_key = {item["id"]: item for item in self.items}
        home = next((page.url for page in pages if FULL_LIST in page.content), "")
        references = in_order(formatted.references, is_sorted=self.style.sorted)
        shelves = shelved(references, _shelves(pages))
        catalogue = Catalogue(references, self.library, by_key, _citing(pages, numbered), shelves, self.lang)
        content = {}
        for page in pages:
            mine = numbered[page.path]

            def say(use: Use, mine: Numbered = mine) -> Said:
                numeric = self.style.numeric
                mark = marks[shape(as_numbers(use.group), mine.numbers) if numeric else use.group]
                lead = names(by_key[use.group[0].key], self.lang) if use.narrative and numeric else ""
                return Said(plain_mark(mark), lead, numeric)

            marked = write_marks(page.content, mine, say)
            content[page.path] = self._lists(marked, page, mine, catalogue, home)
        keys = {path: page.keys for path, page in numbered.items()}
        held = {page.path: self._held(page, keys[page.path], catalogue) for page in pages}
        return Resolved(content, keys, held)

    def _read(self) -> list[Item]:
        """Read the works by Pandoc, or from the cache; an address that the library refuses is left out."""
        items = remembered(self.cache, ("items", *self.source), lambda: read_items(self.source[1], self.cache))
        bad = {key for key, entry in self.library.items() if refused(entry)}
        return [
            {name: value for name, value in item.items() if name != "URL" or item["id"] not in bad} for item in items
        ]

    def _run(self, items: list[Item], groups: list[Group]) -> Run:
        """Start Pandoc in this site's style and language."""
        return Run(self.style, self.lang, items, groups, self.cache)

    def _formatted(self, uses: list[Use]) -> Formatted:
        """Give the references, with those of works that the first look at the sources did not see."""
        if self.running is None:
            self.start([], "")
        assert self.running is not None  # noqa: S101 - start() has just set it
        formatted = self.running.result().result()
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
        known = self.guessed.result().result().marks if self.guessed else {}
        return known if shapes <= known.keys() else self._shape_run(shapes | known.keys()).result().marks

    def _shape_run(self, shapes: Iterable[Group]) -> Run:
        """Start Pandoc on the shapes of groups; they cite dummies, whose keys end in their numbers."""
        asked = sorted(shapes, key=repr)
        most = max((int(cite.key.removeprefix(DUMMY)) for group in asked for cite in group), default=0)
        return self._run(dummies(most), asked)

    def _marks(self, formatted: Formatted, uses: list[Use]) -> dict[Group, str]:
        """Give the marks of an author-date style, with those that the first look at the sources did not see."""
        missing = sorted({use.group for use in uses} - formatted.marks.keys(), key=repr)
        if not missing:
            return formatted.marks
        cited = [item for item in self.items if item["id"] in formatted.references]
        return formatted.marks | self._run(cited, missing).result().marks

    def _held(self, page: Rendered, cited: Iterable[str], catalogue: Catalogue) -> set[str]:
        """Give the works of a page's reference files: those that it cites and those of the library that it shows."""
        shown = (catalogue.under(at[2]) for at in LISTS.finditer(page.content) if at[2])
        return set(self.library) if FULL_LIST in page.content else {*cited, *(key for keys in shown for key in keys)}

    def _lists(self, content: str, page: Rendered, mine: Numbered, catalogue: Catalogue, home: str) -> str:
        """Put the page's list and the library where the page asks for them.

        A list is brief only where it can lead to the library, at `home`: else nobody could read the notes.
        """
        files = stem(page.url).rpartition("/")[2]
        full = relative(home, page.url) if home and BRIEF_LIST in content else ""
        shelves = catalogue.shelves if full else {}
        whole = {key: relative(shelves[key], page.url) for key in mine.keys if key in shelves}

        def made(at: re.Match[str]) -> str:
            if at[1] == "full-list" and at[2]:
                return letters_list(catalogue, at[2], page.url, files)
            if at[1] == "full-list":
                return library_list(catalogue, page.url, files)
            if not mine.keys:
                return ""
            numeric = self.style.numeric
            return page_list(mine, catalogue.references, self.library, files, numeric=numeric, full=full, whole=whole)

        return LISTS.sub(made, content)


def guess_shapes(pages: Iterable[tuple[Iterable[str], Iterable[Group]]], known: Collection[str]) -> set[Group]:
    """Guess, from the keys and groups in each source, the shapes that groups will take once pages are numbered."""
    shapes: set[Group] = set()
    for keys, groups in pages:
        numbers = {key: number for number, key in enumerate((key for key in keys if key in known), 1)}
        asked = [*((Cite(key),) for key in numbers), *groups]
        shapes |= {shape(as_numbers(g), numbers) for g in asked if all(cite.key in numbers for cite in g)}
    return shapes


def stem(url: str, name_of: str = "cited") -> str:
    """Give the address of a page's reference files without endings: `a/` has `a/cited`, `a.html` has `a.cited`."""
    folder, slash, name = url.rpartition("/")
    return f"{folder}{slash}{name.removesuffix('.html')}{'.' if name else ''}{name_of}"


def stems(pages: Iterable[Rendered], held: Mapping[str, Collection[str]]) -> dict[str, Collection[str]]:
    """Give the address of each page's reference files, without endings, with the works that they are to hold."""
    wanted = {page.url: held[page.path] for page in pages}
    return {stem(url): found for url, found in wanted.items() if found}


def _shelves(pages: Iterable[Rendered]) -> Iterator[tuple[str, str]]:
    """Give the address of each page that holds the works under some letters of the library, and those letters."""
    for page in pages:
        yield from ((page.url, at[2]) for at in LISTS.finditer(page.content) if at[2])


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
