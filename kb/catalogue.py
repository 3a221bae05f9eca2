"""The works of a site come in, formatted, with who cites each; the library goes out as HTML, whole or letter by letter.

A library that is too long for one page stands on several, each with the works under some letters of the alphabet. Its
own page then lists every work in a line that leads to where it stands whole; what stands nowhere else is whole there.
"""

from __future__ import annotations

import html
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.addresses import relative
from kb.csl_items import day, plain
from kb.exports import coins
from kb.lists import downloads, entry_of
from kb.references import TAGS, names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kb.csl import Item
    from kb.library import Entry

OTHER = "Web pages and other"
KINDS = {  # what a reader calls each BibTeX type, for grouping the library
    "article": "Articles",
    "book": "Books and chapters",
    "incollection": "Books and chapters",
    "inbook": "Books and chapters",
    "inproceedings": "Articles",
    "techreport": "Reports and guidance",
    "report": "Reports and guidance",
    "misc": OTHER,
    "online": OTHER,
    "phdthesis": "Theses",
    "thesis": "Theses",
}
LINE = '<a class="kb-reference__text"'
IN_SHORT = {"verified": "Verified.", "partly": "Partly.", "memory": "Memory."}  # as the library page explains them


@dataclass(frozen=True)
class Citing:
    """A page and section that cites a work, as the library leads to it."""

    title: str
    url: str


@dataclass(frozen=True)
class Catalogue:
    """All works of a site by their keys; addresses are those within the site.

    `references` holds each work formatted, in the order of the library, `entries` its record, `items` the same as
    CSL-JSON, `citing` what cites it, and `shelves` the page that holds it, if it is not the library's own.
    """

    references: Mapping[str, str]
    entries: Mapping[str, Entry]
    items: Mapping[str, Item]
    citing: Mapping[str, Sequence[Citing]]
    shelves: Mapping[str, str]
    lang: str

    def under(self, letters: str) -> list[str]:
        """Give the keys of the works under the letters from first to last, as `A-C` names them."""
        return list(shelved(self.references, [("", letters)]))


def in_order(references: Mapping[str, str], *, is_sorted: bool) -> dict[str, str]:
    """Give formatted references in the order of a library: that of the style, if it sorts; else the alphabet's."""
    texts = {key: _plain(text).casefold() for key, text in references.items()}
    order = list(references) if is_sorted else sorted(references, key=texts.__getitem__)
    return {key: references[key] for key in order}


def letter_of(reference: str) -> str:
    """Give the capital under which a formatted reference stands: É under E, 12 under A; "" for other scripts."""
    for sign in unicodedata.normalize("NFKD", _plain(reference)).upper():
        if sign.isalnum():
            return "A" if sign.isdecimal() else sign if "A" <= sign <= "Z" else ""
    return ""


def library_list(catalogue: Catalogue, url: str, files: str) -> str:
    """Give the library for its own page at `url`: every cited work, then those that no page cites.

    A work that stands whole on another page is one line here, which leads there.
    """
    cited = [_listed(catalogue, key, url) for key in catalogue.references if catalogue.citing.get(key)]
    others = [_listed(catalogue, key, url) for key in catalogue.references if not catalogue.citing.get(key)]
    made = f"{downloads(files, 'The whole library')}\n{_listing(cited)}"
    if others:
        made += f'\n<h3 id="not-cited">In the library, cited on no page yet</h3>\n{_listing(others)}'
    return made


def letters_list(catalogue: Catalogue, letters: str, url: str, files: str) -> str:
    """Give the works under some letters, whole, for the page at `url`."""
    works = [_whole(catalogue, key, url) for key in catalogue.under(letters)]
    return f"{downloads(files, 'These works')}\n{_listing(works)}" if works else ""


def shelved(references: Mapping[str, str], shelves: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give the page that holds a work: the first of `shelves`, addresses with their letters, that has its letter."""
    places: dict[str, str] = {}
    for url, letters in shelves:
        for key, text in references.items():
            if letters[0] <= letter_of(text) <= letters[-1]:
                places.setdefault(key, url)
    return places


def _listing(entries: Sequence[str]) -> str:
    """Give the entries as a list of the library, whose ids are addresses that last.

    A search does not look into one that has nothing but lines: it finds what they lead to.
    """
    unsought = " data-search-exclude" if all(LINE in entry for entry in entries) else ""
    return f'<ul class="kb-references kb-library"{unsought}>\n{"".join(entries)}</ul>'


def _listed(catalogue: Catalogue, key: str, url: str) -> str:
    """Give a work in a line if another page holds it, else whole."""
    return (_whole if catalogue.shelves.get(key, url) == url else _line)(catalogue, key, url)


def _whole(catalogue: Catalogue, key: str, url: str) -> str:
    """Give a work with all that is known of it.

    With its ContextObject (OpenURL, Z39.88-2004), by which reference managers find it on the page.
    """
    say = html.escape
    links = [
        f'<a href="{say(relative(citing.url, url))}">{say(citing.title)}</a>'
        for citing in catalogue.citing.get(key, ())
    ]
    back = f'<span class="kb-reference__back">Cited in: {" · ".join(links)}</span>' if links else ""
    back += f'<span class="Z3988" title="{coins(catalogue.items[key])}"></span>'
    return entry_of(key, catalogue.references, catalogue.entries, back, IN_SHORT, more=_kind(catalogue, key))


def _line(catalogue: Catalogue, key: str, url: str) -> str:
    """Give a work as a link to where it stands whole: its names, year and title."""
    item, say = catalogue.items[key], html.escape
    named, title = names(item, catalogue.lang), plain(item.get("title"))
    year = "".join(f" ({year})" for year in day(item)[:1])
    words = f"{named}{year}. {title}" if named != title else f"{title}{year}"
    href = f"{relative(catalogue.shelves[key], url)}#ref-{key}"
    return (
        f'<li class="kb-reference" id="ref-{say(key)}"{_kind(catalogue, key)}>'
        f'{LINE} href="{say(href)}">{say(words)}</a></li>\n'
    )


def _kind(catalogue: Catalogue, key: str) -> str:
    """Say what kind of work it is, by which a reader may group the library."""
    return f' data-kind="{KINDS.get(catalogue.entries[key].type, OTHER)}"'


def _plain(text: str) -> str:
    """Give the words of formatted text."""
    return TAGS.sub("", text)
