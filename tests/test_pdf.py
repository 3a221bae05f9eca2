"""The book on paper: every word, picture, link and table of the site, read back by programs that did not write it."""

import hashlib
import io
import re
import time
import tomllib
from collections import Counter
from datetime import date

import pikepdf
import pypdfium2
import pytest
from lxml import etree

from kb.editions.cleaning import SVG, classes
from kb.editions.cleaning import words as plain
from kb.editions.pdf import label, source, write_pdf
from kb.editions.press import FONTS, Job, PressError, press, quoted
from kb.editions.typeset import Setting, markup, words

ABOUT = "What it is about."
DAY = date(2026, 3, 4)
# How long a page takes, and the matrix's choice of reader.
FOR_THE_WEB = {"kb-glance", "kb-who"}
PLACED = re.compile(r'#(?:place-of\(|plate\(|grid-of\(|part-of\(\d+, \d+, )"([^"]+)"')


@pytest.fixture(scope="module")
def opened(book):
    with pikepdf.open(io.BytesIO(book)) as pdf:
        yield pdf


@pytest.fixture(scope="module")
def sheets(book):
    """The text of each page."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(book)]


def tagged(pdf):
    """Give every structure element of a PDF, in reading order."""
    waiting = [pdf.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        if "/S" in element:
            yield element
        inside = element.get("/K")
        inside = list(inside) if isinstance(inside, pikepdf.Array) else [inside]
        waiting += [child for child in reversed(inside) if isinstance(child, pikepdf.Dictionary)]


def of_kind(pdf, kind):
    return [element for element in tagged(pdf) if element.get("/S") == kind]


def scope(cell):
    given = cell.get("/A")
    for entry in given if isinstance(given, pikepdf.Array) else [given]:
        if isinstance(entry, pikepdf.Dictionary) and "/Scope" in entry:
            return str(entry["/Scope"])
    return ""


def bare(text):
    """Give the letters and figures of a text, without what line breaks and quotation marks do to it."""
    text = re.sub(r"\(page\s\d+\)", "", text)
    return re.sub(r"[^\w]", "", text)


def set_alone(source, files=()):
    """Print a piece of source in the book's fonts."""
    head = '#set document(title: "A")\n#set text(font: serif, lang: "en", fallback: false)\n'
    return press(Job("a piece", head + source, DAY, dict(files)))


def test_every_word_of_the_site_is_in_the_book(volume, sheets):
    """Whoever has only the book has every paragraph, list item, term and table cell that the website has."""
    kept = []
    for sheet in sheets:
        lines = sheet.splitlines()
        kept += [line for line in lines if "edition 2026" not in line and not re.fullmatch(r"\d+", line.strip())]
    names = {volume.name + chapter.title for chapter in volume.chapters}
    text = bare("".join(line for line in kept if bare(line) not in {bare(name) for name in names}))
    lost = []
    for chapter in volume.chapters:
        for block in chapter.body.iter("p", "h2", "h3", "dt", "td", "figcaption"):
            if classes(block) & FOR_THE_WEB or any(classes(holder) & FOR_THE_WEB for holder in block.iterancestors()):
                continue
            for piece in re.split(r"[.:;?]\s", plain(block)):
                if bare(piece) not in text:
                    lost += [f"{chapter.key}: {piece}"]
    assert not lost, lost[:9]


def test_every_drawing_has_the_words_of_the_page(volume, opened):
    """Whoever cannot see a drawing hears what the website says of it."""
    said = []
    for chapter in volume.chapters:
        for svg in chapter.figures:
            texts = [plain(svg.find(f"{{{SVG}}}{name}")) for name in ("title", "desc")]
            said.append(". ".join(text.rstrip(".") for text in texts) + ".")
    assert [str(figure["/Alt"]) for figure in of_kind(opened, "/Figure")] == said
    assert said


