"""Marks, lists and previews of references in a real browser, at 360 and 1366 pixels, as the extension writes them."""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import PROJECT, WIDTHS

from kb.citations import Use
from kb.csl import Cite
from kb.references import Said, number_page, write_marks

pytestmark = pytest.mark.browser
OURS = [PROJECT / "overrides/assets" / name for name in ("base.css", "content.css", "citations.css", "citations.js")]
MATERIAL = next((Path(find_spec("material").origin).parent / "templates/assets/stylesheets").glob("main.*.css"))
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; require-trusted-types-for 'script'"
WORDS = "Peers who have been there themselves help people to start treatment and to stay in it. " * 3
HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="material.css"><link rel="stylesheet" href="base.css">
<link rel="stylesheet" href="content.css"><link rel="stylesheet" href="citations.css">
<script src="citations.js"></script></head><body dir="ltr">
<header class="md-header">Peer Support</header>
<main><article class="md-content__inner md-typeset">"""
ENTRY = """<li class="kb-reference" id="ref-{0}">
<span class="kb-reference__text">Author {0}, <em id="title-{0}">A work</em>. <a
href="https://doi.org/10.1/{0}">doi:10.1/{0}</a>.</span>
<span class="kb-reference__note">It shows {0}; it does not show why.</span>
<span class="kb-reference__check">Record: {0} was seen in a public copy.</span>
<span class="kb-reference__back">Cited above:
<a href="#cite-{1}" aria-label="Back to citation a, in What is known">a</a>
<a href="#cite-4" aria-label="Back to citation b, in What is known">b</a></span></li>"""
OPEN = ".kb-preview"
# Safari moves no focus when a link or plain text is pressed, so that nothing tells a page that it was left.
SAFARI = """addEventListener("mousedown", event => event.preventDefault());
addEventListener("focusout", event => event.stopPropagation(), true);"""
# A mouse comes over one part and, some milliseconds later, over another: in one go, however slow the machine is.
SWEEP = """async ([from, to, rest]) => { for (const part of [from, to]) {
  document.querySelector(part).dispatchEvent(new PointerEvent("pointerover", {bubbles: true, pointerType: "mouse"}));
  await new Promise(done => setTimeout(done, rest)); } }"""


# What the marks of the page cite, and what they show.
CITED = ["one", "one three", "two", "one two three", "gone"]
SHOWN = ["(1)", "(1,3)", "(2)", "(Author one, 2001; Author two, 2002; Author three, 2003)", "(9)"]
PLACES = [f'<span class="kb-cite" data-n="{number}"></span>' for number in range(len(CITED))]


def marked(content):
    """Write the marks of a page as the extension does."""
    uses = [Use("page", tuple(Cite(key) for key in keys.split())) for keys in CITED]
    page = number_page(content, uses, {"one": 1, "two": 2, "three": 3})
    said = {use: Said(text, number="Author" not in text) for use, text in zip(uses, SHOWN, strict=True)}
    return write_marks(content, page, said.get)


def body(kind="ol"):
    """Write a page whose marks stand at the start and the end of a line, in a table, in a title, and over two lines."""
    entries = "".join(ENTRY.format(key, number) for key, number in (("one", 1), ("two", 3), ("three", 2)))
    table = f"<table><tbody><tr><td>{WORDS[:40]}</td><td>Helpful {PLACES[2]}</td></tr></tbody></table>"
    parts = [
        f"<p>{PLACES[0]} {WORDS}</p><p>{WORDS}They do {PLACES[1]}. {WORDS}</p>{f'<p>{WORDS}</p>' * 8}",
        f'<div class="kb-table" data-section="reviews">{table}</div>{f"<p>{WORDS}</p>" * 8}',
        f"<ol><li><em>{WORDS[:60]} {PLACES[3]}</em>, and none {PLACES[4]}.</li></ol>",
        f'<h2 id="references">References</h2><{kind} class="kb-references" data-search-exclude>{entries}</{kind}>',
        f"<p>{WORDS}</p>" * 12,
    ]
    return HEAD + marked("".join(parts)) + "</article></main></body></html>"


@pytest.fixture
def booklet(tmp_path):
    """The address on disk of a page with the contract's HTML, our files, and Material's styles below them."""
    shutil.copy(MATERIAL, tmp_path / "material.css")
    for file in OURS:
        shutil.copy(file, tmp_path)
    (tmp_path / "authors.html").write_text(body("ul"), encoding="utf-8")
    (tmp_path / "page.html").write_text(body(), encoding="utf-8")
    return (tmp_path / "page.html").as_uri()


@pytest.fixture
def visit(chromium, booklet):
    """Give a function that opens the page for a reader of some kind; no reader may meet an error."""
    contexts, errors = [], []

    def open_page(width=1366, height=760, *, at=booklet, before=None, **kind):
        context = chromium.new_context(viewport={"width": width, "height": height}, **kind)
        context.set_default_timeout(5000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        if before:
            before(page)
        page.goto(at)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(params=WIDTHS)
def reader(request, visit):
    """Somebody with a mouse and a keyboard, in a window of one of the two widths."""
    return visit(request.param)


@pytest.fixture
def finger(visit):
    """Somebody with a telephone."""
    return visit(360, has_touch=True, is_mobile=True)


def point(page, number):
    """Point at a mark with the mouse and wait for the preview."""
    page.locator(f"#cite-{number}").hover()
    page.locator(OPEN).wait_for()


def tab_to(page, number):
    """Come to a mark with the Tab key, from the mark's own place in the page."""
    page.evaluate(
        """id => { const stop = document.createElement("span"); stop.tabIndex = 0;
                   document.getElementById(id).before(stop); stop.focus(); }""",
        f"cite-{number}",
    )
    page.keyboard.press("Tab")
    page.evaluate("document.querySelectorAll('span[tabindex]').forEach(stop => stop.remove())")
    assert focus(page) == f"cite-{number}"


