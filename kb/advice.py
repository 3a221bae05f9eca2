"""Checked entries, and what a page cites, come in; what a careful editor would mend goes out as findings.

What stops a build stands in kb.library. What stands here can be built all the same: a field that is missing or cannot
be right, a key that no record has, a record from memory that a page cites as if it were known.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kb.citations import find, locate
from kb.commands import without_code
from kb.findings import Finding
from kb.library import DOI_ADDRESS, Entry, unknown_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Advice = tuple[str, str]  # what is wrong, and how to mend it

UNREAD = (
    "a citation with a link, code, HTML, \\ or two works in one part between its brackets stays as it is",
    "write plain words there, and a `;` between works",
)
# What a reference of each type cannot do without; any one of the alternatives is enough.
NEEDED = {
    "article": ("title", "journal|journaltitle", "year|date"),
    "book": ("title", "author|editor", "publisher", "year|date"),
    "inbook": ("title", "author|editor", "publisher", "year|date"),
    "incollection": ("title", "booktitle", "publisher", "year|date"),
    "inproceedings": ("title", "booktitle", "year|date"),
    "techreport": ("title", "institution", "year|date"),
    "report": ("title", "institution", "year|date"),
    "phdthesis": ("title", "school|institution", "year|date"),
    "thesis": ("title", "school|institution", "year|date"),
    "online": ("title", "url|doi"),
}
YEAR = re.compile(r"(1[4-9]|20)\d\d|n\.d\.|in press")
PAGES = re.compile(r"(\d+)\s*(?:-+|–)\s*(\d+)")
DOI = re.compile(r"10\.\d{4,9}(\.\d+)*/\S+")
BARE_DOLLAR = re.compile(r"(?<!\\)\$")


def advice(library: Mapping[str, Entry], year: int = 0) -> list[Finding]:
    """List the fields of a library that are missing or cannot be right, each with the file and line of its record.

    `year` is the one that counts as this year; by default it is the clock's. Nothing is printed later than the next.
    """
    latest = (year or datetime.now(UTC).year) + 1
    findings = []
    for entry in library.values():
        said = [*_missing(entry), *_dates(entry, latest), *_pages(entry), *_numbers(entry), *_money(entry)]
        if from_memory(entry):
            what = f"'{entry.key}' is from memory, and the reference does not say so"
            said.append((what, "name the fields in `unconfirmed`, with a `note`"))
        findings += [Finding(entry.file, entry.line, 0, *item) for item in said]
    return findings


def complaints(
    name: str, text: str, unknown: Iterable[str], cited: Iterable[str], library: Mapping[str, Entry]
) -> list[Finding]:
    """Say of a page's keys what is wrong, at each place where the source `text` of the page `name` has one.

    `unknown` are the keys that no record has, or whose group could not be read; `cited` are the others. A record that
    is from memory is no fact yet: its reference must tell the reader so.
    """
    said = {key: UNREAD if find(key, library) else unknown_key(key, library) for key in unknown}
    for key in cited:
        if key in library and from_memory(library[key]):
            what = f"cites '{key}', whose record is from memory and does not tell the reader"
            said[key] = (what, "confirm the record, or fill in its `unconfirmed` and `note`, or cite another work")
    if not said:
        return []
    plain = without_code(text)
    places = {key: [*locate(plain, key)] or [*locate(text, key)] or [(0, 0)] for key in said}
    return [Finding(name, *place, *said[key]) for key in said for place in places[key]]


def from_memory(entry: Entry) -> bool:
    """Say whether a record is from memory, and its reference does not tell the reader what is unconfirmed."""
    return entry.verification == "memory" and not (entry.fields.get("unconfirmed") and entry.fields.get("note"))


def isbn_holds(text: str) -> bool:
    """Check an ISBN's last digit (ISO 2108; https://www.isbn-international.org/content/isbn-users-manual)."""
    digits = _digits(text)
    if re.fullmatch(r"97[89]\d{10}", digits):
        return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0
    return bool(re.fullmatch(r"\d{9}[\dX]", digits)) and _eleven(digits)


def issn_holds(text: str) -> bool:
    """Check an ISSN's last digit (ISO 3297, https://www.issn.org/understanding-the-issn/what-is-an-issn/)."""
    digits = _digits(text)
    return bool(re.fullmatch(r"\d{7}[\dX]", digits)) and _eleven(digits)


def _digits(text: str) -> str:
    """Take hyphens, spaces and words such as "(hardback)" out of a number."""
    return re.sub(r"\(.*?\)|ISBN(-1[03])?:?|ISSN:?|[\s‐–-]", "", text.upper())  # noqa: RUF001 - printed hyphens


def _eleven(digits: str) -> bool:
    """Weigh the digits from the last (1) to the first and see whether eleven divides the sum; X is ten."""
    return sum(weight * (10 if digit == "X" else int(digit)) for weight, digit in enumerate(digits[::-1], 1)) % 11 == 0


def _missing(entry: Entry) -> Iterator[Advice]:
    """Name each field that a reference of this type cannot do without."""
    for names in NEEDED.get(entry.type, ("title",)):
        if not any(entry.fields.get(name) for name in [*names.split("|"), "crossref"]):
            what = f"'{entry.key}' ({entry.type}) has no {names.replace('|', ' or ')}"
            yield what, "add it, or say why in `verificationnote`"


def _dates(entry: Entry, latest: int) -> Iterator[Advice]:
    """Look at the year: four digits, and none that is still to come."""
    year = entry.fields.get("year", "n.d.")
    date = re.match(r"\d{4}(?!\d)", entry.fields.get("date", "") or year)
    if not YEAR.fullmatch(year):
        yield f"'{entry.key}' has the year '{year}'", "write four digits, or n.d."
    elif date and int(date[0]) > latest:
        yield f"'{entry.key}' is dated {date[0]}, which is still to come", "look at the record again"


def _pages(entry: Entry) -> Iterator[Advice]:
    """Look for pages that run backwards; 1040--50 is short for 1040--1050."""
    match = PAGES.fullmatch(entry.fields.get("pages", ""))
    if match:
        first, last = match[1], match[2]
        if int(first) > int(first[: max(0, len(first) - len(last))] + last):
            yield f"'{entry.key}' has pages that run backwards: {match[0]}", "look at the record again"


def _numbers(entry: Entry) -> Iterator[Advice]:
    """Look at the numbers by which a work is found: DOI, ISBN and ISSN."""
    mend = "look at the record again, or leave the number out"
    doi = DOI_ADDRESS.sub("", entry.fields.get("doi", "")).strip()
    if doi and not DOI.fullmatch(doi):
        yield f"'{entry.key}' has the DOI '{doi}', and a DOI reads 10.number/name", mend
    for name, holds in (("isbn", isbn_holds), ("issn", issn_holds)):
        for number in filter(None, re.split(r"\s*[,;/]\s*", entry.fields.get(name, "").strip())):
            if not holds(number):
                yield f"'{entry.key}' has the {name.upper()} {number}, whose digits do not add up", mend


def _money(entry: Entry) -> Iterator[Advice]:
    """Look for a dollar sign that would be taken for mathematics."""
    for name in ("title", "booktitle", "howpublished", "publisher", "institution"):
        if len(BARE_DOLLAR.findall(entry.fields.get(name, ""))) % 2:
            what = f"'{entry.key}' has a bare $ in its {name}, which would be lost as mathematics"
            yield what, r"write \$"