def test_table_headings_are_headings_of_rows_and_columns(volume, opened):
    """Whoever hears a table is told the row and the column of each cell, as on the website."""
    web = Counter(cell.get("scope") for chapter in volume.chapters for cell in chapter.body.iter("th"))
    paper = Counter(scope(cell) for cell in of_kind(opened, "/TH"))
    assert paper["/Row"] == web["row"]
    assert paper["/Column"] == web["col"] + 3  # the list of addresses: address, leads to, page


def test_the_outline_is_the_contents(volume, opened):
    """A reading program shows every part, chapter and section, in the website's order."""
    with opened.open_outline() as outline:

        def names(items):
            for item in items:
                yield item.title
                yield from names(item.children)

        found = list(names(outline.root))
    wanted = [title for chapter in volume.chapters for title in (chapter.title, *(h[2] for h in chapter.headings))]
    there = iter(bare(name) for name in found)
    assert all(bare(title) in there for title in wanted)
    assert not [name for name in found if "(page" in name]


def test_every_link_leads_somewhere(volume, opened):
    """A link of the book leads to a page of the book, to a telephone, or to an address that the website links to."""
    numbers, addresses, inner = {page.objgen: n for n, page in enumerate(opened.pages)}, set(), 0
    for page in opened.pages:
        for note in page.get("/Annots", []):
            action = note.get("/A")
            if action is not None and "/URI" in action:
                addresses.add(str(action["/URI"]))
                continue
            target = note.get("/Dest") if action is None else action.get("/D")
            if not isinstance(target, pikepdf.Array):
                target = {str(k): v for k, v in pikepdf.NameTree(opened.Root.Names.Dests).items()}[str(target)]
                target = target.get("/D") if isinstance(target, pikepdf.Dictionary) else target
            assert target[0].objgen in numbers
            inner += 1
    assert inner > len(volume.chapters)
    away = {address for address in addresses if address.startswith("http")}
    own = {chapter.address for chapter in volume.chapters} | {volume.address, volume.licence_url}
    assert away <= set(volume.outgoing()) | own
    assert set(volume.outgoing()) <= away
    assert {"tel:999", "tel:911", "tel:116123"} <= addresses


def test_every_promised_place_can_be_linked_to(volume):
    """The ids that a release promises are places in the book, which compiling proves."""
    placed = set(PLACED.findall(source(volume, ABOUT, "a4")))
    assert {label(chapter, section) for chapter in volume.chapters for section in chapter.ids} <= placed


def test_a_printed_page_number_is_that_page(volume, sheets):
    """Whoever has only paper turns to the page that stands beside a link and is there."""
    said = {int(number) for sheet in sheets for number in re.findall(r"Help now\s\(page\s(\d+)\)", sheet)}
    first = next(n for n, sheet in enumerate(sheets, 1) if sheet.startswith("Help now"))
    assert said == {first}
    assert volume.chapters[1].title == "Help now"


def test_each_page_names_its_edition_and_its_own_address(volume, sheets):
    """A page that somebody tears out or copies still says which edition it is and where the newest one is."""
    short = {chapter.short for chapter in volume.chapters}
    for number, sheet in enumerate(sheets[1:], 2):
        assert f"edition {volume.number}" in sheet, number
        assert "CC BY 4.0" in sheet, number
        assert any(address in sheet for address in {*short, volume.address}), number
    assert {address for address in short if any(address in sheet for sheet in sheets)} == short


def test_the_fonts_are_ours_and_inside(opened):
    """The book looks the same, and can be read aloud, on a machine that has no fonts."""
    names = set()
    for page in opened.pages:
        for font in page.Resources.get("/Font", {}).values():
            below = font.DescendantFonts[0] if "/DescendantFonts" in font else font
            assert {"/FontFile2", "/FontFile3"} & set(below.FontDescriptor.keys())
            assert "/ToUnicode" in font
            names.add(str(font.BaseFont).rpartition("+")[2].partition("-")[0])
    assert names == {"Literata", "AtkinsonHyperlegible"}


