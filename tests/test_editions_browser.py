"""The copies for computers and phones in a real browser: opened from a disk, at 360 and 1366 pixels, no network."""

import zipfile

import pytest
from conftest import WIDTHS

pytestmark = pytest.mark.browser
KIND = "framework/social-support/emotional"


@pytest.fixture(params=WIDTHS)
def tab(request, chromium):
    """Give a tab of one width with the network cut off; it fails on any request elsewhere and on any complaint."""
    context = chromium.new_context(viewport={"width": request.param, "height": 800}, offline=True)
    page = context.new_page()
    away, errors = [], []
    page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else away.append(asked.url))
    page.on("console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert away == []
    assert errors == []
    context.close()


def fits(tab):
    """Say whether nothing is cut off at the side."""
    return tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_single_file_reads_and_searches_from_a_disk(tab, editions):
    """Somebody who got the file in a message opens it, goes from the contents to a page, and searches."""
    tab.goto(editions["html"].as_uri())
    assert fits(tab)
    tab.locator("#contents").get_by_role("link", name="If you use again").click()
    assert tab.evaluate("location.hash") == "#/framework/stages-of-change/relapse/"
    top = "document.getElementById('/framework/stages-of-change/relapse/').getBoundingClientRect().top"
    assert abs(tab.evaluate(top)) < 120
    tab.get_by_role("link", name="Help now").first.click()
    assert tab.evaluate("location.hash") == "#/help-now/"
    tab.get_by_label("Search these pages").fill("nalox")
    assert tab.locator("#found li").count() > 3
    assert "Naloxone" in tab.locator("#found li a").first.text_content()
    tab.get_by_label("Search these pages").fill("naloxon\u00e9 overd\u00f3se")
    assert tab.locator("#found li").count() > 0
    tab.locator("#found li a").first.click()
    assert tab.evaluate("document.querySelector(':target') !== null")
    tab.get_by_label("Search these pages").fill("xyzzyx")
    assert "999 (UK)" in tab.locator("#said").text_content()
    assert tab.evaluate("[localStorage.length, document.cookie]") == [0, ""]


def test_the_single_file_needs_no_script(chromium, editions):
    """Where scripts are off, as in many prisons, the file reads as well and shows no search that cannot work."""
    context = chromium.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False, offline=True)
    tab = context.new_page()
    tab.goto(editions["html"].as_uri() + "#/glossary/naloxone")
    assert tab.get_by_label("Search these pages").is_hidden()
    assert tab.locator("[id='/glossary/naloxone']").is_visible()
    assert tab.locator("[id='/help-now/'] a[href='tel:116123']").first.is_visible()
    context.close()


def test_the_single_file_has_every_picture_and_no_address_to_fetch(tab, editions):
    """The file is whole: nothing in it is fetched from anywhere, and its policy lets nothing else run."""
    text = editions["html"].read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert "unsafe" not in text.partition("</head>")[0]
    tab.goto(editions["html"].as_uri())
    fetched = "[...document.querySelectorAll('[src], link[href]')].map(e => e.src || e.href)"
    assert [url for url in tab.evaluate(fetched) if not url.startswith("data:")] == []
    assert tab.locator("figure svg").count() == 3
    wide = tab.locator("figure svg").first.bounding_box()["width"]
    assert wide > 250


def test_the_e_book_fits_the_narrowest_screen(tab, editions, volume, tmp_path):
    """Somebody who reads the e-book on a phone has each address, table and drawing whole, with nothing cut off."""
    with zipfile.ZipFile(editions["epub"]) as book:
        book.extractall(tmp_path)
    for chapter in volume.chapters:
        tab.goto((tmp_path / "EPUB" / chapter.file.replace(".html", ".xhtml")).as_uri())
        assert fits(tab), chapter.file


def test_the_unpacked_copy_opens_and_every_page_is_right(tab, offline_copy, volume):
    """Somebody without internet starts at START-HERE, opens the site, and finds no page broken or cut off."""
    home = offline_copy.as_uri()
    tab.goto(f"{home}/START-HERE.html")
    assert fits(tab)
    tab.get_by_role("link", name="Open it").click()
    tab.wait_for_url(f"{home}/index.html")
    for chapter in volume.chapters[::6]:
        tab.goto(f"{home}/{chapter.file}")
        assert " ".join(tab.locator("h1").text_content().split()) == chapter.title
        assert fits(tab), chapter.file
    tab.locator("footer").get_by_role("link", name="Glossary").first.click()
    tab.wait_for_url(f"{home}/glossary/index.html")


def test_the_unpacked_copy_can_be_searched(tab, offline_copy):
    """Somebody without internet types what they look for, and gets to the page about it."""
    if not list((offline_copy / "assets/search").glob("code.*.js")):
        pytest.skip("this site has no search of its own")
    tab.goto(f"{offline_copy.as_uri()}/index.html")
    tab.get_by_role("button", name="Search").first.click()
    tab.get_by_role("combobox").fill("emotional support")
    link = tab.locator(f".kb-search a[href*='{KIND}/index.html']").first
    link.wait_for()
    link.click()
    tab.wait_for_url(f"**/{KIND}/index.html*")