def focus(page):
    """Say what has the focus: its id, or else its text."""
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim().slice(0, 40)")


def gone(page):
    """Wait until no preview is there."""
    page.locator(OPEN).wait_for(state="detached")


def hidden(page, rest=600):
    """Say whether no preview opens within a time longer than any of ours."""
    page.wait_for_timeout(rest)
    return page.locator(OPEN).count() == 0


def stays_clear(page, number):
    """Check that the preview covers no line of its mark and lies within the screen, and say if it stands above."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    box, lines, width, height = page.evaluate(
        """id => { const lie = ({left, top, right, bottom}) => ({left, top, right, bottom});
                   const {clientWidth, clientHeight} = document.documentElement;
                   return [lie(document.querySelector(".kb-preview").getBoundingClientRect()),
                           [...document.getElementById(id).getClientRects()].map(lie), clientWidth, clientHeight]; }""",
        f"cite-{number}",
    )
    assert box["left"] >= 0
    assert box["top"] >= 0
    assert box["right"] <= width
    assert box["bottom"] <= height
    assert box["bottom"] - box["top"] > 40
    assert all(box["bottom"] <= line["top"] + 0.6 or box["top"] >= line["bottom"] - 0.6 for line in lines)
    return box["bottom"] <= lines[0]["top"] + 0.6


def scroll(page, number, place):
    """Scroll so that a mark stands at a place (start, center, end) of the screen, clear of the header."""
    page.evaluate(f"document.getElementById('cite-{number}').scrollIntoView({{block: '{place}'}})")


def test_pointing_at_a_mark_shows_its_reference(reader):
    """Whoever points at a mark reads the reference, what it shows, how it was checked, and finds its links."""
    point(reader, 1)
    preview = reader.locator(OPEN)
    for words in (
        "Author one, A work",
        "It shows one; it does not show why.",
        "Record: one was seen in a public copy.",
    ):
        assert words in re.sub(r"\s+", " ", preview.inner_text())
    assert preview.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))") == [
        "https://doi.org/10.1/one",
        "#ref-one",
    ]


def test_a_preview_shows_every_reference_of_its_mark(reader):
    """Whoever points at a mark for two works sees both, with the numbers they have in the list."""
    point(reader, 2)
    items = reader.locator(f"{OPEN} li")
    assert [text.split(",")[0] for text in items.all_inner_texts()] == ["Author one", "Author three"]
    assert items.evaluate_all("all => all.map(item => item.value)") == [1, 3]
    assert reader.locator(".kb-preview__go").all_inner_texts() == ["Go to reference 1", "Go to reference 3"]


def test_a_preview_of_a_list_without_numbers_has_none(visit, booklet):
    """A reader of an author-date page sees entries without numbers that nothing else on the page has."""
    page = visit(at=booklet.replace("page", "authors"))
    point(page, 2)
    assert page.locator(".kb-preview__go").all_inner_texts() == ["Go to the reference"] * 2
    assert page.locator(f"{OPEN} ul").evaluate("list => getComputedStyle(list).listStyleType") == "none"


def test_a_preview_repeats_no_id_and_no_back_link(reader):
    """Links into the page keep leading to the list, because a preview takes neither its ids nor its way back."""
    point(reader, 4)
    ids = reader.evaluate("[...document.querySelectorAll('[id]')].map(part => part.id)")
    assert len(ids) == len(set(ids))
    assert reader.locator(f"{OPEN} .kb-reference__back").count() == 0


@pytest.mark.parametrize("place", ["start", "center", "end"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_preview_covers_no_mark_and_stays_on_the_screen(reader, number, place):
    """Wherever a mark stands, its reader still sees it, and the whole preview too."""
    scroll(reader, number, place)
    point(reader, number)
    stays_clear(reader, number)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_preview_keeps_clear_in_a_magnified_window(visit, number):
    """Somebody who magnifies four times sees the mark beside the preview, and scrolls inside it for the rest."""
    page = visit(320, 256)
    tab_to(page, number)
    stays_clear(page, number)
    page.keyboard.press("Tab")
    assert page.locator(f"{OPEN} a").first.evaluate(
        "a => { const {top, bottom} = a.getBoundingClientRect(); return top >= 0 && bottom <= innerHeight }"
    )


def test_a_preview_turns_to_the_side_that_has_room(reader):
    """A preview stands above its mark, and below one at the top of the screen, also when the page scrolls under it."""
    scroll(reader, 3, "end")
    tab_to(reader, 3)
    assert stays_clear(reader, 3)
    reader.evaluate("scrollBy(0, document.getElementById('cite-3').getBoundingClientRect().top - 100)")
    assert not stays_clear(reader, 3)


@pytest.mark.parametrize("place", ["start", "end"])
def test_the_pointer_may_go_into_the_preview(reader, place):
    """Somebody with an unsteady hand moves slowly into the preview, stays there, and loses it only by leaving."""
    scroll(reader, 3, place)
    if place == "start":
        reader.mouse.wheel(0, -70)
        reader.wait_for_timeout(100)
    point(reader, 3)
    above = stays_clear(reader, 3)
    lie = reader.locator("#cite-3").bounding_box()
    x, y = lie["x"] + lie["width"] / 2, lie["y"] + lie["height"] / 2
    for step in range(8):
        reader.mouse.move(x, y + step * 5 * (-1 if above else 1))
        reader.wait_for_timeout(120)
    reader.wait_for_timeout(600)
    assert reader.locator(OPEN).is_visible()
    reader.mouse.move(2, 2)
    gone(reader)


def test_a_mouse_that_passes_opens_nothing(reader):
    """Whoever only moves the mouse over a page reads it undisturbed."""
    reader.evaluate(SWEEP, ["#cite-1", "body", 50])
    assert hidden(reader)


def test_the_pointer_may_cross_a_line_on_its_way(reader):
    """Whoever moves from the far line of a long mark into the preview does not lose it in between."""
    point(reader, 4)
    reader.evaluate(SWEEP, ["body", OPEN, 100])
    reader.wait_for_timeout(600)
    assert reader.locator(OPEN).is_visible()


def test_one_preview_at_a_time(reader):
    """Whoever goes from one mark to the next reads that one's preview, and the other is gone."""
    for way in (point, tab_to):
        way(reader, 1)
        reader.evaluate(SWEEP, ["#cite-2", "#cite-2", 200])
        dialogs = reader.locator("[role=dialog]")
        assert dialogs.evaluate_all("all => all.map(box => box.ariaLabel)") == ["References 1 and 3: (1,3)"]
        assert reader.locator("[aria-details]").count() == 1


