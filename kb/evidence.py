r"""Pages with blocks of evidence come in; their claims, as blocks and as one list in Markdown, and findings go out.

A writer fences a block like code, and names it `evidence`. Each line is a field and its words; a line that goes on is
indented. `claim`, `basis`, `unknown` and `dissent` may hold Markdown:

    ```evidence
    id: claim-sober-homes
    claim: A self-run sober home helps after treatment.
    strength: some
    kind: randomised trial
    basis: One trial, 150 people, USA, two years.
    sources: [@jason2006communal; @jason2007examination]
    unknown: Whether it works in the UK.
    ```

The block becomes Markdown before the page is rendered, so that its citations are citations like all others. What the
words for strength mean is published on the page that holds the list: `\evidence`.
"""

from __future__ import annotations

import difflib
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.citations import LOOSE_GROUP, parse_group
from kb.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kb.pages import Page

STRENGTHS = {
    "good": "Good",
    "some": "Some",
    "little": "Little",
    "undecided": "Undecided",
    "no difference": "No difference",
    "none found": "None found",
}
KINDS = ("systematic review", "randomised trial", "observational study", "description", "argument", "guidance")
NEEDED = ("id", "claim", "strength", "basis", "sources", "unknown")
FIELDS = (*NEEDED, "kind", "dissent")
ID = re.compile(r"claim-[a-z0-9]+(-[a-z0-9]+)*")
LIST = re.compile(r"^\\evidence[ \t]*$", re.MULTILINE)
FENCE = re.compile(r"^(`{3,}|~{3,})[ \t]*(\S*)")
FIELD = re.compile(r"([A-Za-z]+):(?:[ \t]+(.*))?")


@dataclass(frozen=True)
class Claim:
    """One claim and what it rests on, as its writer left it; `page` is a path from docs/, `line` that of the fence."""

    page: str
    line: int
    id: str
    claim: str
    strength: str
    kind: str
    basis: str
    sources: str
    unknown: str
    dissent: str


@dataclass(frozen=True)
class Field:
    """One field of a block: where it stands, its name and its words."""

    line: int
    name: str
    words: str


def fences(text: str) -> Iterator[tuple[int, int]]:
    """Give (first, after last) of the lines, from 0, of each evidence block of `text`; not of one shown inside code."""
    lines = text.splitlines()
    mark, start, wanted = "", 0, False
    for number, line in enumerate(lines):
        match = FENCE.match(line)
        if not match:
            continue
        if not mark:
            mark, start, wanted = match[1], number, match[2] == "evidence"
        elif match[1].startswith(mark) and not match[2]:
            if wanted:
                yield start, number + 1
            mark = ""
    if mark and wanted:
        yield start, len(lines)


def read_claims(page: Page, name: str) -> tuple[list[Claim], list[Finding]]:
    """Give the claims of a page and what is wrong with its blocks; `name` is how findings call the file."""
    lines = page.text.splitlines()
    claims, findings = [], []
    for first, end in fences(page.text):
        fields, faults = _fields(lines[first + 1 : end - 1], first + 2, name)
        words = {field.name: field.words for field in fields}
        faults += list(_faults(fields, first + 1, name, lines))
        findings += faults
        if not faults:
            claims.append(Claim(page.path, first + 1, **{field: words.get(field, "") for field in FIELDS}))
    return claims, findings


def check_evidence(pages: Iterable[Page], docs: str = "docs") -> list[Finding]:
    """Check every block of evidence; each id belongs to one claim of the site."""
    findings: list[Finding] = []
    first: dict[str, Claim] = {}
    for page in pages:
        claims, faults = read_claims(page, f"{docs}/{page.path}")
        findings += faults
        for claim in claims:
            if claim.id in first:
                what = f"the claim '{claim.id}' already stands in {docs}/{first[claim.id].page}:{first[claim.id].line}"
                mend = "give this one an id of its own"
                findings.append(Finding(f"{docs}/{page.path}", claim.line, 0, what, mend))
            first.setdefault(claim.id, claim)
    return findings


def blocks(markdown: str, claims: Iterable[Claim], rule: str = "") -> str:
    """Give a page's Markdown with its blocks as Markdown; `claims` are the page's own, in order, `rule` a link."""
    lines = markdown.splitlines()
    made, at = [], 0
    for (first, end), claim in zip(fences(markdown), claims, strict=False):
        made += [*lines[at:first], "", *_block(claim, rule), ""]
        at = end
    return "\n".join([*made, *lines[at:]]) + "\n"


def claims_table(claims: Iterable[Claim], path: str) -> str:
    """Give all claims as one Markdown table, the strongest first, with links relative to the page at `path`."""
    order = list(STRENGTHS)
    rows = ["| Claim | Strength | What it rests on | Sources |", "| --- | --- | --- | --- |"]
    for claim in sorted(claims, key=lambda claim: order.index(claim.strength)):
        target = f"{posixpath.relpath(claim.page, posixpath.dirname(path) or '.')}#{claim.id}"
        plain = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", claim.claim)
        cells = [f"**[{plain}]({target})**", _mark(claim), _absolute(claim, path), claim.sources]
        rows.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join(rows)


