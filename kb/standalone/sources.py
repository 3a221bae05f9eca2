"""Folders of Markdown and .bib files come in; the works, and each page's text, title and address, go out.

For engines that render one page at a time and say nothing of the others. Titles and addresses are those of MkDocs 1.6
(https://www.mkdocs.org/user-guide/writing-your-docs/#meta-data), which Zensical keeps.
"""

from __future__ import annotations

import html
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from kb.advice import advice
from kb.fetched import ADDRESS, stored
from kb.findings import Finding, report
from kb.library import Entry, read_library
from kb.pages import FRONT_MATTER
from kb.references import TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

log = logging.getLogger("kb")
TITLE = re.compile(r"^title:[ \t]*\S.*\n(?:[ \t]+.*\n)*", re.MULTILINE)
FIRST_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


def read_sources(docs: Path) -> dict[str, str]:
    """Read every page below a folder, by path; a folder that is not there has no pages."""
    return {file.relative_to(docs).as_posix(): file.read_text(encoding="utf-8-sig") for file in _walk(docs)}


def body(text: str) -> str:
    """Give a page's text without its front matter."""
    return FRONT_MATTER.sub("", text, count=1)


def path_of(text: str, sources: Mapping[str, str]) -> str:
    """Give the path of the page with this text, whatever its spaces; "" if no source has it."""
    words = body(text).split()
    return next((path for path, source in sources.items() if body(source).split() == words), "")


def address(path: str) -> str:
    """Give a page's address within the site, where each page has a folder: `a/b/` for `a/b.md`, `a/` for its index."""
    return re.sub(r"(^|/)(index|README)/$", r"\1", path.removesuffix(".md") + "/")


def title(path: str, text: str, content: str, named: str = "") -> str:
    """Give a page's title: of its front matter, of the navigation (`named`), of its first heading, or its name.

    `text` is its source, `content` what that was rendered to.
    """
    front = FRONT_MATTER.match(text)
    field = TITLE.search(front[1]) if front else None
    heading = FIRST_HEADING.search(content)
    if field:
        return str(yaml.safe_load(field[0])["title"])
    if named or not heading:
        name = "Home" if path == "index.md" else Path(path).stem.replace("-", " ").replace("_", " ")
        return named or (name.capitalize() if name.islower() else name)
    return html.unescape(TAGS.sub("", heading[1])).strip()


def titles(nav: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Give the path and title of each page that a navigation names, in the form that Zensical keeps it in."""
    for item in nav:
        if item["url"] and item["title"]:
            yield item["url"], item["title"]
        yield from titles(item["children"])


def bib_files(folder: Path, file: str, directory: str) -> list[Path]:
    """Give the .bib files of a site: one file, or all below a directory, relative to `folder`, sorted.

    An address stands for the copy of it that is kept. Raises ValueError when there is none.
    """
    if ADDRESS.match(file):
        return [stored(file, folder)]
    found = [folder / file] if file else sorted((folder / directory).rglob("*.bib")) if directory else []
    if not found or not found[0].is_file():
        raise ValueError(f"no bibliography; give `bib_file` or `bib_dir` as a path in {folder}")
    return found


def times(files: list[Path]) -> dict[Path, int]:
    """Give the time at which each file that is there was last written, in nanoseconds."""
    return {file: file.stat().st_mtime_ns for file in files if file.is_file()}


def read_works(files: list[Path], folder: Path) -> dict[str, Entry]:
    """Read .bib files; give their entries by key. Raises ValueError with a line for each fault, and tells the mild."""
    library: dict[str, Entry] = {}
    findings: list[Finding] = []
    for file in files:
        name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name
        entries, faults = read_library(file, name, library)
        library |= entries
        findings += faults
    if stopping := [finding for finding in findings if not finding.mild]:
        raise ValueError("\n" + report(stopping))
    for finding in findings:
        log.warning("%s", finding)
    for finding in advice(library):
        log.info("%s", finding)
    return library


def _walk(folder: Path) -> Iterator[Path]:
    """Give all Markdown files below a folder in MkDocs' order: index first, then by name, then the folders."""
    files = [file for file in folder.glob("*.md") if file.is_file() and not file.name.startswith(".")]
    yield from sorted(files, key=lambda file: (file.stem not in {"index", "README"}, file.name))
    for below in sorted(folder.iterdir() if folder.is_dir() else []):
        if below.is_dir() and not below.name.startswith("."):
            yield from _walk(below)
