"""The keyboard: every stop is in sight, Escape leads back, nothing opens that cannot be closed, no key acts alone."""

import pytest
from conftest import PROJECT, WIDTHS
from lxml import html
from reach import MOVED, OPENERS, TEMPLATES, visit

from kb.book import read_book

pytestmark = pytest.mark.browser
# What of the element that has the focus a reader can see: its box, its mark, and whether something lies over it.
STOP = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const box = [...node.getClientRects()].find(box => box.width && box.height) || node.getBoundingClientRect();
  const header = node.closest("main") ? document.querySelector("header").offsetHeight : 0;
  const middle = (from, to, low, high) => (Math.max(from, low) + Math.min(to, high)) / 2;
  const x = middle(box.left, box.right, 0, innerWidth), y = middle(box.top, box.bottom, header, innerHeight);
  const top = document.elementFromPoint(x, y), style = getComputedStyle(node);
  const widest = Math.max(...[...node.getClientRects()].map(part => part.width), 0);
  const words = (node.textContent.trim() || node.tagName).slice(0, 60);
  return { words, width: widest, height: box.height,
    inside: box.width > 0 && x >= box.left && x <= box.right && y >= box.top && y <= box.bottom,
    seen: !!top && (node.contains(top) || top.contains(node)),
    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inLine: style.display === "inline" || !!node.closest("p, li, dd, td, sup, span, h2, h3, dt") }; }"""
BENEATH = "() => document.activeElement !== document.body && !document.activeElement.closest('#kb-menu')"
HERE = "document.activeElement.matches.bind(document.activeElement)"
# What opens, on which page, and where the focus is to be after Escape.
BACK = [
    ("menu", "framework/social-support/emotional/", ".kb-menu-open"),
    ("search", "framework/social-support/emotional/", ".kb-search-open"),
    ("preview", "framework/social-support/emotional/", "article .kb-cite"),
    ("term", "framework/what-helps-when/", ".kb-explain"),
    ("link", "framework/what-helps-when/", "h2 + .headerlink"),
    ("sheet", "help-now/", ".kb-yours button"),
]


@pytest.fixture(params=WIDTHS)
def reader(request, chromium):
    """A reader's window on a phone and on a computer."""
    tab = chromium.new_page(viewport={"width": request.param, "height": 800})
    tab.width = request.param
    yield tab
    tab.close()


def walk(tab, most):
    """Press Tab until the page is left, or `most` times; give what was seen at each stop."""
    stops = []
    for _ in range(most):
        tab.keyboard.press("Tab")
        stop = tab.evaluate(STOP)
        if stop is None:
            break
        stops.append(stop)
    return stops


def check(stops, path):
    """Fail at the first stop that a reader would lose sight of, or could not hit."""
    assert "Help now" in [stop["words"] for stop in stops[:3]], path
    for stop in stops:
        assert stop["inside"], f"{path}: {stop}"
        assert stop["seen"], f"{path}: {stop}"
        assert stop["marked"], f"{path}: {stop}"
        assert stop["width"] >= 24, f"{path}: {stop}"
        assert stop["height"] >= 24 or stop["inLine"], f"{path}: {stop}"


@pytest.mark.full
def test_the_first_sixty_stops_of_the_keyboard_are_seen(reader, address):
    """Whoever goes through a page with the Tab key always sees where they are, and is at Help now by the third stop."""
    for path in TEMPLATES:
        visit(reader, address, path)
        check(walk(reader, 60), path)


@pytest.mark.full
@pytest.mark.parametrize("path", TEMPLATES)
def test_every_stop_of_the_keyboard_is_seen_to_the_end_of_the_page(reader, address, path):
    """The same from the top of a page to its foot."""
    visit(reader, address, path)
    stops = walk(reader, 3000)
    check(stops, path)
    assert len(stops) < 3000
    assert path == MOVED or "Accessibility" in [stop["words"] for stop in stops[-8:]]  # the foot was reached


@pytest.mark.parametrize(("thing", "path", "back"), BACK, ids=[row[0] for row in BACK])
def test_escape_brings_the_focus_back(reader, address, thing, path, back):
    """Whoever opens something and thinks better of it is where they were."""
    if thing == "menu" and reader.width > 1000:
        pytest.skip("a wide screen has no menu button")
    reader.goto(address + path)
    OPENERS[thing][1](reader)
    if thing in {"preview", "term"}:
        reader.keyboard.press("Tab")  # into what has opened
    reader.keyboard.press("Escape")
    if thing == "search":  # the first press empties the field
        reader.keyboard.press("Escape")
    assert reader.evaluate(f"{HERE}('{back}')"), reader.evaluate("document.activeElement.outerHTML")
    assert reader.locator("dialog[open], .kb-preview, .kb-link, .kb-sheet, :popover-open").count() == 0


