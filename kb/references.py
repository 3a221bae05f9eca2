"""Rendered pages with empty marks come in; the same pages with marks, lists and back-links go out."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.csl import Cite, Group, Item

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kb.citations import Use
    from kb.library import Entry

MARK = re.compile(r'<span class="kb-cite" data-n="(\d+)"></span>')
STEP = re.compile(MARK.pattern + r'|<(h[1-6])[^>]*\bid="([^"]+)"[^>]*>(.*?)</\2>', re.DOTALL)
LISTS = re.compile(r'<div class="(kb-list|kb-full-list)"></div>')
TAGS = re.compile(r'<a class="headerlink".*?</a>|<[^>]+>', re.DOTALL)
AND = {"de": "und", "es": "y", "fr": "et", "it": "e", "nl": "en", "pl": "i", "pt": "e", "cy": "a"}
KINDS = {  # what a reader calls each BibTeX type, for grouping the library
    "article": "Articles",
    "book": "Books and chapters",
    "incollection": "Books and chapters",
    "inbook": "Books and chapters",
    "inproceedings": "Articles",
    "techreport": "Reports and guidance",
    "report": "Reports and guidance",
    "misc": "Web pages and other",
    "online": "Web pages and other",
    "phdthesis": "Theses",
    "thesis": "Theses",
}
CHECKED = {
    "verified": "Every field of this record was seen in a public copy.",
    "partly": "This record was seen in part.",
    "memory": "This record is from memory and not confirmed.",
}


@dataclass(frozen=True)
class Place:
    """One mark on a page: its number among the page's marks (from 1), what it cites, and the section it stands in."""

    number: int
    use: Use
    section: str
    anchor: str


@dataclass(frozen=True)
class Said:
    """What a mark says: its HTML, the words of the sentence before it (names), and whether it is only a number."""

    text: str
    lead: str = ""
    number: bool = True


@dataclass(frozen=True)
class Citing:
    """A page and section that cites a work, as the library page links to it."""

    title: str
    url: str


@dataclass(frozen=True)
class Numbered:
    """A page's marks in the order in which they stand, and the works they cite in the order of the page's list."""

    places: dict[int, Place]
    keys: list[str]

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each work on this page, from 1."""
        return {key: number for number, key in enumerate(self.keys, 1)}


def number_page(content: str, uses: list[Use], order: Mapping[str, int] | None) -> Numbered:
    """Find a page's marks and number its works as the text cites them, or by `order` where the style sorts its list."""
    places: dict[int, Place] = {}
    keys: dict[str, None] = {}
    section, anchor = "", ""
    for step in STEP.finditer(content):
        for mark in MARK.finditer(step[0]):
            n = int(mark[1])
            if n not in places:
                places[n] = Place(len(places) + 1, uses[n], section, anchor)
                keys.update(dict.fromkeys(cite.key for cite in uses[n].group))
        if step[2]:
            section, anchor = html.unescape(TAGS.sub("", step[4])).strip(), step[3]
    listed = list(keys) if order is None else sorted(keys, key=lambda key: order.get(key, len(order)))
    return Numbered(places, listed)


def names(item: Item, lang: str) -> str:
    """Give the names that a sentence uses for a work: one, two, or the first and "et al."."""
    people = item.get("author") or item.get("editor") or []
    said = [_family(person) for person in people]
    if not said:
        return str(item.get("title", item["id"]))
    if len(said) == 2:  # noqa: PLR2004 - two names are both said
        return f"{said[0]} {AND.get(lang[:2], 'and')} {said[1]}"
    return said[0] + (" et al." if len(said) > 1 else "")


def _family(person: Mapping[str, str]) -> str:
    """Give the part of a name that a sentence uses."""
    particle = person.get("non-dropping-particle", "")
    family = person.get("family") or person.get("literal") or person.get("given", "")
    return f"{particle} {family}".strip()


def write_marks(content: str, page: Numbered, say: Callable[[Use], Said]) -> str:
    """Put each mark in its place, as one link to the first work it cites; `say` gives its words.

    A number is tied to the word before it, so that it never starts a line, and is left out of the search index together
    with the space, so that the index holds the sentence as it is spoken.
    """
    numbers = page.numbers
    written: set[int] = set()

    def write(match: re.Match[str]) -> str:
        place, said = page.places[int(match[2])], say(page.places[int(match[2])].use)
        refs = " ".join(f"ref-{cite.key}" for cite in place.use.group)
        counted = [str(numbers[cite.key]) for cite in place.use.group]
        label = f"References {', '.join(counted[:-1])} and {counted[-1]}" if counted[1:] else f"Reference {counted[0]}"
        own = "" if place.number in written else f' id="cite-{place.number}"'
        written.add(place.number)
        link = (
            f'<a class="kb-cite"{own} href="#ref-{html.escape(place.use.group[0].key)}" role="doc-biblioref"'
            f' data-refs="{html.escape(refs)}"'
        )
        if not said.number:
            return f"{match[1]}{link}>{said.text}</a>"
        gap = "&nbsp;" if match[1] or said.lead else ""
        lead = f"{match[1]}{html.escape(said.lead)}" if said.lead else ""
        return f'{lead}<span data-search-exclude>{gap}{link} aria-label="{label}">{said.text}</a></span>'

    return re.sub(rf"(\s*){MARK.pattern}", write, content)


