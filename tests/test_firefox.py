"""The website, the unpacked ZIP and the single file in Firefox, with no network, at 360 and 1366 pixels."""

import contextlib
import io

import firefox
import pypdfium2
import pytest
import zxingcpp

KIND = "framework/social-support/emotional/"
FITS = "document.documentElement.scrollWidth <= innerWidth"
SEEN = "getComputedStyle(document.querySelector('{}')).display !== 'none'"


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """Give a function that starts a Firefox; without one on this machine these tests are skipped, and say so."""
    path = firefox.find()
    if not path:
        pytest.skip(firefox.HINT)
    with contextlib.ExitStack() as ends:

        def start(**chosen):
            running = firefox.Firefox(path, tmp_path_factory.mktemp("firefox"), **chosen)
            ends.callback(running.close)
            return running

        yield start


@pytest.fixture(scope="module")
def running(started):
    """A Firefox as readers have it."""
    return started()


@pytest.fixture(params=[360, 1366])
def tab(request, running, address):
    """A tab of one width; it fails on any request but to the disk and the site's own server, and on any complaint."""
    tab = running.tab(request.param)
    yield tab
    assert [url for url in tab.requests if not url.startswith(("file:", "data:", "about:", address))] == []
    assert tab.complaints == []


def searched(tab, words, there):
    """Type words into the website's search, and follow the first result that leads to a place."""
    tab.click("button.kb-search-open")
    tab.wait("document.querySelector('.kb-search__foot')")
    tab.type(words)
    link = f".kb-search a[href*='{there}']"
    tab.wait(f'document.querySelector("{link}")')
    tab.rest("document.querySelector('.kb-search').innerHTML")
    tab.click(link)
    tab.wait(f"location.pathname.includes('{there}') && document.readyState === 'complete'")


def test_the_unpacked_copy_opens_and_can_be_searched_in_firefox(tab, offline_copy, volume):
    """Somebody with Firefox and no internet opens the copy, reads any page, searches, and gets to what was found."""
    home = offline_copy.as_uri()
    tab.goto(f"{home}/START-HERE.html")
    assert tab.run(FITS)
    tab.click("a[href='index.html']")
    tab.wait("document.querySelector('.kb-search-open')")
    for chapter in volume.chapters[::8]:
        tab.goto(f"{home}/{chapter.file}")
        assert " ".join(tab.run("document.querySelector('h1').textContent").split()) == chapter.title
        assert tab.run(FITS), chapter.file
    searched(tab, "emotional support", KIND)
    assert tab.run("location.protocol") == "file:"


def test_the_single_file_reads_and_searches_in_firefox(tab, editions):
    """Somebody with Firefox opens the one file, goes from the contents to a page, and searches."""
    tab.goto(editions["html"].as_uri())
    assert tab.run(FITS)
    tab.click("#contents a[href='#/framework/stages-of-change/relapse/']")
    tab.wait("document.querySelector(':target h1')")
    assert abs(tab.run("document.querySelector(':target').getBoundingClientRect().top")) < 120
    tab.click("#find")
    tab.type("naloxoné")
    tab.wait("document.querySelectorAll('#found li').length > 3")
    assert tab.run("document.querySelector('#found a').textContent") == "Glossary: Naloxone"
    assert tab.run("document.querySelector('#found p').textContent").startswith("A medicine that")
    tab.click("#found a")
    tab.wait("location.hash === '#/glossary/naloxone' && document.querySelector(':target')")
    assert tab.run("[localStorage.length, document.cookie]") == [0, ""]


def test_the_copies_need_no_script_in_firefox(started, editions, offline_copy):
    """Where scripts are off, the one file and the unpacked copy can be read, and show no search that cannot work."""
    tab = started(script=False).tab(360)
    tab.goto(editions["html"].as_uri() + "#/glossary/naloxone")
    assert not tab.run(SEEN.format("#search"))
    assert tab.run("document.querySelector(':target').textContent").startswith("Naloxone")
    assert tab.find("section[id='/help-now/'] a[href='tel:116123']")
    tab.goto(f"{offline_copy.as_uri()}/help-now/index.html")
    assert tab.run(FITS)
    assert tab.find("a[href='tel:116123']")
    assert not tab.find("button.kb-search-open")
    assert tab.complaints == []


def test_the_website_works_in_firefox(tab, address):
    """Somebody with Firefox has the menu, search, explained words and previews of references, and nothing complains."""
    tab.goto(address)
    assert tab.run(FITS)
    if tab.run("innerWidth < 500"):
        tab.click(".kb-menu-open")
        tab.wait("document.querySelector('#kb-menu').matches(':popover-open')")
        tab.type("Escape")
        tab.wait("!document.querySelector('#kb-menu').matches(':popover-open')")
    searched(tab, "emotional support", KIND)
    tab.click(".kb-explain")
    tab.wait("document.querySelector('.kb-term:popover-open')")
    tab.type("Escape")
    tab.point("a.kb-cite")
    tab.wait("document.querySelector('.kb-preview:popover-open')")
    assert tab.run("document.querySelector('.kb-preview').textContent").strip()
    assert tab.run(FITS)
    assert tab.run("[localStorage.length, document.cookie]") == [0, ""]


def test_firefox_prints_the_code_of_the_page(tab, address):
    """Whoever prints a page from Firefox has the code on the sheet that leads back to it, though no screen shows it."""
    tab.goto(f"{address}{KIND}")
    sheets = pypdfium2.PdfDocument(io.BytesIO(tab.pdf()))
    codes = [found.text for sheet in sheets for found in zxingcpp.read_barcodes(sheet.render(scale=2).to_pil())]
    assert len(codes) == 1
    assert codes[0].startswith("https://recovery.example/p/")


def test_a_group_makes_its_sheet_in_firefox(tab, offline_copy):
    """A group with Firefox and no internet types its name, and prints one side with it and the code."""
    tab.goto(f"{offline_copy.as_uri()}/help-now/index.html")
    tab.click(".kb-yours summary")
    tab.wait("document.querySelector('.kb-yours button')")
    tab.click("#__yours-group")
    tab.type("Tuesday Group", "Enter")
    tab.wait("document.querySelector('.kb-sheet')")
    sheets = pypdfium2.PdfDocument(io.BytesIO(tab.pdf()))
    assert len(sheets) == 1
    assert "Tuesday Group" in sheets[0].get_textpage().get_text_range()
    assert len(zxingcpp.read_barcodes(sheets[0].render(scale=2).to_pil())) == 1


def test_a_page_that_asks_elsewhere_or_breaks_its_policy_would_be_noticed(running, tmp_path):
    """Whoever relies on these tests can: a request to another host and a script that a policy refuses are seen."""
    policy = "<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\">"
    away = "<img src=https://elsewhere.example/x.png><script>var a</script>"
    (tmp_path / "bad.html").write_text(f"<!doctype html>{policy}<title>A</title>{away}", encoding="utf-8")
    tab = running.tab()
    tab.goto((tmp_path / "bad.html").as_uri())
    assert "https://elsewhere.example/x.png" in tab.requests
    assert any("refused" in said for said in tab.complaints)
