"""Works come in, as CSL-JSON items or library entries; RIS, BibTeX, CSL-JSON and COinS for reference managers go out.

The standards: RIS, as in Reference Manager's "RIS Format Specifications" and as Zotero and EndNote read it; BibTeX, as
in O. Patashnik, "BibTeXing" (1988), with the fields in use since; CSL-JSON, schema csl-data.json of CSL 1.0.2;
COinS, OpenURL ContextObjects in spans: ANSI/NISO Z39.88-2004, key/value formats journal, book and dc (ocoins.info).
A value is one line everywhere, so that none can end its record or begin another.
"""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from kb.csl_items import (
    TAG,
    UNSEEN,
    body,
    day,
    doi,
    family,
    given,
    inverted,
    note,
    one_line,
    pages,
    people,
    plain,
    web_address,
    without_tex,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.csl_items import Item
    from kb.library import Entry

RIS_TYPES = {
    "article-journal": "JOUR",
    "book": "BOOK",
    "chapter": "CHAP",
    "report": "RPRT",
    "webpage": "ELEC",
    "thesis": "THES",
    "paper-conference": "CPAPER",
}
# The fields that name a work and say where it is, in the order they are written. What our records hold besides
# (verification, verificationnote, annote, unconfirmed, urlstatus) is ours and stays here.
BIBTEX_FIELDS = """
    author editor editortype translator title subtitle titleaddon booktitle booksubtitle maintitle journal journaltitle
    journalsubtitle series edition volume volumes number issue part chapter pages pagetotal eid publisher institution
    school organization location address venue eventtitle eventdate howpublished type version year month day date
    origdate doi eprint eprinttype eprintclass archiveprefix primaryclass pmid pmcid isbn issn url urldate archiveurl
    archivedate pubstate language langid note addendum key crossref
"""
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"  # BibTeX's own names for them, not text
# The variables of CSL 1.0.2 that may be known of a work we cite; `annote`, `abstract` and `keyword` are not here.
CSL_VARIABLES = """
    accessed archive archive-place archive_location author authority available-date call-number chapter-number
    collection-editor collection-number collection-title container-author container-title container-title-short
    contributor director DOI edition editor event-date event-place event-title genre id illustrator ISBN ISSN issue
    issued jurisdiction language license medium number number-of-pages number-of-volumes original-author original-date
    original-publisher original-publisher-place original-title page part-number part-title PMCID PMID publisher
    publisher-place references reviewed-author reviewed-title scale section source status submitted supplement-number
    title title-short translator URL version volume volume-title
"""
# CSL type → (key/value format, genre in it, what its title and its container's title are called there). The types that
# are not here go as Dublin Core, whose rft.type says what they are in Zotero's words, for want of others.
COINS_FORMATS = {
    "article-journal": ("journal", "article", "atitle", "jtitle"),
    "book": ("book", "book", "btitle", ""),
    "chapter": ("book", "bookitem", "atitle", "btitle"),
    "report": ("book", "report", "btitle", ""),
    "paper-conference": ("book", "proceeding", "atitle", "btitle"),
}
COINS_TYPES = {"webpage": "webpage", "thesis": "thesis", "manuscript": "manuscript"}
# As in a query (RFC 3986, 3.4), where a space is a +: so compression finds whole words again.
COINS_PLAIN = "/:,()"
CSL_MARKUP = re.compile(r'</?(?:i|b|sub|sup)>|<span (?:class="nocase"|style="font-variant: ?small-caps;")>|</span>')


def to_ris(items: Iterable[Item]) -> str:
    """Write works as RIS records, in the order given, with CR LF line ends; no abstracts.

    A web address is written only if it is http or https; its semicolons, at which readers divide it, are encoded.
    """
    return "".join(f"{tag}  - {value}\r\n" for item in items for tag, value in _ris(item) if value or tag == "ER")


def _ris(item: Item) -> list[tuple[str, str]]:
    """List a work's RIS tags and values; a value may be ""."""
    kind = RIS_TYPES.get(one_line(item.get("type")), "GEN")
    editor = "A3" if kind == "BOOK" else "A2"  # a book's A2 is the editor of its series
    numbers = {"JOUR": ("ISSN", "ISBN"), "RPRT": ("ISBN", "ISSN", "number")}.get(kind, ("ISBN", "ISSN"))
    issued, accessed = day(item), day(item, "accessed")
    first, last = pages(item)
    return [
        ("TY", kind),
        *(("AU", inverted(name)) for name in people(item)),
        *((editor, inverted(name)) for name in people(item, "editor")),
        ("PY", written(issued[:1], "")),
        ("DA", _ris_day(issued) if len(issued) > 1 else ""),
        ("TI", plain(item.get("title"))),
        ("T2", plain(item.get("container-title"))),
        ("T3", plain(item.get("collection-title"))),
        ("VL", plain(item.get("volume"))),
        ("IS", plain(item.get("issue"))),
        ("SP", first),
        ("EP", last),
        ("DO", doi(item)),
        ("UR", web_address(item.get("URL")).replace(";", "%3B")),
        ("Y2", _ris_day(accessed) if accessed else ""),
        ("SN", next((value for key in numbers if (value := plain(item.get(key)))), "")),
        ("PB", plain(item.get("publisher"))),
        ("CY", plain(item.get("publisher-place"))),
        ("ET", plain(item.get("edition"))),
        ("M3", plain(item.get("genre"))),
        ("LA", plain(item.get("language"))),
        ("N1", note(item)),
        ("ER", ""),
    ]


def _ris_day(parts: tuple[int, ...]) -> str:
    """Write a date as RIS does, YYYY/MM/DD/, with nothing between the strokes for what is not known."""
    return written(parts, "/") + "/" * (4 - len(parts))


def to_bibtex(entries: Iterable[Entry]) -> str:
    """Write records as BibTeX, sorted by key, each field in the LaTeX of the file it came from.

    Fields that do not describe the work, which are all that BIBTEX_FIELDS does not name, are left out.
    """
    return "\n".join(_bibtex(entry) for entry in sorted(entries, key=lambda entry: entry.key))


def _bibtex(entry: Entry) -> str:
    """Write one record."""
    lines = [f"@{entry.type}{{{entry.key}"]
    for name in BIBTEX_FIELDS.split():
        if value := _braced(entry.fields.get(name, "")):
            bare = name == "month" and value.lower() in MONTHS.split()
            lines.append(f"  {name} = {value}" if bare else f"  {name} = {{{value}}}")
    return ",\n".join(lines) + "\n}\n"


def _braced(value: str) -> str:
    """Give a value that can stand in braces: one line, its own braces in pairs, no backslash before the last brace."""
    text = UNSEEN.sub("", " ".join(value.split())).rstrip("\\ ")
    depth = 0
    for mark in text:
        depth += (mark == "{") - (mark == "}")  # BibTeX counts an escaped brace too
        if depth < 0:
            break
    return re.sub(r"\\?[{}]", "", text) if depth else text


def to_csl_json(items: Iterable[Item]) -> str:
    """Write works as CSL-JSON, in the order given, keys sorted: only variables of CSL 1.0.2, and none that is empty.

    Repaired on the way: the type that Pandoc leaves empty is "document"; "and others" is a note and not a name.
    """
    return json.dumps([_csl(item) for item in items], ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _csl(item: Item) -> dict[str, Any]:
    """Give a work as the CSL schema has it."""
    values: dict[str, Any] = {"type": item.get("type") or "document", "note": note(item)}
    for key in item.keys() & set(CSL_VARIABLES.split()):
        value = item[key]
        if key in {"DOI", "URL", "id"}:
            values[key] = {"DOI": doi(item), "URL": web_address(value)}.get(key, value)
        elif isinstance(value, list):
            values[key] = _csl_value(people(item, key))
        elif not (isinstance(value, dict) and "date-parts" in value and not day(item, key)):
            values[key] = _csl_value(value)
    return {key: value for key, value in values.items() if value}


def _csl_value(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Give a CSL value with each text in it on one line, without TeX, and with no tags but those of CSL."""
    if isinstance(value, dict):
        return {name: _csl_value(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_csl_value(inner) for inner in value]
    if not isinstance(value, str):
        return value
    text = one_line(value)
    return plain(text) if TAG.search(CSL_MARKUP.sub("", text)) else without_tex(text)


def coins(item: Item) -> str:
    """Write a work as the title of a `<span class="Z3988">`: URL-encoded, then escaped for an HTML attribute."""
    form, *rest = COINS_FORMATS.get(one_line(item.get("type")), ("dc",))
    identifiers = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", f"info:ofi/fmt:kev:mtx:{form}"),
        ("rft_id", f"info:doi/{doi(item)}" if doi(item) else ""),
        ("rft_id", web_address(item.get("URL"))),
    ]
    rows = _coins_dublin_core(item) if form == "dc" else _coins_work(item, *rest)
    referent = [(f"rft.{name}", value) for name, value in rows if name]
    return html.escape(urlencode([(name, value) for name, value in identifiers + referent if value], safe=COINS_PLAIN))


def _coins_work(item: Item, genre: str, title: str, container: str) -> list[tuple[str, str]]:
    """List the keys of the formats journal and book, without `rft.`; a value may be ""."""
    authors = people(item)
    first, last = pages(item)
    person = authors[0] if authors and not body(authors[0]) else {}
    return [
        ("genre", genre),
        (title, plain(item.get("title"))),
        (container, plain(item.get("container-title"))),
        ("aulast", family(person)),
        ("aufirst", given(person)),
        *(("aucorp" if body(name) else "au", body(name) or inverted(name)) for name in authors),
        ("date", written(day(item), "-")),
        ("volume", plain(item.get("volume"))),
        ("issue", plain(item.get("issue"))),
        ("spage", first),
        ("epage", last),
        ("issn", plain(item.get("ISSN"))),
        ("isbn", plain(item.get("ISBN"))),
        ("place", plain(item.get("publisher-place"))),
        ("pub", plain(item.get("publisher"))),
        ("edition", plain(item.get("edition"))),
        ("series", plain(item.get("collection-title"))),
    ]


def _coins_dublin_core(item: Item) -> list[tuple[str, str]]:
    """List the keys of the format dc, without `rft.`; a body is an aucorp: a creator is taken for a person."""
    return [
        ("type", COINS_TYPES.get(one_line(item.get("type")), "document")),
        ("title", plain(item.get("title"))),
        *(("aucorp" if body(name) else "creator", body(name) or inverted(name)) for name in people(item)),
        ("date", written(day(item), "-")),
        ("publisher", plain(item.get("publisher"))),
        ("source", plain(item.get("container-title"))),
        ("language", plain(item.get("language"))),
    ]