def _absolute(claim: Claim, path: str) -> str:
    """Give what a claim rests on, with its links leading to the same pages from the page at `path`."""

    def moved(match: re.Match[str]) -> str:
        own, _, fragment = match[1].partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(claim.page), own)) if own else claim.page
        return f"]({posixpath.relpath(target, posixpath.dirname(path) or '.')}{'#' if fragment else ''}{fragment})"

    return re.sub(r"\]\((?!\w+:)([^)\s]+)\)", moved, claim.basis)


def _block(claim: Claim, rule: str) -> list[str]:
    """Write one claim as Markdown: the same list in the same order everywhere."""
    marked = _mark(claim) + (f" ([our rule]({rule}))" if rule else "")
    rows = [("Strength", marked), ("Rests on", claim.basis), ("Sources", claim.sources), ("Not known", claim.unknown)]
    rows += [("Who disagrees", claim.dissent)] if claim.dissent else []
    opening = f'<div class="kb-evidence" id="{claim.id}" data-strength="{claim.strength.replace(" ", "-")}" markdown>'
    written = [opening, "", f"Evidence: **{claim.claim}**", "{: .kb-evidence__claim }", ""]
    for label, words in rows:
        written += [label, f":   {words}", ""]
    return [*written, "</div>"]


def _mark(claim: Claim) -> str:
    """Say in words how strong the evidence is, and of what kind."""
    return f"**{STRENGTHS[claim.strength]}**" + (f" · {claim.kind}" if claim.kind else "")


def _fields(lines: list[str], first: int, name: str) -> tuple[list[Field], list[Finding]]:
    """Read the lines of a block, the first of which is line `first` of the file."""
    fields: list[Field] = []
    findings = []
    for number, line in enumerate(lines, first):
        match = FIELD.fullmatch(line.rstrip())
        if match:
            fields.append(Field(number, match[1].lower(), (match[2] or "").strip()))
        elif line[:1] in {" ", "\t"} and line.strip() and fields:
            last = fields.pop()
            fields.append(Field(last.line, last.name, f"{last.words} {line.strip()}".strip()))
        elif line.strip():
            mend = "write `field: words`, and indent a line that goes on"
            findings.append(Finding(name, number, 1, "a line of evidence without a field", mend))
    return fields, findings


def _faults(fields: list[Field], fence: int, name: str, lines: list[str]) -> Iterator[Finding]:
    """Give what is wrong with the fields of the block whose fence stands in line `fence`."""
    seen: dict[str, Field] = {}
    for field in fields:
        if field.name not in FIELDS:
            yield Finding(name, field.line, 1, f"evidence has no field `{field.name}`", _nearest(field.name, FIELDS))
        elif field.name in seen:
            what = f"`{field.name}` already stands in line {seen[field.name].line}"
            yield Finding(name, field.line, 1, what, "keep one of the two")
        seen.setdefault(field.name, field)
    none = "strength" in seen and seen["strength"].words == "none found"  # no study, and so no kind of study
    for needed in NEEDED if none else (*NEEDED, "kind"):
        if not (needed in seen and seen[needed].words):
            line = seen[needed].line if needed in seen else fence
            yield Finding(name, line, 1, f"a block of evidence without `{needed}`", MENDS[needed])
    for field in seen.values():
        column = lines[field.line - 1].find(":") + 3
        if field.words:
            for what, mend in _wrong(field):
                yield Finding(name, field.line, column, what, mend)


def _wrong(field: Field) -> Iterator[tuple[str, str]]:
    """Give (what is wrong, how to mend it) of the words of one field."""
    if field.name == "id" and not ID.fullmatch(field.words):
        yield f"`{field.words}` is no id for a claim", MENDS["id"]
    if field.name == "strength" and field.words not in STRENGTHS:
        yield f"`{field.words}` is no strength of evidence", _nearest(field.words, STRENGTHS)
    if field.name == "kind" and field.words not in KINDS:
        yield f"`{field.words}` is no kind of evidence", _nearest(field.words, KINDS)
    if field.name == "sources" and not any(parse_group(match[1]) for match in LOOSE_GROUP.finditer(field.words)):
        yield f"`{field.words}` cites nothing", MENDS["sources"]


def _nearest(word: str, known: Iterable[str]) -> str:
    """Say which word was probably meant, or which there are."""
    close = difflib.get_close_matches(word.lower(), list(known), 1)
    return f"did you mean '{close[0]}'?" if close else f"use one of: {', '.join(known)}"


MENDS = {
    "id": "add `id: claim-` and a few words in lower case with hyphens, and keep it for ever",
    "claim": "add `claim:` and what is claimed, in one sentence",
    "strength": f"add `strength:` and one of: {', '.join(STRENGTHS)}",
    "kind": f"add `kind:` and one of: {', '.join(KINDS)}",
    "basis": "add `basis:` and what was studied: how many people, where, who helped, compared with what",
    "sources": "add `sources:` and the works that it rests on, such as [@key; @key]",
    "unknown": "add `unknown:` and what the studies leave open",
}
