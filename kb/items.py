"""The text of .bib files comes in; CSL-JSON items without LaTeX, and with Pandoc's slips mended, go out.

CSL-JSON is the data model of CSL 1.0.2 (https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables).
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import bibtexparser
from bibtexparser.model import Entry, Preamble, String
from lxml import html

from kb.pandoc import Job

if TYPE_CHECKING:
    from pathlib import Path

Item = dict[str, Any]

# Fields or types that only biblatex has; text that uses one is read as biblatex.
BIBLATEX = re.compile(
    r"@(online|report|thesis|collection|dataset)\s*\{|^\s*(date|journaltitle|location)\s*=",
    re.IGNORECASE | re.MULTILINE,
)
# What our records say of themselves, and what no style prints, is not part of a reference.
OURS = {
    *("annote", "annotation", "abstract", "file", "keywords", "keyword"),
    *("verification", "verificationnote", "unconfirmed", "archiveurl", "archivedate", "urlstatus"),
}
TITLES = {"title", "subtitle", "booktitle", "booksubtitle", "maintitle", "shorttitle", "issuetitle"}
# biblatex divides these at "and": "Institute of Standards and Technology" would be two.
BODIES = {"publisher", "institution", "organization", "school", "location", "address"}
AS_WRITTEN = {*("url", "doi", "eprint", "crossref", "xdata", "type"), *("month", "year", "date", "urldate")}
NAMES = ("author", "editor", "translator", "collection-editor", "container-author", "director")
RAW = ("genre", "ISBN", "ISSN", "medium")  # Pandoc hands these over with their LaTeX
ORDINALS = ["", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]

# Pandoc forgets what a style may not change; these marks go through it and come out as markup.
KEEP, KEPT, MATH, MATHS = "\ue000", "\ue001", "\ue002", "\ue003"
FORMULA = re.compile(r"(?<!\\)\$(?!\s)((?:[^$\\]|\\.)+?)(?<!\s)\$(?!\d)|\\\((.+?)\\\)", re.DOTALL)
LONE_DOLLAR = re.compile(rf"(?<![\\{MATH}])\$(?!{MATHS})")
MARKED = re.compile(f"{MATH}(.+?){MATHS}", re.DOTALL)
COMMAND = re.compile(r"\\(?:[A-Za-z]+|[^A-Za-z\s])\s*(?=\{)")
RUN = re.compile(r"\\(?:[A-Za-z]+|.|$)|[^\\{]+", re.DOTALL)
WORD = re.compile(r"[^\W\d_][\w'’]*")
ENGLISH = ("en", "american", "british", "australian", "canadian", "newzealand", "uk", "us")
LOWER_WORD = re.compile(r"(?:^|[\s(/–-])[a-zà-öø-ÿ]")
DOTLESS = re.compile("[\u0131\u0237](?=[\u0300-\u036f])")
SAFE_URL = re.compile(r"(https?|mailto|doi):|(?!\s*[\w+.-]+:)", re.IGNORECASE)
DOI_ADDRESS = re.compile(r"^\s*(https?://(dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
NO_DATE = re.compile(r"[\[(]?(n\.? ?d\.?|no date|undated|s\. ?[ad]\.?|o\. ?J\.?)[\])]?", re.IGNORECASE)


def read_items(text: str, cache: Path | None = None) -> list[Item]:
    """Turn BibTeX or biblatex into CSL-JSON items, in the file's order; kept in `cache` by content.

    Raises RuntimeError in one line, with Pandoc's own words, if it cannot read the text.
    """
    blocks = bibtexparser.parse_string(text, parse_stack=[]).blocks
    years = {block.key: _year(block) for block in blocks if isinstance(block, Entry)}
    prepared = "\n\n".join(
        _prepared(block) if isinstance(block, Entry) else str(block.raw)
        for block in blocks
        if isinstance(block, (Entry, String, Preamble))
    )
    source = "biblatex" if BIBLATEX.search(text) else "bibtex"
    items: list[Item] = Job(["-f", source, "-t", "csljson"], prepared, json.loads, {}, cache).result()
    latex = _converted(items, cache)
    return [_mended(item, years.get(item["id"], ""), latex) for item in items]


def _year(record: Entry) -> str:
    """Give a record's year or date as written, without braces."""
    fields = {field.key.lower(): str(field.value) for field in record.fields}
    return re.sub(r'[{}"\\]', "", fields.get("year", "") or fields.get("date", "")).strip()


