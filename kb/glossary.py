"""The glossary and the HTML of a page come in; the page with a button that explains each term it links to goes out.

The explanation is the first sentence of the term's own entry, so that there is one source. It is shown by the
popover attribute (https://html.spec.whatwg.org/multipage/popover.html), which works by mouse, touch, keyboard and
screen reader, and needs no script.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from typing import TYPE_CHECKING

from kb.quotes import curled

if TYPE_CHECKING:
    from kb.pages import Page

MOST = 8  # explanations on one page: enough for a reader, and light
ROOM = 170  # letters: a second or third sentence is shown while all fit
ENTRY = re.compile(r"^:[ \t]+")
CITED = re.compile(r"\s*\[-?@[^\]]*\]")
LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
MARKS = re.compile(r"[*`_]")
ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")
# A heading's words go into menus, and what stands in a link cannot hold a button.
ANCHOR = re.compile(r"(?P<skip><h[1-6]\b.*?</h[1-6]>|<nav\b.*?</nav>)|<a (?P<attributes>[^>]*)>.*?</a>", re.DOTALL)
HREF = re.compile(r'\bhref="((?:[^"#]*/)?glossary(?:/|/index\.html|\.html))#([\w-]+)"')


@dataclass(frozen=True)
class Explanation:
    """A term and what it means in a sentence or two, as plain text."""

    name: str
    text: str


def explanations(glossary: Page) -> dict[str, Explanation]:
    """Give what each entry of the glossary says first, by the entry's id."""
    names = {term.anchor: term.name for term in glossary.terms()}
    lines = [line for _, line in glossary.lines()]
    found = {}
    for number, line in enumerate(lines):
        anchor = next((match[1] for match in re.finditer(r"\{:?[ ]*#([^\s}]+)[^}]*\}$", line.rstrip())), "")
        if anchor in names and number + 1 < len(lines) and ENTRY.match(lines[number + 1]):
            entry = [ENTRY.sub("", lines[number + 1])]
            for following in lines[number + 2 :]:
                if not following.startswith("    "):
                    break
                entry.append(following)
            found[anchor] = Explanation(names[anchor], _first(" ".join(" ".join(entry).split())))
    return found


def explain(html: str, known: dict[str, Explanation]) -> str:
    """Put a button and its explanation behind the first link to each of the first terms that `html` links to."""
    seen: set[str] = set()

    def add(match: re.Match[str]) -> str:
        link = HREF.search(match["attributes"] or "")
        if not link or link[2] in seen or link[2] not in known or len(seen) == MOST:
            return match[0]
        seen.add(link[2])
        return match[0] + _control(link[2], known[link[2]], unescape(link[1]))

    return ANCHOR.sub(add, html)


def _control(anchor: str, term: Explanation, glossary: str) -> str:
    """Give the button and what it opens: phrasing content, as both may stand within a sentence."""
    name, target = escape(term.name), escape(f"{glossary}#{anchor}")
    return (
        f'<button type="button" class="kb-explain" popovertarget="kb-term-{anchor}" aria-label="What “{name}” means">?'
        f'</button><span class="kb-term" id="kb-term-{anchor}" popover><strong>{name}</strong> '
        f'{escape(curled(term.text), quote=False)} <a href="{target}">More in the glossary</a></span>'
    )


def _first(text: str) -> str:
    """Give the first sentence of an entry as plain text, and those after it while there is room."""
    plain = MARKS.sub("", LINK.sub(r"\1", CITED.sub("", re.sub(r"\[More about[^\]]*\]\([^)]*\)", "", text)))).strip()
    sentences = ENDS.split(plain)
    said = sentences[0]
    for sentence in sentences[1:]:
        if len(said) + 1 + len(sentence) > ROOM:
            break
        said += f" {sentence}"
    return said
