"""The book read back with PDFium, which did not write it: each page's title, sections, marks, links and figures."""

import ctypes

import pypdfium2
import pypdfium2.raw as pdfium
from reading_back import PASSING, Seen

from kb.editions.filling import COPIES, SINCE


class Paper:
    """A PDF with the places that it names."""

    def __init__(self, content):
        self.document = pypdfium2.PdfDocument(content)
        self.names = dict(self._names())
        self.by_place = {}
        for name in sorted(self.names):
            self.by_place.setdefault(self.names[name], name)

    def place(self, destination):
        """Give where a destination is: page, and points from the left and the foot."""
        number = pdfium.FPDFDest_GetDestPageIndex(self.document, destination)
        given, at = [ctypes.c_int() for _ in range(3)], [ctypes.c_float() for _ in range(3)]
        pdfium.FPDFDest_GetLocationInPage(destination, *given, *at)
        return number, round(at[0].value), round(at[1].value)

    def _names(self):
        for number in range(pdfium.FPDF_CountNamedDests(self.document)):
            size = ctypes.c_long(0)
            pdfium.FPDF_GetNamedDest(self.document, number, None, size)
            held = ctypes.create_string_buffer(size.value)
            destination = pdfium.FPDF_GetNamedDest(self.document, number, held, size)
            yield held.raw[: size.value].decode("utf-16-le").rstrip("\0"), self.place(destination)

    def links(self, number):
        """Give each link of a page: its words, and the name of the place or the address that it leads to."""
        page = self.document[number]
        text, link, start = page.get_textpage(), pdfium.FPDF_LINK(), ctypes.c_int(0)
        while pdfium.FPDFLink_Enumerate(page, start, link):
            box = pdfium.FS_RECTF()
            pdfium.FPDFLink_GetAnnotRect(link, box)
            words = text.get_text_bounded(box.left, box.bottom, box.right, box.top)
            if destination := pdfium.FPDFLink_GetDest(self.document, link):
                yield words, self.by_place.get(self.place(destination), "")
            else:
                yield words, self._address(pdfium.FPDFLink_GetAction(link))

    def _address(self, action):
        size = pdfium.FPDFAction_GetURIPath(self.document, action, None, 0)
        held = ctypes.create_string_buffer(size)
        pdfium.FPDFAction_GetURIPath(self.document, action, held, size)
        return held.value.decode()


def read_pdf(content, volume):
    """Give what a reader finds on each page of the website, by its file, in the book.

    Words and figures are compared elsewhere: on paper they are broken over lines, and a figure's words are its tag's.
    """
    paper = Paper(content)
    starts = {paper.names[f"{key(chapter)}:"][0]: chapter for chapter in volume.chapters}
    bookmarks = [(mark.get_dest().get_index(), mark) for mark in paper.document.get_toc()]
    titles = {number: mark.get_title() for number, mark in reversed(bookmarks)}  # the first on each sheet
    addresses = {f"{key(chapter)}:": chapter.path for chapter in volume.chapters}

    def address(name):
        page, colon, section = name.partition(":")
        path = addresses.get(page + colon)
        return path and (f"{path}#{section}" if section else path)

    found, here = {}, None
    ends = {number for number, mark in bookmarks if mark.level == 0} - set(
        starts
    )  # the sheet before a part, and the list of addresses
    for number in range(len(paper.document)):
        here = None if number in ends else starts.get(number, here)
        if here:
            found.setdefault(here.file, []).extend(paper.links(number))
    return {
        chapter.file: Seen(
            titles[number],
            "",
            (),
            frozenset(
                section
                for page, _, section in (name.partition(":") for name in paper.names)
                if page == key(chapter) and section not in {"", COPIES, SINCE} and not PASSING.match(section)
            ),
            tuple(
                (words.strip("() \u00a0\r\n"), name.partition(":")[2])
                for words, name in found[chapter.file]
                if cited(name, chapter)
            ),
            frozenset(
                address(name) or name
                for _, name in found[chapter.file]
                if not cited(name, chapter) and not name.startswith("sms:")
            ),
        )
        for number, chapter in starts.items()
    }


def key(chapter):
    """Give the name under which the book has a page."""
    return chapter.path.strip("/").replace("/", "-") or "home"


def cited(name, chapter):
    """Say whether a place is a work in a page's own list of references, where its marks lead."""
    return name.startswith(f"{key(chapter)}:ref-")
