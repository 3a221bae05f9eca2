"""Reach: every page for everyone: axe, the keyboard, the HTML checker, narrow and enlarged windows, forced colours."""

import json
import os
import re
import shutil
import subprocess

import pytest
from conftest import PROJECT

from kb.addresses import outputs
from kb.pages import read_pages

pytestmark = pytest.mark.browser
TEMPLATES = [
    "",
    "help-now/",
    "framework/social-support/emotional/",
    "framework/what-helps-when/",
    "research/references/",
    "glossary/",
    "a-z/",
    "404.html",
    "p/uu92/",
]
EVERY = [outputs(page.path)[0].removesuffix("index.html") for page in read_pages(PROJECT / "docs")[0]]
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
# What of the element that has the focus a reader can see: its box, its mark, and whether something lies over it.
STOP = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const box = [...node.getClientRects()].find(box => box.width && box.height) || node.getBoundingClientRect();
  const header = node.closest("main") ? document.querySelector("header").offsetHeight : 0;
  const middle = (from, to, low, high) => (Math.max(from, low) + Math.min(to, high)) / 2;
  const x = middle(box.left, box.right, 0, innerWidth), y = middle(box.top, box.bottom, header, innerHeight);
  const top = document.elementFromPoint(x, y), style = getComputedStyle(node);
  const words = (node.textContent.trim() || node.tagName).slice(0, 60);
  return { words, width: box.width, height: box.height,
    inside: box.width > 0 && x >= box.left && x <= box.right && y >= box.top && y <= box.bottom,
    seen: !!top && (node.contains(top) || top.contains(node)),
    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inLine: style.display === "inline" || !!node.closest("p, li, dd, td, sup, span, h2, h3, dt") }; }"""
STILL = "all => all.filter(node => parseFloat(getComputedStyle(node).transitionDuration) > .01).length"
BENEATH = "() => document.activeElement !== document.body && !document.activeElement.closest('#kb-menu')"


def reviewed():
    """Read the note on what axe could not decide: (rule, pattern of what it says or stands on) by row."""
    rows = (PROJECT / "tests/axe-incomplete.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip().strip("`") for cell in row.split("|")[1:-1]] for row in rows if row.startswith("| `")]
    return [(row[0], re.compile(row[1])) for row in cells]


def axe(tab):
    """Give what axe finds, without what the committed note has reviewed; contrast is worked out here."""
    tab.evaluate(AXE)
    left = []
    for found in tab.evaluate(ASK, RULES):
        known = any(rule == found["rule"] and pattern.search(found["html"]) for rule, pattern in REVIEWED)
        worked = found["rule"] == "color-contrast" and tab.evaluate(CONTRAST, found["target"]) >= 4.5
        if found["kind"] == "violation" or not (known or worked):
            left.append(found)
    return left


REVIEWED = reviewed()


@pytest.fixture(params=["360-light", "360-dark", "1366-light", "1366-dark"])
def reader(request, chromium):
    """A reader's window; axe is let in past the page's own policy."""
    width, scheme = int(request.param.split("-")[0]), request.param.split("-")[1]
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    tab = context.new_page()
    tab.width = width
    yield tab
    context.close()


def test_axe_finds_no_fault_on_one_page_of_each_kind(reader, address):
    """Nobody meets a fault that a machine can find, by day or night, on a phone or a computer."""
    for path in TEMPLATES:
        reader.goto(address + path)
        assert axe(reader) == [], path


@pytest.mark.full
def test_axe_finds_no_fault_on_any_page(reader, address):
    """The same for every page of the site."""
    for path in EVERY:
        reader.goto(address + path)
        assert axe(reader) == [], path


def test_axe_finds_no_fault_in_what_opens(reader, address):
    """The menu, a preview, an opened block and the link to a section are as sound as the page."""
    reader.goto(address + "framework/social-support/emotional/")
    reader.locator(".kb-cite").nth(5).focus()
    reader.keyboard.press("Shift+Tab")
    reader.keyboard.press("Tab")
    reader.locator(".kb-preview").wait_for()
    reader.evaluate("scrollTo(0, 0)")  # elsewhere the header lies over whatever was scrolled under it
    assert axe(reader) == []
    reader.keyboard.press("Escape")
    for fold in reader.locator("details").all():
        fold.locator("summary").click()
    reader.locator("h2 .headerlink").first.click()
    reader.evaluate("scrollTo(0, 0)")
    assert axe(reader) == []
    if reader.width < 1000:
        reader.get_by_role("button", name="Menu").click()
        reader.locator("#kb-menu").wait_for()
        assert axe(reader) == []


def test_every_stop_of_the_keyboard_is_seen(reader, address):
    """Whoever goes through a page with the Tab key always sees where they are, and is at Help now by the third stop."""
    for path in TEMPLATES[:-1]:
        reader.goto(address + path)
        stops = []
        for _ in range(60):
            reader.keyboard.press("Tab")
            stop = reader.evaluate(STOP)
            if stop is None:
                break
            stops.append(stop)
        assert "Help now" in [stop["words"] for stop in stops[:3]], path
        for stop in stops:
            assert stop["inside"], f"{path}: {stop}"
            assert stop["seen"], f"{path}: {stop}"
            assert stop["marked"], f"{path}: {stop}"
            assert stop["width"] >= 24, f"{path}: {stop}"
            assert stop["height"] >= 24 or stop["inLine"], f"{path}: {stop}"


def test_escape_brings_the_focus_back(reader, address):
    """Whoever opens the menu or a preview and thinks better of it is where they were."""
    reader.goto(address + "framework/social-support/emotional/")
    if reader.width < 1000:
        opener = reader.get_by_role("button", name="Menu")
        opener.focus()
        reader.keyboard.press("Enter")
        reader.locator("#kb-menu").wait_for()
        for _ in range(30):  # what lies beneath cannot be reached meanwhile
            reader.keyboard.press("Tab")
            assert not reader.evaluate(BENEATH)
        reader.keyboard.press("Escape")
        assert opener.evaluate("node => node === document.activeElement")
    mark = reader.locator(".kb-cite").first
    mark.focus()
    reader.keyboard.press("Shift+Tab")
    reader.keyboard.press("Tab")
    reader.locator(".kb-preview").wait_for()
    reader.keyboard.press("Tab")
    reader.keyboard.press("Escape")
    assert mark.evaluate("node => node === document.activeElement")


def test_no_single_key_does_anything(reader, address):
    """Whoever speaks to a computer, or leans on a key, is not carried off (WCAG 2.1.4)."""
    reader.goto(address + "framework/")
    before = reader.evaluate("document.documentElement.outerHTML")
    for key in "abcdefghijklmnopqrstuvwxyz/.,?":
        reader.keyboard.press(key)
    assert reader.url == address + "framework/"
    assert reader.evaluate("document.documentElement.outerHTML") == before


@pytest.mark.parametrize(("width", "text"), [(320, 100), (320, 200), (640, 200), (768, 100), (1920, 100)])
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


def test_chosen_colours_and_stillness_are_respected(chromium, address):
    """A reader's own colours hold, buttons keep an edge, and nothing moves for whoever asked for stillness."""
    context = chromium.new_context(forced_colors="active", reduced_motion="reduce")
    tab = context.new_page()
    tab.goto(address)
    edge = tab.locator("header .kb-help").evaluate("node => getComputedStyle(node).borderTopStyle")
    assert edge == "solid"
    assert tab.locator("*").evaluate_all(STILL) == 0
    context.close()


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
