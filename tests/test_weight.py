"""Weight: what a first visit costs a reader with little data, read from the built files, and nothing else is sent."""

import functools
import gzip
import hashlib
import re
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import pytest
from conftest import PROJECT, often, page
from lxml import html

from kb import assets
from kb.book import read_book
from kb.permanent import free_id

VIEW, REQUESTS, FRAME, PAGE = 25 * 1024, 5, 2_350, 7_350  # bytes compressed, and a count
WHOLE = 9_700  # of a normal page's HTML: its words alone, compressed, are 5.2 KB
TEMPLATES = [
    "",
    "help-now/",
    "framework/",
    "framework/what-helps-when/",
    "framework/social-support/emotional/",
    "about/cite/",
    "about/offline/",
    "glossary/",
    "404.html",
]
# What grows with the works that a page rests on, and with the words it explains: not the page that is read.
SOURCES = re.compile(
    r'<(ol|ul) class="kb-references".*?</\1>|"citation":\[.*?\]'
    r'|<button [^>]*class="kb-explain".*?</button><span class="kb-term".*?</span>',
    re.DOTALL,
)
LISTS = re.compile(r"(glossary|a-z|research/references(/[a-z-]+)?)/index\.html")
FULL = next((Path(find_spec("material").origin).parent / "templates/assets/stylesheets").glob("main.*.css"))


def packed(text):
    return len(gzip.compress(text if isinstance(text, bytes) else text.encode(), 9, mtime=0))


def asked(site, file):
    """Name the files that a browser fetches with a page."""
    tree = html.document_fromstring((site / file).read_bytes())
    links = tree.xpath("//link[@rel='stylesheet' or @rel='icon']/@href | //script/@src")
    return {(site / file).parent.joinpath(link.removeprefix("/")).resolve() for link in links}


def text_of(site, file):
    """Give a page without its sources."""
    return SOURCES.sub("", (site / file).read_text(encoding="utf-8"))


def pages(site):
    return [entry.file for entry in read_book(site).pages if 'class="kb-top"' in text_of(site, entry.file)]


def view(site, file):
    """Give the bytes of a page's first view, all of it, and its requests."""
    files = [site / file, *asked(site, file)]
    return sum(packed(each.read_bytes()) for each in files), len(files)


def test_a_first_view_is_light(site):
    """Whoever opens any page on a phone with little data has all of it for 25 KB and in five requests at most."""
    views = {file: view(site, file) for file in pages(site)}
    assert len(views) > 40
    assert {file: seen for file, seen in views.items() if seen[1] > REQUESTS} == {}
    assert {file: seen[0] for file, seen in views.items() if seen[0] > VIEW} == {}


def test_a_normal_page_is_short(site):
    """A reader pays 9,700 bytes at most for a normal page with its sources, and 7,350 without them."""
    files = [file for file in pages(site) if file != "404.html" and not LISTS.fullmatch(file)]
    assert median(packed((site / file).read_bytes()) for file in files) <= WHOLE
    assert median(packed(text_of(site, file)) for file in files) <= PAGE


def test_the_frame_is_small_on_every_page(site):
    """What stands around the words is the same few bytes everywhere."""
    for file in pages(site):
        text = re.sub(r"<article.*</article>", "", text_of(site, file), flags=re.DOTALL)
        assert packed(text) <= FRAME, f"{file}: {packed(text)}"


@pytest.mark.full
def test_a_first_view_is_as_light_in_a_site_of_a_thousand_pages(miniature):
    """A page of a large site costs its reader the same, whatever stands on the other pages."""
    words = " ".join(f"Word{number} means something else than word{number + 1} does." for number in range(90))
    kinds = ("- one\n- two\n", "| A | B |\n|---|---|\n| 1 | 2 |\n", "```\ncode\n```\n", '!!! tip "Do"\n    One.\n')
    end = "\n## References {#references}\n\n\\bibliography\n"
    places = {}
    for number in range(1050):  # an id is made from a name, and a few names would make the same
        place = f"part-{number % 8}/sheet-{number}"
        places.setdefault(free_id(f"{place}.md"), place)
    names = list(places.values())[:1000]
    files = {f"{name}.md": page(name, f"{words} [@doe2020]\n\n{kinds[int(name[-1]) % 4]}{end}") for name in names}
    built = miniature(files)
    assert built.status == 0, built.output
    views = [view(built.site, f"{name}/index.html") for name in names[::37]]
    assert max(seen[0] for seen in views) <= 15 * 1024
    assert max(seen[1] for seen in views) <= REQUESTS
    assert len(list((built.site / "assets").glob("kb*.css"))) < 12


