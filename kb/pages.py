"""Markdown files come in; pages with checked front matter, headings, terms and dates go out."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from kb.findings import Finding, read_text
from kb.plain_yaml import read_yaml
from kb.schema import faults_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$\n?", re.DOTALL | re.MULTILINE)
EVIDENCE = "```evidence"
WORDS_A_MINUTE = 200  # unhurried; what page feet say is "about"
# Addresses, citations, ids, HTML and commands.
NOT_READ = re.compile(r"\]\([^)]*\)|\[-?@[^\]]*\]|\{[^}]*\}|<[^>]*>|https?://\S+|^\\[\w-]+")
WORD = re.compile(r"\w[\w'’-]*")
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t]*$")
EXPLICIT_ID = re.compile(r"\{:?[ ]*#([^\s}]+)[^}]*\}$")
TERM = re.compile(r"^(\S.*?)[ \t]*\{:?[ ]*#([^\s}]+)[^}]*\}[ \t]*$")

# Not by strftime, which speaks the language of whoever builds.
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A heading in a page's Markdown: its level (1 to 6), words, explicit id (or "") and line."""

    level: int
    text: str
    anchor: str
    line: int


@dataclass(frozen=True)
class Term:
    """A term of a definition list that carries an id: a glossary entry."""

    name: str
    anchor: str


