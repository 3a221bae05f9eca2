"""What the tests of reach share: pages of every kind, axe, what it leaves open, and what a reader can open."""

from conftest import PROJECT

from kb.addresses import outputs
from kb.pages import read_pages

MOVED = "p/uu92/"  # the page at a short address, as it is before its script leads on
TEMPLATES = [
    "",
    "help-now/",
    "framework/",
    "framework/stages-of-change/relapse/",
    "framework/social-support/emotional/",
    "framework/what-helps-when/",
    "practice/session-plan/",
    "research/",
    "research/references/",
    "events/2016-peer-to-peer-support/",
    "events/2016-peer-to-peer-support/reading-list/",
    "about/offline/",
    "about/privacy/",
    "glossary/",
    "a-z/",
    "search/",
    "404.html",
    MOVED,
]
EVERY = [outputs(page.path)[0].removesuffix("index.html") for page in read_pages(PROJECT / "docs")[0]]
EVERY += ["404.html", MOVED]
AXE = (PROJECT / "tests/vendor/axe/axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ASK = """async tags => {
  const resultTypes = ["violations", "incomplete"];
  const { violations, incomplete } = await axe.run(document, { runOnly: tags, resultTypes });
  const told = (kind, list) => list.flatMap(({ id, nodes }) => nodes.map(node =>
    ({ kind, rule: id, target: String(node.target), html: node.html.slice(0, 160),
       says: [...node.any, ...node.all, ...node.none].map(check => check.message).join(" ") })));
  return [...told("violation", violations), ...told("incomplete", incomplete)]; }"""
# The contrast that axe leaves open: a text over what lies beneath it, by WCAG 2.2's own sum (1.4.3).
CONTRAST = """target => {
  const node = document.querySelector(target), style = getComputedStyle(node);
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const clear = part => (numbers(getComputedStyle(part).backgroundColor)[3] ?? 1) < 1;
  let ground = node;
  while (ground.parentElement && clear(ground)) ground = ground.parentElement;
  const light = text => numbers(text).slice(0, 3).map(n => n / 255)
    .map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4)
    .reduce((sum, n, index) => sum + n * [0.2126, 0.7152, 0.0722][index], 0);
  const pair = [light(style.color), light(getComputedStyle(ground).backgroundColor)].sort((a, b) => b - a);
  return (pair[0] + 0.05) / (pair[1] + 0.05); }"""


def visit(tab, address, path):
    """Open a page; the one at a short address stays, because its script is not fetched."""
    if path == MOVED:
        tab.route("**/moved.js", lambda route: route.abort())
    tab.goto(address + path)
    tab.wait_for_load_state()


def ask(tab):
    """Give all that axe finds on what the tab shows, violations and what it could not decide."""
    tab.evaluate("document.getAnimations().forEach(motion => motion.finish())")
    tab.evaluate(AXE)
    return tab.evaluate(ASK, RULES)


def open_menu(tab):
    tab.get_by_role("button", name="Menu").click()
    tab.locator("#kb-menu").wait_for()


def open_search(tab):
    tab.get_by_role("button", name="Search").click()
    tab.keyboard.type("naloxone")
    tab.locator("dialog .kb-search__card").first.wait_for()
    tab.wait_for_timeout(700)  # what is read out comes half a second after the last key


def open_preview(tab):
    mark = tab.locator("article .kb-cite").first
    mark.scroll_into_view_if_needed()
    mark.focus()
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Tab")
    tab.locator(".kb-preview").wait_for()


def open_term(tab):
    tab.locator(".kb-explain").first.click()
    tab.locator(".kb-term:popover-open").wait_for()


def open_folds(tab):
    for fold in tab.locator("details:not([hidden])").all():
        fold.evaluate("node => { node.open = true; }")
    if tab.locator(".kb-yours").count():
        tab.get_by_label("Phone").wait_for()
    tab.evaluate("scrollTo(0, 0)")


def open_link(tab):
    tab.locator("h2 .headerlink").first.click()
    tab.locator(".kb-link").wait_for()
    tab.evaluate("scrollTo(0, 0)")


def open_sheet(tab):
    open_folds(tab)
    tab.get_by_role("button", name="Make the sheet").click()
    tab.locator(".kb-sheet").wait_for()


# What a reader can open, what a page must have for it, and how it is opened.
OPENERS = {
    "menu": (".kb-menu-open", open_menu),
    "search": ("button.kb-search-open", open_search),
    "preview": ("article .kb-cite", open_preview),
    "term": (".kb-explain", open_term),
    "folds": ("details", open_folds),
    "link": ("h2 .headerlink", open_link),
    "sheet": (".kb-yours", open_sheet),
}