def page_list(page: Numbered, references: Mapping[str, str], library: Mapping[str, Entry], *, numeric: bool) -> str:
    """Give a page's list of references, each with its note, how far it was checked, and links back to the text."""
    tag = "ol" if numeric else "ul"
    entries = [_entry(key, references, library, _back_links(key, page)) for key in page.keys]
    return f'<{tag} class="kb-references" data-search-exclude>\n{"".join(entries)}</{tag}>'


def full_list(
    references: Mapping[str, str],
    library: Mapping[str, Entry],
    citing: Mapping[str, list[Citing]],
    *,
    is_sorted: bool,
) -> str:
    """Give the library: every cited work with the pages that cite it, then those that no page cites.

    The style's own order is kept; where it has none (a numbered list follows its text), the order is alphabetical.
    """
    order = list(references) if is_sorted else sorted(references, key=lambda key: _plain(references[key]).casefold())
    cited = [_entry(key, references, library, _cited_by(citing[key])) for key in order if citing.get(key)]
    others = [_entry(key, references, library, "") for key in order if not citing.get(key)]
    made = f'<ul class="kb-references kb-library">\n{"".join(cited)}</ul>'
    if others:
        made += '\n<h3 id="not-cited">In the library, cited on no page yet</h3>\n'
        made += f'<ul class="kb-references kb-library">\n{"".join(others)}</ul>'
    return made


def _plain(text: str) -> str:
    """Give the words of formatted text."""
    return TAGS.sub("", text)


def _entry(key: str, references: Mapping[str, str], library: Mapping[str, Entry], back: str) -> str:
    """Give one work as a list item."""
    entry = library[key]
    say = html.escape
    parts = [f'<span class="kb-reference__text">{references[key]}{_link(entry, references[key])}</span>']
    if note := entry.fields.get("annote"):
        parts.append(f'<span class="kb-reference__note">{say(note.replace(chr(92) + "&", "&"))}</span>')
    if check := CHECKED.get(entry.verification):
        unseen = entry.fields.get("note", "") if entry.fields.get("unconfirmed") else ""
        parts.append(f'<span class="kb-reference__check">{check}{" " + say(unseen) + "." if unseen else ""}</span>')
    parts.append(back)
    inner = "\n".join(part for part in parts if part)
    kind = KINDS.get(entry.type, "Web pages and other")
    return f'<li class="kb-reference" id="ref-{say(key)}" data-key="{say(key)}" data-kind="{kind}">\n{inner}\n</li>\n'


def _link(entry: Entry, text: str) -> str:
    """Give links that the style itself does not print: the address, and the archived copy of one that moved or died."""
    say = html.escape
    made = ""
    url, archive = entry.fields.get("url", "").replace("\\", ""), entry.fields.get("archiveurl", "").replace("\\", "")
    if url and "<a " not in text and re.match(r"https?:", url):
        made += f' <a href="{say(url)}" rel="noreferrer">{say(url)}</a>'
    if archive and re.match(r"https?:", archive):
        day = entry.fields.get("archivedate", "")
        made += f' <a href="{say(archive)}" rel="noreferrer">archived copy{" of " + say(day) if day else ""}</a>'
    return made


def _back_links(key: str, page: Numbered) -> str:
    """Give one named link back to each place that cites a work: a b c, each saying which section."""
    places = [place for place in page.places.values() if any(cite.key == key for cite in place.use.group)]
    links = []
    for number, place in enumerate(places):
        where = f", in {place.section}" if place.section else ""
        name = html.escape(f"Back to citation {letter(number)}{where}")
        links.append(f'<a href="#cite-{place.number}" aria-label="{name}" title="{name}">{letter(number)}</a>')
    return f'<span class="kb-reference__back">Cited above: {" ".join(links)}</span>'


def _cited_by(citing: list[Citing]) -> str:
    """Give links to every page and section that cites a work."""
    say = html.escape
    links = [f'<a href="{say(item.url)}">{say(item.title)}</a>' for item in citing]
    return f'<span class="kb-reference__back">Cited in: {" · ".join(links)}</span>'


def letter(number: int) -> str:
    """Give a, b and so on to z, then aa, ab and so on, for 0, 1 and so on."""
    made = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        made = chr(ord("a") + rest) + made
    return made


def plain_mark(mark: str) -> str:
    """Give a mark with a space after each comma between works, where a style prints none before words."""
    return re.sub(r",(?=[^\W\d])", ", ", mark)


def as_numbers(group: Group) -> Group:
    """Give a group whose works are cited by number alone, as a numeric style prints a sentence's own mark."""
    return tuple(Cite(cite.key, cite.prefix, cite.suffix) for cite in group)
