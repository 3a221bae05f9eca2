"""Every control, used: a browser works through all pages under the policy, and nothing is refused and nothing breaks.

No control is named here, so that a new one is used by itself: whatever can be pressed, ticked, typed into or chosen is
found on each page, what it opens included, and one or more of each kind is used.
"""

import re
from urllib.parse import urlsplit

import pytest
from conftest import PROJECT
from lxml import html

from kb.addresses import outputs
from kb.elsewhere import SCHEMES
from kb.pages import read_pages
from kb.policy import POLICY
from kb.verify import served

pytestmark = pytest.mark.browser
PAGES = [outputs(page.path)[0] for page in read_pages(PROJECT / "docs")[0]]
# Said aloud, so that it reaches us from every page and every frame.
WATCH = """document.addEventListener("securitypolicyviolation", function (event) {
  console.error("refused by the policy: " + [event.effectiveDirective, event.blockedURI, event.sample].join(" "));
});
window.print = function () {};"""
# What can be used now, each with a name for its kind: element, role, classes, and where it stands.
FIND = r"""() => {
  const seen = [...document.querySelectorAll(
    "button, summary, input, select, textarea, [role=option], [role=button], [tabindex='0'], a[class], a[href^='#']")];
  return seen.map((item, number) => {
    item.dataset.control = number;
    const box = item.getBoundingClientRect();
    const shown = box.width > 0 && box.height > 0 && getComputedStyle(item).visibility === "visible" && !item.disabled;
    const names = element => [element.localName, element.getAttribute("role"), element.getAttribute("type"),
      ...element.classList].filter(Boolean).join(".").replace(/[0-9]+/g, "N");
    const place = item.closest("dialog, [popover], details, nav, form, fieldset, table, footer, header, aside, li, p");
    return [number, shown, item.localName, item.type || "", names(item) + " in " + (place ? names(place) : "page")];
  }).filter(entry => entry[1]).map(entry => [entry[0], ...entry.slice(2)]);
}"""
WAYS = ("button", "summary", "input", "select", "textarea")


class Walk:
    """One walk over pages with a browser; `used` counts kinds of controls, `said` is what the browser complained of."""

    def __init__(self, chromium, width, most):
        """Open a browser of this width; of each kind of control `most` are used."""
        self.context = chromium.new_context(viewport={"width": width, "height": 900}, accept_downloads=False)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.context.add_init_script(WATCH)
        self.tab = self.context.new_page()
        self.context.on("page", lambda tab: tab.close())  # what a control opened beside it
        self.tab.on("console", lambda message: message.type == "error" and self.said.append(self.told(message.text)))
        self.tab.on("pageerror", lambda error: self.said.append(self.told(str(error))))
        self.tab.on("dialog", lambda dialog: dialog.dismiss())
        self.most, self.used, self.said, self.asked = most, {}, [], set()

    def told(self, words):
        """Give a complaint with the page that it came from and what had been used."""
        return f"{self.tab.url}: {words} (after {self.last})"

    last = "opening it"

    def keep_home(self, home):
        """Answer for every other host, so that nobody outside is asked, and note whom a page would have asked."""

        def answer(route):
            if route.request.url.startswith((home, "data:", "blob:")):
                route.continue_()
            else:
                self.asked.add(urlsplit(route.request.url).netloc)
                route.fulfill(body="<title>Elsewhere</title>", content_type="text/html")

        self.context.route("**/*", answer)

    def page(self, address):
        """Open a page and use what is on it, until nothing is left that was not used often enough."""
        self.last = "opening it"
        self.tab.goto(address)
        self.tab.evaluate("scrollTo(0, document.body.scrollHeight)")
        here = set()
        while True:
            waiting = [item for item in self.tab.evaluate(FIND) if self._wanted(item[3], here)]
            if not waiting:
                return
            number, tag, kind, name = min(waiting, key=lambda item: "option" not in item[3])  # before they close again
            here.add(name)
            self.used[name] = self.used.get(name, 0) + 1
            self.last = name
            self._use(self.tab.locator(f"[data-control='{number}']").first, tag, kind)
            self.tab.wait_for_timeout(60)
            if self.tab.url.partition("#")[0] != address.partition("#")[0]:
                self.tab.goto(address)

    def _wanted(self, name, here):
        """Say whether a kind of control was not yet used on this page, nor often enough on others."""
        return name not in here and self.used.get(name, 0) < self.most

    def _use(self, item, tag, kind):
        """Use one control as a reader would: over it, on it, and with its own action."""
        from playwright.sync_api import Error  # noqa: PLC0415 - so that other tests run without a browser

        try:
            item.hover(timeout=800)
            item.focus(timeout=800)
            if tag == "select":
                item.select_option(index=-1, timeout=800)
            elif tag == "textarea" or (tag == "input" and kind in {"text", "search", "url", "email", "number", ""}):
                item.press_sequentially("overdose", timeout=2000)
                self.tab.wait_for_timeout(700)
                if item.get_attribute("role") == "combobox":
                    self.tab.locator("[role=option]").first.wait_for(timeout=20_000)
                item.press("ArrowDown", timeout=800)
            elif tag != "a" or (item.get_attribute("href", timeout=800) or "#").startswith("#"):
                item.click(timeout=1200)
        except Error:  # covered, or gone since: by the keyboard, then
            if item.count():
                item.evaluate("item => { item.focus(); if (item.localName !== 'a') item.click(); }")


