"""Handouts: each on one side, in black, with a code that a phone reads; and a group's own details, kept nowhere."""

import io
import re
from datetime import date

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from conftest import PROJECT, page
from lxml import etree
from reading_pdf import Paper

from kb.addresses import outputs
from kb.checks import check_pages
from kb.editions.handouts import Letter, write_handouts, write_letter
from kb.editions.press import PressError
from kb.editions.sheets import chosen
from kb.editions.typeset import Setting, markup
from kb.pages import read_page, read_pages, spoken

DETAILS = {
    "group": "Tuesday Group",
    "when": "Tuesdays, 7 pm",
    "where": "Community centre, 12 Long Lane",
    "phone": "01632 960 001",
}
MM = 72 / 25.4


@pytest.fixture(scope="module")
def sources():
    return read_pages(PROJECT / "docs")[0]


@pytest.fixture(scope="module")
def handouts(volume, sources):
    return write_handouts(volume, sources)


def text_of(pdf):
    return " ".join(sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(pdf))


def codes_on(pdf):
    """Read the codes on a PDF's pages as a phone would: from a picture, drawn as a common printer does."""
    for sheet in pypdfium2.PdfDocument(pdf):
        yield from (code.text for code in zxingcpp.read_barcodes(sheet.render(scale=150 / 72).to_pil()))


def test_the_pages_that_people_hand_out_have_a_handout(handouts):
    """Help now, each kind of support, each stage, using again, the matrix and the reading list each have a sheet."""
    kinds = {
        f"framework/social-support/{kind}.md"
        for kind in ("emotional", "informational", "instrumental", "affiliational")
    }
    stages = {"precontemplation", "contemplation", "preparation", "action", "maintenance", "relapse"}
    others = {"help-now.md", "framework/what-helps-when.md", "events/2016-peer-to-peer-support/reading-list.md"}
    wanted = kinds | {f"framework/stages-of-change/{stage}.md" for stage in stages} | others
    for paper in ("a4", "us-letter"):
        assert {sheet.page for sheet in handouts if sheet.paper == paper} == wanted


def test_each_handout_is_one_side_of_its_paper(handouts):
    """Whoever prints a handout gets one side, in letters of 9 points at least."""
    sizes = {"a4": {(595, 842)}, "us-letter": {(612, 792)}}
    for sheet in handouts:
        with pikepdf.open(io.BytesIO(sheet.pdf)) as pdf:
            sides = {tuple(sorted(round(float(side)) for side in leaf.MediaBox[2:])) for leaf in pdf.pages}
            assert len(pdf.pages) == 1, sheet.name
        assert sides == sizes[sheet.paper], sheet.name
        assert sheet.points >= 9, sheet.name
    assert len({sheet.name for sheet in handouts}) == len(handouts)


def test_the_code_on_each_handout_leads_to_its_page(volume, sources, handouts):
    """Whoever holds a phone over the sheet comes to the page's short link, which works for ever."""
    ids = {source.path: source.id for source in sources}
    for sheet in handouts:
        address = f"{volume.address}p/{ids[sheet.page]}/"
        assert list(codes_on(sheet.pdf)) == [address], sheet.name
        assert address in text_of(sheet.pdf)


def test_a_handout_says_its_date_and_when_to_check_again(volume, sources, handouts):
    """Whoever finds an old sheet sees how old it is, and that its numbers are to be checked."""
    by_path = {source.path: source for source in sources}
    for sheet in handouts:
        said = " ".join(text_of(sheet.pdf).split())
        assert f"Edition of {spoken(volume.day)}" in said, sheet.name
        assert f"checked again by {spoken(by_path[sheet.page].recheck_by)}" in said, sheet.name
        assert "Our group" in said
    help_now = [sheet for sheet in handouts if sheet.page == "help-now.md"]
    assert all("Check telephone numbers again" in " ".join(text_of(sheet.pdf).split()) for sheet in help_now)
    a4 = next(text_of(sheet.pdf) for sheet in help_now if sheet.paper == "a4")
    assert "Samaritans (UK and Ireland) *" in " ".join(a4.split())
    assert "* Not yet confirmed with the service" in " ".join(a4.split())


def test_numbers_are_those_of_the_country_of_the_paper(handouts):
    """A group in the UK prints the UK's numbers to talk to someone, and one in the USA those of the USA."""
    a4, letter = (text_of(sheet.pdf) for sheet in handouts if sheet.page == "help-now.md")
    assert "FRANK" in a4
    assert "SAMHSA" not in a4
    assert "988 Lifeline" in letter
    assert "FRANK" not in letter
    assert all("999" in text and "911" in text for text in (a4, letter))


def test_a_handout_links_where_its_page_does(volume, handouts):
    """Whoever has the sheet as a file can tap its numbers and words, and ends where a reader of the page would."""
    for sheet in handouts:
        chapter = volume.find(outputs(sheet.page)[0])
        written = [link.get("href") for link in chapter.body.iter("a")]
        there = {volume.address + href[1:] if href.startswith("/") else href for href in written} | {chapter.short}
        found = {address for _, address in Paper(sheet.pdf).links(0)}
        assert chapter.short in found, sheet.name
        assert found <= there, sheet.name
    help_now = next(sheet for sheet in handouts if sheet.page == "help-now.md")
    assert {"tel:999", "tel:116123"} <= {address for _, address in Paper(help_now.pdf).links(0)}