def _prepared(record: Entry) -> str:
    """Write a record for Pandoc: without what is ours, and with marks round what it may not change."""
    fields = {field.key.lower(): str(field.value) for field in record.fields}
    if fields.get("unconfirmed"):
        fields.pop("note", None)  # it says what was not confirmed, and the site shows that in a line of its own
    language = re.sub(r'[{}"]', "", fields.get("langid", "") or fields.get("language", "")).lower()
    lower = not language or language.startswith(ENGLISH)
    lines = [
        f"  {key} = {_prepared_value(key, value, lower=lower)}" for key, value in fields.items() if key not in OURS
    ]
    return f"@{record.entry_type}{{{record.key},\n" + ",\n".join(lines) + "\n}"


def _prepared_value(key: str, value: str, *, lower: bool) -> str:
    """Write one field's value, which still has its braces or quotation marks."""
    if key in {*AS_WRITTEN, *NAMES} or value[:1] + value[-1:] not in {"{}", '""'} or re.search(r'[}"]\s*#', value):
        return value
    inner = FORMULA.sub(lambda match: f"{{{MATH}${match[1] or match[2]}${MATHS}}}", value[1:-1])
    inner = LONE_DOLLAR.sub(r"\\$", inner)
    if key == "series" or key in BODIES:
        inner = f"{{{inner}}}"  # a name: not to be lower-cased, as titles are, and not to be divided
    return f"{{{{{_titled(inner, lower=lower)}}}}}" if key in TITLES else f"{{{inner}}}"  # Pandoc is to change nothing


def _titled(text: str, *, lower: bool) -> str:
    r"""Write a title as BibTeX has it: in lower case but for sentence starts and what braces protect.

    So is `{de Gaulle}`, `\emph{E. coli}`, `\v{S}`; styles that use capitals put them back where they belong.
    """
    made, place = "", 0
    while place < len(text):
        command = COMMAND.match(text, place)
        start = command.end() if command else place
        if text[start] == "{":
            end = _closing(text, start)
            words = text[start + 1 : end - 1]
            inner = text[place:end] if command else words
            part = (place, end) != (0, len(text))  # braces round all of a title only keep it from being lower-cased
            marked = part and len(words) > 1 and words[0] != MATH and LOWER_WORD.search(words)
            piece = f"{{{KEEP}{inner}{KEPT}}}" if marked else f"{{{inner}}}"
        else:
            piece = RUN.match(text, place)[0]  # type: ignore[index] # - it matches any character
            end = place + len(piece)
            piece = _lowered(piece, made) if lower and piece[0] != "\\" else piece
        made, place = made + piece, end
    return made


def _lowered(text: str, before: str) -> str:
    """Lower the capital of each word but the first of a sentence; acronyms and names such as McKay stay."""

    def write(match: re.Match[str]) -> str:
        word = match[0]
        leading = (before + text[: match.start()]).rstrip(" \n\t\"'`([{}“\u2018" + KEEP + KEPT)
        if not leading or leading[-1] in ":.?!" or not (word[1:].islower() or word == "A"):
            return word
        return word.lower()

    return WORD.sub(write, text)


def _closing(text: str, start: int) -> int:
    """Give the place after the brace that closes the one at `start`."""
    depth = 0
    for match in re.finditer(r"\\.|[{}]", text[start:], re.DOTALL):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if not depth:
            return start + match.end()
    return len(text)


def _converted(items: list[Item], cache: Path | None) -> dict[str, str]:
    """Have Pandoc turn formulas, and other LaTeX that it left as it was, into the markup of CSL-JSON."""
    found: dict[str, str] = {}
    for item in items:
        for key, value in item.items():
            if isinstance(value, str):
                found |= {match[1]: match[1] for match in MARKED.finditer(value)}
                found |= {value: value} if key in RAW and re.search(r"[\\{}]", value) else {}
    if not found:
        return {}
    made = Job(["-f", "latex", "-t", "html", "--wrap=none"], "\n\n".join(found), _paragraphs, {}, cache).result()
    return dict(zip(found, made, strict=True)) if len(made) == len(found) else {key: _bare(key) for key in found}


def _paragraphs(text: str) -> list[str]:
    """Read Pandoc's HTML: each paragraph as a text with the markup of CSL-JSON."""
    return [_marked_up(element).strip() for element in html.document_fromstring(f"<body>{text}</body>").iter("p")]