def test_the_frame_does_not_grow_with_the_site(miniature):
    """A page of a large site costs its reader no more than one of a small site."""
    places = [f"part-{part}/sheet-{number}" for part in range(4) for number in range(40)]
    files = {f"{place}.md": page(place) for place in places}
    small = miniature({name: text for name, text in files.items() if name.endswith("-0.md")})
    assert small.status == 0, small.output
    before = len((small.site / "part-1/sheet-0/index.html").read_bytes())
    large = miniature(files)
    assert large.status == 0, large.output
    after = (large.site / "part-1/sheet-0/index.html").read_bytes()
    assert b"part-2/sheet-7" not in after
    assert len(after) < before + 2_500


def test_stylesheets_and_scripts_have_names_that_change_with_them(site):
    """A browser may keep them for ever: when one changes, so does its name; nothing of the theme's scripts is sent."""
    made = [file for file in (site / "assets").iterdir() if file.name.startswith("kb")]
    for file in made:
        stem, digest, _ = file.name.split(".")
        assert stem in {"kb", "kb-part", "kb-later"}
        assert digest == hashlib.sha256(file.read_bytes()).hexdigest()[:10]
    assert [sum(file.name.startswith(f"{stem}.") for file in made) for stem in ("kb", "kb-later")] == [2, 2]
    shipped = {file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file()}
    theirs = "assets/javascripts/", "assets/stylesheets/", "assets/images/"
    assert not [name for name in shipped if name.startswith(theirs)]
    assert not shipped & {"assets/base.css", "assets/frame.css", "assets/citations.js", "assets/kb.css", "assets/kb.js"}


def test_pictures_have_their_size(site):
    """Nothing moves while a picture arrives."""
    for file in pages(site):
        for picture in html.document_fromstring((site / file).read_bytes()).xpath("//img"):
            assert picture.get("width"), file
            assert picture.get("height"), file


@pytest.mark.browser
def test_nothing_moves_while_a_page_loads(chromium, address):
    """A reader taps what they meant to tap: no part of a page shifts."""
    tab = chromium.new_page(viewport={"width": 360, "height": 640})
    for path in [*TEMPLATES, "search/"]:
        tab.goto(address + path)
        moved = tab.evaluate("""() => new Promise(done => {
            let sum = 0;
            new PerformanceObserver(list => list.getEntries().forEach(entry => { sum += entry.value; }))
                .observe({type: "layout-shift", buffered: true});
            requestAnimationFrame(() => setTimeout(() => done(sum), 50)); })""")
        assert moved == 0, path
    tab.close()


@pytest.fixture(scope="module")
def uncut():
    """All styles of the theme and of ours in one sheet, in order and with nothing cut."""
    own = (PROJECT / "mkdocs.yml").read_text(encoding="utf-8")
    ours = frozenset(re.search(r"ours: \[(.*)\]", own)[1].split(", "))
    names = re.findall(r"^  - (assets/\S+\.css)", own, re.MULTILINE)
    house = assets.parse("".join((PROJECT / "overrides" / name).read_text(encoding="utf-8") for name in names))
    theme = assets.parse(FULL.read_text(encoding="utf-8").replace(".focus-visible", ":focus-visible"))
    return assets.write([*assets.cut(theme, Everything(), ours), *house])


def dressed(tab, whole):
    """Let a page have `whole` in place of the stylesheets that were made of it; without it, those."""
    if whole:
        tab.route("**/kb-*.css", functools.partial(instead, whole))
        tab.route("**/kb.*.css", functools.partial(fulfil, whole))