def test_no_number_is_broken_over_two_lines(volume, handouts):
    """Whoever dials from a sheet reads each number in one piece."""
    links = volume.find("help-now/index.html").body.iter("a")
    numbers = {" ".join("".join(link.itertext()).split()) for link in links if link.get("href").startswith("tel:")}
    for text in (text_of(sheet.pdf) for sheet in handouts if sheet.page == "help-now.md"):
        there = {number for number in numbers if number in " ".join(text.split())}
        assert len(there) > 4
        assert {number for number in there if number in text} == there


def test_no_line_that_announces_a_list_is_left_behind(volume):
    """Whoever reads "Words that may help:" at the foot of a column is not sent looking for them."""
    setting = Setting(lambda _: None, lambda _: "", lambda _: False)
    for chapter in volume.chapters:
        lines = [line for line in chapter.body.iter("p") if "".join(line.itertext()).rstrip().endswith(":")]
        assert all("#announced[" in markup(line, setting) for line in lines if line.get("class") is None)


def test_handouts_are_black_on_white(handouts):
    """Whoever copies a sheet on an old machine loses nothing: there is no colour on it but greys."""
    for sheet in handouts:
        picture = pypdfium2.PdfDocument(sheet.pdf)[0].render(scale=0.5).to_pil().convert("RGB")
        colours = {colour for _, colour in picture.getcolors(1 << 20)}
        assert max(max(colour) - min(colour) for colour in colours) < 4, sheet.name


def test_no_stop_stands_alone_where_a_mark_was(handouts):
    """Taking the marks of references off a sheet leaves no gap before a full stop."""
    for sheet in handouts:
        assert not re.search(r"\w[ \u00a0]+[.,](\s|$)", text_of(sheet.pdf)), sheet.name


def test_the_same_pages_give_the_same_handouts(volume, sources, handouts):
    """Whoever prints the same commit again gets the same files."""
    few = [source for source in sources if source.path == "framework/social-support/emotional.md"]
    again = {sheet.name: sheet.pdf for sheet in write_handouts(volume, few)}
    assert again == {sheet.name: sheet.pdf for sheet in handouts if sheet.name in again}
    assert len(again) == 2


def test_a_sheet_that_is_too_full_stops_the_build(volume, sources):
    """A writer whose words do not fit is told which page, instead of a reader getting half a sheet."""
    full = next(source for source in sources if source.path == "framework/social-support/emotional.md")
    every = tuple(heading.anchor for heading in full.headings() if heading.level == 2)
    with pytest.raises(PressError) as stopped:
        write_handouts(volume, [type(full)(**{**vars(full), "handout": every})])
    lines = str(stopped.value).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("docs/framework/social-support/emotional.md: the handout does not fit on one side of A4")


def test_a_section_that_is_not_there_is_refused(tmp_path):
    """A writer who mistypes a section of the handout is told the line and the ids that there are."""
    text = page("A", "## What {#what}\n\nWords.\n", handout="[what, wat, what/a4, what/a5]")
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    (tmp_path / "index.md").write_text(page("Home"), encoding="utf-8")
    pages = [read_page(tmp_path, name)[0] for name in ("a.md", "index.md")]
    said = [str(finding) for finding in check_pages(pages)]
    line = text.splitlines().index("handout: [what, wat, what/a4, what/a5]") + 1
    assert [text.partition(";")[0] for text in said] == [
        f"docs/a.md:{line}: no section 'wat' for the handout",
        f"docs/a.md:{line}: no section 'what/a5' for the handout",
    ]
    assert "headings: what; with /a4 or /us-letter" in said[0]


class Body:
    """A chapter that is only its body."""

    def __init__(self, text):
        self.body = etree.fromstring(f"<article>{text}</article>")


def test_a_sheet_holds_its_section_and_nothing_of_the_next():
    """A writer names a section, and gets its own parts: not its neighbour, not what is marked as for the web."""
    chapter = Body(
        '<h2 id="a">A</h2><p>One.<span>\u00a0<a class="kb-cite" href="#r">(1)</a></span> <a href="/x/">More</a></p>'
        '<h3 id="b">B</h3><p class="kb-web">Web.</p><h2 id="c">C</h2><p>Three.</p>'
    )
    said = ["".join(part.itertext()).strip() for part in chosen(chapter, ["c", "a"], "https://recovery.example/")]
    assert said == ["C", "Three.", "A", "One.", "B"]