@dataclass(frozen=True)
class Page:
    """One page as its writer left it.

    `path` is relative to docs/, with forward slashes; `id` is short and permanent (kb.permanent); `brief` and `do` go
    into messages (kb.sharing); `leave` asks for a way to leave the site; `text` is the whole file; `line` is the
    body's first line in it; `handout` are the ids of the sections that are printed on one sheet (kb.editions.handouts),
    none for a page that has no handout.
    """

    path: str
    title: str
    id: str
    description: str
    summary: str
    brief: str
    do: str
    updated: date
    checked: date
    checked_by: str
    reviewed: str
    recheck_by: date
    aliases: tuple[str, ...]
    kinds: tuple[str, ...]
    stages: tuple[str, ...]
    readers: tuple[str, ...]
    related: tuple[str, ...]
    text: str
    line: int
    handout: tuple[str, ...] = ()
    leave: bool = False

    @property
    def body(self) -> str:
        """The file without its front matter."""
        return "".join(self.text.splitlines(keepends=True)[self.line - 1 :])

    def overdue(self, now: date) -> bool:
        """Say whether the day by which the page was to be checked again has passed."""
        return self.recheck_by < now

    @property
    def minutes(self) -> int:
        """How long the page takes to read, at WORDS_A_MINUTE, rounded up; 0 where a list is all there is."""
        count = sum(len(WORD.findall(NOT_READ.sub(" ", line))) for _, line in self.lines())
        return -(-count // WORDS_A_MINUTE) if count >= WORDS_A_MINUTE // 2 else 0

    def lines(self) -> Iterator[tuple[int, str]]:
        """Give the body's lines with their numbers in the file, fenced code left out; a block of evidence is text."""
        fence = ""
        for number, line in enumerate(self.body.splitlines(), self.line):
            mark = FENCE.match(line)
            if fence == EVIDENCE:
                fence = "" if mark else fence
                yield number, "" if mark else line
            elif not fence and line.split() == [EVIDENCE]:
                fence = EVIDENCE
            elif fence:
                fence = "" if mark and mark[1].startswith(fence) else fence
            elif mark:
                fence = mark[1]
            else:
                yield number, line

    def headings(self) -> list[Heading]:
        """List the page's headings in order."""
        found = []
        for number, line in self.lines():
            if match := HEADING.match(line):
                anchor = EXPLICIT_ID.search(match[2])
                text = EXPLICIT_ID.sub("", match[2]).strip()
                found.append(Heading(len(match[1]), text, anchor[1] if anchor else "", number))
        return found

    def terms(self) -> list[Term]:
        """List the terms of the page's definition lists that carry an id."""
        lines = [line for _, line in self.lines()]
        found = []
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            match = TERM.match(line)
            if match and following.startswith(":"):
                found.append(Term(match[1], match[2]))
        return found


def read_page(root: Path, path: str) -> tuple[Page | None, list[Finding]]:
    """Read docs page `path` below `root` (the docs folder); give the page, or None and why not.

    The findings name the file as `docs/…`, whatever the folder is called, with the line of the field at fault.
    """
    name = f"{root.name}/{path}"
    text, unread = read_text(root / path, name)
    if unread:
        return None, unread
    match = FRONT_MATTER.match(text)
    if not match:
        return None, [Finding(name, 1, 0, "no front matter", "start the page with the block shown in CONTRIBUTING.md")]
    front, unread = read_yaml(match[1], name, before=1)
    if unread:
        return None, unread
    if not isinstance(front.value, dict):
        return None, [Finding(name, 2, 0, "front matter is not a list of fields", "write `title: …` and so on")]
    findings = [
        Finding(name, front.fields.get(field, 1), 0, what, mend) for field, what, mend in faults_of(front.value, path)
    ]
    if findings:
        return None, findings
    return _page(path, front.value, text, text[: match.end()].count("\n") + 1), []


def read_pages(root: Path) -> tuple[list[Page], list[Finding]]:
    """Read every page below the docs folder `root`, sorted by path, and gather what is wrong with them."""
    pages, findings = [], []
    for file in sorted(root.rglob("*.md")):
        page, faults = read_page(root, file.relative_to(root).as_posix())
        pages += [page] if page else []
        findings += faults
    return pages, findings


def spoken(day: date) -> str:
    """Write a day as people say it in the UK: 6 July 2016."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def now(project: Path, pages: list[Page]) -> date:
    """Give the day that counts as today: SOURCE_DATE_EPOCH, else the last commit's day, else the newest in the pages.

    It is never the clock, so that the same commit gives the same site on any day
    (reproducible-builds.org/specs/source-date-epoch).
    """
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        return datetime.fromtimestamp(int(epoch), UTC).date()
    git = ["git", "-C", str(project), "log", "-1", "--format=%ct"]
    try:
        seconds = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
        return datetime.fromtimestamp(int(seconds), UTC).date()
    except (OSError, subprocess.CalledProcessError, ValueError):
        return max((page.updated for page in pages), default=date(1970, 1, 1))


def commit(project: Path) -> str:
    """Give the commit that a build is made from, with "-changed" if files differ from it; "" outside git."""
    git = ["git", "-C", str(project)]
    try:
        head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
        differs = subprocess.run([*git, "diff", "--quiet", "HEAD"], capture_output=True, check=False).returncode
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head + ("-changed" if differs else "")


def _page(path: str, fields: dict[str, object], text: str, line: int) -> Page:
    """Build a page from front matter that has passed the schema."""

    def words(field: str) -> str:
        return " ".join(str(fields.get(field) or "").split())

    def day(field: str) -> date:
        value = fields[field]
        assert isinstance(value, date)  # noqa: S101 - the schema has just said so; this tells mypy
        return value

    def items(field: str) -> tuple[str, ...]:
        value = fields.get(field) or []
        return tuple(str(item) for item in value) if isinstance(value, list) else ()

    return Page(
        path=path,
        title=words("title"),
        id=words("id"),
        description=words("description"),
        summary=words("summary"),
        brief=words("brief"),
        do=words("do"),
        updated=day("updated"),
        checked=day("checked"),
        checked_by=words("checked_by"),
        reviewed=words("reviewed"),
        recheck_by=day("recheck_by"),
        aliases=items("aliases"),
        kinds=items("kinds"),
        stages=items("stages"),
        readers=items("for"),
        related=items("related"),
        text=text,
        line=line,
        handout=items("handout"),
        leave=fields.get("leave") is True,
    )
