"""What comes later: scripts and styles that most readers never need are fetched by the first reach for them."""

import gzip

import pytest

pytestmark = pytest.mark.browser

PAGE = "framework/social-support/emotional/"
LATER = "/kb-later."
MARK = "#cite-9"


@pytest.fixture
def visit(chromium, address):
    """Give a function that opens a page on a small screen, and lists what is fetched."""
    contexts = []

    def open_page(path=PAGE, *, before=None, **settings):
        context = chromium.new_context(**({"viewport": {"width": 360, "height": 640}} | settings))
        contexts.append(context)
        tab = context.new_page()
        tab.fetched, tab.errors = [], []
        tab.on("response", lambda response: tab.fetched.extend([response]))
        tab.on("pageerror", lambda error: tab.errors.append(str(error)))
        if before:
            before(tab)
        tab.goto(address + path)
        return tab

    yield open_page
    for context in contexts:
        assert not [error for page in context.pages for error in page.errors]
        context.close()


def later(tab):
    return [response for response in tab.fetched if LATER in response.url]


@pytest.mark.parametrize("path", ["", "help-now/", PAGE, "research/", "framework/"])
def test_a_first_view_is_what_a_browser_fetches(visit, path):
    """Counted where it is paid, in the browser: 25 KB and five requests at most until a reader does something."""
    tab = visit(path)
    tab.wait_for_load_state("networkidle")
    assert len(tab.fetched) <= 5
    assert sum(len(gzip.compress(response.body(), 9, mtime=0)) for response in tab.fetched) <= 25 * 1024


def test_who_only_reads_fetches_nothing_more(visit):
    """A reader who scrolls through the words pays for no script that serves something else."""
    tab = visit()
    for _ in range(6):
        tab.mouse.wheel(0, 500)
        tab.wait_for_timeout(50)
    assert not later(tab)


def test_the_first_tap_on_a_mark_opens_its_preview(visit):
    """A reader's first tap does what every later one does, however long the script takes."""
    tab = visit(has_touch=True, before=lambda tab: tab.route(f"**{LATER}*", lambda route: route.continue_()))
    at = tab.evaluate("scrollY")
    tab.locator(MARK).tap()
    tab.locator(".kb-preview").wait_for()
    assert tab.locator(".kb-preview .kb-reference").count() == 1
    assert "#ref" not in tab.url
    assert len(later(tab)) == 2
    assert tab.evaluate("scrollY") >= at


def test_a_mouse_and_a_keyboard_bring_previews_too(visit):
    """Whoever points at a mark, or comes to it by Tab, sees its preview the first time."""
    tab = visit(viewport={"width": 1366, "height": 900})
    tab.locator(MARK).hover()
    tab.locator(".kb-preview").wait_for()
    again = visit(viewport={"width": 1366, "height": 900})
    again.keyboard.press("Tab")
    again.locator(MARK).focus()
    again.locator(".kb-preview").wait_for()


def test_a_mark_still_leads_to_its_entry_where_nothing_more_can_be_fetched(visit):
    """On a line that has just gone dead, a mark and a heading's # do what they do without scripts."""
    tab = visit(before=lambda tab: tab.route(f"**{LATER}*", lambda route: route.abort()))
    tab.locator(MARK).click()
    tab.wait_for_function("() => location.hash.startsWith('#ref-')")
    tab.locator("#by-stage + .headerlink").click(force=True)
    tab.wait_for_function("() => location.hash === '#by-stage'")


@pytest.mark.parametrize("gone", ["css", "js"])
def test_what_could_not_be_fetched_is_asked_for_again_at_the_next_reach(visit, gone):
    """Whoever comes out of a tunnel has previews from the next tap on, without loading the page again."""
    tab = visit(has_touch=True, before=lambda tab: tab.route(f"**{LATER}*.{gone}", lambda route: route.abort()))
    tab.locator(MARK).tap()
    if gone == "js":
        tab.wait_for_function("() => location.hash.startsWith('#ref-')")
    else:
        tab.locator(".kb-preview").wait_for()
    tab.wait_for_timeout(300)
    tab.unroute(f"**{LATER}*.{gone}")
    tab.locator("#cite-10").tap()
    tab.locator(".kb-preview").wait_for()
    tab.wait_for_function("() => getComputedStyle(document.querySelector('.kb-preview')).maxWidth !== 'none'")
    assert len({response.url for response in later(tab)}) == 2
    assert tab.locator(".kb-preview").count() == 1
    assert tab.evaluate("document.querySelectorAll('script[src*=kb-later]').length") == 1


