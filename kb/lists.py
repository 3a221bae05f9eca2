"""Formatted references and where a page cites them come in; the page's list goes out as HTML, entry by entry."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from kb.downloads import FORMATS
from kb.references import MARK, Numbered, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kb.library import Entry

# What is left out of the search index: numbers, as kb.references writes them, and the list of a page.
UNSPOKEN = re.compile(
    r"<span data-search-exclude>.*?</a></span>|<(ol|ul|p) class=\"kb-[a-z -]+\" data-search-exclude>.*?</\1>", re.DOTALL
)
HIDDEN = re.compile(r"<!--kb-hidden (\d+)-->")
LISTS = re.compile(r'<div class="kb-(list|brief-list|full-list)"(?: data-letters="([A-Z]-[A-Z])")?></div>')
STEP = re.compile(r'class="kb-references( kb-library)?"|(<li class="kb-reference") id="(ref-[^"]+)"')
TWO_LISTS = 2
BRIEF = 'What each of these works shows, and does not show, stands in <a href="{}">the library</a>.'
SEEN = "Each record was seen whole in a public copy, unless it says otherwise."
CHECKED = {
    "verified": "Every field of this record was seen in a public copy.",
    "partly": "This record was seen in part.",
    "memory": "This record is from memory and not confirmed.",
}


def one_of_each(content: str, *, by_default: bool) -> str:
    """Leave one place for each kind of list on a rendered page; with `by_default`, a page that cites has one at least.

    A page that shows the whole library needs no second list: its marks lead into the library.
    """
    seen: set[tuple[str, str | None]] = set()

    def keep(match: re.Match[str]) -> str:
        kind = match[1].removeprefix("brief-"), match[2]
        again = kind in seen
        seen.add(kind)
        return "" if again else match[0]

    content = LISTS.sub(keep, content)
    wanting = by_default and all(letters for _, letters in seen) and MARK.search(content)
    return f'{content}\n<div class="kb-list"></div>' if wanting else content


def ids_once(content: str) -> str:
    """Give a page on which each reference has its id once: in the page's own list, whose numbers its marks show."""
    if content.count('class="kb-references') < TWO_LISTS:
        return content
    places: dict[str, int] = {}
    in_library = False
    for step in STEP.finditer(content):
        in_library = step[1] is not None if step[3] is None else in_library
        if step[3] and (step[3] not in places or not in_library):
            places[step[3]] = step.start()
    return STEP.sub(lambda step: step[2] if step[3] and places[step[3]] != step.start() else step[0], content)


def page_list(  # noqa: PLR0913 - one argument for each thing that a list shows or leads to
    page: Numbered,
    references: Mapping[str, str],
    library: Mapping[str, Entry],
    files: str,
    *,
    numeric: bool,
    full: str = "",
    whole: Mapping[str, str] | None = None,
) -> str:
    """Give a page's list of references, each with its note, how far it was checked, and links back to the text.

    Where all were looked at, one line says so of those that were seen whole, and the other entries say what was not.

    `files` is the address of the page's reference files, relative to the page and without their endings. `full` is
    the address of the library's page, to which a brief list leads; "" keeps the notes of its works here. `whole` is the
    address of each work's page, where it is another one.
    """
    tag = "ol" if numeric else "ul"
    places: dict[str, dict[int, Place]] = {}
    for place in page.places.values():
        for cite in place.use.group:
            places.setdefault(cite.key, {})[place.number] = place
    found = {library[key].verification for key in page.keys}
    seen = "verified" in found and found <= CHECKED.keys()
    checks = {how: said for how, said in CHECKED.items() if how != "verified"} if seen else CHECKED
    leads = {key: (whole or {}).get(key, full) if full else "" for key in page.keys}
    entries = [
        entry_of(key, references, library, _back_links(places[key].values()), checks, leads[key]) for key in page.keys
    ]
    made = f'<{tag} class="kb-references" data-search-exclude>\n{"".join(entries)}</{tag}>'
    below = " ".join(([BRIEF.format(html.escape(full))] if full else []) + ([SEEN] if seen else []))
    below = f'<p class="kb-brief" data-search-exclude>{below}</p>\n' if below else ""
    return f"{made}\n{below}{downloads(files, 'These references')}"


