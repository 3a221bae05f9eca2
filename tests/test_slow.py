"""A slow line: what comes late moves nothing that a reader has begun to read or is about to press."""

from contextlib import closing

import pytest
from conftest import WIDTHS, often
from reach import MOVED, TEMPLATES

pytestmark = pytest.mark.browser
PAGE = "framework/social-support/emotional/"
LATE = 700  # milliseconds: a browser puts what moves within half a second after a press down to the reader
WATCH = """window.moves = []; new PerformanceObserver(list => moves.push(...list.getEntries()
  .filter(entry => !entry.hadRecentInput)
  .map(entry => [entry.value, entry.sources.map(source => source.node?.outerHTML?.slice(0, 80))])))
  .observe({type: "layout-shift", buffered: true});"""
# What opens, how it is opened, and what a late file adds to it.
OPENS = {
    "search": ("button.kb-search-open", ".kb-search__foot"),
    "share": (".kb-to-share a", ".kb-share .kb-copy"),
    "cite": (".kb-cite-page summary", ".kb-cite-page .kb-copy"),
    "preview": ("article p .kb-cite", ".kb-preview .kb-reference"),
    "form": (".kb-yours summary", ".kb-yours fieldset"),
}


def slow(chromium, width, late):
    """Give a window on a line where each file comes `late` milliseconds after it was asked for, bit by bit."""
    context = chromium.new_context(viewport={"width": width, "height": 700}, has_touch=width < 700)
    tab = context.new_page()
    tab.add_init_script(WATCH)
    tab.route("**/moved.js", lambda route: route.abort())  # the page at a short address stays
    line = context.new_cdp_session(tab)
    line.send("Network.enable")
    speed = {"downloadThroughput": 400_000, "uploadThroughput": 400_000}  # bytes a second
    line.send("Network.emulateNetworkConditions", {"offline": False, "latency": late} | speed)
    return tab


def moved(tab):
    """Give what has moved by itself so far."""
    tab.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
    return tab.evaluate("moves")


@pytest.mark.full
@pytest.mark.parametrize("width", [360, 1366])
def test_nothing_moves_while_a_page_arrives(chromium, address, width):
    """On no kind of page does a file that comes late push anything, the search that a link asks for included."""
    with closing(slow(chromium, width, 150)) as tab:
        for path in [*TEMPLATES, "search/#q=naloxone"]:
            tab.goto("about:blank")
            tab.goto(address + path, wait_until="networkidle")
            assert path == MOVED or tab.evaluate("document.fonts.ready.then(() => document.readyState)") == "complete"
            assert moved(tab) == [], path


@pytest.mark.parametrize("thing", often(OPENS, "search", "preview"))
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_jumps_in_what_was_opened(chromium, address, width, thing):
    """What a press opens takes its room at once: what is fetched for it finds that room kept."""
    press, added = OPENS[thing]
    with closing(slow(chromium, width, LATE)) as tab:
        tab.goto(address + PAGE, wait_until="networkidle")
        tab.locator(press).first.scroll_into_view_if_needed()
        tab.wait_for_timeout(LATE)
        tab.evaluate("moves.length = 0")
        if width < 700:
            tab.locator(press).first.tap()
        elif thing == "preview":
            tab.locator(press).first.hover()
        else:
            tab.locator(press).first.click()
        tab.locator(added).first.wait_for()
        assert moved(tab) == []


@pytest.mark.parametrize("width", [320, 768, 1000, 1366])
def test_the_field_of_the_search_page_stands_where_it_will_stay(chromium, address, width):
    """Before search has come, a line holds its place; without scripts the page has no hole in it."""
    tops = []
    for settings in ({}, {"java_script_enabled": False}):
        context = chromium.new_context(viewport={"width": width, "height": 700}, **settings)
        tab = context.new_page()
        if not settings:
            tab.route("**/search/*.*", lambda route: route.abort())
        tab.goto(address + "search/")
        tops.append([tab.locator(part).bounding_box() for part in (".kb-search-here", "#how")])
        context.close()
    (place, below), (gone, first) = tops
    assert place["height"] >= 280
    assert below["y"] >= 700 > first["y"]
    assert gone is None or gone["height"] == 0
