"""The built site comes in; a ZIP of it that opens from a disk, on an intranet or as a RACHEL module goes out.

It is the website's own files with every link to a folder written as a link to the page in it, since a disk has no
server that would look there. Nothing else in a page is touched but for a few words that say how old the copy is.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from string import Template
from typing import TYPE_CHECKING

from kb.editions.cleaning import EMERGENCY
from kb.editions.packing import write_zip
from kb.editions.volume import aged, colophon
from kb.findings import Finding
from kb.pages import spoken

if TYPE_CHECKING:
    from kb.book import Book
    from kb.editions.volume import Volume

HERE = Path(__file__).parent
START = "START-HERE.html"
# What only a server or another program asks for; maps of scripts; compressed twins of files that are there already.
LEFT_OUT = re.compile(
    r"(404\.html|sitemap\.xml(\.gz)?|robots\.txt|_headers|_redirects|search/search_index\.json|assets/card\.png)$"
    r"|.*(\.map|\.gz|\.br)$"
)
LINK = re.compile(r'(<(?:a|area|link)\b[^>]*?\shref=")([^"]*)(")')
REFRESH = re.compile(r'(<meta http-equiv="refresh" content="\d+; url=)([^"]*)(")')
LEADS = re.compile(r'(\sdata-to=")([^"]*)(")')
SECTIONS = re.compile(r'(\sdata-sections=")([^"]*)(")')
HELPLINE = re.compile(r'<li class="kb-helpline".*?(?=</li>)', re.DOTALL)
NUMBER = re.compile(r'href="((?:tel|sms):[^"]+)"')
# What Windows, FAT and old archivers refuse in a name, and names that Windows keeps for devices.
UNSAFE = re.compile(r'[<>:"\\|?*]|[^ -~]|[. ](/|$)|(^|/)(con|prn|aux|nul|com\d|lpt\d)(\.|/|$)', re.IGNORECASE)
LONGEST = 150  # characters in a path, so that it still fits where Windows allows 260


def write_archive(book: Book, volume: Volume, target: Path, logo: bytes) -> list[Finding]:
    """Pack the site into the ZIP `target`, below one folder of its name; give what stands in the way.

    The same site gives the same bytes on any day. START-HERE.html stands first, says how to unpack, and opens the
    site; `rachel-index.php`, `index.html` and `logo.png` make the folder a RACHEL module.
    """
    files = sorted(file for file in book.files if not LEFT_OUT.match(file))
    findings = unsafe_names(files)
    if findings:
        return findings
    folder = target.stem
    entries = [(START, _fill("start-here.html", volume)), ("rachel-index.php", _fill("rachel-index.php", volume))]
    entries += [("logo.png", logo), *((file, _content(book, volume, file)) for file in files)]
    write_zip(target, [(f"{folder}/{name}", content) for name, content in entries], volume.day)
    return []


def unsafe_names(files: list[str]) -> list[Finding]:
    """Find names that some computer would refuse, or that differ from another by capitals only."""
    found = [
        Finding(name, 0, 0, "a name that some computers refuse", "use a-z, 0-9 and hyphens; keep it short")
        for name in files
        if UNSAFE.search(name) or len(name) > LONGEST
    ]
    lower: dict[str, str] = {}
    twins = [(name, lower.setdefault(name.lower(), name)) for name in files]
    what, mend = "the same name but for capitals as", "rename one of them"
    return found + [Finding(name, 0, 0, f"{what} {other}", mend) for name, other in twins if name != other]


def to_files(text: str, page: str, files: frozenset[str]) -> str:
    """Write each link on a page of the site as one to a file: `../about/#who` becomes `../about/index.html#who`."""

    def rewrite(match: re.Match[str]) -> str:
        return match[1] + html.escape(to_file(html.unescape(match[2]), page, files)) + match[3]

    def rewrite_all(match: re.Match[str]) -> str:
        there = {key: to_file(href, page, files) for key, href in json.loads(html.unescape(match[2])).items()}
        return match[1] + html.escape(json.dumps(there)) + match[3]

    for pattern in (LINK, REFRESH, LEADS):
        text = pattern.sub(rewrite, text)
    return SECTIONS.sub(rewrite_all, text)


def to_file(href: str, page: str, files: frozenset[str]) -> str:
    """Write one link as a link to a file; those that leave the site or stay on the page remain as they are.

    A link from the site's root (`/about/`) is made relative, so that the copy works below any path.
    """
    path, mark, rest = re.fullmatch(r"([^?#]*)([?#]?)(.*)", href, re.DOTALL).groups()  # type: ignore[union-attr] # - it matches any text
    if not path or re.match(r"[a-z][a-z0-9+.-]*:|//", path, re.IGNORECASE):
        return href
    if path.startswith("/"):
        folder = "/" if path.endswith("/") else ""
        path = relpath(path.lstrip("/") or ".", dirname(page) or ".") + folder
    there = normpath(join(dirname(page), path))
    inside = "index.html" if there == "." else f"{there}/index.html"
    if there not in files and inside in files:
        path = path.rstrip("/") + "/index.html"
    return path.removeprefix("./") + mark + rest


def _content(book: Book, volume: Volume, file: str) -> bytes:
    """Give what the archive holds of one file of the site."""
    content = (book.root / file).read_bytes()
    if not file.endswith(".html"):
        return content
    text = to_files(content.decode("utf-8"), file, book.files)
    if chapter := volume.find(file):
        age = html.escape(aged(volume.day))
        text = HELPLINE.sub(lambda line: line[0] + _age(line[0], age), text)
        lines = "<br>".join(html.escape(line) for line in colophon(volume, chapter))
        text = text.replace("</article>", f'<div class="kb-trust kb-edition"><p>{lines}</p></div>\n</article>', 1)
    return text.encode()


def _age(line: str, age: str) -> str:
    """Give the words that a helpline needs beside its number, if that can change."""
    return f'<p class="kb-helpline__check kb-age">{age}</p>\n' if set(NUMBER.findall(line)) - EMERGENCY else ""


def _fill(name: str, volume: Volume) -> bytes:
    """Fill in one of the pages that greet whoever opens the archive."""
    values = {
        "name": volume.name,
        "address": volume.address,
        "day": spoken(volume.day),
        "number": volume.number,
        "version": volume.number.replace("-", "."),
        "description": volume.chapters[0].description if volume.chapters else "",
        "licence": volume.licence,
    }
    template = Template((HERE / name).read_text(encoding="utf-8"))
    return template.substitute({key: html.escape(value) for key, value in values.items()}).encode()
