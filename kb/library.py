"""A .bib file comes in; checked entries with their places in the file go out."""

from __future__ import annotations

import difflib
import logging
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import bibtexparser
from bibtexparser.middlewares import RemoveEnclosingMiddleware
from bibtexparser.model import DuplicateBlockKeyBlock, ParsingFailedBlock

from kb.cache import remembered
from kb.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

VERIFICATIONS = ("verified", "partly", "memory")
UNWRAP = RemoveEnclosingMiddleware(allow_inplace_modification=True)  # takes the braces off each value
SAFE_URL = re.compile(r"\s*(https?|mailto|doi):", re.IGNORECASE)
DOI_ADDRESS = re.compile(r"^\s*(https?://(dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
# An address in LaTeX's own command, or without its scheme, as other people's files have it.
DRESSED = re.compile(
    r"(\b(?:archive)?url\s*=\s*[{\"]\s*)(?:\\url\s*\{\s*([^{}\s]+)\s*\}|(www\.[^\s{}\"]+))(?=\s*[}\"])", re.IGNORECASE
)
# Browsers pass over controls in an address, and # joins strings: no rule can tell the scheme of either.
OBSCURE = re.compile(r"[\x00-\x1f#]")
IN_BRACES = re.compile(r"\{[^{}]*\}")
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # it says in its own words what we say in ours


@dataclass(frozen=True)
class Entry:
    """One work: its citation key, BibTeX type, line in its file (from 1), fields as written, and the file's name.

    `verification` says how much of the record was seen in a public copy: `verified`, `partly` or `memory`.
    """

    key: str
    type: str
    line: int
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    file: str = ""

    @property
    def place(self) -> str:
        """Where the record stands: `refs.bib:12`."""
        return f"{self.file}:{self.line}"

    @property
    def verification(self) -> str:
        """How the record was verified: one of VERIFICATIONS."""
        return self.fields.get("verification", "")


def read_library(
    file: Path,
    name: str,
    before: Mapping[str, Entry] | None = None,
    *,
    verified: bool = False,
    cache: Path | None = None,
) -> tuple[dict[str, Entry], list[Finding]]:
    """Read a BibTeX file; give its entries by key, in the file's order, and what is wrong with it.

    `name` is how findings call the file; `before` are entries of other files, whose keys and DOIs are taken. A key or
    DOI used twice, a syntax error, a `url` or `archiveurl` that is not http(s), doi or mailto, a file that is not UTF-8
    is a finding; with `verified`, so is a record that does not say how it was verified. The DOI and the address are
    `mild`. What the file says is kept in `cache` by content.
    """
    try:
        text = read_text(file)
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        return {}, [Finding(name, line, 0, "not UTF-8", "save it as UTF-8")]
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return {}, [Finding(name, line, 0, "not a file of text", "put back the last commit's")]
    records, failed = remembered(cache, ("library", text), lambda: _parsed(text))
    findings = [Finding(name, *fault) for fault in failed]
    entries = {}
    for key, kind, line, fields in records:
        entry = Entry(key, kind, line, MappingProxyType(fields), name)
        if before and entry.key in before:
            what = f"the key '{entry.key}' is already used in {before[entry.key].place}"
            findings.append(Finding(name, entry.line, 0, what, "give one a new key"))
        entries[entry.key] = entry
        findings += _faults(name, entry, verified=verified)
    return entries, findings + _same_doi(name, entries, before or {})


def read_text(file: Path) -> str:
    r"""Give a .bib file's text, line by line as it is, with or without a byte order mark, for whoever parses it.

    Addresses become plain ones: `\url{https://a.example}` and `www.a.example` both read `https://…`. Raises
    UnicodeDecodeError if the file is not UTF-8.
    """
    # As bytes, since the place of what is not UTF-8 is to count from the start of the file.
    text = file.read_bytes().decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return DRESSED.sub(lambda match: match[1] + (match[2] or f"https://{match[3]}"), text)


def refused(entry: Entry, field_name: str = "url") -> bool:
    """Say whether a record's address may not become a link, not being http(s), doi or mailto; none is no fault."""
    return not SAFE_URL.match(entry.fields.get(field_name) or "https:")


def unknown_key(key: str, library: Mapping[str, Entry]) -> tuple[str, str]:
    """Say what is wrong with a key that the library does not have, and how to mend it."""
    close = difflib.get_close_matches(key, library, 1)
    return f"no reference '{key}'", f"did you mean '{close[0]}'?" if close else "add it to the .bib file"


def _parsed(text: str) -> tuple[list[tuple[str, str, int, dict[str, str]]], list[tuple[int, int, str, str]]]:
    """Parse BibTeX: each record's key, type, line and fields; then line, column, what and how to mend of each fault."""
    library = bibtexparser.parse_string(text, parse_stack=[UNWRAP])
    records = [
        (block.key, block.entry_type.lower(), (block.start_line or 0) + 1, _fields(block)) for block in library.entries
    ]
    commas = [fault for block in library.entries for fault in _commas(block)]
    return records, [*map(_failed, library.failed_blocks), *commas]


def _commas(block: bibtexparser.model.Entry) -> Iterator[tuple[int, int, str, str]]:
    """Name each field that has swallowed the next one, as it does when the comma between them is missing."""
    for item in block.fields:
        if item.enclosing != "no-enclosing":
            continue
        outside, count = str(item.value), 1
        while count:
            outside, count = IN_BRACES.subn("0", outside)
        if "=" in re.sub(r'"[^"]*"', "0", outside):
            yield (block.start_line or 0) + 1, 0, f"a comma is missing after `{item.key}`", "add one"


def _fields(block: bibtexparser.model.Entry) -> dict[str, str]:
    """Give a record's fields by name, in lower case."""
    return {item.key.lower(): str(item.value) for item in block.fields}


def _failed(block: ParsingFailedBlock) -> tuple[int, int, str, str]:
    """Say what is wrong with a block that the parser refused."""
    line = (block.start_line or 0) + 1
    if isinstance(block, DuplicateBlockKeyBlock):
        first = (block.previous_block.start_line or 0) + 1
        return line, 0, f"the key '{block.key}' is already used in line {first}", "give one a new key"
    return line, 0, "a record that cannot be read", "look for a missing brace or comma"


def _same_doi(name: str, entries: Mapping[str, Entry], before: Mapping[str, Entry]) -> list[Finding]:
    """List the records that carry a DOI which another one has, in this file or in those `before`."""
    first = {doi: entry for entry in before.values() if (doi := _doi(entry))}
    findings = []
    for entry in entries.values():
        doi = _doi(entry)
        if doi and doi in first:
            other = first[doi]
            where = f"line {other.line}" if other.file == name else other.place
            what = f"'{entry.key}' has the DOI of '{other.key}' in {where}"
            findings.append(Finding(name, entry.line, 0, what, "keep one record, or mend the DOI", mild=True))
        first.setdefault(doi, entry)
    return findings


def _doi(entry: Entry) -> str:
    """Give a record's DOI in the one form in which two are compared: lower case, without an address before it."""
    return DOI_ADDRESS.sub("", entry.fields.get("doi", "")).strip().lower()


def _faults(name: str, entry: Entry, *, verified: bool) -> list[Finding]:
    """List what is wrong with one record."""
    findings = []
    if verified and entry.verification not in VERIFICATIONS:
        mend = f"add `verification = {{…}}` with one of: {', '.join(VERIFICATIONS)}"
        findings.append(Finding(name, entry.line, 0, f"'{entry.key}' does not say how it was verified", mend))
    for field_name, called in (("url", "an address"), ("archiveurl", "an archived address")):
        if refused(entry, field_name):
            what = f"'{entry.key}' has {called} that is not http, https, doi or mailto"
            mild = not OBSCURE.search(entry.fields[field_name])
            findings.append(Finding(name, entry.line, 0, what, "give the page's own address", mild=mild))
    return findings
