"""Reach: every page for everyone: axe, the HTML checker, narrow and enlarged windows, a reader's own settings."""

import json
import os
import re
import shutil
import subprocess

import pytest
from conftest import CHROME, PROJECT, WIDTHS, often
from lxml import html
from reach import EVERY, MOVED, OPENERS, ROWS, TEMPLATES, left, open_search, opened, visit

from kb import browser as browsers
from kb.book import read_book

pytestmark = pytest.mark.browser
VIEWS = ["360-light", "360-dark", "1366-light", "1366-dark"]
USED = set()  # rows of the note that some finding needed
MOVING = """all => all.filter(node => {
  const style = getComputedStyle(node);
  const times = [...style.transitionDuration.split(","), ...style.animationDuration.split(",")];
  return times.some(time => parseFloat(time) > .01) || style.scrollBehavior === "smooth"; }).length"""
# What WCAG 2.2 asks a page to bear (1.4.12), and the words that it cuts off or pushes out of the window.
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter(node => {
  const style = getComputedStyle(node), box = node.getBoundingClientRect();
  const shown = box.width > 1 && box.height > 1 && node.checkVisibility() && style.clipPath === "none";
  const hides = way => ["hidden", "clip"].includes(style["overflow" + way]);
  const wide = hides("X") && node.scrollWidth > node.clientWidth + 1;
  const cut = wide || hides("Y") && node.scrollHeight > node.clientHeight + 1;
  return shown && node.textContent.trim() && (cut || box.right > innerWidth + 1 && !node.closest(".kb-table, pre"));
}).map(node => node.outerHTML.slice(0, 120))"""
# The words of the help card of search that stand in more than one line.
BROKEN = """() => [...document.querySelectorAll(".kb-search__help li > :first-child")].flatMap(({ firstChild: text }) =>
  [...text.textContent.matchAll(/[^\\s-]+/g)].filter(({ 0: word, index }) => {
    const range = document.createRange();
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    return new Set([...range.getClientRects()].map(box => box.top)).size > 1;
  }).map(([word]) => word))"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def reader(request, chromium):
    """A reader's window; axe is let in past the page's own policy."""
    width, scheme = int(request.param.split("-")[0]), request.param.split("-")[1]
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("reader", often(["360-light", "1366-dark"], "360-light"), indirect=True)
def test_axe_finds_no_fault_on_one_page_of_each_kind(reader, address):
    """Nobody meets a fault that a machine can find, by day or night, on a phone or a computer."""
    for path in TEMPLATES:
        visit(reader, address, path)
        assert left(reader, path) == [], path


@pytest.mark.parametrize("thing", OPENERS)
@pytest.mark.parametrize("reader", often(["360-dark", "1366-light"], "360-dark"), indirect=True)
def test_axe_finds_no_fault_in_what_opens(reader, address, thing):
    """The menu, the search, a preview, an explained term, unfolded blocks and a sheet are as sound as the page."""
    path = "help-now/" if thing == "sheet" else "framework/what-helps-when/"
    if opened(reader, address, path, thing):
        assert left(reader, path, thing) == []
    else:
        assert thing == "menu"  # which a wide screen does not have


@pytest.mark.full
@pytest.mark.parametrize("reader", VIEWS, indirect=True)
def test_axe_finds_no_fault_on_any_page(reader, address):
    """The same for every page of the site, at both widths, by day and by night."""
    for path in EVERY:
        visit(reader, address, path)
        assert left(reader, path, "", USED) == [], path


@pytest.mark.full
@pytest.mark.parametrize("thing", OPENERS)
@pytest.mark.parametrize("reader", VIEWS, indirect=True)
def test_axe_finds_no_fault_in_what_opens_on_any_kind_of_page(reader, address, thing):
    """The same for all that opens, on a page of each kind that has it."""
    for path in TEMPLATES:
        if opened(reader, address, path, thing):
            assert left(reader, path, thing, USED) == [], path