def test_escape_closes_and_leaves_the_focus(reader):
    """Whoever presses Escape gets the page back and stays where they were."""
    tab_to(reader, 2)
    reader.locator(OPEN).wait_for()
    reader.keyboard.press("Escape")
    gone(reader)
    assert focus(reader) == "cite-2"
    reader.evaluate("document.activeElement.blur()")
    point(reader, 1)
    reader.keyboard.press("Escape")
    assert hidden(reader)
    assert reader.evaluate("document.activeElement === document.body")


def test_escape_inside_a_preview_leads_back_to_its_mark(reader):
    """Whoever is inside a preview and presses Escape goes on from the mark."""
    tab_to(reader, 2)
    reader.keyboard.press("Tab")
    reader.keyboard.press("Escape")
    assert hidden(reader)
    assert focus(reader) == "cite-2"


def test_the_keyboard_opens_enters_and_leaves_a_preview(reader):
    """Somebody without a mouse comes with Tab to the mark, to each link of its preview, and on with the text."""
    tab_to(reader, 2)
    assert reader.locator(OPEN).is_visible()
    stops = []
    for _ in range(4):
        reader.keyboard.press("Tab")
        stops.append(focus(reader))
    assert stops == ["doi:10.1/one", "Go to reference 1", "doi:10.1/three", "Go to reference 3"]
    reader.keyboard.press("Tab")
    assert focus(reader) == "cite-3"
    assert reader.get_by_role("dialog").get_attribute("aria-label") == "Reference (2)"
    tab_to(reader, 5)
    gone(reader)


