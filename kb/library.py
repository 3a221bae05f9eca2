"""A .bib file comes in; checked entries with their places in the file go out."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import bibtexparser
from bibtexparser.middlewares import RemoveEnclosingMiddleware
from bibtexparser.model import DuplicateBlockKeyBlock, ParsingFailedBlock

from kb.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERIFICATIONS = ("verified", "partly", "memory")
UNWRAP = RemoveEnclosingMiddleware(allow_inplace_modification=True)  # takes the braces off each value
SAFE_URL = re.compile(r"(https?|mailto|doi):", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """One work: its citation key, BibTeX type, fields as written, and line in the file (from 1).

    `verification` says how much of the record was seen in a public copy: `verified`, `partly` or `memory`.
    """

    key: str
    type: str
    line: int
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def verification(self) -> str:
        """How the record was verified: one of VERIFICATIONS."""
        return self.fields.get("verification", "")


def read_library(
    file: Path, name: str, before: Mapping[str, Entry] | None = None, *, verified: bool = False
) -> tuple[dict[str, Entry], list[Finding]]:
    """Read a BibTeX file; give its entries by key, in the file's order, and what is wrong with it.

    `name` is how findings call the file; `before` are entries of other files, whose keys are taken. A key or DOI used
    twice, a syntax error, a `url` that is not http(s), doi or mailto is a finding; with `verified`, so is a record that
    does not say how it was verified.
    """
    library = bibtexparser.parse_string(file.read_text(encoding="utf-8"), parse_stack=[UNWRAP])
    findings = [_failed(name, block) for block in library.failed_blocks]
    entries = {}
    for block in library.entries:
        fields = {item.key.lower(): str(item.value) for item in block.fields}
        entry = Entry(block.key, block.entry_type.lower(), (block.start_line or 0) + 1, MappingProxyType(fields))
        if before and entry.key in before:
            what = f"the key '{entry.key}' is already used in another file"
            findings.append(Finding(name, entry.line, 0, what, "give one a new key"))
        entries[entry.key] = entry
        findings += _faults(name, entry, verified=verified)
    return entries, findings + _same_doi(name, entries)


def unknown_key(key: str, library: Mapping[str, Entry]) -> tuple[str, str]:
    """Say what is wrong with a key that the library does not have, and how to mend it."""
    close = difflib.get_close_matches(key, library, 1)
    return f"no reference '{key}'", f"did you mean '{close[0]}'?" if close else "add it to the .bib file"


def _failed(name: str, block: ParsingFailedBlock) -> Finding:
    """Turn a block that the parser refused into a finding."""
    line = (block.start_line or 0) + 1
    if isinstance(block, DuplicateBlockKeyBlock):
        first = (block.previous_block.start_line or 0) + 1
        return Finding(name, line, 0, f"the key '{block.key}' is already used in line {first}", "give one a new key")
    return Finding(name, line, 0, "a record that cannot be read", "look for a missing brace or comma")


def _same_doi(name: str, entries: Mapping[str, Entry]) -> list[Finding]:
    """List the records that carry a DOI which another one has."""
    first: dict[str, Entry] = {}
    findings = []
    for entry in entries.values():
        doi = entry.fields.get("doi", "").lower()
        if doi and doi in first:
            what = f"'{entry.key}' has the DOI of '{first[doi].key}' in line {first[doi].line}"
            findings.append(Finding(name, entry.line, 0, what, "keep one record, or mend the DOI"))
        first.setdefault(doi, entry)
    return findings


# What a reference of each type cannot do without; any one of the alternatives is enough.
NEEDED = {
    "article": ("title", "journal|journaltitle", "year|date"),
    "book": ("title", "author|editor", "year|date"),
    "incollection": ("title", "booktitle", "year|date"),
    "inproceedings": ("title", "booktitle", "year|date"),
    "techreport": ("title", "institution", "year|date"),
    "phdthesis": ("title", "school|institution", "year|date"),
    "online": ("title", "url|doi"),
}


def advice(name: str, library: Mapping[str, Entry]) -> list[Finding]:
    """List what a careful editor would mend in a library that can be cited as it is: fields missing or impossible."""
    findings = []
    for entry in library.values():
        for field_names in NEEDED.get(entry.type, ("title",)):
            if not any(entry.fields.get(item) for item in field_names.split("|")):
                what = f"'{entry.key}' ({entry.type}) has no {field_names.replace('|', ' or ')}"
                findings.append(Finding(name, entry.line, 0, what, "add it, or say why in `verificationnote`"))
        year = entry.fields.get("year", "n.d.")
        if not re.fullmatch(r"(1[4-9]|20)\d\d|n\.d\.|in press", year):
            what = f"'{entry.key}' has the year '{year}'"
            findings.append(Finding(name, entry.line, 0, what, "write four digits, or n.d."))
        if (pages := re.fullmatch(r"(\d+)\s*-+\s*(\d+)", entry.fields.get("pages", ""))) and int(pages[1]) > int(
            pages[2]
        ):
            what = f"'{entry.key}' has pages that run backwards: {pages[0]}"
            findings.append(Finding(name, entry.line, 0, what, "look at the record again"))
        for field_name in ("title", "booktitle", "howpublished", "publisher", "institution"):
            if len(re.findall(r"(?<!\\)\$", entry.fields.get(field_name, ""))) % 2:
                what = f"'{entry.key}' has a bare $ in its {field_name}, which would be lost as mathematics"
                findings.append(Finding(name, entry.line, 0, what, r"write \$"))
        if entry.verification == "memory" and not entry.fields.get("unconfirmed"):
            what = f"'{entry.key}' is from memory, and the reference does not say so"
            findings.append(Finding(name, entry.line, 0, what, "name the fields in `unconfirmed`, with a `note`"))
    return findings


def _faults(name: str, entry: Entry, *, verified: bool) -> list[Finding]:
    """List what is wrong with one record."""
    findings = []
    if verified and entry.verification not in VERIFICATIONS:
        mend = f"add `verification = {{…}}` with one of: {', '.join(VERIFICATIONS)}"
        findings.append(Finding(name, entry.line, 0, f"'{entry.key}' does not say how it was verified", mend))
    url = entry.fields.get("url", "https:")
    if not SAFE_URL.match(url):
        what = f"'{entry.key}' has an address that is not http, https, doi or mailto"
        findings.append(Finding(name, entry.line, 0, what, "give the page's own address"))
    return findings