@pytest.mark.full
def test_the_note_on_what_axe_leaves_open_has_no_row_too_many():
    """Whoever reads the note reads what is so today: the four tests above needed each of its rows."""
    assert [row for row in ROWS if row not in USED] == []


WINDOWS = [(320, 200), (320, 100), (640, 200), (768, 100), (1920, 100)]


@pytest.mark.parametrize(("width", "text"), often(WINDOWS, (320, 200)))
def test_nothing_is_lost_when_a_window_is_narrow_or_text_is_large(chromium, address, width, text):
    """At 400 % zoom (320 px) and at 200 % text a page needs no sideways scrolling, and Help now is in sight."""
    tab = chromium.new_page(viewport={"width": width, "height": 700})
    for path in TEMPLATES:
        tab.goto(address + path)
        tab.evaluate("size => { document.documentElement.style.fontSize = size; }", f"{1.25 * text}%")
        wide = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} pixels too wide"
        box = tab.locator("header .kb-help").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    tab.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_words_keep_their_room_when_a_reader_spaces_them_out(chromium, address, width):
    """Somebody who reads with wider lines, letters and words loses none of them (WCAG 1.4.12)."""
    context = chromium.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    tab = context.new_page()
    for path in TEMPLATES:
        visit(tab, address, path)
        tab.add_style_tag(content=SPACED)
        assert tab.evaluate(TOO_WIDE) <= 0, path
        assert tab.evaluate(CUT_OFF) == [], path
    context.close()


@pytest.fixture
def lettered(chromium):
    """Give a function that starts a browser whose letters are set to a size, in pixels; it ends with the test."""
    started = []

    def start(letters):
        flags = [*CHROME, f"--blink-settings=defaultFontSize={letters}"]
        started.append(chromium.browser_type.launch(executable_path=browsers.find(), args=flags))
        return started[-1]

    yield start
    for browser in started:
        browser.close()


def test_a_phone_set_to_letters_of_twice_the_size_shows_everything(lettered, address):
    """Somebody whose browser is set to large letters, instead of zooming, needs no sideways scrolling either."""
    tab = lettered(32).new_page(viewport={"width": 360, "height": 740})
    for path in TEMPLATES:
        visit(tab, address, path)
        assert tab.evaluate("getComputedStyle(document.documentElement).fontSize") in {"32px", "40px"}
        assert tab.evaluate(TOO_WIDE) <= 0, path
        assert tab.evaluate(CUT_OFF) == [], path
        if path != MOVED:
            box = tab.locator("header .kb-help").bounding_box()
            assert 0 <= box["x"] <= 360 - box["width"], path


@pytest.mark.parametrize("letters", often([16, 18, 20, 24, 32], 20))
def test_search_shows_everything_on_a_phone_set_to_larger_letters(lettered, address, letters):
    """Somebody in danger who reads large letters can read whom to call, in whole words, and can close search again."""
    tab = lettered(letters).new_page(viewport={"width": 360, "height": 740})
    tab.goto(address)
    tab.locator(".kb-search-open").click()
    tab.locator("#kb-search-words").press_sequentially("overdose")
    tab.locator(".kb-search__help li").first.wait_for()
    assert tab.locator("dialog").evaluate("it => it.scrollWidth - it.clientWidth") <= 0
    assert tab.evaluate(BROKEN) == []
    tab.get_by_role("button", name="Close", exact=True).click(position={"x": 3, "y": 3})
    assert not tab.locator("dialog").is_visible()


