"""docs/terms.yml comes in; words for one thing, for search and glossary, and words to avoid, as findings, go out."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.data import read_records
from kb.findings import Finding

if TYPE_CHECKING:
    from pathlib import Path

    from kb.pages import Page

SAME = ("plain", "professional", "uk", "us", "also")
FORMS = {"sets": (*SAME, "near", "glossary"), "avoid": ("words", "instead")}
# What is not the site's own voice: code, quotations, titles and names in quotes or italics, addresses, citation keys.
NOT_OURS = re.compile(
    r"(`+)(?!`).+?(?<!`)\1(?!`)|[“‘\"][^”’\"]*[”’\"]|(?<!\*)\*[^*]+\*(?!\*)|\]\([^)]*\)|https?://\S+|\[@[^\]]*\]|\{[^}]*\}"
)
QUOTATION = re.compile(r"\s*(>|!!! quote)")
ENTRY = re.compile(r'(<dt id="([^"]+)">.*?</dt>\s*<dd>)(.*?)(</dd>)', re.DOTALL)


@dataclass(frozen=True)
class TermSet:
    """Words that mean one thing, as readers and services say it; `near` ones lead to it; `glossary`: an entry's id."""

    line: int
    plain: tuple[str, ...]
    professional: tuple[str, ...]
    uk: tuple[str, ...]
    us: tuple[str, ...]
    also: tuple[str, ...]
    near: tuple[str, ...]
    glossary: str

    @property
    def same(self) -> tuple[str, ...]:
        """All that stand for each other, each once."""
        return tuple(dict.fromkeys((*self.plain, *self.professional, *self.uk, *self.us, *self.also)))


@dataclass(frozen=True)
class Avoided:
    """A word that this site does not use of people, and what to write instead."""

    word: str
    instead: str


@dataclass(frozen=True)
class Terms:
    """The terms file: sets of words, and words to avoid."""

    sets: tuple[TermSet, ...] = ()
    avoided: tuple[Avoided, ...] = ()


def read_terms(file: Path, name: str) -> tuple[Terms, list[Finding]]:
    """Read the file; give what it holds, and what is wrong with it. A site may do without."""
    found, findings = read_records(file, name, FORMS)
    sets = []
    for record in found["sets"]:
        plain, professional, uk, us, also, near = (record.all(key) for key in (*SAME, "near"))
        made = TermSet(record.line, plain, professional, uk, us, also, near, record.one("glossary"))
        if len(made.same) + len(made.near) < 2 or not made.same:  # noqa: PLR2004 - one word bridges nothing
            findings.append(Finding(name, record.line, 0, "a set of fewer than two words", "add another word for it"))
        sets.append(made)
    avoided = []
    for record in found["avoid"]:
        if not (record.all("words") and record.one("instead")):
            mend = "give `words` and `instead`"
            findings.append(Finding(name, record.line, 0, "a word to avoid without what to write instead", mend))
        avoided += [Avoided(word, record.one("instead")) for word in record.all("words")]
    return Terms(tuple(sets), tuple(avoided)), findings


def check_anchors(terms: Terms, pages: list[Page], name: str) -> list[Finding]:
    """Check that each set that names a glossary entry names one that is there."""
    known = {term.anchor for page in pages for term in page.terms()}
    return [
        Finding(name, item.line, 0, f"no glossary entry '{item.glossary}'", "give an entry's id, without #")
        for item in terms.sets
        if item.glossary and item.glossary not in known
    ]


def check_language(pages: list[Page], terms: Terms, docs: str = "docs") -> list[Finding]:
    """Check the site's own prose for words to avoid; quotations, titles, names, code and aliases are let be.

    The rule is NIDA's "Words Matter": the person first, and names, titles and quotations as they are.
    """
    if not terms.avoided:
        return []
    instead = {item.word.lower(): item.instead for item in terms.avoided}
    words = "|".join(re.escape(word) for word in sorted(instead, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w-])({words})(?![\w-])", re.IGNORECASE)
    findings = []
    for page in pages:
        lines = [(number, text) for number, text in page.lines() if not QUOTATION.match(text)]
        lines += _front(page)
        for number, text in lines:
            ours = NOT_OURS.sub(lambda other: " " * len(other[0]), text)
            for match in pattern.finditer(ours):
                if _is_name(ours, match):
                    continue
                mend = f"write “{instead[match[1].lower()]}”, or put quotation marks around another's words"
                what = f"the word “{match[1]}”"
                findings.append(Finding(f"{docs}/{page.path}", number, match.start(1) + 1, what, mend))
    return findings


def also_called(content: str, terms: Terms) -> str:
    """Write into a page's glossary entries what each is in other words, from the sets that name the entry's id."""
    by_id = {item.glossary: item for item in terms.sets if item.glossary}

    def entry(match: re.Match[str]) -> str:
        found = by_id.get(match[2])
        told = f"{match[1]} {match[3]}".casefold()
        names = [word for word in (found.plain + found.uk + found.us if found else ()) if word.casefold() not in told]
        if not names:
            return match[0]
        line = f'<p class="kb-also">In other words: {html.escape(", ".join(dict.fromkeys(names)))}.</p>'
        body = match[3].strip()
        return f"{match[1]}{body if body.startswith('<p>') else f'<p>{body}</p>'}{line}{match[4]}"

    return ENTRY.sub(entry, content) if by_id else content


def _is_name(text: str, match: re.Match[str]) -> bool:
    """Say whether a match is part of a name: its words have capitals, and so has one beside it."""
    words = match[0].split()
    if not all(word[0].isupper() for word in words):
        return False
    return len(words) > 1 or bool(re.match(r"\s+[A-Z]", text[match.end() :]))


def _front(page: Page) -> list[tuple[int, str]]:
    """Give the lines of the front matter that readers see, with their numbers: all but aliases and title."""
    head = page.text.splitlines()[: page.line - 1]
    found, shown = [], False
    for number, line in enumerate(head, 1):
        if not line.startswith(" "):
            shown = line.startswith(("description:", "summary:", "brief:", "do:"))
        if shown:
            found.append((number, line))
    return found