DRAWN_ON = [(360, "screen"), (1366, "screen"), (800, "print")]
# A page has loaded before its lazy pictures, such as the QR code of its address on paper: those in view are waited for.
ARRIVED = """() => Promise.all([...document.images].filter(image =>
  image.checkVisibility() && image.getBoundingClientRect().top < innerHeight).map(image => image.decode()))"""


KEPT = "() => !document.querySelector('#__keep [hidden] [data-do]')"  # about/offline has asked what is kept


def settled(tab):
    """Wait for what comes by itself after a page has loaded."""
    tab.evaluate(ARRIVED)
    tab.wait_for_function(KEPT)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", often(["light", "dark"], "light"))
@pytest.mark.parametrize(("width", "media"), often(DRAWN_ON, (360, "screen"), (800, "print")))
def test_the_cut_stylesheets_draw_the_same_pictures(chromium, address, site, uncut, scheme, width, media):  # noqa: PLR0913, PLR0917 - pytest's own way
    """What was cut or put apart changes no dot of what a reader sees, on a phone, a computer or paper."""
    sent = sum(len(file.read_bytes()) for file in (site / "assets").glob("kb.*.css"))
    assert len(uncut) > 2 * sent
    pictures = []
    for whole in ("", uncut):
        tab = chromium.new_page(viewport={"width": width, "height": 1400}, color_scheme=scheme)
        tab.emulate_media(media=media, reduced_motion="reduce")
        dressed(tab, whole)
        tab.route("**/kb-later.*", lambda route: route.abort())  # comes when it comes: compared below
        for path in TEMPLATES:
            tab.goto(address + path)
            settled(tab)
            pictures.append(tab.screenshot())
        tab.close()
    half = len(TEMPLATES)
    pairs = zip(TEMPLATES, pictures[:half], pictures[half:], strict=True)
    assert [path for path, one, other in pairs if one != other] == []


# Every element of a page, with what stands before, behind and beside it: a sum of all that says how it is drawn.
DRAWN = """() => [document.documentElement, ...document.querySelectorAll("body, body *")].flatMap(element =>
  [null, "::before", "::after", "::marker"].map(part => {
    const style = getComputedStyle(element, part);
    if (part && part !== "::marker" && style.content === "none") return "";
    let sum = 0;
    for (const name of style) {
      if (name.startsWith("--")) continue;
      for (const letter of name + style.getPropertyValue(name)) sum = (sum * 31 + letter.codePointAt(0)) | 0;
    }
    return `${element.tagName} ${element.className} ${part} ${sum}`; }))"""


@pytest.mark.browser
@pytest.mark.full
@pytest.mark.parametrize(("width", "media"), DRAWN_ON)
def test_styles_that_come_apart_or_later_say_the_same(chromium, address, uncut, width, media):
    """Each part of a page is drawn as if its styles had come in one piece, also what scripts add."""
    for path in TEMPLATES:
        drawn = []
        for whole in ("", uncut):
            tab = chromium.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce")
            dressed(tab, whole)
            tab.goto(address + path)
            settled(tab)
            if "emotional" in path:
                tab.locator("details.kb-share summary").click()
                tab.locator(".kb-share .kb-copy").first.wait_for()
                tab.locator("h2 + .headerlink").first.click(force=True)
                tab.locator(".kb-link strong:not(:empty)").wait_for()
                tab.mouse.move(1, 1)
            tab.emulate_media(media=media)
            tab.evaluate("document.getAnimations().forEach(each => each.finish())")  # no colour on its way to another
            drawn.append(tab.evaluate(DRAWN))
            tab.close()
        assert drawn[0] == drawn[1], path


def instead(whole, route, _):
    """Answer for a sheet beside the common one with nothing, and for one that has it inside with all."""
    alone = route.fetch().text().startswith("/*! With parts of Material")
    route.fulfill(body=whole if alone else "", content_type="text/css")


def fulfil(text, route, _):
    """Answer with a stylesheet."""
    route.fulfill(body=text, content_type="text/css")


class Everything(assets.Used):
    """Stands for pages in which every name occurs, so that nothing is cut."""

    def __init__(self):
        every = type("Every", (frozenset,), {"__contains__": lambda *_: True})()
        super().__init__(every, every, every, every)