def test_a_preview_stays_while_the_mark_has_the_focus(reader):
    """Somebody who opened a preview with the keyboard keeps it when the mouse is nudged."""
    tab_to(reader, 2)
    reader.locator("#cite-2").hover()
    reader.mouse.move(2, 2)
    reader.wait_for_timeout(600)
    assert reader.locator(OPEN).is_visible()


def test_a_preview_says_what_it_is(reader):
    """Somebody who listens to the page hears a dialog named as its mark is, and of the mark that it has details."""
    assert reader.locator("#cite-2").get_attribute("aria-details") is None
    tab_to(reader, 2)
    assert reader.get_by_role("dialog", name="References 1 and 3: (1,3)", exact=True).is_visible()
    assert reader.locator("#cite-2").get_attribute("aria-details") == reader.locator(OPEN).get_attribute("id")
    assert reader.evaluate("document.querySelector('#cite-2').nextElementSibling.matches('.kb-preview')")
    reader.keyboard.press("Escape")
    assert reader.locator("#cite-2").get_attribute("aria-details") is None


def test_a_tap_opens_and_the_preview_leads_on(finger):
    """Somebody with a telephone taps a mark and reads, without losing the place, and goes to the list if they like."""
    finger.locator("#cite-1").tap()
    assert finger.locator(OPEN).is_visible()
    assert finger.url.endswith("page.html")
    stays_clear(finger, 1)
    finger.get_by_role("link", name="Go to the reference").tap()
    finger.wait_for_url("**#ref-one")
    gone(finger)


@pytest.mark.parametrize("like", ["Chrome", "Safari"])
def test_a_tap_elsewhere_closes(finger, like):
    """Somebody with a telephone closes a preview as they opened it, and a tap inside does not close it."""
    if like == "Safari":
        finger.evaluate(SAFARI)
    finger.locator("#cite-1").tap()
    finger.locator(f"{OPEN} .kb-reference__note").tap()
    assert not hidden(finger, 100)
    finger.touchscreen.tap(180, 700)
    gone(finger)
    finger.locator("#cite-1").tap()
    finger.locator("#cite-2").tap()
    assert finger.get_by_role("dialog").get_attribute("aria-label") == "References 1 and 3: (1,3)"


@pytest.mark.parametrize("like", ["Chrome", "Safari"])
def test_a_second_tap_follows_the_mark(finger, like):
    """Somebody with a telephone who taps the same mark twice gets to the list, as from any link."""
    if like == "Safari":
        finger.evaluate(SAFARI)
    finger.locator("#cite-1").tap()
    finger.locator("#cite-1").tap()
    finger.wait_for_url("**#ref-one")
    gone(finger)