def test_a_preview_without_its_styles_stands_where_it_can_be_read(visit):
    """Where a line loses the stylesheet alone, a tap still shows the reference, on the screen and beside its mark."""
    tab = visit(has_touch=True, before=lambda tab: tab.route(f"**{LATER}*.css", lambda route: route.abort()))
    mark = tab.locator(MARK)
    mark.tap()
    tab.locator(".kb-preview .kb-reference").wait_for()
    box, line = tab.locator(".kb-preview").bounding_box(), mark.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert box["height"] > 40
    assert min(abs(box["y"] + box["height"] - line["y"]), abs(line["y"] + line["height"] - box["y"])) < 40
    assert "#ref" not in tab.url


def test_a_file_is_saved_once_and_a_block_opens_once(visit):
    """What a browser does by itself while scripts are under way is not done a second time."""
    tab = visit()
    saved = []
    tab.on("download", lambda file: saved.extend([file]))
    with tab.expect_download():
        tab.locator(".kb-downloads").get_by_role("link", name="RIS").click()
    tab.locator("details.kb-share summary").click()
    tab.locator(".kb-share .kb-copy").first.wait_for()
    tab.wait_for_timeout(300)
    assert tab.locator("details.kb-share").evaluate("block => block.open")
    assert len(saved) == 1


def test_headings_are_named_before_anything_is_fetched(visit):
    """A screen reader's list of links says which section each # copies, from the start."""
    tab = visit()
    assert tab.get_by_role("link", name="Copy link: By stage", exact=True).count() == 1
    assert not later(tab)


def test_the_list_of_references_can_be_copied_when_it_is_reached(visit):
    """Whoever reads down to the list finds its button there."""
    tab = visit()
    tab.locator(".kb-downloads").scroll_into_view_if_needed()
    tab.locator(".kb-downloads .kb-copy").wait_for()
    assert tab.locator(".kb-reference__back a").first.get_attribute("title").startswith("Back to citation a")


@pytest.mark.parametrize(("press", "leads"), [(MARK, "#ref-"), ("#by-stage + .headerlink", "#by-stage")])
def test_a_line_that_never_answers_leaves_no_link_dead(visit, press, leads):
    """Where a phone shows bars but nothing comes, a pressed mark or # leads on after a short wait."""
    tab = visit(before=lambda tab: tab.route(f"**{LATER}*", lambda _: None))
    tab.locator(press).focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function("leads => location.hash.startsWith(leads)", arg=leads, timeout=8000)


@pytest.mark.parametrize("file", ["yours.css", "yours.js"])
def test_a_form_that_cannot_be_fetched_says_so_and_comes_when_it_can(visit, file):
    """Who opens the handout's form on a dead line is told, in words, and finds the form at the next try."""
    tab = visit(before=lambda tab: tab.route(f"**/{file}", lambda route: route.abort()))
    summary = tab.locator(".kb-yours summary")
    summary.click()
    tab.locator(".kb-yours [role=alert]").wait_for()
    assert not tab.locator(".kb-yours fieldset").count()
    tab.unroute(f"**/{file}")
    summary.click()
    summary.click()
    tab.locator(".kb-yours fieldset").wait_for()
    assert not tab.locator(".kb-yours [role=alert]").count()
    assert tab.locator(".kb-yours fieldset").count() == 1


def test_escape_leaves_the_form_and_the_sheet_one_at_a_time(visit):
    """Escape leads from the sheet back to the form and from there to what opened it, whatever else has been fetched."""
    tab = visit()
    summary = tab.locator(".kb-yours summary")
    summary.click()
    tab.locator("#__yours-group").fill("Tuesday group")
    tab.keyboard.press("Escape")
    assert not tab.locator(".kb-yours details").evaluate("fold => fold.open")
    assert summary.evaluate("it => it === document.activeElement")
    summary.click()
    tab.locator(".kb-share summary").click()  # fetches the scripts that look for Escape, too
    tab.locator(".kb-share .kb-copy").first.wait_for()
    tab.get_by_role("button", name="Make the sheet").click()
    tab.keyboard.press("Escape")
    assert not tab.locator(".kb-sheet").count()
    assert tab.locator(".kb-yours details").evaluate("fold => fold.open")
    assert tab.get_by_role("button", name="Make the sheet").evaluate("it => it === document.activeElement")
