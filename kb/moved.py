"""Old addresses come in; what a reader finds at each goes out: a page that leads on or says what went, or an id.

All of it works without JavaScript, from disk, under any path, and in every edition. A reader with JavaScript is taken
on at once, with the query and the section of the address that they followed; a plain refresh carries neither (HTML
Living Standard, 4.2.5.3).
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, TypeAlias

from kb.pages import spoken
from kb.policy import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kb.addresses import Layout
    from kb.retired import Retired

TEMPLATE = Path(__file__).with_name("moved.html")
TAGS = re.compile(r'<a class="headerlink".*?</a>|<[^>]+>', re.DOTALL)
HEADING = re.compile(r'<(h[1-6]|dt)\b[^>]*\bid="([^"]+)"[^>]*>(.*?)</\1>', re.DOTALL)


@dataclass(frozen=True)
class Frame:
    """What all these pages share: the site's name, public address and language, and how its tree is laid out."""

    name: str
    address: str
    lang: str
    layout: Layout


@dataclass(frozen=True)
class Target:
    """Where an old address leads: the address now, and what it is called."""

    address: str
    title: str


Gone: TypeAlias = "tuple[Retired, list[Target]]"  # what is gone, and where to look instead


def moved_page(
    frame: Frame, old: str, target: Target, sections: Mapping[str, Target], gone: Mapping[str, Gone] | None = None
) -> str:
    """Write the page at an old address: it leads on, names each section promised there, and says which are gone."""
    link = frame.layout.link
    where = {section: link(item.address, old) for section, item in sections.items()}
    short = old.startswith("/p/")
    lead = f"{'It leads to' if short else 'It is now here'}: {_link(link(target.address, old), target.title)}."
    rows = [f'<li id="{_say(key)}">{_link(where[key], item.title)}</li>' for key, item in sections.items()]
    rows += [f'<li id="{_say(key)}">{_obituary(frame, *item, old)}</li>' for key, item in (gone or {}).items()]
    body = f'<ul class="kb-moved__sections">{"".join(rows)}</ul>' if rows else ""
    public = frame.address.rstrip("/") + target.address
    to = link(target.address, old)
    head = (
        f'<link rel="canonical" href="{_say(public)}">\n'
        f'<script src="{_say(_asset(frame, old, "moved.js"))}" data-to="{_say(to)}"'
        f' data-sections="{_say(json.dumps(where))}" data-gone="{_say(json.dumps([*(gone or {})]))}"></script>\n'
        f'<noscript><meta http-equiv="refresh" content="0; url={_say(to)}"></noscript>'
    )
    title = "A short address" if short else "This page has moved"
    return _page(frame, old, title, head, f"<p>{lead}</p>{body}")


def retired_page(
    frame: Frame, gone: Retired, instead: Iterable[Target], sections: Iterable[str], moved: Mapping[str, Target]
) -> str:
    """Write the page at an address whose content is gone: what it was, since when, why, and where to look.

    `sections` are those that were promised there; those of `moved` are elsewhere, and lead on.
    """
    anchors = "".join(f'<span id="{_say(section)}"></span>' for section in sections if section not in moved)
    body = anchors + _obituary(frame, gone, instead, gone.address) + sections_gone(frame, gone.address, moved, {})
    return _page(frame, gone.address, "This page is gone", "", body)


def with_old_ids(content: str, renamed: Mapping[str, str]) -> str:
    """Put the old id of each renamed section (new id by old id) beside its heading, where any reader's link ends."""
    for old, new in renamed.items():
        place = re.search(rf'<\w+\b[^>]*\bid="{re.escape(_say(new))}"[^>]*>', content)
        if place:
            mark = f'<span class="kb-old-id" id="{_say(old)}"></span>'
            content = content[: place.end()] + mark + content[place.end() :]
    return content


def sections_gone(frame: Frame, page: str, moved: Mapping[str, Target], retired: Mapping[str, Gone]) -> str:
    """Write the lines at a page's end for its sections that are elsewhere now, or nowhere: "" if there are none."""
    link = frame.layout.link
    lines = [
        f'<li id="{_say(section)}">This part has moved: {_link(link(item.address, page), item.title)}.</li>'
        for section, item in moved.items()
    ]
    lines += [
        f'<li id="{_say(section)}">{_obituary(frame, gone, instead, page)}</li>'
        for section, (gone, instead) in retired.items()
    ]
    if not lines:
        return ""
    where = json.dumps({section: link(item.address, page) for section, item in moved.items()})
    heading = '<h2 id="no-longer-here">No longer on this page</h2>'
    rows = f'<ul class="kb-moved__sections">{"".join(lines)}</ul>'
    section = f'<section class="kb-moved" data-sections="{_say(where)}" data-search-exclude>{heading}{rows}</section>'
    return section + (f'<script src="{_say(_asset(frame, page, "moved.js"))}"></script>' if moved else "")


def headings(content: str) -> dict[str, str]:
    """Give the words of each heading and term of a page's HTML that has an id."""
    found = {match[2]: html.unescape(TAGS.sub("", match[3])).strip() for match in HEADING.finditer(content)}
    return {html.unescape(identifier): words for identifier, words in found.items()}


def _obituary(frame: Frame, gone: Retired, instead: Iterable[Target], here: str) -> str:
    """Say what went, since when, why, and where to look."""
    links = [_link(frame.layout.link(item.address, here), item.title) for item in instead]
    return (
        f"<p>“{_say(gone.title)}” was taken out on {spoken(gone.since)}. {_say(gone.why)}</p>"
        f"<p>Look here instead: {' · '.join(links)}.</p>"
    )


def _page(frame: Frame, old: str, title: str, head: str, body: str) -> str:
    """Write a page by itself: small, so that thousands cost little, and with help one step away."""
    link = frame.layout.link
    template = Template(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(
        lang=_say(frame.lang),
        policy=POLICY,
        title=title,
        name=_say(frame.name),
        head=head,
        style=_say(_asset(frame, old, "moved.css")),
        body=body,
        help=_say(link("/help-now/", old)),
        home=_say(link("/", old)),
        all=_say(link("/a-z/", old)),
    )


def _asset(frame: Frame, old: str, name: str) -> str:
    """Give a relative link to a file in assets/."""
    return "../" * frame.layout.file(old).count("/") + f"assets/{name}"


def _link(href: str, words: str) -> str:
    """Write a link."""
    return f'<a href="{_say(href)}">{_say(words)}</a>'


def _say(text: str) -> str:
    """Give a text as HTML, also in an attribute."""
    return html.escape(text)