def spoken(content: str) -> tuple[str, list[str]]:
    """Give a page's HTML as a search sees it, prose and the library but neither numbers nor the page's own list.

    What is left out comes second; a comment stands in its place, so that `whole` can put it back.
    """
    hidden: list[str] = []

    def hide(match: re.Match[str]) -> str:
        hidden.append(match[0])
        return f"<!--kb-hidden {len(hidden) - 1}-->"

    return UNSPOKEN.sub(hide, content), hidden


def whole(content: str, hidden: list[str]) -> str:
    """Put back into a page's HTML what `spoken` took out of it."""
    return HIDDEN.sub(lambda match: hidden[int(match[1])], content) if hidden else content


def downloads(files: str, what: str) -> str:
    """Give the line that leads to the same references as files for reference managers."""
    links = [f'<a href="{html.escape(files)}.{end}" download>{name}</a>' for end, name in FORMATS.items()]
    return f'<p class="kb-downloads" data-search-exclude>{what} as a file: {" · ".join(links)}</p>'


def entry_of(  # noqa: PLR0913, PLR0917 - as above
    key: str,
    references: Mapping[str, str],
    library: Mapping[str, Entry],
    back: str,
    checks: Mapping[str, str],
    lead: str = "",
    more: str = "",
) -> str:
    """Give one work as a list item, `more` being what its tag says beside its id.

    `checks` says what to write for each way of having been checked. With `lead`, the address of a page of the library,
    its note is a link to the work there.
    """
    entry = library[key]
    say = html.escape
    parts = [f'<span class="kb-reference__text">{references[key]}{_link(entry, references[key])}</span>']
    note = entry.fields.get("annote")
    if note and lead:
        link = f'<a href="{say(lead)}#ref-{say(key)}">What it shows</a>'
        parts.append(f'<span class="kb-reference__note">{link}</span>')
    elif note:
        parts.append(f'<span class="kb-reference__note">{say(note.replace(chr(92) + "&", "&"))}</span>')
    if check := checks.get(entry.verification):
        unseen = entry.fields.get("note", "") if entry.fields.get("unconfirmed") else ""
        parts.append(f'<span class="kb-reference__check">{check}{" " + say(unseen) + "." if unseen else ""}</span>')
    parts.append(back)
    inner = "\n".join(part for part in parts if part)
    return f'<li class="kb-reference" id="ref-{say(key)}"{more}>\n{inner}\n</li>\n'


def _link(entry: Entry, text: str) -> str:
    """Give links that the style itself does not print: the address, and the archived copy of one that moved or died."""
    say = html.escape
    made = ""
    url, archive = entry.fields.get("url", "").replace("\\", ""), entry.fields.get("archiveurl", "").replace("\\", "")
    if url and "<a " not in text and re.match(r"https?:", url):
        made += f' <a href="{say(url)}" rel="external noreferrer">{say(url)}</a>'
    if archive and re.match(r"https?:", archive):
        of = f" of {say(day)}" if (day := entry.fields.get("archivedate", "")) else ""
        made += f' <a href="{say(archive)}" rel="external noreferrer">archived copy{of}</a>'
    return made


def _back_links(places: Iterable[Place]) -> str:
    """Give one named link back to each place that cites a work: a b c, each saying which section."""
    links = []
    for number, place in enumerate(places):
        where = f", in {place.section}" if place.section else ""
        name = html.escape(f"Back to citation {letter(number)}{where}")
        links.append(f'<a href="#cite-{place.number}" aria-label="{name}">{letter(number)}</a>')
    return f'<span class="kb-reference__back">Cited above: {" ".join(links)}</span>'


def letter(number: int) -> str:
    """Give a, b and so on to z, then aa, ab and so on, for 0, 1 and so on."""
    made = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        made = chr(ord("a") + rest) + made
    return made