@pytest.mark.parametrize("way", ["mouse", "quick mouse", "mouse in Safari", "keyboard"])
def test_a_mark_is_a_link(reader, way):
    """With a mouse or a keyboard a mark leads to the list at once, and no preview lies over it there."""
    if way == "keyboard":
        tab_to(reader, 1)
        reader.keyboard.press("Enter")
    else:
        if way != "quick mouse":
            point(reader, 1)
        if way == "mouse in Safari":
            reader.evaluate(SAFARI)
        reader.locator("#cite-1").click()
    reader.wait_for_url("**#ref-one")
    assert hidden(reader)


def test_a_mark_whose_list_stands_elsewhere_has_no_preview(reader):
    """A mark without an entry on its page opens nothing empty."""
    reader.locator("#cite-5").hover()
    assert hidden(reader)


@pytest.mark.parametrize("lack", ["script", "popover"])
def test_without_a_script_a_mark_leads_to_its_entry(visit, lack):
    """Somebody with an old telephone, or without JavaScript, follows the mark and comes back."""
    kind = {"java_script_enabled": False} if lack == "script" else {}
    old = None if lack == "script" else (lambda page: page.add_init_script("delete HTMLElement.prototype.popover"))
    page = visit(360, has_touch=True, before=old, **kind)
    page.locator("#cite-1").tap()
    page.wait_for_url("**#ref-one")
    page.get_by_role("link", name="Back to citation a").first.tap()
    page.wait_for_url("**#cite-1")


def test_previews_keep_a_strict_policy(visit, booklet):
    """A host that allows no inline style, no inline script and no markup from strings can serve previews."""
    folder = Path(booklet.removeprefix("file://")).parent

    def serve(route):
        kind = {"Content-Security-Policy": STRICT}
        route.fulfill(path=folder / route.request.url.rpartition("/")[2], headers=kind)

    page = visit(at="http://kb.example/page.html", before=lambda page: page.route("**/*.{html,css,js}", serve))
    point(page, 1)
    stays_clear(page, 1)


def test_nothing_lies_over_a_printed_page(reader):
    """Whoever prints gets the text, and no preview over it."""
    point(reader, 1)
    reader.emulate_media(media="print")
    assert not reader.locator(OPEN).is_visible()
    assert not reader.locator("#ref-one .kb-reference__back").is_visible()
    assert reader.locator("#ref-one .kb-reference__text").is_visible()


def test_everything_to_tap_is_large_enough(reader):
    """Somebody whose finger shakes hits each mark, each way back and each link that a preview adds."""
    for number in (1, 2, 3, 4):
        scroll(reader, number, "center")
        hit = reader.locator(f"#cite-{number}").evaluate(
            """mark => [...mark.getClientRects()].flatMap(({left, top, width, height}) =>
                 [-11.5, 11.5].flatMap(far => [[far, 0], [0, far]]).map(([x, y]) =>
                   document.elementFromPoint(left + width / 2 + x, top + height / 2 + y) === mark))"""
        )
        assert all(hit), number
    tab_to(reader, 2)
    for link in reader.locator(".kb-reference__back a, .kb-preview__go").all():
        lie = link.bounding_box()
        assert min(lie["width"], lie["height"]) >= 24


GAPS = """mark => { const lie = (node, from, to) => { const range = new Range(); range.setStart(node, from);
                       range.setEnd(node, to); return range.getBoundingClientRect(); };
                     const {previousSibling: before, nextSibling: after} = mark.parentNode, end = before.length;
                     const me = lie(mark.firstChild, 0, mark.firstChild.length), word = lie(before, end - 1, end);
                     return [me.left - word.right, lie(after, 0, 1).left - me.right, me.top - word.top]; }"""


def test_a_mark_leaves_no_gap_in_the_line(reader):
    """Readers see running text: the room around a mark is for fingers only."""
    before, after, _ = reader.locator("#cite-2").evaluate(GAPS)
    assert 2 < before < 8  # one space
    assert abs(after) < 0.5


def test_a_mark_never_starts_a_line(visit):
    """However wide the window, a mark stands on the line of the word that it belongs to, as does what follows it."""
    page = visit(360)
    places = set()
    for width in range(320, 480, 8):
        page.set_viewport_size({"width": width, "height": 760})
        before, after, down = page.locator("#cite-2").evaluate(GAPS)
        assert 2 < before < 8
        assert abs(after) < 0.5
        assert abs(down) < 8
        places.add(page.locator("#cite-2").evaluate("mark => mark.getBoundingClientRect().left"))
    assert len(places) > 3  # the lines did break in other places