def _marked_up(element: html.HtmlElement) -> str:
    """Write an element's content with the tags that CSL-JSON knows."""
    if element.get("class", "").startswith("math") and "\\" in element.text_content():
        return _bare(element.text_content())  # Pandoc could not write the formula as text
    made = element.text or ""
    for child in element:
        tag = {"em": "i", "strong": "b", "sub": "sub", "sup": "sup"}.get(child.tag)
        inner = _marked_up(child)
        made += (f"<{tag}>{inner}</{tag}>" if tag else inner) + (child.tail or "")
    return made


def _bare(latex: str) -> str:
    r"""Give LaTeX as words, for what Pandoc cannot write otherwise: `\frac{a}{b}` becomes a/b."""
    plain = re.sub(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\1/\2", latex.strip("$"))
    return re.sub(r"\\([A-Za-z]+)\s*|[{}]|\\", lambda match: {"sqrt": "√"}.get(match[1] or "", match[1] or ""), plain)


def _mended(item: Item, year: str, latex: dict[str, str]) -> Item:
    """Mend one item: names, dates, addresses, and what Pandoc left of LaTeX."""
    kept: Item = {
        key: _text(latex.get(value, value), latex) if isinstance(value, str) else value for key, value in item.items()
    }
    for role in NAMES:
        if role in kept:
            kept[role] = [_name(name) for name in kept[role]]
    if ": " in (title := kept.get("title", "")) and "title-short" not in kept:
        short = title.partition(": ")[0]
        kept["title-short"] = short + "</span>" * (short.count("<span") - short.count("</span>"))
    if "issued" in kept and not kept["issued"].get("date-parts"):
        del kept["issued"]
    if "issued" not in kept and "status" not in kept and year and not NO_DATE.fullmatch(year):
        kept["issued"] = _unusual_date(year)
    if "edition" in kept:
        kept["edition"] = _edition(kept["edition"])
    kept["DOI"] = DOI_ADDRESS.sub("", kept.get("DOI", ""))
    kept["URL"] = url if SAFE_URL.match(url := kept.get("URL", "").strip()) else ""
    if kept["DOI"] and kept["DOI"].lower() in kept["URL"].lower():
        del kept["URL"]  # the DOI is the address
    if kept.get("type", "") in {"", "document"}:  # BibTeX's @misc, whose `howpublished` is no author
        kept["type"] = (
            "webpage" if kept.get("URL") and (kept.keys() & set(NAMES) or "publisher" not in kept) else "document"
        )
    return {key: value for key, value in kept.items() if value}


def _text(value: str, latex: dict[str, str]) -> str:
    """Turn our marks into the markup of CSL-JSON, and compose letters with their accents (Unicode NFC)."""
    value = MARKED.sub(lambda match: KEEP + latex.get(match[1], match[1]) + KEPT, value)
    value = value.replace(KEEP + KEPT, "").replace(KEEP, '<span class="nocase">').replace(KEPT, "</span>")
    value = DOTLESS.sub(lambda match: "i" if match[0] == "\u0131" else "j", value)
    return unicodedata.normalize("NFC", value)


def _edition(text: str) -> str:
    """Give an edition as the number that styles count with: "Second" and "2nd ed." are 2."""
    word = re.sub(r"\s*\bed(ition|n)?\.?$", "", text, flags=re.IGNORECASE)
    number = re.fullmatch(r"(\d+)(<sup>)?(st|nd|rd|th)(</sup>)?", word)
    if number:
        return number[1]
    return str(ORDINALS.index(word.lower())) if word.lower() in ORDINALS[1:] else text


def _unusual_date(text: str) -> Item:
    """Give a date that Pandoc cannot read: a range of years, or the words as they are."""
    span = re.fullmatch(r"(\d{4})\s*[-–/]+\s*(\d{4})", text)
    return {"date-parts": [[int(span[1])], [int(span[2])]]} if span else {"literal": text}


def _name(name: dict[str, str]) -> dict[str, str]:
    """Mend one name: `el-` is part of the family's name, and BibTeX's `von` part is a particle that is not dropped."""
    name = {part: _text(text, {}) for part, text in name.items()}
    particle = name.pop("dropping-particle", "") or name.pop("non-dropping-particle", "")
    if particle.endswith("-"):
        name["family"] = particle + name.get("family", "")
    elif particle:
        name["non-dropping-particle"] = particle
    return name
