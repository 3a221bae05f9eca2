"""The search screen in a real browser: over http under a strict policy, and from disk with the network cut off."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest
from conftest import PROJECT, Quiet

from kb.policy import POLICY

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
AXE = (PROJECT / "tests/vendor/axe/axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
CHECK = "tags => axe.run(document, {runOnly: tags}).then(done => done.violations.map(one => JSON.stringify(one)))"
START = "framework/social-support/"
FOLLOWING = 4  # what compareDocumentPosition says of something that is read later
TOPS = "all => all.map(one => Math.round(one.getBoundingClientRect().top))"


class Place(NamedTuple):
    """A window on the site: where it stands, what it asked for, and what it complained of."""

    page: Page
    home: str
    index: str
    asked: list[str]
    said: list[str]


class Strict(Quiet):
    """Serves the site under the policy that it promises to keep."""

    def end_headers(self):
        """Send the policy with each answer."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


@pytest.fixture(scope="module")
def strict(site):
    """The address of the real site, served under the strict policy."""
    handler = functools.partial(Strict, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def visit(chromium, home, index="", **settings):
    """Open a window on the site, and note what it asks for and complains of."""
    page = chromium.new_context(**{"viewport": {"width": 1366, "height": 800}} | settings).new_page()
    place = Place(page, home, index, [], [])
    page.on("request", lambda request: place.asked.append(request.url))
    page.on(
        "console", lambda message: place.said.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: place.said.append(str(error)))
    return place


@pytest.fixture(scope="module", params=["http", "disk"])
def place(request, chromium):
    """A reader's window: on the website under the strict policy, or on a copy on disk without a network."""
    if request.param == "disk":
        home = request.getfixturevalue("site").as_uri() + "/"
        place = visit(chromium, home, "index.html", offline=True)
    else:
        place = visit(chromium, request.getfixturevalue("strict"))
    yield place
    place.page.context.close()


@pytest.fixture
def phone(chromium, address):
    """A reader's window of 360 pixels on the website."""
    place = visit(chromium, address, viewport={"width": 360, "height": 740})
    yield place
    place.page.context.close()


def fresh(place, path=START):
    """Go to a page and leave behind what was noted until it stood there."""
    place.page.goto("about:blank")
    place.page.goto(place.home + path + (place.index if path.endswith("/") else ""))
    place.page.locator("button.kb-search-open").wait_for()
    place.asked.clear()
    place.said.clear()
    return place.page


def opened(place, words="", path=START):
    """Open search on a page and type words as a reader would; give the page once the answer stands there."""
    page = fresh(place, path)
    page.locator(".kb-search-open").click()
    page.locator(".kb-search__foot").wait_for()
    if words:
        type_in(page, words)
    return page


def type_in(page, words):
    """Type words over what stands in the field, and wait for the answer."""
    page.locator("#kb-search-words").fill("")
    page.locator("#kb-search-words").press_sequentially(words)
    page.locator("#kb-search-list, .kb-search__said").filter(visible=True).first.wait_for()


def chosen(page):
    """Give the address of the result that the arrows stand on, or nothing."""
    assert page.locator("[role=option][aria-selected=true]").count() <= 1
    return page.evaluate("""() => {
        const id = document.activeElement.getAttribute("aria-activedescendant");
        const option = id && document.getElementById(id);
        if (option && option.getAttribute("aria-selected") !== "true") throw new Error("said, not shown: " + id);
        return option && option.href;
    }""")


def test_nothing_of_search_is_fetched_before_it_is_opened(phone):
    """A reader who does not search pays nothing for search, and opening it asks this site alone."""
    page = phone.page
    page.goto(phone.home)
    page.locator("button.kb-search-open").wait_for()
    page.wait_for_load_state("networkidle")
    assert not [url for url in phone.asked if re.search(r"assets/search/(code|index|style|text)", url)]
    page.locator(".kb-search-open").click()
    page.locator(".kb-search__foot").wait_for()
    new = [url for url in phone.asked if "assets/search/" in url]
    assert all(any(f"/{part}." in url for url in new) for part in ("code", "index", "style")), new
    assert all(url.startswith(phone.home) for url in phone.asked)


def test_search_works_by_keys_alone(place):
    """Someone without a mouse opens search, walks its results and goes to a page, wherever the site is read."""
    page = fresh(place)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search")
    page.locator("#kb-search-words:focus").wait_for()
    page.locator(".kb-search__foot").wait_for()
    assert field.get_attribute("aria-expanded") == "false"
    type_in(page, "emotional support")
    assert field.get_attribute("aria-expanded") == "true"
    assert field.get_attribute("aria-controls") == "kb-search-list"
    page.locator(".kb-search__text mark").first.wait_for()  # the texts have come
    options = page.get_by_role("listbox", name="Results").get_by_role("option")
    links = options.evaluate_all("all => all.map(one => one.tagName === 'A' && one.href)")
    assert len(links) > 2
    walked = []
    for key in ["Down", "Down", "Up", "Up", "Down", "Home", "Down", "Right", "Down", "End", "Up"]:
        page.keyboard.press(f"Arrow{key}" if key not in {"Home", "End"} else key)
        walked.append(chosen(page))
    first = links[0]
    assert walked[:-1] == [first, links[1], first, None, first, None, first, None, first, None]
    assert walked[-1].startswith(page.locator(".kb-search__page").last.get_attribute("href"))
    page.keyboard.press("Home")
    assert field.evaluate("field => field.selectionStart") == 0
    page.keyboard.press("Enter")  # nothing is chosen: the first result is, and nothing opens yet
    assert chosen(page) == links[0]
    assert place.said == []
    page.keyboard.press("Enter")
    page.wait_for_url(links[0])
    page.locator("h1", has_text="Emotional support").wait_for()
    assert "?" not in page.url


def test_escape_clears_then_closes_and_focus_returns(place):
    """Someone who changes their mind is back where they were, by the key or the button."""
    page = opened(place, "listening")
    page.keyboard.press("Escape")
    assert page.locator("#kb-search-words").input_value() == ""
    assert page.get_by_role("listbox").count() == 0
    page.keyboard.press("Escape")
    page.locator("dialog.kb-search").wait_for(state="hidden")
    back = "document.activeElement.matches('.kb-search-open')"
    assert page.evaluate(back)
    page.keyboard.press("Control+k")
    page.get_by_role("button", name="Close").click()
    assert page.evaluate(back)
    page.keyboard.press("Control+k")
    page.mouse.click(20, 400)  # beside the dialog
    assert not page.locator("dialog.kb-search").is_visible()
    for key in ("s", "f", "/", "k"):
        page.keyboard.press(key)
        assert not page.locator("dialog.kb-search").is_visible()


@pytest.mark.parametrize("words", ["suicide", "suicde", "i want to die", "overdose"])
def test_help_stands_before_any_result(place, words):
    """Whoever types of dying or an overdose, misspelled too, sees and hears numbers first, offline as well."""
    page = opened(place, words) if not place.page.locator(".kb-search__foot").is_visible() else place.page
    type_in(page, words)
    card = page.locator(".kb-search__help")
    card.wait_for()
    assert page.get_by_role("region", name=card.get_by_role("heading").inner_text()).count() == 1
    numbers = card.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert {"tel:999", "tel:911"} <= set(numbers)
    first = page.locator(".kb-search__page").first
    assert card.bounding_box()["y"] + card.bounding_box()["height"] <= first.bounding_box()["y"]
    assert card.evaluate("card => card.compareDocumentPosition(document.querySelector('[role=option]'))") == FOLLOWING
    page.locator(".kb-search__status", has_text=re.compile(r"999.*911.*\bpages?\.$")).wait_for(state="attached")
    page.keyboard.press("Enter")  # leads to the card, and calls nobody
    assert page.evaluate("document.activeElement.closest('.kb-search__help') && document.activeElement.tagName") == "H2"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')").startswith("tel:")


def test_what_is_typed_is_told_once_the_reader_pauses(place):
    """Someone who listens hears how many pages there are, and what was searched when their word was mended."""
    page = opened(place, "listening")
    # Read at one moment: on a slow machine, the count for the first letters can be seen before the whole word's.
    told = "() => ['count', 'status'].map(name => document.querySelector('.kb-search__' + name).textContent)"
    for _ in range(300):
        count, status = page.evaluate(told)
        if count and f"{count}." in status:
            break
        page.wait_for_timeout(100)
    assert count
    assert f"{count}." in status
    assert page.locator(".kb-search [role=status], .kb-search [aria-live]").count() == 1
    type_in(page, "emotoinal support")
    page.locator(".kb-search__status", has_text="Showing results for emotional support").wait_for(state="attached")
    page.get_by_role("button", name="Search instead for “emotoinal support”").click()
    assert not page.locator(".kb-search__said", has_text="Showing results for").is_visible()
    assert page.locator("#kb-search-words").evaluate("field => field === document.activeElement")


def test_what_is_typed_stays_here(place):
    """Nothing that a reader typed is stored, sent, or put into the address or the history."""
    page = opened(place)
    address, history = page.url, page.evaluate("history.length")
    type_in(page, "secretword listening")
    page.locator(".kb-search__text").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert (page.url, page.evaluate("history.length")) == (address, history)
    assert page.context.cookies() == []
    if place.home.startswith("http"):
        kept = page.context.storage_state(indexed_db=True)
        assert kept == {"cookies": [], "origins": []}
        assert page.evaluate("Object.keys(sessionStorage).concat(Object.keys(localStorage))") == []
        assert page.evaluate("caches.keys()") == []
    assert page.locator("#kb-search-words").get_attribute("autocomplete") == "off"
    assert all(url.startswith(place.home) and "secretword" not in url for url in place.asked), place.asked
    assert place.said == []


def test_the_search_page_is_asked_by_its_fragment(place):
    """A reader keeps or shares a search by an address that no server is told the words of."""
    page = fresh(place, "search/")
    page.goto(page.url + "#q=listening&kind=emotional")
    page.locator(".kb-search-here [data-value=emotional]").first.wait_for()
    asked = page.url
    assert page.locator(".kb-search-here input").input_value() == "listening"
    assert page.get_by_label("Kind of support", exact=True).input_value() == "emotional"
    type_in(page, "a lift to a meeting")
    assert page.url == asked
    page.keyboard.press("Control+k")
    assert page.locator("dialog").count() == 0
    page.get_by_role("link", name="Link to this search").click()
    assert page.url.endswith("#q=a+lift+to+a+meeting&kind=emotional")
    assert "?" not in page.url
    assert place.said == []


def test_a_section_opens_at_its_place(place):
    """A reader gets to the very section, also of the page that is open already, where the dialog makes way."""
    page = opened(place, "listening")
    section = page.locator(".kb-search__section").first
    section.wait_for()
    target = section.get_attribute("href")
    page.locator(f".kb-search__section[href='{target}']").click()
    page.wait_for_url(target)
    assert page.locator(f"[id='{target.partition('#')[2]}']").count() == 1
    here = target.removeprefix(place.home).partition("#")[0].removesuffix("index.html")
    page = opened(place, "listening", here)
    page.locator(f".kb-search__section[href='{target}']").click()
    page.locator("dialog.kb-search").wait_for(state="hidden")
    assert page.url == target


def test_results_can_be_narrowed_down_and_grow(place):
    """A reader with too many results chooses a kind of support, or asks for more, by mouse or by keys."""
    page = opened(place, "support")
    pages = page.locator(".kb-search__page")
    assert pages.count() == 10
    page.get_by_role("button", name="more").click()
    assert pages.count() > 10
    type_in(page, "support.")
    for _ in range(40):
        page.keyboard.press("ArrowDown")
        if pages.count() > 10:
            break
    assert pages.count() > 10
    assert chosen(page) == pages.nth(10).get_attribute("href")
    page.get_by_label("Kind of support", exact=True).select_option("informational")
    kinds = [" ".join(found.locator(".kb-search__kind").all_inner_texts()) for found in pages.all()]
    assert all(re.search("Informational|kinds of support", kind) for kind in kinds), kinds
    type_in(page, "naloxone")
    page.get_by_label("Section", exact=True).select_option(label="Events")
    page.get_by_role("button", name="Search everything").click()
    assert page.get_by_label("Kind of support", exact=True).input_value() == ""
    assert pages.count() > 0


def test_an_empty_answer_leads_on(place):
    """Nobody is left before an empty screen."""
    page = opened(place, "qqqqqqqq xxxxxxxx")
    page.locator(".kb-search__said", has_text="No page found").wait_for()
    assert page.locator(".kb-search__page").count() > 0


def test_a_file_that_does_not_come_is_said_plainly(phone):
    """A reader whose line breaks is told so and led to the A–Z, and the next try works."""
    phone.page.route("**/assets/search/index.*", lambda route: route.abort())
    page = fresh(phone)
    page.locator(".kb-search-open").click()
    alert = page.get_by_role("alert")
    alert.filter(has_text="Search could not be loaded").wait_for()
    assert alert.get_by_role("link", name="A–Z").get_attribute("href").endswith("a-z/")
    page.unroute_all()
    page.get_by_role("button", name="Close").click()
    page.locator(".kb-search-open").click()
    page.locator(".kb-search__foot").wait_for()
    type_in(page, "listening")


def test_a_slow_line_loses_no_letter(phone):
    """A reader types while search is still on its way, and gets the answer to all of it."""
    waiting = []
    phone.page.route("**/assets/search/code.*", lambda route: waiting.append(route))  # noqa: PLW0108 - Playwright marks it
    page = fresh(phone)
    page.locator(".kb-search-open").click()
    page.keyboard.type("listening")
    assert page.locator(".kb-search__page").count() == 0
    while not waiting:
        page.wait_for_timeout(20)
    waiting[0].continue_()
    page.locator(".kb-search__page").first.wait_for()
    assert page.locator("#kb-search-words").input_value() == "listening"


def test_nothing_moves_when_the_texts_arrive(phone):
    """A thumb that goes for the third result meets the third result."""
    waiting = []
    phone.page.route("**/assets/search/text-*", lambda route: waiting.append(route))  # noqa: PLW0108 - Playwright marks the function itself
    page = opened(phone, "listening")
    before = page.locator(".kb-search__card").evaluate_all(TOPS)
    assert waiting
    assert page.locator(".kb-search__text").first.inner_text()
    for route in waiting:
        route.continue_()
    page.locator(".kb-search__section").first.wait_for()
    page.locator(".kb-search__text mark").first.wait_for()
    after = page.locator(".kb-search__card").evaluate_all(TOPS)
    assert after == pytest.approx(before, abs=1)  # a browser lays out in parts of a pixel


SIZES = {"phone": (360, 740), "zoom-400": (320, 256), "wide": (1366, 800)}
OFTEN = {("phone", "light"), ("zoom-400", "dark")}


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        pytest.param(size, scheme, id=f"{scheme}-{name}", marks=[] if (name, scheme) in OFTEN else pytest.mark.full)
        for name, size in SIZES.items()
        for scheme in ("light", "dark")
    ],
)
def test_everyone_can_use_it(chromium, address, size, scheme):
    """A tool that knows the guidelines finds no fault, and no word runs off a small or magnified screen."""
    place = visit(chromium, address, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page = opened(place)
    page.evaluate(AXE)
    over = "one => one.scrollWidth - one.clientWidth"
    for words in ("", "listening", "suicide", "q" * 60, "emotoinal support"):
        if words:
            type_in(page, words)
            page.keyboard.press("ArrowDown")
        assert page.evaluate(CHECK, TAGS) == [], words
        assert [page.locator(part).evaluate(over) for part in ("html", "dialog.kb-search")] == [0, 0], words
    if size[0] < 700:
        page.get_by_role("button", name="Narrow down").click()
        page.get_by_label("Stage", exact=True).wait_for()
        assert page.evaluate(CHECK, TAGS) == []
    page.locator("#kb-search-words").focus()
    for _ in range(4):  # what is chosen is in sight, below the field
        page.keyboard.press("ArrowDown")
        assert all(0 <= top < size[1] for top in page.locator("[aria-selected=true]").evaluate_all(TOPS))
    place.page.context.close()


def test_what_is_chosen_is_seen_in_the_readers_own_colours(chromium, address):
    """Someone who sets their own colours, and wants no motion, sees where they are and the signs of the kinds."""
    place = visit(chromium, address, forced_colors="active", reduced_motion="reduce")
    page = opened(place, "emotional support")
    page.keyboard.press("ArrowDown")
    style = page.locator("[aria-selected=true]").evaluate("one => getComputedStyle(one, '::after').outlineStyle")
    assert style == "solid"
    kind = page.locator(".kb-search__kind").first
    sign = kind.evaluate("one => getComputedStyle(one, '::before').backgroundColor")
    assert sign == page.locator(".kb-search").evaluate("one => getComputedStyle(one).color")
    place.page.context.close()


def test_without_javascript_search_leads_to_the_a_to_z(chromium, address):
    """An old phone gets the list of every page and word in place of search."""
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(address + "search/")
    for way in ("A–Z", "Glossary", "Help now"):
        page.locator("article").get_by_role("link", name=way, exact=True).first.wait_for()
    page.get_by_role("link", name="Search", exact=True).first.click()
    page.wait_for_url(address + "a-z/")
    page.context.close()


def test_no_word_runs_under_the_button_that_clears(phone):
    """On a phone, a long question stops before "Clear" instead of running under it."""
    page = opened(phone, "how do i stop using this when nobody helps")
    field = page.locator("#kb-search-words")
    box, clear = field.bounding_box(), page.locator(".kb-search__clear").bounding_box()
    room = field.evaluate("node => parseFloat(getComputedStyle(node).paddingRight)")
    assert box["x"] + box["width"] - room <= clear["x"]


def test_the_signs_are_the_ones_of_the_site():
    """A kind of support has one sign everywhere, in search too."""
    style = (PROJECT / "overrides/assets/search/style.css").read_text(encoding="utf-8")
    for file in (PROJECT / "overrides/.icons/kb").glob("*.svg"):
        path = re.search(r' d="([^"]+)"', file.read_text(encoding="utf-8"))[1]
        assert re.search(rf'\[data-value="{file.stem}"\] {{ --kb-sign: [^}}]*{re.escape(path)}', style), file.stem