def test_a_mark_is_called_by_what_it_shows(reader):
    """Somebody who speaks to the browser says what they see; somebody who listens hears which references it is."""
    names = ["Reference (1)", "References 1 and 3: (1,3)", "Reference (2)", SHOWN[3], "Reference (9)"]
    for number, name in enumerate(names, 1):
        assert SHOWN[number - 1] in name
        assert reader.get_by_role("link", name=name, exact=True).get_attribute("id") == f"cite-{number}"


def test_whoever_copies_gets_the_text_that_is_seen(reader):
    """What is copied from a page is the sentence and its mark, without the words that are only spoken."""
    text = reader.locator("p:has(#cite-2)").evaluate(
        "part => { getSelection().selectAllChildren(part); return getSelection().toString(); }"
    )
    assert "They do\xa0(1,3). Peers" in text
    assert "Reference" not in text


def test_whoever_follows_a_mark_sees_where_they_are(reader):
    """The entry that a mark led to, and then the mark that a back-link led to, are marked, and nothing covers them."""
    colour = "part => getComputedStyle(part).backgroundColor"
    reader.locator("#cite-2").click()
    assert reader.locator("#ref-one").evaluate(colour) == "rgb(255, 233, 176)"
    for way in ("click", "press"):
        link = reader.locator("#ref-three .kb-reference__back a").first
        link.press("Enter") if way == "press" else link.click()
        reader.wait_for_url("**#cite-2")
        assert reader.locator("#cite-2").evaluate(colour) == "rgb(255, 233, 176)"
        assert hidden(reader)
    top = reader.locator("#cite-2").bounding_box()["y"]
    assert 48 < top < 700
    tab_to(reader, 2)
    assert reader.locator(OPEN).is_visible()


def test_a_list_is_quiet_and_its_ways_back_are_seen(reader):
    """Readers see first the work, then smaller what it shows and how it was checked, and always the way back."""
    size = "part => parseFloat(getComputedStyle(part).fontSize)"
    text = reader.locator(".kb-reference__text").first.evaluate(size)
    for part in ("note", "check", "back"):
        quiet = reader.locator(f".kb-reference__{part}").first
        assert 12 < quiet.evaluate(size) < text
        assert quiet.evaluate("part => getComputedStyle(part).color") == "rgb(91, 100, 103)"
    assert reader.locator(".kb-reference__back a").first.evaluate("a => a.checkVisibility({opacityProperty: true})")


def brightness(colour):
    """Give the relative luminance of rgb(…), as WCAG 2.2 defines it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_can_be_read_by_day_and_by_night(visit, booklet, scheme):
    """Words in a preview, and in an entry and a mark that are marked, stand out from their ground by 4.5 to 1."""
    for place, ground in (("", OPEN), ("#ref-one", "#ref-one"), ("#cite-3", "#cite-3")):
        page = visit(at=booklet + place, color_scheme=scheme)
        if not place:
            point(page, 1)
        behind = page.locator(ground).evaluate("part => getComputedStyle(part).backgroundColor")
        parts = page.locator(f"{ground}, {ground} span, {ground} a")
        for colour in set(parts.evaluate_all("all => all.map(part => getComputedStyle(part).color)")):
            low, high = sorted([brightness(behind), brightness(colour)])
            assert (high + 0.05) / (low + 0.05) >= 4.5, (ground, colour, behind)


def test_forced_colours_keep_frame_and_place(visit, booklet):
    """Somebody who chooses their own colours sees the preview's frame, and where a link has led."""
    page = visit(at=booklet + "#ref-one", forced_colors="active")
    style = "(part, name) => getComputedStyle(part)[name]"
    assert page.locator("#ref-one").evaluate(style, "outlineStyle") == "solid"
    point(page, 1)
    assert page.locator(OPEN).evaluate(style, "borderBottomStyle") == "solid"
    assert page.locator(OPEN).evaluate(style, "borderBottomColor") != page.locator(OPEN).evaluate(
        style, "backgroundColor"
    )