@pytest.mark.parametrize("words", ["Share this page", "Cite this page", "Print it as a handout"])
def test_escape_closes_what_was_unfolded(reader, address, words):
    """Whoever is inside an unfolded block gets out with Escape, and stands at its name."""
    reader.goto(address + "help-now/")
    name = reader.locator("summary", has_text=words)
    name.focus()
    reader.keyboard.press("Enter")
    if "handout" in words:
        reader.get_by_label("Phone").wait_for()
    else:  # its scripts were fetched at this first reach, and have put their buttons in
        name.locator("..").get_by_role("button").first.wait_for()
    reader.keyboard.press("Tab")
    assert name.evaluate("node => node !== document.activeElement && node.parentNode.contains(document.activeElement)")
    reader.keyboard.press("Escape")
    assert name.evaluate("node => node === document.activeElement && !node.parentNode.open")


def test_what_lies_beneath_the_menu_cannot_be_reached(chromium, address):
    """Whoever has the menu open on a phone does not wander, unseeing, through the page beneath it."""
    tab = chromium.new_page(viewport={"width": 360, "height": 800})
    tab.goto(address + "framework/social-support/emotional/")
    OPENERS["menu"][1](tab)
    for _ in range(30):
        tab.keyboard.press("Tab")
        assert not tab.evaluate(BENEATH)
    tab.close()


def test_every_page_can_be_entered_past_its_menus(site):
    """Whoever uses the Tab key skips what is the same on every page with the first stop."""
    for entry in read_book(site).pages:
        tree = html.document_fromstring((site / entry.file).read_bytes())
        if not tree.xpath("//main"):
            continue  # a page of one line, for a service
        first = next(iter(tree.xpath("//body//a[@href] | //body//button | //body//input")))
        assert (first.get("class"), first.get("href")) == ("kb-skip", "#kb-main"), entry.file
        assert len(tree.xpath("//main[@id='kb-main' and @tabindex='-1']")) == 1, entry.file


def test_the_skip_link_leads_into_the_text(reader, address):
    """After the skip link, the next stop is in the text."""
    for path in TEMPLATES:
        visit(reader, address, path)
        reader.keyboard.press("Tab")
        reader.keyboard.press("Enter")
        reader.keyboard.press("Tab")
        assert reader.evaluate("!!document.activeElement.closest('main')"), path


def test_no_single_key_does_anything(reader, address):
    """Whoever speaks to a computer, or leans on a key, is not carried off (WCAG 2.1.4)."""
    reader.goto(address + "framework/")
    before = reader.evaluate("document.documentElement.outerHTML")
    for key in "abcdefghijklmnopqrstuvwxyz/.,?":
        reader.keyboard.press(key)
    assert reader.url == address + "framework/"
    assert reader.evaluate("document.documentElement.outerHTML") == before


def older(route):
    """Send a file as a browser without popovers understands it: the attributes and the selector mean nothing to it."""
    answer = route.fetch()
    text = answer.text()
    for known in ("popovertargetaction", "popovertarget", ":popover-open"):
        text = text.replace(known, known.replace("popover", "unknown"))
    route.fulfill(response=answer, body=text.replace(" popover>", ">"))


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_browser_without_popovers_has_no_dead_button(chromium, address, script):
    """In an older browser no button does nothing: terms lead to their entries, and sections to their pages."""
    context = chromium.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=script)
    context.add_init_script("delete HTMLElement.prototype.popover; delete HTMLElement.prototype.showPopover")
    tab = context.new_page()
    tab.route("**/*.css", older)
    tab.route("**/*/", older)
    tab.goto(address + "framework/what-helps-when/")
    assert tab.locator("[popover], [popovertarget]").count() == 0
    assert tab.locator(".kb-explain").count()
    for part in (".kb-explain", ".kb-term", ".kb-menu", ".kb-menu-open"):
        assert not any(found.is_visible() for found in tab.locator(part).all()), part
    tab.locator(".kb-tabs").get_by_role("link", name="Practice").wait_for()
    tab.get_by_role("link", name="peer supporter", exact=True).first.click()
    tab.wait_for_url("**/glossary/#peer-supporter")
    assert tab.locator("#peer-supporter").is_visible()
    context.close()


def test_older_browsers_are_asked_nothing_that_they_do_not_know():
    """Buttons are shown where they work, and not hidden where they do not: a browser that cannot tell has none."""
    for file in (PROJECT / "overrides/assets").rglob("*.css"):
        assert "not selector(:popover-open)" not in file.read_text(encoding="utf-8"), file.name
