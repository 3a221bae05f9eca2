"""A page's HTML and the records of pages elsewhere come in; links that outlive what they lead to go out."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import TYPE_CHECKING

from kb.elsewhere import without_fragment
from kb.pages import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kb.outgoing import Outgoing

REL = ("external", "noreferrer")
"""What every link to another site says (HTML Standard, "Link types"): it leaves the site, and the other site is
not told where the reader came from. `noreferrer` also means `noopener`."""

# A link as HTML writes it: a quoted value may hold ">", and a link holds no other link (HTML Standard, "a").
LINK = re.compile(
    r"""<a(?P<attributes>(?:\s(?:[^>"']|"[^"]*"|'[^']*')*)?)>(?P<words>.*?)</a>""",
    re.DOTALL,
)
HREF = re.compile(r"""(\shref=)(["'])(https?://[^"']*)\2""", re.IGNORECASE)
HINT = re.compile(r"""href=["']https?://""")  # begins with plain letters, which is what makes the search fast
REL_ATTRIBUTE = re.compile(r"""\srel=(["'])([^"']*)\1""", re.IGNORECASE)
TAGS = re.compile(r"<[^>]+>")
NEAR = 2000  # characters: the copy of a link stands in the same sentence or entry
SAYS_SO = re.compile(r"archived copy", re.IGNORECASE)


def index(records: Iterable[Outgoing]) -> dict[str, Outgoing]:
    """Give the records by the addresses that a page may link to: the page's own, and its archived copy's."""
    records = list(records)
    return {item.archived: item for item in records if item.archived} | {item.url: item for item in records}


def robust(page: str, known: Mapping[str, Outgoing], own: str = "") -> str:
    """Give a page's HTML with `rel` on each link to another site, and the archived copy beside it where one is known.

    `known` comes from `index`; an address that starts with `own` is the site's own. The attributes are those of Robust
    Links (https://mementoweb.org/robustlinks/spec/): `data-originalurl`, `data-versionurl` and `data-versiondate`. What
    they say to programs stands in words after the link, since few browsers show them.
    """
    made, at = [], 0
    for match, href in _links(page):
        if own and href[3].startswith(own):
            continue
        record = known.get(without_fragment(html.unescape(href[3])))
        follows = bool(record and record.archived and _leads_to(page, match.end(), record.archived))
        told = follows or bool(SAYS_SO.search(match["words"]))
        made += [page[at : match.start()], _link(match, href, record, told=told)]
        at = match.end()
    return "".join([*made, page[at:]])


def _links(page: str, start: int = 0) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Give each link to a page of the web from `start` on, with its address.

    Looked for is the address first, then the link around it: most links of a page stay on the site.
    """
    for found in HINT.finditer(page, start):
        before = page.rfind("<a", start, found.start())
        match = LINK.match(page, before) if before >= 0 else None
        href = HREF.search(match["attributes"]) if match else None
        if match and href:
            start = match.end()
            yield match, href


def _link(match: re.Match[str], href: re.Match[str], record: Outgoing | None, *, told: bool) -> str:
    """Write one link to another site; `told` says that the page itself already speaks of the archived copy."""
    attributes = _with_rel(match["attributes"])
    if record is None:
        return f"<a{attributes}>{match['words']}</a>"
    if record.archived:
        say = html.escape
        attributes += f' data-originalurl="{say(record.url)}" data-versionurl="{say(record.archived)}"'
        attributes += f' data-versiondate="{record.archived_on}"'
        if record.state == "dead":  # the copy comes first: whoever follows the link should arrive
            attributes = HREF.sub(lambda old: f'{old[1]}"{say(record.archived)}"', attributes, count=1)
    notes = "; ".join(_notes(record, _plain(match["words"]), html.unescape(href[3]), told=told))
    shown = f' <span class="kb-outgoing">({notes})</span>' if notes else ""
    return f"<a{attributes}>{match['words']}</a>{shown}"


def _notes(record: Outgoing, words: str, url: str, *, told: bool) -> Iterable[str]:
    """Say in words what is known of the page behind a link: its archived copy, and whether it died or moved."""
    dead, at_copy = record.state == "dead", without_fragment(url) == record.archived
    if record.archived and not told:
        day = spoken(date.fromisoformat(record.archived_on))
        if at_copy or dead:
            yield f"archived copy, {day}"
        else:
            yield f"{_anchor(record.archived, 'archived copy', f'of {words}, {day}')}, {day}"
    if dead and record.archived and not at_copy:
        yield f"the {_anchor(record.url, 'original address', f'of {words}, which no longer works')} no longer works"
    elif dead and not record.archived:
        yield "this address no longer works"
    elif record.state == "moved" and not at_copy:
        yield f"now at a {_anchor(record.moved_to, 'new address', f'of {words}')}"


def _anchor(url: str, words: str, rest: str) -> str:
    """Write a link whose name says of what, read out alone, and starts with the words that are seen (WCAG 2.5.3)."""
    say = html.escape
    return f'<a href="{say(url)}" rel="{" ".join(REL)}" aria-label="{say(f"{words} {rest}")}">{words}</a>'


def _with_rel(attributes: str) -> str:
    """Give a link's attributes with REL among its `rel`, whose own words are kept."""
    old = REL_ATTRIBUTE.search(attributes)
    kept = [word for word in old[2].split() if word not in REL] if old else []
    return REL_ATTRIBUTE.sub("", attributes, count=1) + f' rel="{" ".join([*REL, *kept])}"'


def _leads_to(page: str, start: int, url: str) -> bool:
    """Say whether the next link after `start` leads to `url`, so that the page already offers it."""
    following = LINK.search(page, start, start + NEAR)
    href = HREF.search(following["attributes"]) if following else None
    return bool(href and html.unescape(href[3]) == url)


def _plain(words: str) -> str:
    """Give the words of a link without its tags."""
    return " ".join(html.unescape(TAGS.sub("", words)).split())
