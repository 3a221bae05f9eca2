"""Markdown with [@key] comes in; the same with an empty mark for each citation group, and what was cited, go out.

A Python-Markdown extension that parses: code, raw HTML, links, addresses and e-mail are never touched, because
Python-Markdown has set them aside before it asks here. The syntax is Pandoc's
(https://pandoc.org/MANUAL.html#citation-syntax), with the commands of mkdocs-bibtex for the lists.
"""

from __future__ import annotations

import functools
import html
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.util import HTML_PLACEHOLDER_RE, STX

from kb.commands import FULL, OWN, CommandProcessor, list_commands
from kb.csl import IN_TEXT, NO_AUTHOR, NORMAL, Cite, Group

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from markdown import Markdown

KEY = r"(?:\{([^{}\s]+)\}|([^\W_](?:\w|[:./+-](?=\w))*+(?!@)))"
PART = re.compile(rf"(?s)(?P<prefix>(?:.*?(?<=\s))?)(?P<minus>-?)@{KEY}(?P<suffix>.*)")
BRACKET = r"(?s)\[((?:[^\[\]@]*[\s;])?-?@[^\[\]]+)\]"
# The sign first and what may not stand before it after that, so that a search goes from sign to sign.
NARRATIVE = rf"@(?<![\w@/.:+&=#\\\[-]@){KEY}(?:[ \n]\[([^\[\]@]+)\])?"
RAW = re.compile(r"<(/?)(?:a|code|kbd|pre|samp)\b", re.IGNORECASE)
LOOSE_GROUP = re.compile(BRACKET)
LOOSE_KEY = re.compile(rf"@(?<![\w@/.:\\]@){KEY}")
COMMA = re.compile(r",(?=\s*-?@[\w{])")  # people write it between works, where Pandoc has a semicolon


@dataclass(frozen=True)
class Use:
    """One citation group where it stands: the page, the group, and whether it is part of the sentence."""

    page: str
    group: Group
    narrative: bool = False


@dataclass
class Collector:
    """What the pages of a build cite, in the order in which they are rendered; one for each build."""

    known: Collection[str] = ()
    narrative: bool = True
    page: str = ""
    uses: list[Use] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)

    def place(self, group: Group, *, narrative: bool = False) -> ET.Element:
        """Note a group and give the empty mark that holds its place until all pages are rendered."""
        self.uses.append(Use(self.page, group, narrative))
        return ET.Element("span", {"class": "kb-cite", "data-n": str(len(self.uses) - 1)})

    def own(self, group: Group) -> Group:
        """Give a group's known works, by the library's own keys."""
        if all(cite.key in self.known for cite in group):
            return group
        return tuple(replace(cite, key=key) for cite in group if (key := find(cite.key, self.known)))


def find(written: str, known: Collection[str]) -> str:
    """Give the key that is meant: the same one, or the only one that differs in capitals alone; "" if there is none."""
    if written in known:
        return written
    alike = [key for key in known if key.casefold() == written.casefold()]
    return alike[0] if len(alike) == 1 else ""


@functools.lru_cache(maxsize=65536)  # a first look at the sources parses what their rendering will
def parse_group(text: str) -> Group | None:
    """Read what stands between the brackets of a citation group; None if it is not one, or names two works in a part.

    `see @a, pp. 3–4; -@b` gives two works: each with its key, prefix, suffix, and mode; so does `@a, @b`.
    """
    found = []
    for part in _parts(html.unescape(text)):
        match = PART.fullmatch(part)
        if not match or LOOSE_KEY.search(match["prefix"] + " " + match["suffix"]):
            return None
        key = match[3] or match[4]
        prefix, suffix = " ".join(match["prefix"].split()), " ".join(match["suffix"].split())
        if suffix and suffix[0] not in ",.:;" and not match["suffix"][0].isspace():
            return None
        found.append(Cite(key, prefix and prefix + " ", _spaced(suffix), NO_AUTHOR if match["minus"] else NORMAL))
    return tuple(found)


def _parts(text: str) -> Iterator[str]:
    """Split a group at each semicolon, and at a comma that stands between two works."""
    for part in text.split(";"):
        start = 0
        for comma in COMMA.finditer(part):
            if PART.fullmatch(part, start, comma.start()):  # not the comma of `e.g., @key`
                yield part[start : comma.start()]
                start = comma.end()
        yield part[start:]


def scan(text: str) -> tuple[dict[str, None], list[Group]]:
    """Give the keys and groups that a source seems to cite, in its order, code and all: a first look for Pandoc."""
    if "@" not in text:
        return {}, []
    groups = [group for match in LOOSE_GROUP.finditer(text) if (group := parse_group(match[1]))]
    return dict.fromkeys(match[1] or match[2] for match in LOOSE_KEY.finditer(text)), groups


def strip_groups(text: str, known: Collection[str]) -> str:
    """Take citation groups out of a plain text such as a title, with the space before them."""

    def strip(match: re.Match[str]) -> str:
        group = parse_group(match[1])
        return "" if group and any(find(cite.key, known) for cite in group) else match[0]

    return re.sub(r"\s*" + BRACKET[4:], strip, text, flags=re.DOTALL)


