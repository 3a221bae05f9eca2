"""The volume comes in; a ZIM for Kiwix goes out, in which every public address, old and short ones too, leads on.

Its pages need no script; Kiwix brings its own search. A page is in the file that the website has it in, and each way
of writing its address (`glossary/`, `glossary`) is an entry that leads there, since Kiwix does not look into folders.
The same volume gives the same bytes: what libzim would draw by chance is drawn from the content.
"""

from __future__ import annotations

import hashlib
import html
import mimetypes
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lxml import etree

from kb.addresses import relative
from kb.editions.cleaning import classes
from kb.editions.leaf import Form, as_html, between, contents, leaf, outline, rewritten, without_texting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.editions.volume import Chapter, Volume

HERE = Path(__file__).parent
# The codes of ISO 639-3, which ZIM asks for, by those of ISO 639-1; one line for each language that somebody needs.
LANGUAGES = {"en": "eng", "cy": "cym", "ga": "gle", "gd": "gla", "es": "spa", "fr": "fra", "de": "deu", "pl": "pol"}
LONGEST_TITLE, LONGEST_DESCRIPTION = 30, 80  # characters: https://wiki.openzim.org/wiki/Metadata
OFF, ON = (
    "htdig_noindex",
    "/htdig_noindex",
)  # libzim's full-text index passes over what stands between two such comments
FURTHER = frozenset(
    {"kb-trust", "colophon"}
)  # the same words on every page, which would fill the list of what is found


# The header of a ZIM (https://wiki.openzim.org/wiki/ZIM_file_format): its number, and where its MD5 checksum stands.
NUMBER, CHECKSUM = slice(8, 24), slice(-16, None)
# An index begins with these bytes and two of its format; then comes its number (xapian-core, backends/glass).
INDEX = re.compile(rb"\x0f\x0dXapian Glass..(.{16})", re.DOTALL)


@dataclass(frozen=True)
class Item:
    """One file of the ZIM: its path, title and content; `front` says that it is a page which readers look for."""

    path: str
    title: str
    kind: str
    content: bytes
    front: bool


def write_zim(volume: Volume, target: Path, icon: bytes) -> None:
    """Write the volume as a ZIM with its metadata and full-text index; `icon` is a PNG of 48 by 48 pixels.

    Raise ImportError where libzim is not installed, KeyError for a language that LANGUAGES does not name yet.
    """
    from libzim import writer  # type: ignore[import-untyped] # noqa: PLC0415 - untyped; the rest can do without it

    language = LANGUAGES[volume.language.partition("-")[0]]
    target.unlink(missing_ok=True)
    creator = writer.Creator(target).config_indexing(indexing=True, language=language)
    with creator.config_nbworkers(1):  # several write an index in the order in which they happen to finish
        creator.set_mainpath("index.html")
        creator.add_illustration(48, icon)
        for name, value in metadata(volume, language).items():
            creator.add_metadata(name, value)
        items = list(_items(volume))
        for item in items:
            creator.add_item(_entry(item))
        there = {item.path for item in items}
        for path, title, to in _ways(volume, there):
            creator.add_redirection(path, title, to, {})
    target.write_bytes(settled(target.read_bytes(), volume.address))


def settled(content: bytes, address: str) -> bytes:
    """Give a ZIM with the numbers that libzim and Xapian drew by chance replaced by ones drawn from its content.

    Those are the numbers (RFC 9562) of the file and of its indexes; the checksum is written anew. So another edition
    has another number, by which Kiwix tells books apart, and the same edition has the same number wherever it is made.
    """
    made = bytearray(content)
    places = [NUMBER, *(slice(*found.span(1)) for found in INDEX.finditer(content))]
    for place in (*places, CHECKSUM):
        made[place] = bytes(16)
    number = uuid.uuid5(uuid.NAMESPACE_URL, address + hashlib.sha256(made).hexdigest()).bytes
    for place in places:
        made[place] = number
    body = bytes(made[: CHECKSUM.start])
    return body + hashlib.md5(body, usedforsecurity=False).digest()


def metadata(volume: Volume, language: str) -> dict[str, str]:
    """Give what a ZIM must say of itself (https://wiki.openzim.org/wiki/Metadata)."""
    described = volume.chapters[0].description
    first = re.split(r"(?<=[.!?])\s", described)[0] or volume.name
    return {
        "Name": f"{urlsplit(volume.address).hostname}_{volume.language.partition('-')[0]}_all",
        "Title": _cut(volume.name, LONGEST_TITLE),
        "Creator": volume.publisher or volume.name,
        "Publisher": volume.publisher or volume.name,
        "Date": volume.day.isoformat(),
        "Description": _cut(first, LONGEST_DESCRIPTION),
        "LongDescription": f"{described} Edition {volume.number} of {volume.address}",
        "Language": language,
        "License": f"{volume.licence}, {volume.licence_url}",
        "Source": volume.address,
        "Scraper": "kb",
        "Flavour": "all",
        "Tags": "_ftindex:yes;_pictures:yes;_videos:no;_details:yes",
    }