@pytest.mark.parametrize("letters", [16, 18, 19, 20, 21, 22, 24])
def test_what_the_arrows_choose_is_not_under_the_bar_of_search_where_letters_are_large(lettered, address, letters):
    """Whoever has larger letters and goes up the list by keyboard sees each result that is chosen."""
    tab = lettered(letters).new_page(viewport={"width": 360, "height": 740})
    tab.goto(address)
    tab.locator(".kb-search-open").click()
    tab.locator("#kb-search-words").press_sequentially("peer")
    tab.locator(".kb-search__section").first.wait_for()
    for key in ["ArrowDown"] * 9 + ["ArrowUp"] * 6:
        tab.keyboard.press(key)
    ends = "document.querySelector('.kb-search__bar').getBoundingClientRect().bottom"
    assert tab.evaluate(ends) <= tab.locator(".kb-search [aria-selected=true]").bounding_box()["y"]


@pytest.mark.parametrize("letters", [18, 20, 22, 24])
def test_a_linked_heading_is_not_under_the_top_where_letters_are_large(chromium, lettered, address, letters):
    """Whoever has larger letters, by the browser's own setting or a style, sees the heading that a link leads to."""
    for browser, root in ((lettered(letters), ""), (chromium, f"{1.25 * letters}px")):
        for width in (320, 360, 412, 600):
            tab = browser.new_page(viewport={"width": width, "height": 640})
            tab.goto(f"{address}framework/stages-of-change/action/")
            tab.evaluate("size => { document.documentElement.style.fontSize = size; }", root)
            tab.evaluate("location.hash = document.querySelectorAll('article h2[id]')[2].id")
            tab.wait_for_function("scrollY > 500")
            ends = "document.querySelector('.kb-top').getBoundingClientRect().bottom"
            starts = "document.querySelector(location.hash).getBoundingClientRect().top"
            assert tab.evaluate(ends) <= tab.evaluate(starts), (width, root)
            tab.close()


def test_help_now_is_what_to_do_at_once(chromium, address):
    """On a small phone, the steps and their numbers are on the first screen, before anything about the page."""
    tab = chromium.new_page(viewport={"width": 360, "height": 640})
    tab.goto(address + "help-now/")
    steps = tab.locator(":has(> #overdose) ~ ol").first.locator("li").all()
    assert len(steps) >= 5
    for step in steps:
        box = step.bounding_box()
        assert box["y"] + box["height"] <= 640, step.text_content()
    for number in ("999", "911"):
        assert tab.locator(f":has(> #overdose) ~ ol a[href='tel:{number}']").first.bounding_box()["height"] >= 24
    tab.close()


def test_help_now_says_nothing_twice(chromium, address):
    """Whoever reads on below the first steps is told what else there is, not the same steps once more."""
    tab = chromium.new_page()
    tab.goto(address + "help-now/")
    summary = tab.locator(".kb-summary").text_content()
    for step in tab.locator("#overdose ~ ol").first.locator("strong").all_text_contents():
        assert step.strip(".,").lower() not in summary.lower()
    for said in ("999", "911", "naloxone"):
        assert said not in summary
    tab.close()


def test_a_place_that_a_link_leads_to_is_marked_whole(chromium, address):
    """Whoever follows a link on a phone sees the place marked, and the mark covers no letter and is cut off nowhere."""
    tab = chromium.new_page(viewport={"width": 360, "height": 640})
    tab.goto(address + "help-now/#suicide")
    ground = "node => getComputedStyle(node).backgroundColor"
    assert tab.locator("#suicide").evaluate(ground) == "rgba(0, 0, 0, 0)"  # a line's ground covers the line above
    assert tab.locator(":has(> #suicide)").last.evaluate(ground) != "rgba(0, 0, 0, 0)"
    tab.goto(address + "framework/what-helps-when/#action-emotional")
    style = tab.locator("td:target").evaluate(
        "node => [getComputedStyle(node).outlineOffset, getComputedStyle(node).outlineWidth].map(parseFloat)"
    )
    assert style[1] > 1
    assert style[0] + style[1] <= 0  # inside the card: the table around it scrolls, and would cut it
    tab.close()


