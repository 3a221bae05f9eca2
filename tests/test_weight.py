"""Weight: what a first visit costs a reader with little data, read from the built files, and nothing else is sent."""

import functools
import gzip
import hashlib
import re
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import pytest
from conftest import PROJECT, page
from lxml import html

from kb import assets
from kb.book import read_book

VIEW, REQUESTS, FRAME, PAGE = 25 * 1024, 5, 2_600, 8 * 1024  # bytes compressed, and a count
HUBS = ["", "help-now/", "practice/", "events/", "about/", "a-z/"]
TEMPLATES = [
    "",
    "help-now/",
    "framework/what-helps-when/",
    "framework/social-support/emotional/",
    "glossary/",
    "404.html",
]
# What grows with the works that a page rests on, and with the words it explains: not the page that is read.
SOURCES = re.compile(
    r'<(ol|ul) class="kb-references".*?</\1>|<script type="application/ld\+json">.*?</script>'
    r'|<meta name="citation_[^>]*>|<button [^>]*class="kb-explain".*?</button><span class="kb-term".*?</span>',
    re.DOTALL,
)
MATRIX = "framework/what-helps-when/index.html"  # the one large table, by reader and with a link to each box
LISTS = {"glossary/index.html", "research/references/index.html", "a-z/index.html"}
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


@pytest.mark.parametrize("path", HUBS)
def test_a_first_view_is_light(site, path):
    """Whoever opens the site on a phone with little data has a whole page for 25 KB and in five requests at most."""
    file = f"{path}index.html"
    files = [site / file, *asked(site, file)]
    assert len(files) <= REQUESTS
    assert sum(packed(each.read_bytes()) for each in files) <= VIEW


def test_every_page_is_light_but_for_its_sources(site):
    """A normal page is 8 KB at most, and any page's words come within 25 KB; only a list of sources adds to that."""
    sizes = {file: packed(text_of(site, file)) for file in pages(site) if file != "404.html" and file not in LISTS}
    assert median(sizes.values()) <= PAGE
    for file, size in sizes.items():
        others = asked(site, file)
        assert len(others) < REQUESTS, file
        assert size + sum(packed(each.read_bytes()) for each in others) <= VIEW, file


def test_the_frame_is_small_on_every_page(site):
    """What stands around the words is the same few bytes everywhere."""
    for file in pages(site):
        text = re.sub(r"<article.*</article>", "", text_of(site, file), flags=re.DOTALL)
        assert packed(text) <= FRAME, f"{file}: {packed(text)}"


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


def test_one_stylesheet_and_one_script_under_names_that_change_with_them(site):
    """A browser may keep both for ever: when one changes, so does its name; nothing of the theme's scripts is sent."""
    for kind in ("css", "js"):
        (file,) = (site / "assets").glob(f"kb.*.{kind}")
        assert file.name == f"kb.{hashlib.sha256(file.read_bytes()).hexdigest()[:10]}.{kind}"
    shipped = {file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file()}
    theirs = "assets/javascripts/", "assets/stylesheets/", "assets/images/"
    assert not [name for name in shipped if name.startswith(theirs)]
    assert not shipped & {"assets/base.css", "assets/frame.css", "assets/citations.js"}


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
    for path in TEMPLATES:
        tab.goto(address + path)
        moved = tab.evaluate("""() => new Promise(done => {
            let sum = 0;
            new PerformanceObserver(list => list.getEntries().forEach(entry => { sum += entry.value; }))
                .observe({type: "layout-shift", buffered: true});
            requestAnimationFrame(() => setTimeout(() => done(sum), 50)); })""")
        assert moved == 0, path
    tab.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_cut_stylesheet_draws_the_same_pictures(chromium, address, site, scheme):
    """What was cut from the theme's styles changes no dot of what a reader sees, on a phone, a computer or paper."""
    own = (PROJECT / "mkdocs.yml").read_text(encoding="utf-8")
    ours = frozenset(re.search(r"ours: \[(.*)\]", own)[1].split(", "))
    names = re.findall(r"^  - (assets/\S+\.css)", own, re.MULTILINE)
    house = assets.parse("".join((PROJECT / "overrides" / name).read_text(encoding="utf-8") for name in names))
    theme = assets.parse(FULL.read_text(encoding="utf-8").replace(".focus-visible", ":focus-visible"))
    whole = assets.write([*assets.cut(theme, Everything(), ours), *house])
    (cut,) = (site / "assets").glob("kb.*.css")
    assert len(whole) > 2 * len(cut.read_text(encoding="utf-8"))
    for width, media in ((360, "screen"), (1366, "screen"), (800, "print")):
        pictures = []
        for text in (cut.read_text(encoding="utf-8"), whole):
            tab = chromium.new_page(viewport={"width": width, "height": 1400}, color_scheme=scheme)
            tab.emulate_media(media=media, reduced_motion="reduce")
            tab.route("**/kb.*.css", functools.partial(fulfil, text))
            for path in TEMPLATES:
                tab.goto(address + path)
                pictures.append(tab.screenshot())
            tab.close()
        half = len(TEMPLATES)
        for path, one, other in zip(TEMPLATES, pictures[:half], pictures[half:], strict=True):
            assert one == other, f"{path} at {width}, {media}, {scheme}"


def fulfil(text, route, _):
    """Answer with a stylesheet."""
    route.fulfill(body=text, content_type="text/css")


class Everything(assets.Used):
    """Stands for pages in which every name occurs, so that nothing is cut."""

    def __init__(self):
        every = type("Every", (frozenset,), {"__contains__": lambda *_: True})()
        super().__init__(every, every, every, every)
