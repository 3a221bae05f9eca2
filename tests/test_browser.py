"""The real site in a real browser, at 360 and 1366 pixels."""

import pytest
from conftest import PROJECT, WIDTHS

from kb.addresses import outputs
from kb.pages import read_pages

pytestmark = pytest.mark.browser
PAGES = [outputs(page.path)[0].removesuffix("index.html") for page in read_pages(PROJECT / "docs")[0]]
SECTIONS = ["Framework", "Practice", "Research", "Events", "Words", "About"]


class Watch:
    """Notes every request that leaves the site's own host, and every complaint of the browser."""

    def __init__(self, page, own):
        self.away, self.errors = [], []
        page.on("request", lambda request: None if request.url.startswith(own) else self.away.append(request.url))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))


@pytest.fixture(params=WIDTHS)
def reader(request, chromium, address):
    """A reader's page in a window of one of the two widths, with a watch on what it does."""
    context = chromium.new_context(viewport={"width": request.param, "height": 800})
    page = context.new_page()
    page.watch, page.width = Watch(page, address), request.param
    yield page
    assert page.watch.away == []
    assert page.watch.errors == []
    context.close()


def test_home_starts_from_what_a_reader_needs(reader, address):
    """A reader who opens the site finds their own need named, and the way to help."""
    reader.goto(address)
    for need in ["I need help now", "I support someone", "My family or friend", "I want the evidence"]:
        reader.locator("article").get_by_role("link", name=need, exact=True).wait_for()
    reader.locator("article").get_by_role("link", name="I need help now", exact=True).click()
    reader.wait_for_url(address + "help-now/")
    reader.get_by_role("link", name="Call 999").wait_for()


def test_every_page_can_be_reached_by_menus(reader, address):
    """A reader reaches every page by the menu alone, section by section, on a phone and on a computer."""
    reader.goto(address)
    menu = reader.locator(".kb-tabs")
    if reader.width < 1000:
        reader.get_by_role("button", name="Menu").click()
        menu = reader.locator("#kb-menu")
    for section in SECTIONS:
        menu.get_by_text(section, exact=True).first.wait_for()
    waiting, found = [address], set()
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            assert reader.goto(place).status == 200
            reader.locator("h1").wait_for()
            links = reader.locator("#kb-menu a").evaluate_all("all => all.map(a => a.href)")
            assert len(links) < 40  # however many pages there are
            waiting += links
    assert {place.removeprefix(address) for place in found} == set(PAGES)


def test_the_menu_leads_on_by_clicking(reader, address):
    """A reader of one page opens the menu, where its section lies open, and goes on to another."""
    reader.goto(address + "framework/")
    if reader.width < 1000:
        reader.get_by_role("button", name="Menu").click()
    reader.locator("#kb-menu").get_by_role("link", name="Stages of change").click()
    reader.wait_for_url("**/framework/stages-of-change/")
    reader.locator("h1", has_text="Stages of change").wait_for()
    here = reader.locator("#kb-menu [aria-current=page]")
    assert here.evaluate_all("all => all.map(a => a.textContent)") == ["Stages of change"]


def test_the_menu_names_a_page_once(reader, address):
    """A section that is called like its first page is one line of the menu, which says where the reader is."""
    reader.goto(address + "research/references/")
    lines = reader.locator("#kb-menu a").evaluate_all("all => all.map(a => a.textContent)")
    assert lines.count("The library") == 1
    assert lines[lines.index("The library") + 1] == "A and B"
    here = reader.locator("#kb-menu [aria-current=page]")
    assert here.evaluate_all("all => all.map(a => a.textContent)") == ["The library"]


def test_the_menu_needs_no_script(chromium, address):
    """Somebody whose browser runs no scripts opens the menu, and closes it with Escape."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="Menu").click()
    link = page.get_by_role("navigation", name="Pages").get_by_role("link", name="Practice")
    link.wait_for()
    page.keyboard.press("Escape")
    link.wait_for(state="hidden")
    context.close()


def test_no_page_asks_another_host_complains_or_runs_over_its_edge(reader, address):
    """Every page of the site is quiet, sets no cookie, and fits the reader's screen."""
    for path in [*PAGES, "404.html"]:
        reader.goto(address + path)
        wide = reader.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} pixels too wide"
    assert reader.context.cookies() == []


def test_dark_and_light_follow_the_reader(chromium, address):
    """Somebody who reads at night gets dimmed paper without choosing anything."""
    papers = set()
    for scheme in ("light", "dark"):
        page = chromium.new_page(color_scheme=scheme)
        page.goto(address)
        papers.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.close()
    assert papers == {"rgb(251, 248, 243)", "rgb(20, 32, 31)"}


def test_without_javascript_every_page_can_be_read(chromium, address):
    """An old phone, or a careful reader, gets the whole text and working links."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(address + "help-now/")
    page.get_by_role("link", name="Call 999").wait_for()
    page.goto(address + "a-z/")
    page.get_by_role("link", name="Help now").first.click()
    page.wait_for_url(address + "help-now/")
    context.close()
