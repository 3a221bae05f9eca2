"""What the tests of reach share: pages of every kind, axe, what it leaves open, and what a reader can open."""

from dataclasses import dataclass
from fnmatch import fnmatch

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
# The contrast that axe leaves open: a text over what lies beneath it, by WCAG 2.2's own sum (1.4.3). A drawing's
# letters are compared with each ground that the drawing has, and the worst counts.
CONTRAST = """target => {
  const node = document.querySelector(target);
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const clear = part => (numbers(getComputedStyle(part).backgroundColor)[3] ?? 1) < 1;
  let ground = node;
  while (ground.parentElement && clear(ground)) ground = ground.parentElement;
  const grounds = [getComputedStyle(ground).backgroundColor];
  const parts = node.closest("svg")?.querySelectorAll(".d-paper, .d-soft") ?? [];
  for (const part of parts) grounds.push(getComputedStyle(part).fill);
  const light = text => numbers(text).slice(0, 3).map(n => n / 255)
    .map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4)
    .reduce((sum, n, index) => sum + n * [0.2126, 0.7152, 0.0722][index], 0);
  const ink = light(getComputedStyle(node).color);
  const ratio = other => (Math.max(ink, other) + 0.05) / (Math.min(ink, other) + 0.05);
  return Math.min(...grounds.map(light).map(ratio)); }"""
# Whether what is open lies over an element, or within a target's 24 pixels of it (WCAG 2.2, 2.5.8), or else the header,
# beneath which the page was scrolled to open it.
COVERED = """target => {
  const box = document.querySelector(target).getBoundingClientRect();
  const open = document.querySelector(".kb-preview, .kb-term:popover-open")?.getBoundingClientRect();
  const header = document.querySelector("header").getBoundingClientRect();
  const beside = () => box.left < open.right + 24 && box.right > open.left - 24;
  const level = () => box.top < open.bottom + 24 && box.bottom > open.top - 24;
  return !!open && (box.top < header.bottom && scrollY > 0 || beside() && level()); }"""


@dataclass(frozen=True)
class Row:
    """A row of the note on what axe leaves open: its rule, what is open then, which elements, on which pages."""

    rule: str
    things: str
    elements: str
    pages: str

    def covers(self, tab, found, path, thing):
        """Say whether the row was written for this finding."""
        if self.rule != found["rule"] or not fnmatch("/" + path, self.pages):
            return False
        if self.things != "any" and thing not in self.things.split():
            return False
        asked = [found["target"], self.elements]
        return tab.evaluate("([target, elements]) => document.querySelector(target).matches(elements)", asked)


def note():
    """Read tests/axe-incomplete.md: a row for each kind of finding that somebody looked at."""
    lines = (PROJECT / "tests/axe-incomplete.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip().strip("`") for cell in line.split(" | ")] for line in lines if line.startswith("| `")]
    return [Row(first.removeprefix("| `"), *rest[:3]) for first, *rest in cells]


ROWS = note()


def left(tab, path, thing="", used=None):
    """Give what axe finds and nobody has looked at; contrast and covered targets are worked out here."""
    found = []
    for each in ask(tab):
        row = next((row for row in ROWS if row.covers(tab, each, path, thing)), None)
        if row and used is not None:
            used.add(row)
        if each["rule"] == "color-contrast":
            sound = each["kind"] == "incomplete" and tab.evaluate(CONTRAST, each["target"]) >= 4.5
        elif each["rule"] == "target-size":
            sound = thing in {"preview", "term"} and tab.evaluate(COVERED, each["target"])
        else:
            sound = each["kind"] == "incomplete"
        if not (row and sound):
            found.append(each)
    return found


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
    tab.locator(".kb-search__card").first.wait_for()
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
    tab.locator("h2 + .headerlink").first.click()
    tab.locator(".kb-link").wait_for()
    tab.evaluate("scrollTo(0, 0)")


def open_sheet(tab):
    open_folds(tab)
    tab.get_by_role("button", name="Make the sheet").click()
    tab.locator(".kb-sheet").wait_for()


def opened(tab, address, path, thing):
    """Open one thing on a page; say False where there is none."""
    needed, press = OPENERS[thing]
    visit(tab, address, path)
    here = tab.locator(needed)
    if not here.count() or (thing in {"menu", "search"} and not here.first.is_visible()):
        return False
    press(tab)
    return True


# What a reader can open, what a page must have for it, and how it is opened.
OPENERS = {
    "menu": (".kb-menu-open", open_menu),
    "search": ("button.kb-search-open", open_search),
    "preview": ("article .kb-cite", open_preview),
    "term": (".kb-explain", open_term),
    "folds": ("details", open_folds),
    "link": ("h2 + .headerlink", open_link),
    "sheet": (".kb-yours", open_sheet),
}
