"""A page as written, or as rendered, comes in; what is wrong with its headings goes out, or their links beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.pages import Page

NO_HEADINGS_NEEDED = 1
LINKED_HEADING = re.compile(
    r"(?P<heading><h(?P<level>[23])\b[^>]*>(?:(?!</?h\d).)*?)"
    r'(?P<link><a class="headerlink"[^>]*>[^<]*</a>)</h(?P=level)>',
    re.DOTALL,
)
RENDERED_HEADING = re.compile(r'<h[2-6](?:[^>]*?\sid="([^"]*)")?[^>]*>(.*?)</h[2-6]>', re.DOTALL)


def written_headings(page: Page, name: str) -> Iterable[Finding]:
    """Check a source's headings: explicit ids, each used once, no first level, no level left out."""
    seen: dict[str, int] = {}
    level = NO_HEADINGS_NEEDED
    for heading in page.headings():
        if heading.level == 1:
            mend = "take it out: the title in the front matter becomes the page's first heading"
            yield Finding(name, heading.line, 0, "a heading of the first level", mend)
        elif heading.level > level + 1:
            mend = f"use {'#' * (level + 1)}, so that screen readers can follow"
            yield Finding(name, heading.line, 0, f"a heading jumps from level {level} to {heading.level}", mend)
        level = heading.level
        if not heading.anchor:
            slug = re.sub(r"[^a-z0-9]+", "-", heading.text.lower()).strip("-")
            mend = f"write `{'#' * heading.level} {heading.text} {{#{slug}}}`"
            yield Finding(name, heading.line, 0, f"the heading '{heading.text}' has no id", mend)
        elif heading.anchor in seen:
            what = f"the id '{heading.anchor}' is already used in line {seen[heading.anchor]}"
            yield Finding(name, heading.line, 0, what, "give this heading an id of its own")
        seen.setdefault(heading.anchor, heading.line)


def rendered_headings(page: Page, content: str, name: str) -> list[Finding]:
    """Check the headings of a rendered page: each has an id that its writer gave, however it was written.

    `content` is the page's HTML before lists are put in, `name` how findings call its file. The letters of the A–Z give
    themselves ids.
    """
    findings = []
    for match in RENDERED_HEADING.finditer(content):
        identifier = match[1] or ""
        given = re.search(rf"#{re.escape(identifier)}[\s}}]|id=[\"']{re.escape(identifier)}[\"']", page.text)
        if not identifier or not (given or identifier.startswith(("letter-", "__"))):
            words = " ".join(re.sub(r"<[^>]+>|#$", "", match[2]).split()).removesuffix("#").strip()
            mend = f"write it on a line of its own as `## {words} {{#an-id}}`"
            line = next((n for n, text in page.lines() if words and words in text), 0)
            findings.append(Finding(name, line, 0, f"the heading '{words}' has no id of its own", mend))
    return findings


def links_beside(html: str) -> str:
    """Put the link to a section beside its heading, in a frame of both: within it, every heading would be said twice.

    A screen reader names a heading by all that it holds (accname 1.2, WCAG 2.2, 2.4.6).
    """
    return LINKED_HEADING.sub(r'<div class="kb-h\g<level>">\g<heading></h\g<level>>\g<link></div>', html)
