"""A .bib file comes in; checked entries with their places in the file go out."""

from __future__ import annotations

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
SAFE_URL = re.compile(r"(https?|mailto):", re.IGNORECASE)


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


def read_library(file: Path, name: str) -> tuple[dict[str, Entry], list[Finding]]:
    """Read a BibTeX file; give its entries by key, in the file's order, and what is wrong with it.

    `name` is how findings call the file. A duplicate key, a syntax error, a record without a `verification` or one
    whose `url` is not http(s) or mailto is a finding.
    """
    library = bibtexparser.parse_string(file.read_text(encoding="utf-8"), parse_stack=[UNWRAP])
    findings = [_failed(name, block) for block in library.failed_blocks]
    entries = {}
    for block in library.entries:
        fields = {item.key.lower(): str(item.value) for item in block.fields}
        entry = Entry(block.key, block.entry_type.lower(), (block.start_line or 0) + 1, MappingProxyType(fields))
        entries[entry.key] = entry
        findings += _faults(name, entry)
    return entries, findings


def _failed(name: str, block: ParsingFailedBlock) -> Finding:
    """Turn a block that the parser refused into a finding."""
    line = (block.start_line or 0) + 1
    if isinstance(block, DuplicateBlockKeyBlock):
        first = (block.previous_block.start_line or 0) + 1
        return Finding(name, line, 0, f"the key '{block.key}' is already used in line {first}", "give one a new key")
    return Finding(name, line, 0, "a record that cannot be read", "look for a missing brace or comma")


def _faults(name: str, entry: Entry) -> list[Finding]:
    """List what is wrong with one record."""
    findings = []
    if entry.verification not in VERIFICATIONS:
        mend = f"add `verification = {{…}}` with one of: {', '.join(VERIFICATIONS)}"
        findings.append(Finding(name, entry.line, 0, f"'{entry.key}' does not say how it was verified", mend))
    url = entry.fields.get("url", "https:")
    if not SAFE_URL.match(url):
        what = f"'{entry.key}' has an address that is not http, https or mailto"
        findings.append(Finding(name, entry.line, 0, what, "give the page's own address"))
    return findings