def test_a_letter_is_one_page_or_is_refused():
    """Whoever files the letter of a facility pack files one sheet."""
    letter = Letter(
        "A letter",
        ("It is a knowledge base.",),
        (("Licence", "CC BY 4.0"),),
        (("For a phone", "base.html", "2 MB"),),
        (("Linux", "sha256sum"),),
        date(2026, 3, 4),
        "en",
    )
    said = text_of(write_letter(letter, "us-letter"))
    assert all(
        words in said for words in ("A letter", "Licence", "CC BY 4.0", "base.html", "sha256sum", "4 March 2026")
    )
    long = Letter("A letter", ("Words. " * 200,) * 9, (), (), (), date(2026, 3, 4), "en")
    with pytest.raises(PressError, match="more than one side"):
        write_letter(long, "a4")


def opened(chromium, address, **options):
    """Open a page's form for its handout."""
    tab = chromium.new_page(**options)
    tab.said = []
    tab.on("console", lambda message: tab.said.append(message.text))
    tab.on("pageerror", lambda error: tab.said.append(str(error)))
    tab.goto(address)
    tab.locator(".kb-yours summary").click()
    return tab


def fill(tab, paper="a4"):
    for name, value in DETAILS.items():
        tab.fill(f"#__yours-{name}", value)
    tab.select_option("#__yours-paper", paper)
    tab.get_by_role("button", name="Make the sheet").click()


@pytest.mark.browser
@pytest.mark.parametrize("place", ["help-now", "framework/what-helps-when", "framework/social-support/informational"])
@pytest.mark.parametrize(("paper", "named"), [("a4", "A4"), ("us-letter", "Letter")])
def test_a_group_prints_its_own_details_on_one_side(chromium, site, place, paper, named):
    """A group types its name, time, place and phone, without internet, and prints one side with them and the code."""
    tab = opened(chromium, (site / place / "index.html").as_uri())
    fill(tab, paper)
    turned = tab.locator(".kb-sheet--turned").count() == 1
    printed = tab.pdf(format=named, landscape=turned)
    said = " ".join(text_of(printed).split())
    assert len(pypdfium2.PdfDocument(printed)) == 1
    assert all(value in said for value in DETAILS.values())
    assert len(list(codes_on(printed))) == 1
    assert tab.locator(".kb-sheet__address").inner_text() == next(codes_on(printed))
    assert tab.said == []
    tab.close()


@pytest.mark.browser
def test_what_a_group_types_is_stored_nowhere(chromium, address):
    """Nothing that is typed gets into storage, a cookie, the address or a request, or is there after a reload."""
    context = chromium.new_context()
    tab = opened(context, address + "help-now/")
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    fill(tab)
    kept = tab.evaluate(
        "async () => [location.href, document.cookie, localStorage.length, sessionStorage.length,"
        " (await indexedDB.databases()).length, (await caches.keys()).length, history.length]"
    )
    assert kept[:6] == [address + "help-now/", "", 0, 0, 0, 0]
    files = r"/(p/\w+/qr\.svg|assets/yours\.(js|css)|assets/kb-later\.[0-9a-f]{10}\.(js|css))"  # and no query
    assert not [url for url in asked if not re.fullmatch(re.escape(address.rstrip("/")) + files, url)]
    tab.get_by_role("button", name="Back to the page").click()
    assert tab.locator("#__yours-group").input_value() == DETAILS["group"]
    tab.reload()
    tab.locator(".kb-yours summary").click()
    assert tab.locator("#__yours-group").input_value() == ""
    assert tab.said == []
    context.close()


@pytest.mark.browser
def test_a_sheet_can_be_made_and_left_with_the_keyboard(chromium, address):
    """Whoever uses no mouse opens the form, makes the sheet, and comes back to where they were."""
    tab = chromium.new_page()
    tab.goto(address + "framework/social-support/emotional/")
    tab.locator(".kb-yours summary").focus()
    tab.keyboard.press("Enter")
    tab.locator(".kb-yours button").wait_for()
    tab.locator("#__yours-phone").focus()
    tab.keyboard.type("0")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.textContent") == "Print"
    assert tab.locator(".kb-sheet h1").inner_text() == "Emotional support"
    assert tab.locator("h1:visible").count() == 1
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert tab.locator(".kb-sheet").count() == 0
    assert tab.evaluate("document.activeElement.textContent") == "Make the sheet"
    tab.close()


@pytest.mark.browser
def test_without_a_script_the_lines_are_there_to_fill_in_by_hand(chromium, site):
    """Whoever has scripts off prints the page with empty lines for a group's name, time, place and phone."""
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((site / "help-now/index.html").as_uri())
    assert tab.locator(".kb-yours summary").is_hidden()
    assert tab.locator(".kb-ours").is_hidden()
    tab.emulate_media(media="print")
    assert tab.locator(".kb-ours dd").count() == 4
    assert all(line.bounding_box()["width"] > 20 * MM for line in tab.locator(".kb-ours dd").all())
    context.close()


@pytest.mark.browser
def test_only_pages_with_a_handout_have_the_form(site):
    """No page offers a sheet that its writer did not choose."""
    with_form = {
        file.parent.relative_to(site).as_posix() for file in site.rglob("index.html") if "kb-yours" in file.read_text()
    }
    assert len(with_form) == 13
    assert "help-now" in with_form
