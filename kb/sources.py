"""A folder of Markdown comes in; each page's text, and the title and address that MkDocs would give it, go out.

For engines that render one page at a time and say nothing of the others. The rules are those of MkDocs 1.6
(https://www.mkdocs.org/user-guide/writing-your-docs/#meta-data), which Zensical keeps.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from kb.pages import FRONT_MATTER
from kb.references import TAGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


def address(path: str, *, folders: bool) -> str:
    """Give a page's address within the site: `a/b/` for `a/b.md` where each page has a folder, else `a/b.html`."""
    file = re.sub(r"(^|/)README$", r"\1index", path.removesuffix(".md")) + ".html"
    return re.sub(r"(^|/)index\.html$", r"\1", file).replace(".html", "/") if folders else file


def title(path: str, text: str, content: str) -> str:
    """Give the title of a page that the navigation does not name: of its front matter, its first heading, or its name.

    `text` is its source, `content` what that was rendered to.
    """
    front = FRONT_MATTER.match(text)
    fields = yaml.safe_load(front[1]) if front else {}
    if isinstance(fields, dict) and fields.get("title"):
        return str(fields["title"])
    heading = FIRST_HEADING.search(content)
    if heading:
        return html.unescape(TAGS.sub("", heading[1])).strip()
    name = "Home" if path == "index.md" else Path(path).stem.replace("-", " ").replace("_", " ")
    return name.capitalize() if name.islower() else name


def titles(nav: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Give the path and title of each page that a navigation names, in the form that Zensical keeps it in."""
    for item in nav:
        if item["url"] and item["title"]:
            yield item["url"], item["title"]
        yield from titles(item["children"])


def _walk(folder: Path) -> Iterator[Path]:
    """Give all Markdown files below a folder in MkDocs' order: index first, then by name, then the folders."""
    files = [file for file in folder.glob("*.md") if file.is_file() and not file.name.startswith(".")]
    yield from sorted(files, key=lambda file: (file.stem not in {"index", "README"}, file.name))
    for below in sorted(folder.iterdir() if folder.is_dir() else []):
        if below.is_dir() and not below.name.startswith("."):
            yield from _walk(below)