def _entry(item: Item) -> Any:  # noqa: ANN401 - libzim publishes no types
    """Give an item as libzim wants it."""
    from libzim import writer  # noqa: PLC0415 - as above

    class Entry(writer.Item):  # type: ignore[misc] # - libzim publishes no types
        get_path = staticmethod(lambda: item.path)
        get_title = staticmethod(lambda: item.title)
        get_mimetype = staticmethod(lambda: item.kind)
        get_contentprovider = staticmethod(lambda: writer.StringProvider(item.content))
        get_hints = staticmethod(lambda: {writer.Hint.FRONT_ARTICLE: item.front})

    return Entry()


def _items(volume: Volume) -> Iterator[Item]:
    """Give every file: pages, the contents, what stands at old addresses, pictures and the stylesheet."""
    for number, chapter in enumerate(volume.chapters):
        body = as_html(_found_by_its_own_words(without_texting(leaf(volume, chapter, _form()))))
        before, after = volume.chapters[number - 1 : number], volume.chapters[number + 1 : number + 2]
        trail = f'<p class="trail">{html.escape(" / ".join(chapter.trail))}</p>' if chapter.trail else ""
        whole = (
            f"<!--{OFF}-->{trail}<!--{ON}-->\n{body}\n<!--{OFF}-->{_turn(chapter.path, (*before, *after))}<!--{ON}-->"
        )
        yield _page(volume, chapter.path, chapter.title, whole, front=True)
    listing = f"<h1>Contents</h1>{contents(outline(volume), lambda chapter: relative(_file(chapter.path), ''))}"
    yield _page(volume, "/contents.html", "Contents", f'<nav class="contents">{listing}</nav>', front=False)
    for other in volume.others:
        if not other.path.startswith("/p/"):
            body = as_html(rewritten(volume, other.path, other.body, _form()))
            yield _page(volume, other.path, other.title, body, front=False)
    for file in volume.images():
        kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
        yield Item(file, "", kind, (volume.root / file).read_bytes(), front=False)
    yield Item("style.css", "", "text/css", (HERE / "edition.css").read_bytes(), front=False)


def _found_by_its_own_words(body: etree._Element) -> etree._Element:
    """Hide from the full-text index what every page says, and a page's list of works, which the library has too."""
    for element in list(body.iter("aside", "footer", "ol")):
        listed = element.tag == "ol" and "kb-references" in classes(element)
        if listed or FURTHER & classes(element):
            after, element.tail = element.tail, None
            element.addprevious(etree.Comment(OFF))
            end = etree.Comment(ON)
            element.addnext(end)
            end.tail = after
    return body


def _page(volume: Volume, path: str, title: str, body: str, *, front: bool) -> Item:
    """Give one page as it is read in Kiwix."""
    file = _file(path)
    text = Template((HERE / "zim.html").read_text(encoding="utf-8")).substitute(
        lang=html.escape(volume.language),
        title=html.escape(title),
        name=html.escape(volume.name),
        address=html.escape(volume.address + path[1:]),
        style=relative("style.css", file),
        home=relative("index.html", file),
        contents=relative("contents.html", file),
        help=relative("help-now/index.html", file),
        body=body,
    )
    return Item(file, title, "text/html", text.encode(), front)


def _turn(path: str, beside: tuple[Chapter, ...]) -> str:
    """Write the links to the pages before and after."""
    links = [f'<a href="{relative(_file(c.path), _file(path))}">{html.escape(c.title)}</a>' for c in beside]
    return f'<nav class="turn">{" · ".join(links)}</nav>'


def _ways(volume: Volume, there: set[str]) -> Iterator[tuple[str, str, str]]:
    """Give each further way to write an address, with a title and the file that it leads to."""
    pages = [(chapter.path, chapter.title, _file(chapter.path)) for chapter in volume.chapters]
    for other in volume.others:
        place = volume.place(other.to)
        to = _file(place[0].path) if place and _file(other.path) not in there else _file(other.path)
        pages.append((other.path, place[0].title if place else other.title, to))
    for path, title, to in pages:
        for way in (_file(path), path[1:], path.strip("/")):
            if way and way not in there:
                there.add(way)
                yield way, title, to


def _file(path: str) -> str:
    """Give the file of the page at an address."""
    return path[1:] + "index.html" if path.endswith("/") else path[1:]


def _form() -> Form:
    """Write links between files, as Kiwix wants them; ids stay as they are."""
    return Form(
        link=lambda page, path, section: between(_file(page), _file(path), section),
        ident=lambda _, identifier: identifier,
        image=lambda page, file: relative(file, _file(page)),
    )


def _cut(text: str, longest: int) -> str:
    """Shorten a text at a word's end."""
    return text if len(text) <= longest else text[: longest - 1].rpartition(" ")[0] + "…"
