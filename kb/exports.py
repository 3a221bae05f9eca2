r"""Cited works come in, as CSL-JSON items or library entries; text for reference managers goes out (RIS, BibTeX, CSL-JSON).

The standards: RIS, as Reference Manager's "RIS Format Specifications" (2001, tags extended 2011) and Zotero's and
EndNote's import read it; BibTeX, as in O. Patashnik, "BibTeXing" (1988), with the usual later fields; CSL 1.0.2 and its
schema csl-data.json. A value is one line everywhere, so that none can end its record or begin another.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kb.library import Entry

Item: TypeAlias = "Mapping[str, Any]"  # one CSL-JSON item, as `pandoc -t csljson` writes it

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
BIBTEX_FIELDS = """author editor editortype translator title subtitle titleaddon booktitle booksubtitle maintitle
    journal journaltitle journalsubtitle series edition volume volumes number issue part chapter pages pagetotal eid
    publisher institution school organization location address venue eventtitle eventdate howpublished type version
    year month day date origdate doi eprint eprinttype eprintclass archiveprefix primaryclass pmid pmcid isbn issn
    url urldate archiveurl archivedate pubstate language langid note addendum key crossref""".split()
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# The variables of CSL 1.0.2 that describe a work, without `annote`, `abstract` and `keyword`.
CSL_VARIABLES = frozenset(
    """accessed archive archive-place archive_collection archive_location author authority available-date call-number
    chair chapter-number citation-key collection-editor collection-number collection-title compiler composer
    container-author container-title container-title-short contributor curator dimensions director division DOI edition
    editor editorial-director event-date event-place event-title executive-producer first-reference-note-number genre
    guest host id illustrator interviewer ISBN ISSN issue issued jurisdiction language license locator medium narrator
    note number number-of-pages number-of-volumes organizer original-author original-date original-publisher
    original-publisher-place original-title page page-first part-number part-title performer PMCID PMID printing-number
    producer publisher publisher-place recipient references reviewed-author reviewed-genre reviewed-title scale
    script-writer section series-creator source status submitted supplement-number title title-short translator type
    URL version volume volume-title year-suffix""".split()
)

UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>")
CSL_MARKUP = re.compile(r'</?(?:i|b|sub|sup)>|<span (?:class="nocase"|style="font-variant: ?small-caps;")>|</span>')
MATH = re.compile(r"\$(?=\S)([^$]*[^$\s])\$(?!\d)")  # Pandoc's rule for $…$, so that $5 and $10 stay money
COMMAND = re.compile(r"\\([A-Za-z]+)(?:\s+|(?=(\{))|)")
PAGE = r"(?:[^\s,;:–—-]*\d[^\s,;:–—-]*|[ivxlcdm]+)"  # a part of it is a figure, or it is a Roman numeral
PAGES = re.compile(rf"({PAGE})\s*(?:--?-?|[–—])\s*({PAGE})", re.IGNORECASE)
WEB = re.compile(r"https?://[^/]", re.IGNORECASE)
RESOLVER = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)\s*", re.IGNORECASE)
OTHERS = frozenset({"others", "et al", "et al."})
MORE_AUTHORS = "The work has more authors than are named here."


def one_line(value: object) -> str:
    """Give a value as one line: line ends and runs of space as one space, unseen and direction characters left out.

    An i without its dot under an accent, as Pandoc reads LaTeX's `\\'\\i`, becomes the letter that is meant; NFC.
    """
    if not isinstance(value, str | int | float):
        return ""
    text = UNSEEN.sub("", re.sub(r"\s+", " ", str(value))).strip()
    return unicodedata.normalize("NFC", re.sub("ı(?=[\u0300-\u036f])", "i", text))


def plain(value: object) -> str:
    """Give a value as plain text on one line: no tags, no braces, no TeX mathematics or commands."""
    text = one_line(value)
    while TAG.search(text):  # what is left of a tag round a tag may be one
        text = TAG.sub("", text)
    text = MATH.sub(lambda match: match[1], text)
    text = re.sub(r"\\([^A-Za-z\s])", r"\1", COMMAND.sub(_command, text))
    return one_line(re.sub(r"[{}]", "", text))


def _command(match: re.Match[str]) -> str:
    """Give the letter that a TeX command stands for if it is a Greek one; else its name, or nothing before a `{`."""
    name = match[1]
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {name}")
    except KeyError:
        return "" if match[2] else f"{name} "


def web_address(value: object) -> str:
    """Give an http or https address with no character that could end it, or "" for any other."""
    text = one_line(value)
    unsafe = str.maketrans({mark: f"%{ord(mark):02X}" for mark in ' "<>\\^`{|}'})
    return text.translate(unsafe) if WEB.match(text) else ""


def doi(item: Item) -> str:
    """Give a work's DOI without the resolver's address before it, or ""."""
    return RESOLVER.sub("", one_line(item.get("DOI")), count=1)


def pages(item: Item) -> tuple[str, str]:
    """Give a work's first and last page; the last is "" for one page, an article number or a list of ranges."""
    text = one_line(item.get("page"))
    match = PAGES.fullmatch(text)
    return (match[1], match[2]) if match else (text, "")


def day(item: Item, field: str = "issued") -> tuple[int, ...]:
    """Give year, month and day of a CSL date, as far as they are known; () if there is none."""
    value = item.get(field)
    ranges = value.get("date-parts") if isinstance(value, dict) else None
    known = []
    for part, most in zip(ranges[0] if ranges else (), (9999, 12, 31), strict=False):
        if not str(part).isdecimal() or not 1 <= int(part) <= most:
            break
        known.append(int(part))
    return tuple(known)


def people(item: Item, role: str = "author") -> list[Item]:
    """List the names in a role, without the "and others" that Pandoc gives as a name."""
    return [name for name in item.get(role) or () if one_line(name.get("literal")).lower() not in OTHERS]


def family(name: Item) -> str:
    """Give a person's family name with its particles in front: "van der Berg", "el-Guebaly", "d’Arc"."""
    parts = [plain(name.get(part)) for part in ("dropping-particle", "non-dropping-particle", "family")]
    return re.sub(r"([-'’]) ", r"\1", " ".join(part for part in parts if part)).replace(",", " ")


def inverted(name: Item) -> str:
    """Give a name as `Family, Given, Suffix`, or a body's name with a dash for each comma, which would divide it."""
    if literal := plain(name.get("literal")):
        return re.sub(r"\s*,\s*", " – ", literal).strip(" –")
    parts = [family(name), *(plain(name.get(part)).replace(",", " ") for part in ("given", "suffix"))]
    return ", ".join(one_line(part) for part in parts if part)


def note(item: Item) -> str:
    """Give a work's note as plain text; it says so if the record does not name all authors."""
    short = len(people(item)) < len(item.get("author") or ())
    return " ".join(part for part in (plain(item.get("note")), MORE_AUTHORS if short else "") if part)


def to_ris(items: Iterable[Item]) -> str:
    """Write works as RIS records, in the order given, with CR LF line ends; no abstracts.

    A web address is written only if it is http or https; its semicolons, which would divide it, are encoded.
    """
    lines = [f"{tag}  - {value}\r\n" for item in items for tag, value in _ris(item) if value or tag == "ER"]
    return "".join(lines)


def _ris(item: Item) -> list[tuple[str, str]]:
    """List a work's RIS tags and values; a value may be ""."""
    kind = RIS_TYPES.get(one_line(item.get("type")), "GEN")
    first, last = pages(item)
    issued, accessed = day(item), day(item, "accessed")
    numbers = ("ISSN", "ISBN") if kind == "JOUR" else ("ISBN", "ISSN")
    report = ("number",) if kind == "RPRT" else ()  # Zotero and EndNote look for a report's number in SN
    return [
        ("TY", kind),
        *(("AU", inverted(name)) for name in people(item)),
        *(("A2", inverted(name)) for name in people(item, "editor")),
        ("PY", f"{issued[0]:04}" if issued else ""),
        ("DA", _ris_day(issued) if len(issued) > 1 else ""),
        ("TI", plain(item.get("title"))),
        ("T2", plain(item.get("container-title"))),
        ("T3", plain(item.get("collection-title"))),
        ("VL", plain(item.get("volume"))),
        ("IS", plain(item.get("issue"))),
        ("SP", plain(first)),
        ("EP", plain(last)),
        ("DO", doi(item)),
        ("UR", web_address(item.get("URL")).replace(";", "%3B")),
        ("Y2", _ris_day(accessed) if accessed else ""),
        ("SN", next((value for key in (*numbers, *report) if (value := plain(item.get(key)))), "")),
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
    return "/".join([f"{parts[0]:04}", *(f"{part:02}" for part in parts[1:]), *[""] * (4 - len(parts))])


def to_bibtex(entries: Iterable[Entry]) -> str:
    """Write records as BibTeX, sorted by key, each field in the LaTeX of the file it came from.

    Fields that do not describe the work (BIBTEX_FIELDS) are left out.
    """
    return "\n".join(_bibtex(entry) for entry in sorted(entries, key=lambda entry: entry.key))


def _bibtex(entry: Entry) -> str:
    """Write one record."""
    lines = [f"@{entry.type}{{{entry.key}"]
    for name in BIBTEX_FIELDS:
        if value := _braced(entry.fields.get(name, "")):
            bare = name == "month" and value.lower() in MONTHS  # BibTeX's own abbreviations are not text
            lines.append(f"  {name} = {value}" if bare else f"  {name} = {{{value}}}")
    return ",\n".join(lines) + "\n}\n"


def _braced(value: str) -> str:
    """Give a value that can stand in braces: one line, its own braces in pairs, no backslash before the last brace."""
    text = re.sub(r"\s+", " ", UNSEEN.sub("", value)).strip().rstrip("\\")
    depth = 0
    for mark in text:
        depth += (mark == "{") - (mark == "}")  # BibTeX counts an escaped brace too
        if depth < 0:
            break
    return re.sub(r"\\?[{}]", "", text) if depth else text


def to_csl_json(items: Iterable[Item]) -> str:
    """Write works as CSL-JSON, in the order given, keys sorted: only variables of CSL 1.0.2, and none empty.

    Repaired on the way: a type that Pandoc leaves empty is "document", "and others" is a note and not a name.
    """
    return json.dumps([_csl(item) for item in items], ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _csl(item: Item) -> dict[str, Any]:
    """Give a work as the CSL schema has it."""
    values = dict(item) | {"type": item.get("type") or "document", "note": note(item), "URL": web_address(item.get("URL"))}
    for key, value in values.items():
        if isinstance(value, list):
            values[key] = people(values, key)
        elif isinstance(value, dict) and "date-parts" in value and not day(values, key):
            values[key] = None
    return {key: _csl_value(value, key) for key, value in values.items() if key in CSL_VARIABLES and value}


def _csl_value(value: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON
    """Give a CSL value with each text in it on one line, and with no tags but those of CSL."""
    if isinstance(value, dict):
        return {name: _csl_value(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_csl_value(inner) for inner in value]
    if not isinstance(value, str) or key in {"DOI", "URL", "id"}:
        return one_line(value) if isinstance(value, str) else value
    text = one_line(value)
    if TAG.search(CSL_MARKUP.sub("", text)):
        return plain(text)
    return text if "$" in text else re.sub(r"[{}]", "", text)  # Pandoc leaves braces round some words
