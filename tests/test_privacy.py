"""Privacy, by a real browser: what pages ask for, keep and tell when a reader reads, looks things up and leaves."""

import re
from urllib.parse import urlsplit

import pytest
from conftest import PROJECT, WIDTHS, page
from lxml import html

from kb.addresses import outputs
from kb.pages import read_pages

pytestmark = pytest.mark.browser
SOURCES = read_pages(PROJECT / "docs")[0]
PAGES = [outputs(source.path)[0].removesuffix("index.html") for source in SOURCES]
KEPT = """async () => ({
  cookie: document.cookie,
  local: localStorage.length,
  session: sessionStorage.length,
  databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""


class Watcher:
    """A reader's browser in which every request and every address is written down."""

    def __init__(self, chromium, width):
        self.context = chromium.new_context(viewport={"width": width, "height": 800})
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.asked, self.addresses = [], []
        self.context.on("request", lambda request: self.asked.append(request))  # noqa: PLW0108 - playwright wraps it
        self.page = self.context.new_page()
        self.page.on("framenavigated", lambda frame: self.addresses.append(frame.url))

    def kept(self):
        """Give what the browser now holds for the site, that is not nothing."""
        held = self.page.evaluate(KEPT)
        return {name: value for name, value in held.items() if value} | (
            {"cookies": self.context.cookies()} if self.context.cookies() else {}
        )


@pytest.fixture(params=WIDTHS)
def watcher(request, chromium, address):
    """A watched browser; whatever a test does in it, no other host hears of it and no address holds a query."""
    watched = Watcher(chromium, request.param)
    yield watched
    hosts = {urlsplit(asked.url).netloc for asked in watched.asked if not asked.url.startswith("data:")}
    assert hosts == {urlsplit(address).netloc}
    assert [url for url in watched.addresses if urlsplit(url).query] == []
    assert {asked.headers.get("referer") or "" for asked in watched.asked} == {""}
    watched.context.close()


def test_reading_every_page_leaves_nothing_and_tells_nobody(watcher, address):
    """Whoever reads the whole site has asked no other host, and has no cookie and no note that a page kept."""
    for path in [*PAGES, "no/such/page/"]:
        watcher.page.goto(address + path)
        watcher.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert watcher.kept() == {}, path
        assert watcher.page.locator("meta[name=referrer]").get_attribute("content") == "no-referrer", path


def test_looking_things_up_leaves_nothing_and_tells_nobody(watcher, address):
    """Previews, explained terms, the menu, the choice of reader and copying keep nothing and tell no address."""
    reader = watcher.page
    reader.goto(address + "framework/what-helps-when/")
    reader.locator(".kb-explain").first.click()
    reader.keyboard.press("Escape")
    reader.get_by_label("A peer supporter").check()
    reader.locator("a.kb-cite").first.hover()
    reader.locator(".kb-preview").first.wait_for()
    reader.locator("article .headerlink").first.click()
    reader.locator(".kb-share > summary").click()
    reader.locator(".kb-share button").first.click()
    if (menu := reader.locator(".kb-menu-open")).is_visible():
        menu.click()
        reader.keyboard.press("Escape")
    reader.reload()
    assert reader.locator(".kb-who input:checked").get_attribute("value") == "all"
    assert watcher.kept() == {}
    assert "Less for you" not in reader.locator("[data-section=matrix]").aria_snapshot()


def test_searching_leaves_nothing_and_tells_nobody(watcher, address, site):
    """What a reader types into the search is in no request, no address and no store."""
    reader = watcher.page
    reader.goto(address)
    if not html.parse(str(site / "index.html")).xpath("//a[contains(@class, 'kb-search-open')][@data-code]"):
        pytest.skip("this build has no search")
    reader.locator(".kb-search-open").first.click()
    reader.locator("#kb-search-words").press_sequentially("overdose", delay=20)
    reader.locator("#kb-search-list [role=option]").first.wait_for()
    reader.wait_for_timeout(500)
    assert watcher.kept() == {}
    assert "overdose" not in reader.url
    assert [asked.url for asked in watcher.asked if "overdose" in asked.url.lower() or asked.post_data] == []


def leaving(chromium, address, *, script):
    """Read a page, then another, and leave it; give the browser page and who asked for the weather, and how."""
    context = chromium.new_context(java_script_enabled=script)
    asked = []

    def weather(route):
        asked.append(route.request.all_headers())
        route.fulfill(body="<title>Weather</title>Rain.", content_type="text/html")

    context.route("https://www.bbc.co.uk/**", weather)
    reader = context.new_page()
    reader.goto(address + "practice/")
    reader.goto(address + "practice/family-and-friends/")
    reader.get_by_role("link", name="Leave this site").click()
    reader.wait_for_url("https://www.bbc.co.uk/weather")
    return reader, asked


def test_leaving_takes_the_page_out_of_the_way_back(chromium, address):
    """Whoever leaves quickly and is watched going back does not land on the page that they left."""
    reader, asked = leaving(chromium, address, script=True)
    assert ["referer" in headers for headers in asked] == [False]
    reader.go_back()
    assert reader.url == address + "practice/"
    reader.context.close()


def test_leaving_works_without_javascript(chromium, address):
    """A plain link leads to the same place and does not say where from."""
    reader, asked = leaving(chromium, address, script=False)
    assert ["referer" in headers for headers in asked] == [False]
    reader.context.close()


def test_leaving_comes_before_the_text_and_after_help(site):
    """On a page that asks for it the way out is the first control of the text, after Help now, and says its limits."""
    asking = [source for source in SOURCES if source.leave]
    assert {"help-now.md", "practice/family-and-friends.md"} <= {source.path for source in asking}
    for source in SOURCES:
        tree = html.parse(str(site / outputs(source.path)[0]))
        links = tree.xpath("//article//a[not(ancestor::nav)]")
        ways = tree.xpath("//p[@class='kb-leave']")
        assert len(ways) == source.leave, source.path
        if ways:
            assert links[0] is ways[0].find("a")
            assert "noreferrer" in links[0].get("rel")
            assert "cannot clear your history" in ways[0].text_content()
            order = tree.xpath("//a[@class='kb-help' or parent::p[@class='kb-leave']]")
            assert order[0].get("class") == "kb-help"


def test_leaving_is_a_yes_or_no(miniature):
    """A writer who asks for it in other words is told what to write, and where."""
    built = miniature({"a.md": page("A", leave="maybe")})
    assert built.status == 1
    assert "docs/a.md:2: `leave` is not true or false; write `leave:` as true or false" in built.output


def test_the_privacy_page_names_the_commit_that_it_was_built_from(site):
    """A reader can compare the copy in hand with the tests that its commit has."""
    words = " ".join(html.parse(str(site / "about/privacy/index.html")).find(".//article").text_content().split())
    assert re.search(r"built from (commit [0-9a-f]{40}(-changed)?|a commit that this copy does not record)\.", words)
    assert "\\commit" not in words
