"""Rendered pages with empty marks come in; the numbers of their works, and the pages with their marks, go out."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.csl import Cite, Group, Item

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kb.citations import Use

# attr_list hands a mark the attributes that a writer meant for something else; the mark stays a mark.
MARK = re.compile(r'<span class="kb-cite(?: [^"]*)?" data-n="(\d+)"[^>]*></span>')
STEP = re.compile(MARK.pattern + r'|<(h[1-6])[^>]*\bid="([^"]+)"[^>]*>(.*?)</\2>', re.DOTALL)
TAGS = re.compile(r'<a class="headerlink".*?</a>|<[^>]+>', re.DOTALL)
AND = {"de": "und", "es": "y", "fr": "et", "it": "e", "nl": "en", "pl": "i", "pt": "e", "cy": "a"}


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

    A mark of several works names all of them in `data-refs`.

    A number is tied to the word before it, so that it never starts a line, and is left out of the search index together
    with the space, so that the index holds the sentence as it is spoken.
    """
    numbers = page.numbers
    written: set[int] = set()

    def write(gap: str, place: Place) -> str:
        said = say(place.use)
        refs = [f"ref-{html.escape(cite.key)}" for cite in place.use.group]
        several = f' data-refs="{" ".join(refs)}"' if len(refs) > 1 else ""
        own = "" if place.number in written else f' id="cite-{place.number}"'
        written.add(place.number)
        link = f'<a class="kb-cite"{own} href="#{refs[0]}" role="doc-biblioref"{several}'
        if not said.number:
            return f"{gap}{link}>{said.text}</a>"
        tie = "&nbsp;" if gap or said.lead else ""
        label = html.escape(name_of([*dict.fromkeys(numbers[cite.key] for cite in place.use.group)], said.text))
        lead = f"{gap}{html.escape(said.lead)}" if said.lead else ""
        return f'{lead}<span data-search-exclude>{tie}{link} aria-label="{label}">{said.text}</a></span>'

    made, at = [], 0
    for match in MARK.finditer(content):
        before = content[at : match.start()]
        text = before.rstrip()
        made += [text, write(before[len(text) :], page.places[int(match[1])])]
        at = match.end()
    return "".join([*made, content[at:]])


def name_of(numbers: list[int], text: str) -> str:
    """Give the name by which a numeric mark is spoken and called: its own text is part of it (WCAG 2.2, 2.5.3).

    One work is "Reference (1)". Of several, the numbers come first as words, because a screen reader may run "(1,2)"
    together, or take it for a decimal.
    """
    shown = html.unescape(TAGS.sub("", text))
    if len(numbers) == 1:
        return f"Reference {shown}"
    return f"References {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}: {shown}"


def plain_mark(mark: str) -> str:
    """Give a mark with a space after each comma between works, where a style prints none before words."""
    return re.sub(r",(?=[^\W\d])", ", ", mark)


def as_numbers(group: Group) -> Group:
    """Give a group whose works are cited by number alone, as a numeric style prints a sentence's own mark."""
    return tuple(Cite(cite.key, cite.prefix, cite.suffix) for cite in group)
