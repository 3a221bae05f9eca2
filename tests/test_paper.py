"""Paper: any page prints as a clean handout, read back from the very pages that a printer gets."""

import re

import pypdfium2
import pytest
from conftest import PROJECT
from lxml import html

from kb.addresses import outputs
from kb.pages import read_pages, spoken

pytestmark = pytest.mark.browser
PAGES = {page.path: page for page in read_pages(PROJECT / "docs")[0]}
SOME = [
    "index.md",
    "help-now.md",
    "framework/index.md",
    "framework/what-helps-when.md",
    "framework/social-support/emotional.md",
    "practice/session-plan.md",
    "research/index.md",
    "a-z.md",
]


@pytest.fixture(scope="module")
def printer(chromium, address):
    """Give a function that prints a page by night, and hands back the text of each sheet, without spaces."""
    tab = chromium.new_page(color_scheme="dark")

    def sheets(path):
        tab.goto(address + outputs(path)[0].removesuffix("index.html"))
        document = pypdfium2.PdfDocument(tab.pdf(format="A4", prefer_css_page_size=True))
        return [squeezed(sheet.get_textpage().get_text_range()) for sheet in document]

    yield sheets
    tab.close()


def squeezed(text):
    return re.sub(r"[\s\u00ad\ufffe-]+", "", text)


@pytest.mark.parametrize("path", SOME)
def test_a_printed_page_says_where_it_is_from_and_how_old_it_is(printer, path):
    """Whoever is handed a sheet can find the page, and sees how old it is; nothing of the screen is on it."""
    sheets = printer(path)
    whole, page = "".join(sheets), PAGES[path]
    public = "https://recovery.example/" + outputs(path)[0].removesuffix("index.html")
    assert squeezed(public) in whole
    assert squeezed(f"https://recovery.example/p/{page.id}/") in sheets[-1]
    assert squeezed(f"Last changed on {spoken(page.updated)}") in whole
    for word in (
        "Skip to the text",
        "Close the menu",
        "On this page",
        "Share this page",
        "Cite this page",
        "Read next",
    ):
        assert squeezed(word) not in whole
    assert len(sheets[-1]) > 60


@pytest.mark.parametrize("path", ["framework/social-support/emotional.md", "research/index.md"])
def test_no_reference_is_torn_over_two_sheets(printer, site, path):
    """Whoever reads a reference on paper need not turn the sheet in the middle of it."""
    sheets = printer(path)
    entries = html.parse(site / outputs(path)[0]).xpath("//li[@class='kb-reference']/span[@class='kb-reference__text']")
    assert len(entries) > 10
    for entry in entries:
        assert any(squeezed(entry.text_content()) in sheet for sheet in sheets), entry.text_content()


def test_the_matrix_is_one_sheet(printer):
    """The page that people put on a wall is one side of paper, with its heading."""
    sheets = printer("framework/what-helps-when.md")
    (wall,) = [sheet for sheet in sheets if squeezed("Ask if a short talk is welcome.") in sheet]
    assert squeezed("Invite them back to the same group or activity this week.") in wall
    assert "Thematrix" in wall


def test_a_link_to_another_site_is_spelt_out_once(printer):
    """On paper nobody can follow a link: its address stands beside it, and not twice."""
    whole = "".join(printer("research/rcsp.md"))
    assert whole.count(squeezed("https://www2.fundsforngos.org/latest-funds-for-ngos/recovery")) == 1


def test_paper_offers_nothing_to_press(chromium, address):
    """No button, field or unfolding line is printed: nobody can press paper."""
    tab = chromium.new_page()
    tab.emulate_media(media="print")
    for path in (*SOME, "about/offline.md", "search.md"):
        tab.goto(address + outputs(path)[0].removesuffix("index.html"))
        tab.wait_for_load_state("networkidle")
        assert not tab.locator("button:visible, input:visible, summary:visible, progress:visible").count(), path
    tab.close()
