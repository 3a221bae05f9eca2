r"""A CSL-JSON item comes in; its names, dates, pages and addresses go out as plain text that no format can stumble on.

CSL-JSON is the form of citeproc-js and Pandoc, schema csl-data.json of CSL 1.0.2 (docs.citationstyles.org).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Item: TypeAlias = "Mapping[str, Any]"  # one CSL-JSON item, or a name in it, as `pandoc -t csljson` writes it

UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>")
MATH = re.compile(r"\$(?=\S)([^$]*[^$\s])\$(?!\d)")  # Pandoc's rule for $…$, so that $5 and $10 stay money
DOTLESS = re.compile("\N{LATIN SMALL LETTER DOTLESS I}(?=[\u0300-\u036f])")
COMMAND = re.compile(r"\\([A-Za-z]+)(?=(\{)?)")
PAGE = r"(?:[^\s,;:–—-]*\d[^\s,;:–—-]*|[ivxlcdm]+)"  # a part of it is a figure, or it is a Roman numeral
PAGES = re.compile(rf"({PAGE})\s*(?:-{{1,3}}|[–—])\s*({PAGE})", re.IGNORECASE)
WEB = re.compile(r"https?://[^/]", re.IGNORECASE)
ESCAPES = str.maketrans({mark: f"%{ord(mark):02X}" for mark in ' "<>\\^`{|}'})
RESOLVER = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)\s*", re.IGNORECASE)
OTHERS = frozenset({"others", "et al", "et al."})
MORE_AUTHORS = "The work has more authors than are named here."


def one_line(value: object) -> str:
    r"""Give a value as one line of NFC text: spaces and line ends as one space, control and direction characters out.

    A dotless i under an accent, which is how Pandoc reads LaTeX's `\'\i`, becomes the letter that is meant.
    """
    if not isinstance(value, str | int | float):
        return ""
    text = UNSEEN.sub("", " ".join(str(value).split()))
    return unicodedata.normalize("NFC", DOTLESS.sub("i", text)).strip()


def plain(value: object) -> str:
    """Give a value as plain text on one line: no tags, no braces, no TeX mathematics or commands."""
    text = one_line(value)
    while TAG.search(text):  # what is left round a tag may be a tag
        text = TAG.sub("", text)
    return one_line(without_tex(text))


def without_tex(text: str) -> str:
    """Give a text without the TeX that Pandoc leaves in CSL: mathematics, and braces round words."""
    text = MATH.sub(lambda match: match[1], text)
    text = re.sub(r"\\([^A-Za-z\s])", r"\1", COMMAND.sub(_command, text))
    return re.sub(r"[{}]", "", text)


def _command(match: re.Match[str]) -> str:
    """Give the letter that a TeX command stands for if it is a Greek one; else its name, or nothing before a `{`."""
    size = "CAPITAL" if match[1][0].isupper() else "SMALL"
    name = match[1].lower().replace("lambda", "lamda")  # as Unicode spells it
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {name}")
    except KeyError:
        return "" if match[2] else match[1]


def web_address(value: object) -> str:
    """Give an http or https address with no character that could end it, or "" for any other."""
    text = one_line(value)
    return text.translate(ESCAPES) if WEB.match(text) else ""


def doi(item: Item) -> str:
    """Give a work's DOI without the resolver's address before it, or ""."""
    return RESOLVER.sub("", one_line(item.get("DOI")), count=1)


def pages(item: Item) -> tuple[str, str]:
    """Give a work's first and last page; the last is "" for one page, an article number or a list of ranges."""
    text = plain(item.get("page"))
    match = PAGES.fullmatch(text)
    return (match[1], match[2]) if match else (text, "")


def day(item: Item, field: str = "issued") -> tuple[int, ...]:
    """Give year, month and day of a CSL date, as far as they are known; () if there is none."""
    value = item.get(field)
    ranges = value.get("date-parts") if isinstance(value, dict) else None
    known: list[int] = []
    for part, most in zip(ranges[0] if ranges else (), (9999, 12, 31), strict=False):
        if not str(part).isdecimal() or not 1 <= int(part) <= most:
            break
        known.append(int(part))
    return tuple(known)


def written(parts: tuple[int, ...], stroke: str) -> str:
    """Write year, month and day, as far as they are given, with a mark between them; "" for none."""
    return stroke.join([f"{parts[0]:04}", *(f"{part:02}" for part in parts[1:])]) if parts else ""


def people(item: Item, role: str = "author") -> list[Item]:
    """List the names in a role, without the "and others" that Pandoc gives as a name."""
    names = [name for name in item.get(role) or () if isinstance(name, dict)]
    return [name for name in names if one_line(name.get("literal")).lower() not in OTHERS]


def family(name: Item) -> str:
    """Give a person's family name with its particles in front: "van der Berg", "el-Guebaly", "d’Arc"."""
    particles = [plain(name.get(part)) for part in ("dropping-particle", "non-dropping-particle")]
    before = "".join(part if part.endswith(("-", "'", "’")) else f"{part} " for part in particles)
    return one_line(f"{before}{plain(name.get('family'))}".replace(",", " "))


def given(name: Item) -> str:
    """Give a person's given names or initials."""
    return one_line(plain(name.get("given")).replace(",", " "))


def body(name: Item) -> str:
    """Give the name of an institution, or "" if the name is a person's."""
    return plain(name.get("literal"))


def inverted(name: Item) -> str:
    """Give a name as `Family, Given, Suffix`, or a body's with a dash for each comma, which would divide it."""
    parts = (family(name), given(name), plain(name.get("suffix")).replace(",", " "))
    return re.sub(r"\s*,\s*", " – ", body(name)).strip(" –") or ", ".join(part for part in parts if part)


def note(item: Item) -> str:
    """Give a work's note as plain text; it says so if the record does not name all authors."""
    text = plain(item.get("note"))
    if len(people(item)) == len(item.get("author") or ()):
        return text
    return f"{text.rstrip('.')}. {MORE_AUTHORS}" if text else MORE_AUTHORS
