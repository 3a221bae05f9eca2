"""An edition's file comes in; the files of the website that it holds, each with its ids, go out.

So the link contract can be checked in every edition as it is on the website (kb/contract.py).
"""

from __future__ import annotations

import html
import re
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeAlias

from kb.editions.volume import label

if TYPE_CHECKING:
    from pathlib import Path

    from kb.editions.volume import Chapter, Other, Volume

ID = re.compile(r'<[^>]*?\sid="([^"]*)"')
Tree: TypeAlias = "dict[str, frozenset[str]]"


def read_zip(file: Path) -> Tree:
    """Read the ZIP of the site: pages below one folder, as the website has them."""
    with zipfile.ZipFile(file) as archive:
        pages = [name for name in archive.namelist() if name.endswith(".html")]
        return {name.partition("/")[2]: _ids(archive.read(name)) for name in pages}


def read_singlefile(file: Path) -> Tree:
    """Read the single file, whose ids are addresses without the `#`."""
    return _by_address(_ids(file.read_bytes()))


def read_epub(file: Path) -> Tree:
    """Read the e-book: pages as the website has them, and old addresses as ids on one page of their own."""
    tree: Tree = {}
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.endswith("/index.xhtml"):
                tree[name.removeprefix("EPUB/").removesuffix("xhtml") + "html"] = _ids(archive.read(name))
        return _by_address(_ids(archive.read("EPUB/addresses.xhtml"))) | tree


def read_zim(file: Path) -> Tree:
    """Read the ZIM with libzim's reader, redirects followed; raise ImportError where it is not installed."""
    from libzim.reader import Archive  # type: ignore[import-untyped] # noqa: PLC0415 - untyped; others can do without

    archive = Archive(file)
    entries = [archive._get_entry_by_id(number) for number in range(archive.all_entry_count)]  # noqa: SLF001 - the only way to walk them all
    pages = [entry for entry in entries if PurePosixPath(entry.path).name == "index.html"]
    return {entry.path: _ids(bytes(_final(entry).get_item().content)) for entry in pages}


def read_pdf(file: Path, volume: Volume) -> Tree:
    """Read the book by the names of its places; raise ImportError where pikepdf is not installed."""
    import pikepdf  # noqa: PLC0415 - the other readers do without it

    pages: tuple[Chapter | Other, ...] = (*volume.chapters, *volume.others)
    files = {label(page): page.file for page in pages}
    tree: dict[str, set[str]] = {}
    with pikepdf.open(file) as book:
        for name in map(str, pikepdf.NameTree(book.Root.Names.Dests)):
            page, colon, section = name.partition(":")
            if held := files.get(page + colon):
                tree.setdefault(held, set()).add(section)
    return {held: frozenset(sections) for held, sections in tree.items()}


def _final(entry: Any) -> Any:  # noqa: ANN401 - libzim publishes no types
    """Follow redirects to the entry at their end."""
    while entry.is_redirect:
        entry = entry.get_redirect_entry()
    return entry


def _ids(content: bytes) -> frozenset[str]:
    """Give the ids in a page."""
    return frozenset(html.unescape(identifier) for identifier in ID.findall(content.decode("utf-8")))


def _by_address(ids: frozenset[str]) -> Tree:
    """Give the tree that ids such as `/glossary/naloxone` stand for."""
    found: dict[str, set[str]] = {}
    for identifier in ids:
        page, slash, section = identifier.rpartition("/")
        if slash and identifier.startswith("/"):
            found.setdefault(f"{page}/index.html".lstrip("/"), set()).add(section)
    return {file: frozenset(sections) for file, sections in found.items()}