def test_the_link_of_a_card_stands_in_its_card(chromium, address):
    """On a phone, no card of the matrix lets its link hang over its edge, however full its last line is."""
    tab = chromium.new_page(viewport={"width": 360, "height": 640})
    tab.goto(address + "framework/what-helps-when/")
    over = """all => all.map(link => [link, link.closest("td")].map(node => node.getBoundingClientRect().bottom))
      .filter(([link, card]) => link > card)"""
    assert tab.locator("td .kb-cell-link").count() == 24
    assert tab.locator("td .kb-cell-link").evaluate_all(over) == []
    tab.close()


def test_what_leaving_does_is_said_beside_its_button(chromium, address):
    """On a wide screen, what "Leave this site" opens is said below the button, not below the page's title."""
    tab = chromium.new_page(viewport={"width": 1366, "height": 768})
    tab.goto(address + "help-now/")
    said = tab.locator(".kb-leave small a").bounding_box()
    button = tab.locator(".kb-leave > a").bounding_box()
    assert abs(said["x"] + said["width"] - button["x"] - button["width"]) < 12
    tab.close()


def test_chosen_colours_and_stillness_are_respected(chromium, address):
    """A reader's own colours hold, buttons keep an edge, and nothing moves for whoever asked for stillness."""
    context = chromium.new_context(forced_colors="active", reduced_motion="reduce")
    tab = context.new_page()
    for path in TEMPLATES:
        visit(tab, address, path)
        if path != MOVED:
            edge = tab.locator("header .kb-help").evaluate("node => getComputedStyle(node).borderTopStyle")
            assert edge == "solid"
        assert tab.locator("*").evaluate_all(MOVING) == 0, path
    tab.goto(address)
    open_search(tab)
    assert tab.locator("*").evaluate_all(MOVING) == 0
    context.close()


def test_the_language_of_every_page_is_said(site):
    """A screen reader speaks each page in its own language."""
    for entry in read_book(site).pages:
        assert html.document_fromstring((site / entry.file).read_bytes()).get("lang") in {"en-GB", "en"}, entry.file


def test_what_changes_in_the_library_is_read_out(chromium, address):
    """Somebody who cannot see the list hears how many works are left; no page talks before it is asked."""
    tab = chromium.new_page()
    tab.goto(address + "research/references/")
    status = tab.locator(".kb-library__tools [role=status]")
    before = status.text_content()
    tab.locator(".kb-library__tools input[type=search]").fill("naloxone")
    status.get_by_text(re.compile(r"\d")).wait_for()
    assert status.text_content() != before
    for path in TEMPLATES:
        visit(tab, address, path)
        said = tab.locator("[role=status], [role=alert], [aria-live]").all_text_contents()
        assert not "".join(said).strip() or path == "research/references/", path
    tab.close()


@pytest.fixture(scope="session")
def nu():
    """The Nu HTML checker, installed at its locked version; skipped without Node and Java, unless CI is set."""
    missing = [tool for tool in ("npm", "java") if not shutil.which(tool)]
    folder = PROJECT / ".cache" / "nu"
    jar = folder / "node_modules/vnu-jar/build/dist/vnu.jar"
    if not missing:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy2(PROJECT / "tests" / name, folder / name)
        command = [shutil.which("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        if not jar.exists():
            subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if not jar.exists():
        why = f"no Nu HTML checker: {' and '.join(missing) or 'npm ci'} failed; install Node.js and Java 11 or newer"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    return [shutil.which("java"), "-jar", str(jar), "--format", "json", "--exit-zero-always"]


def test_every_page_is_correct_html(nu, site, tmp_path):
    """Every browser and screen reader reads the same page: the checker of the HTML standard finds no error."""
    tree = shutil.copytree(site, tmp_path / "site")
    for file in tree.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text), encoding="utf-8")
    done = subprocess.run([*nu, "--skip-non-html", str(tree)], capture_output=True, text=True, check=False)
    messages = json.loads(done.stderr or done.stdout)["messages"]
    assert [f"{each['url']}: {each['message']}" for each in messages if each["type"] == "error"] == []
