"""docs/links/outgoing.yml and what writers link to come in; records of pages elsewhere, and findings, go out."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, fields
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import yaml

from kb import elsewhere
from kb.findings import Finding, read_text
from kb.plain_yaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from kb.library import Entry
    from kb.pages import Page

STATES = ("live", "moved", "dead", "unknown")
DATES = ("archived_on", "checked")
# Where Markdown and HTML hold the address of a link: [words](address), <address>, [name]: address, href="address".
# Inside the round brackets an address may hold pairs of them.
LINKS = re.compile(
    r"""\]\(\s*<?((?:[a-z][a-z0-9+.-]*:|//)(?:[^\s()<>]|\([^\s()<>]*\))*)
    | <((?:https?|ftp)://[^\s<>]+)>
    | ^\s*\[[^\]]+\]:\s*<?((?:[a-z][a-z0-9+.-]*:|//)[^\s<>]+)
    | \shref=["']((?:[a-z][a-z0-9+.-]*:|//)[^"']*)""",
    re.IGNORECASE | re.VERBOSE,
)
SCHEME = re.compile(r"\]\(\s*<?[A-Za-z][A-Za-z0-9+.-]*:")  # spares LINKS most lines
DATA = re.compile(r"""\s*web:\s*["']?(https?:[^\s"']+)""")  # docs/helplines.yml
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")


@dataclass(frozen=True)
class Outgoing:
    """What is known of one page elsewhere; dates are ISO 8601 days, and empty means not known.

    `archived` is the address of a copy in an archive, made on `archived_on`; `checked` is the day on which somebody
    asked the address over the network; `state` is one of STATES, and `moved_to` the new address of one that moved.
    `line` is where the record starts in the file.
    """

    url: str
    archived: str = ""
    archived_on: str = ""
    checked: str = ""
    state: str = "unknown"
    moved_to: str = ""
    note: str = ""
    line: int = 0


@dataclass(frozen=True, order=True)
class Use:
    """One place that links to an address: the file as findings name it, its line and column, the address as written."""

    path: str
    line: int
    column: int
    url: str


NAMES = tuple(item.name for item in fields(Outgoing) if item.name != "line")


def read_outgoing(file: Path, name: str) -> tuple[list[Outgoing], list[Finding]]:
    """Read the file; give its records in order, and what is wrong with it. `name` is how findings call the file.

    A missing file holds no record and has no fault: a site may do without.
    """
    if not file.exists():
        return [], []
    nodes, unread = _nodes(file, name)
    records, findings = [], [*unread]
    for node in nodes:
        line = node.start_mark.line + 1
        pairs = {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
        wrong = [key for key in pairs if key not in NAMES or not isinstance(pairs[key], yaml.ScalarNode)]
        if wrong or not getattr(pairs.get("url"), "value", ""):
            what = f"a record with the field '{wrong[0]}'" if wrong else "a record without `url`"
            mend = f"a record has `url`, and of the rest: {', '.join(NAMES[1:])}"
            findings.append(Finding(name, line, 0, what, mend))
            continue
        record = Outgoing(**{key: value.value.strip() for key, value in pairs.items()}, line=line)
        records.append(record)
        findings += [Finding(name, line, 0, *fault) for fault in _faults(record)]
    return records, [*findings, *_order(records, name)]


def used(pages: list[Page], library: Mapping[str, Entry], docs: Path, bib: str, data: str) -> list[Use]:
    """List every address that pages (code left out), records of the library and a data file link to.

    `bib` and `data` are the paths of the .bib and the data file from the folder `docs`.
    """
    uses = []
    for page in pages:
        for line, text in page.lines():
            if "//" not in text and not SCHEME.search(text):
                continue
            for match in LINKS.finditer(CODE.sub(lambda code: " " * len(code[0]), text)):
                group = match.lastindex or 1
                uses.append(Use(f"{docs.name}/{page.path}", line, match.start(group) + 1, match[group]))
    for entry in library.values():
        url = entry.fields.get("url", "").replace("\\", "")
        if url and not url.lower().startswith("doi:"):  # a DOI in another dress
            uses.append(Use(f"{docs.name}/{bib}", entry.line, 0, url))
    for line, text in enumerate(read_text(docs / data, data)[0].splitlines(), 1):
        if web := DATA.match(text):
            uses.append(Use(f"{docs.name}/{data}", line, web.start(1) + 1, web[1]))
    return uses


def check_outgoing(records: list[Outgoing], uses: list[Use], name: str) -> list[Finding]:
    """Check each link's form, that each address has a record, and that each record is used.

    `name` is the file of the records, as findings call it; without any record none is asked for.
    """
    known = {record.url: record for record in records} | {item.archived: item for item in records if item.archived}
    urls = [record.url for record in records]
    findings, met = [], set()
    for use in uses:
        url = elsewhere.without_fragment(use.url)
        wrong = [*elsewhere.faults(use.url)]
        record = known.get(url)
        if record:
            met.add(record.url)
            wrong += _old_address(record, url)
        elif records and not wrong and elsewhere.is_external(url):
            after = bisect.bisect(urls, url)
            where = f"before line {records[after].line}" if after < len(records) else "at its end"
            wrong.append((f"a link to {url}, which has no record in {name}", f"add `- url: {_scalar(url)}` {where}"))
        findings += [Finding(use.path, use.line, use.column, *fault) for fault in wrong]
    for record in records:
        if record.url not in met:
            what, mend = f"nothing links to {record.url}", "take the record out, or mend the link that it was for"
            findings.append(Finding(name, record.line, 0, what, mend))
    return findings


def check_library(records: list[Outgoing], library: Mapping[str, Entry], library_name: str, name: str) -> list[Finding]:
    """Check that what a .bib record says of an archived copy is what the file of outgoing links says."""
    known = {record.url: record for record in records}
    findings = []
    for entry in library.values() if records else ():
        record = known.get(entry.fields.get("url", "").replace("\\", ""), Outgoing(""))
        truth = {"archiveurl": record.archived, "archivedate": record.archived_on, "urlstatus": record.state}
        for item, true in truth.items():
            said = entry.fields.get(item, "").replace("\\", "")
            if said and said != true:
                what = f"'{entry.key}' has {item} '{said}', and {name} has '{true}'"
                findings.append(Finding(library_name, entry.line, 0, what, f"take it out here; {name} is what counts"))
    return findings


def _nodes(file: Path, name: str) -> tuple[list[yaml.Node], list[Finding]]:
    """Read the list that the file is, each record with its line; or say why it cannot be read."""
    text, unread = read_text(file, name)
    plain, more = read_yaml(text, name)
    root = plain.node
    if unread or more:
        return [], unread + more
    if root is None:  # nothing, or comments only
        return [], []
    if not isinstance(root, yaml.SequenceNode):
        mend = "write it as a list: each record starts with `- url:`"
        return [], [Finding(name, root.start_mark.line + 1, 0, "not a list of records", mend)]
    return root.value, []


def _faults(record: Outgoing) -> Iterator[tuple[str, str]]:
    """Give (what, how to mend it) for one record, looked at alone."""
    for url in filter(None, (record.url, record.archived, record.moved_to)):
        yield from elsewhere.faults(url)
    if "#" in record.url:
        yield f"the address {record.url} has a #fragment", "record the page itself; pages may link to a part of it"
    if not elsewhere.is_external(record.url):
        yield f"{record.url} needs no record", "take it out: DOIs, mail and telephone numbers have none"
    yield from _claims(record)


def _claims(record: Outgoing) -> Iterator[tuple[str, str]]:
    """Give (what, how to mend it) for what a record claims: its state, its days, and what goes together."""
    if record.state not in STATES:
        yield f"unknown state '{record.state}'", f"use one of: {', '.join(STATES)}"
    for item in DATES:
        if (day := getattr(record, item)) and not _is_day(day):
            yield f"`{item}` is not a day: {day}", "write it as 2026-11-25"
    if bool(record.archived) != bool(record.archived_on):
        yield "`archived` and `archived_on` go together", "give both; the day often stands in the copy's own address"
    if bool(record.moved_to) != (record.state == "moved"):
        yield "`moved_to` and the state `moved` go together", "give both, or neither"
    if record.state == "live" and not record.checked:
        yield "the state is `live`, and nobody has checked it", "write the day of the check, or leave the state out"
    if record.state in {"moved", "dead"} and not (record.checked or record.note):
        yield f"nothing says how we know that it is {record.state}", "write the day of the check, or a `note`"


def _order(records: list[Outgoing], name: str) -> Iterator[Finding]:
    """Find records that stand twice or not in order of their addresses."""
    for before, after in pairwise(records):
        if after.url == before.url:
            what = f"{after.url} already stands in line {before.line}"
            yield Finding(name, after.line, 0, what, "keep one of the two")
        elif after.url < before.url:
            what = f"{after.url} stands after {before.url}"
            yield Finding(name, after.line, 0, what, "keep the records sorted by `url`, so that each is found")


def _old_address(record: Outgoing, url: str) -> Iterator[tuple[str, str]]:
    """Find a link to an http address of which the file says that it answers by https."""
    secure = f"https{url.removeprefix('http')}"
    if url.startswith("http://") and url == record.url and record.moved_to == secure:
        yield f"a link to {url}, which is known to answer by https", f"write {secure}, here and in its record"


def _is_day(text: str) -> bool:
    """Say whether a text is a day as ISO 8601 writes it: 2026-11-25."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _scalar(text: str) -> str:
    """Write an address as YAML holds it: in quotation marks where a bare one would be misread."""
    return f'"{text}"' if re.search(r": |:$| #|^[\W_]", text) else text