def test_borrowed_fonts_are_the_ones_we_say():
    """Each font has a source, a version, a licence and a hash, and is unchanged."""
    named = tomllib.loads((FONTS / "vendor.toml").read_text(encoding="utf-8"))["file"]
    for item in named:
        assert all(item.get(field) for field in ("what", "source", "version", "licence", "sha256"))
        assert hashlib.sha256((FONTS / item["path"]).read_bytes()).hexdigest() == item["sha256"], item["path"]
        assert (FONTS / item["licence_file"]).read_text(encoding="utf-8").startswith("Copyright")
    assert {item["path"] for item in named} == {file.name for file in FONTS.glob("*.ttf")}


@pytest.mark.full
def test_the_same_pages_give_the_same_bytes(volume, book, monkeypatch):
    """Whoever builds the same commit again, in another place and time zone, can compare the books by their sums."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    again = write_pdf(volume, ABOUT, "a4")
    monkeypatch.undo()
    time.tzset()
    assert hashlib.sha256(again).hexdigest() == hashlib.sha256(book).hexdigest()


@pytest.mark.full
def test_there_is_a_book_for_american_paper(volume):
    """Whoever prints in the USA has pages of the size that is in the printer."""
    with pikepdf.open(io.BytesIO(write_pdf(volume, ABOUT, "us-letter"))) as pdf:
        assert {tuple(sorted(round(float(side)) for side in page.MediaBox[2:])) for page in pdf.pages} == {(612, 792)}


def test_it_claims_no_more_than_was_tested(sheets, opened):
    """Nobody is told that the book keeps a standard that no validator has checked it against."""
    text = " ".join(sheets)
    assert not re.search(r"conform\w* to PDF|PDF/UA", text)
    assert "No validator of a standard and no person with a screen reader has tried it yet" in " ".join(text.split())
    assert str(opened.Root.Lang) == "en-GB"


def test_words_in_another_language_say_so():
    """A screen reader speaks a French title as French."""
    element = etree.fromstring('<p>It is <em lang="fr">déjà vu</em> again.</p>')
    source = markup(element, Setting(lambda _: None, lambda _: "", lambda _: False, language="en"))
    with pikepdf.open(io.BytesIO(set_alone(source))) as pdf:
        assert "fr" in {str(element.get("/Lang")) for element in tagged(pdf)} | set(spoken_in(pdf))


def spoken_in(pdf):
    """Give the languages that marked content of the first page is said to be in."""
    for operands, operator in pikepdf.parse_content_stream(pdf.pages[0]):
        if str(operator) == "BDC" and isinstance(operands[1], pikepdf.Dictionary) and "/Lang" in operands[1]:
            yield str(operands[1]["/Lang"])


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('#drawing(bytes("<svg xmlns=\\"http://www.w3.org/2000/svg\\" width=\\"9\\" height=\\"9\\"/>"), "")', "alt"),
        ("= A\n=== C", "heading"),
        ('#text(font: "Nowhere Sans")[#"words";]', "unknown font family"),
        ('#"\\u{4e2d}";', "could not be displayed"),
        ('#see("nowhere:", false)[#"words";]', "does not exist"),
    ],
)
def test_what_readers_would_miss_stops_the_build(source, said):
    """A picture without words, a skipped heading, an unknown font, a letter with no shape or a dead link is refused."""
    with pytest.raises(PressError) as stopped:
        set_alone(source)
    assert said in str(stopped.value)
    assert str(stopped.value).startswith("a piece: ")


@pytest.mark.parametrize(
    "said", ['"#let" \\ $x$ * _ @a <b> [c] // d', "# not a heading", "a\u00a0b", 'It\'s "so"', "tab\there"]
)
def test_no_sign_in_a_text_is_taken_for_markup(said):
    """A writer may write any sign; paper shows it as it is written."""
    shown = pypdfium2.PdfDocument(set_alone(words(said)))[0].get_textpage().get_text_range()
    curly = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\u00a0": " ", "\t": " "})
    assert shown.translate(curly).split() == said.translate(curly).split()
    assert quoted("a\x00b") == '"ab"'