def mark_groups(text: str, collector: Collector) -> str:
    """Give a plain text as HTML, with the place of a mark for each group of known works in it."""
    made, at = "", 0
    for match in LOOSE_GROUP.finditer(text):
        group = parse_group(match[1])
        if group and len(own := collector.own(group)) == len(group):
            place = ET.tostring(collector.place(own), encoding="unicode", short_empty_elements=False)
            made += html.escape(text[at : match.start()], quote=False) + place
            at = match.end()
    return made + html.escape(text[at:], quote=False)


def _spaced(suffix: str) -> str:
    """Give a suffix as it follows the mark: `, p. 3` as it is, `p. 3` with a space before it."""
    return suffix if not suffix or suffix[0] in ",.:;" else f" {suffix}"


class Processor(InlineProcessor):
    """What both kinds of citation have in common: a collector, and links and raw HTML in which there is none."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, pattern: str, md: Markdown, collector: Collector) -> None:
        """Note where to put what is found, and where Python-Markdown has put raw HTML."""
        super().__init__(pattern, md)
        self.collector, self.stash = collector, md.htmlStash

    def in_raw(self, before: str) -> bool:
        """Say whether the text `before` opens a link or code as raw HTML and does not close it."""
        if STX not in before:
            return False
        raw = HTML_PLACEHOLDER_RE.findall(self.unescape(before))  # what is set aside is set aside twice
        tags = [RAW.match(str(self.stash.rawHtmlBlocks[int(number)])) for number in raw]
        return sum(-1 if tag[1] else 1 for tag in tags if tag) > 0


class GroupProcessor(Processor):
    """Reads [@key] and its kin."""

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Python-Markdown's name, and its types are narrower
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element | None, int | None, int | None]:
        """Give the place of a group, or of a visible complaint when it holds no known key."""
        if self.in_raw(data[: m.start()]):
            return None, None, None
        group = parse_group(m[1])
        page, named = self.collector.page, [match[1] or match[2] for match in LOOSE_KEY.finditer(m[1])]
        if (STX in m[1] and group) or (group is None and len(named) > 1):
            # A link, code, HTML or a sign behind a backslash is in it, or two works are in one part.
            self.collector.unknown += [(page, key) for key in named if find(key, self.collector.known)]
            return None, None, None
        if group is None or data[m.end() : m.end() + 1] == "(":  # a reference link that is defined is out of the way
            return None, None, None
        unknown = [cite.key for cite in group if not find(cite.key, self.collector.known)]
        self.collector.unknown += [(page, key) for key in unknown]
        known = self.collector.own(group)
        place = self.collector.place(known) if known else None
        if not unknown:
            return place, m.start(0), m.end(0)
        holder = ET.Element("span", {"class": "kb-cite-missing"})
        holder.text = f"[no reference: {', '.join(unknown)}]"
        if place is not None:
            holder.append(place)
        return holder, m.start(0), m.end(0)


class NarrativeProcessor(Processor):
    """Reads @key and @key [p. 3] as part of a sentence; only known keys, so that handles and decorators stay."""

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Python-Markdown's name, and its types are narrower
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element | None, int | None, int | None]:
        """Give the place of a work that the sentence names."""
        key = find(m[1] or m[2], self.collector.known) if self.collector.narrative else ""
        if not key or self.in_raw(data[: m.start()]):
            return None, None, None
        locator, end = " ".join(html.unescape(m[3] or "").split()), m.end()
        if STX in locator:  # code, a link or HTML, which is no page number
            locator, end = "", m.start(3) - len(" [")
        suffix = f", {locator}" if locator else ""
        return self.collector.place((Cite(key, "", suffix, IN_TEXT),), narrative=True), m.start(), end


class CitationExtension(Extension):
    """Registers the processors: groups below raw HTML (90), so that links, code and HTML are already out of the way."""

    def __init__(
        self, collector: Collector | None = None, commands: dict[str, str] | None = None, **options: object
    ) -> None:
        """Take what the door hands over; without it, nothing is known and nothing changes."""
        self.collector = collector or Collector()
        self.commands = commands or list_commands(OWN, FULL)
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        r"""Add the processors, and let `\@` stand for a plain @."""
        if "@" not in md.ESCAPED_CHARS:
            md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, "@"]
        md.inlinePatterns.register(GroupProcessor(BRACKET, md, self.collector), "kb_group", 85)
        md.inlinePatterns.register(NarrativeProcessor(NARRATIVE, md, self.collector), "kb_narrative", 84)
        # Above tables (75), which would take a command for a row; below code (80).
        md.parser.blockprocessors.register(CommandProcessor(md.parser, self.commands), "kb_commands", 79)


def locate(text: str, key: str) -> Iterator[tuple[int, int]]:
    """Give (line, column) of each place where a source text names @key, from 1."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in re.finditer(rf"@\{{?{re.escape(key)}(?![\w])", line):
            yield number, match.start() + 1