def walked(chromium, home, files, width, most):
    """Walk over files below an address that ends in a slash; give the walk, over."""
    walk = Walk(chromium, width, most)
    walk.keep_home(home)
    for file in files:
        walk.page(home + file)
    walk.context.close()
    return walk


def test_a_walk_hears_what_the_policy_refuses(chromium, tmp_path):
    """A control that the policy stops, and a script that fails, are found by being used, wherever they hide."""
    head = f'<meta charset="utf-8"><meta http-equiv="content-security-policy" content="{POLICY}"><title>A</title>'
    fold = '<details><summary>More</summary><button class="hidden-one" onclick="a()">A</button></details>'
    (tmp_path / "index.html").write_text(
        f'<!doctype html>{head}<script src="a.js" defer></script>{fold}<select></select>'
    )
    (tmp_path / "a.js").write_text(
        'document.querySelector("select").onfocus = function () { document.body.innerHTML = "<b>a</b>"; };'
        'document.querySelector("summary").onclick = function () { nothing(); };'
    )
    with served(tmp_path) as home:
        walk = walked(chromium, home, ["index.html"], 800, 1)
    said = "\n".join(walk.said)
    assert any("hidden-one" in name for name in walk.used)
    for words in ("nothing is not defined", "script-src-attr inline", "require-trusted-types-for"):
        assert words in said, said


@pytest.mark.parametrize(
    ("width", "most"),
    [pytest.param(360, 1, marks=pytest.mark.full), pytest.param(1366, 3, marks=pytest.mark.full)],
    ids=["telephone", "desk"],
)
def test_every_control_works_under_the_policy(chromium, site, width, most):
    """Whatever a reader presses, types or opens on the website, the policy refuses nothing and no script fails."""
    with served(site) as home:
        walk = walked(chromium, home, [page.removesuffix("index.html") for page in PAGES] + ["no/such/"], width, most)
    assert [said for said in walk.said if not ("/no/such/" in said and "status of 404" in said)] == []
    assert len(walk.used) > 30, sorted(walk.used)
    assert walk.asked <= {"www.bbc.co.uk"}
    kinds = " ".join(walk.used)
    for part in ("kb-search-open", "kb-explain", "summary", "input.radio", "kb-cite", "headerlink", "option"):
        assert part in kinds, part


@pytest.mark.full
def test_every_control_works_from_a_disk(chromium, offline_copy):
    """The same holds in the unpacked ZIP, where the policy stands in each page alone."""
    walk = walked(chromium, f"{offline_copy.as_uri()}/", [*PAGES, "START-HERE.html"], 1366, 2)
    assert walk.said == []
    assert len(walk.used) > 30, sorted(walk.used)
    assert walk.asked <= {"www.bbc.co.uk"}


def test_every_link_has_a_scheme_that_we_allow_and_tells_no_other_site(site, offline_copy):
    """Each link and picture of the website and of its copy leads somewhere harmless, and says nothing of the reader."""
    for folder in (site, offline_copy):
        for file in folder.rglob("*.html"):
            for link in html.document_fromstring(file.read_bytes()).xpath("//a[@href] | //area[@href]"):
                scheme = urlsplit(link.get("href")).scheme
                assert scheme in {"", *SCHEMES}, f"{file}: {link.get('href')}"
                if scheme in {"http", "https"} and not link.get("href").startswith("https://recovery.example/"):
                    assert "noreferrer" in (link.get("rel") or "").split(), f"{file}: {link.get('href')}"
            assert not re.search(rb"\bsrc(set)?=\"?\s*(data|https?|//)", file.read_bytes()), file
