"""Sharing: what a reader sends, copies or prints of a page is public, short, true and whole, on any device."""

import json
import struct
import xml.etree.ElementTree as ET
from dataclasses import replace

import markdown
import pypdfium2
import pytest
import zxingcpp
from conftest import PROJECT, mkdocs, often, page
from lxml import html

from kb import checks, publish
from kb.addresses import outputs
from kb.helplines import read_helplines
from kb.pages import read_pages
from kb.sharing import MESSAGE_MAX, emergency_line, sharing, write_codes

SITE = "https://recovery.example/"
PAGES = read_pages(PROJECT / "docs")[0]
HELPLINES = read_helplines(PROJECT / "docs/helplines.yml", "helplines.yml")[0]
KIND = "framework/social-support/emotional"
SECTION = f"{SITE}{KIND}/#what-it-is"
SHORT = f"{SITE}p/{next(item.id for item in PAGES if item.path == KIND + '.md')}/"
TWO_WAYS = ["online", "from disk"]


def read(site, path):
    return html.document_fromstring((site / path).read_bytes())


def built_file(source):
    return outputs(source.path)[0]


def address_of(source):
    return SITE + built_file(source).removesuffix("index.html")


def texts(site, source):
    """Give what stands under "Share this page", by its name."""
    block = read(site, built_file(source)).xpath("//details[contains(@class,'kb-share')]")[0]
    names = [name.text_content() for name in block.xpath(".//dt")]
    return dict(zip(names, [text.text_content() for text in block.xpath(".//dd/pre")], strict=True))


# ── The message ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("source", PAGES, ids=lambda source: source.path)
def test_each_page_has_a_message_short_enough_to_send(site, source):
    """A friend gets what the page says, one thing to do, a link that lasts and whom to call, in 300 characters."""
    found = texts(site, source)
    message, link = found["Message to a friend"], f"{SITE}p/{source.id}/"
    assert len(message) <= MESSAGE_MAX
    assert message.splitlines() == [
        f"{source.brief} {source.do}",
        link,
        "In an emergency call 999 (UK) or 911 (USA).",
    ]
    assert found["Short link"] == link
    assert found["Address of this page"] == address_of(source)


def test_the_numbers_in_a_message_come_from_the_one_data_file():
    """When a number changes in the data file it changes in every message, and none is typed anywhere else."""
    uk, usa = (line for line in HELPLINES if line.name.endswith(" emergency"))
    assert emergency_line([replace(uk, call="112", name="Elsewhere emergency")]) == (
        "In an emergency call 112 (Elsewhere)."
    )
    assert emergency_line([usa, *(line for line in HELPLINES if line.group != "emergency")]) == (
        "In an emergency call 911 (USA)."
    )
    assert emergency_line([]) == ""
    assert not [source.path for source in PAGES if {"999", "911"} & set((source.brief + source.do).split())]


def complaints(folder, brief, address=SITE):
    """Check one page that has a `brief` of so many letters and a `do` of 40; give what is said of messages."""
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "docs/none.bib").touch()
    (folder / "docs/index.md").write_text(page("Home", brief="b" * brief, do="d" * 40), encoding="utf-8")
    found = checks.read_sources(folder / "docs", "none.bib", "none.yml", address=address).findings
    return [str(item) for item in found if "message" in item.what]


def test_a_message_that_is_too_long_is_refused_with_its_line(tmp_path):
    """A writer whose message would be cut off on its way is told where, and by how much to shorten it."""
    what = "docs/index.md:3: the message to a friend has 302 characters with its link and help numbers"
    mend = "cut 2 or more from `brief` or `do`, so that it has 300 at most"
    assert complaints(tmp_path, 200) == [f"{what}; {mend}"]


def test_a_message_leaves_room_for_a_longer_address(tmp_path):
    """A group that puts the site at a longer address need not write its messages anew, and is told if it must."""
    assert complaints(tmp_path, 198) == []
    assert complaints(tmp_path, 198, f"https://{'a' * 44}/") == []
    assert len(complaints(tmp_path, 198, f"https://{'a' * 45}/")) == 1


# ── Snippets ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("title", ["Emotional support", 'A *b* [c](d) <e> & "f" _g_ `h` #'])
def test_snippets_are_one_link_with_the_page_s_own_words(title):
    """Whoever puts a snippet into a newsletter gets the title as a link, and no sign of it turned into markup."""
    source = replace(PAGES[0], title=title)
    made = sharing(source, "A & B", SITE, [])
    for text in (markdown.markdown(made.markdown), made.html):
        tree = html.fragment_fromstring(text)
        (link,) = tree.iter("a")
        assert link.get("href") == f"{SITE}p/{source.id}/"
        assert link.text_content() == title
        assert tree.text_content() == f"{title}: {source.brief} (A & B)"
    assert made.plain.splitlines() == [f"{title}: {source.brief} (A & B)", f"{SITE}p/{source.id}/"]


# ── The QR code ─────────────────────────────────────────────────────────────────────────────────────────────────────


def codes(pdf):
    """Read every QR code of a printed page."""
    found = []
    for sheet in pypdfium2.PdfDocument(pdf):
        drawn = sheet.render(scale=2, grayscale=True)
        bits = bytes(drawn.buffer)
        rows = b"".join(bits[row * drawn.stride :][: drawn.width] for row in range(drawn.height))
        found += zxingcpp.read_barcodes(memoryview(rows).cast("B", shape=[drawn.height, drawn.width]))
    return found


def words(pdf):
    return "".join(sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(pdf))


def test_each_page_has_a_code_and_it_is_the_same_every_time(site, tmp_path):
    """Two people who build the site print the same code for each page."""
    write_codes(tmp_path, PAGES, SITE)
    for source in PAGES:
        file = f"p/{source.id}/qr.svg"
        assert (site / file).read_bytes() == (tmp_path / file).read_bytes()
        assert ET.parse(site / file).getroot().tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own file


@pytest.mark.browser
@pytest.mark.parametrize("way", TWO_WAYS)
@pytest.mark.parametrize("path", often(["help-now", KIND], "help-now"))
def test_a_printed_page_has_its_code_which_no_screen_fetches(chromium, address, offline_copy, way, path):
    """Somebody who prints a page gets a code that leads back to it; on a phone nothing was downloaded for that."""
    source = next(item for item in PAGES if item.path == f"{path}.md")
    link = f"{SITE}p/{source.id}/"
    tab = chromium.new_page(viewport={"width": 360, "height": 800})
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{address}{path}/" if way == "online" else f"{offline_copy.as_uri()}/{path}/index.html")
    tab.locator(".kb-trust").scroll_into_view_if_needed()
    tab.wait_for_load_state("networkidle")
    assert not [url for url in asked if "qr.svg" in url]
    printed = tab.pdf(format="A4")
    assert [url for url in asked if "qr.svg" in url]
    assert [(code.text, code.format.name) for code in codes(printed)] == [(link, "QRCode")]
    foot = words(printed).split("Address of this page")[1]
    assert source.title in foot
    assert link in foot
    tab.close()


@pytest.mark.browser
def test_without_javascript_all_can_be_read_and_printed(chromium, address):
    """A careful reader without scripts opens the block, reads each text, and prints the code."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    tab = context.new_page()
    tab.goto(f"{address}{KIND}/")
    tab.get_by_role("link", name="Share this page").click()
    for words_shown in (SHORT, SECTION.partition("#")[0], "In an emergency call 999 (UK) or 911 (USA)."):
        assert tab.locator(".kb-share pre", has_text=words_shown).first.is_visible()
    assert tab.get_by_role("button", name="Copy").count() == 0
    assert [code.text for code in codes(tab.pdf())] == [SHORT]
    context.close()


def test_a_heading_holds_its_words_alone(site):
    """Somebody who hears the page hears each heading once: the link to the section stands beside it, not within."""
    seen = 0
    for file in site.rglob("index.html"):
        tree = html.document_fromstring(file.read_bytes())
        assert not tree.xpath("//*[self::h1 or self::h2 or self::h3]//*[contains(@class, 'headerlink')]"), file
        for link in tree.xpath("//a[@class='headerlink']"):
            assert link.getprevious().tag in {"h2", "h3"}, file
            assert link.get("href") == f"#{link.getprevious().get('id')}", file
            seen += 1
    assert seen > 300


# ── Copying ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=TWO_WAYS)
def copier(request, chromium, address, offline_copy):
    """Somebody on a phone who may use the clipboard, on the page about emotional support."""
    context = chromium.new_context(
        viewport={"width": 360, "height": 800}, has_touch=True, permissions=["clipboard-read", "clipboard-write"]
    )
    tab = context.new_page()
    tab.goto(f"{address}{KIND}/" if request.param == "online" else f"{offline_copy.as_uri()}/{KIND}/index.html")
    yield tab
    context.close()


def pasted(tab):
    return tab.evaluate("navigator.clipboard.readText()")


@pytest.mark.browser
def test_copy_link_gives_the_public_address_of_a_section(copier):
    """Wherever a page is read, also from disk, what a reader copies of a section works for everybody else."""
    copier.get_by_role("link", name="Copy link: What it is", exact=True).click()
    copier.get_by_text("Link copied").wait_for()
    assert pasted(copier) == SECTION
    assert copier.url.endswith("#what-it-is")
    copier.get_by_role("button", name="Copy: Short link").first.click()
    copier.wait_for_function(
        "text => navigator.clipboard.readText().then(found => found === text)", arg=f"{SHORT}#what-it-is"
    )
    assert copier.locator(".kb-link input").evaluate_all("all => all.map(field => field.value)") == [
        SECTION,
        f"{SHORT}#what-it-is",
    ]


@pytest.mark.browser
def test_copying_a_section_s_link_is_said_and_can_be_undone_by_keyboard(copier):
    """Somebody who cannot see the screen hears what happened, and Escape takes them back to where they were."""
    link = copier.get_by_role("link", name="Copy link: What it is", exact=True)
    link.focus()
    copier.keyboard.press("Enter")
    copier.locator("[aria-live]").get_by_text("Link to this section copied").wait_for(state="attached")
    copier.keyboard.press("Tab")
    assert copier.evaluate("document.activeElement.closest('.kb-link') !== null")
    copier.keyboard.press("Escape")
    assert copier.locator(".kb-link").count() == 0
    assert link.evaluate("link => link === document.activeElement")


@pytest.mark.browser
def test_each_text_of_the_block_can_be_copied(copier):
    """A reader copies the message, the short link and each snippet with one press, and is told so."""
    copier.get_by_role("link", name="Share this page").click()
    for name in copier.locator(".kb-share dt").all_text_contents():
        row = copier.locator(".kb-share dd", has=copier.get_by_role("button", name=f"Copy: {name}", exact=True))
        row.get_by_role("button").click()
        row.locator("[aria-live]").get_by_text("Copied").wait_for()
        assert pasted(copier) == row.locator("pre").text_content()


@pytest.mark.browser
def test_only_the_last_copy_is_called_copied_and_it_is_said_each_time(copier):
    """A reader sees "Copied" beside what the clipboard holds, nowhere else, and hears it again at a second press."""
    copier.get_by_role("link", name="Share this page").click()
    copier.locator(".kb-share .kb-copy__said").first.wait_for(state="attached")
    copier.evaluate(
        """() => {
             window.heard = [];
             const region = document.querySelector(".kb-share [aria-live].kb-copy__said");
             new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true });
           }"""
    )
    copier.get_by_role("link", name="Copy link: What it is", exact=True).click()
    copier.get_by_text("Link copied").wait_for()
    first = copier.locator(".kb-share .kb-copy__both").first
    for times in (1, 2):
        first.get_by_role("button").click()
        copier.wait_for_function("times => heard.filter(words => words === 'Copied').length === times", arg=times)
    assert copier.evaluate("heard") == ["Copied", "", "Copied"]
    copier.locator(".kb-share .kb-copy__both").nth(1).get_by_role("button").click()
    copier.locator(".kb-share .kb-copy__both").nth(1).get_by_text("Copied").wait_for()
    standing = copier.locator("[aria-live], .kb-link strong").all_text_contents()
    assert [words for words in standing if "opied" in words] == ["Copied"]


@pytest.fixture
def plain_http(chromium, site):
    """Somebody who reads a copy of the site on a host without https, where browsers keep the clipboard shut."""

    def serve(route):
        path = route.request.url.removeprefix("http://plain.example/").partition("?")[0]
        file = site / (path + "index.html" if not path or path.endswith("/") else path)
        route.fulfill(path=file) if file.is_file() else route.fulfill(status=404)

    context = chromium.new_context(viewport={"width": 1366, "height": 800}, permissions=["clipboard-read"])
    tab = context.new_page()
    tab.route("http://plain.example/**", serve)
    tab.goto(f"http://plain.example/{KIND}/")
    assert tab.evaluate("navigator.clipboard === undefined")
    yield tab
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("old_way", [True, False])
def test_where_the_clipboard_is_shut_the_text_is_selected(plain_http, address, old_way):
    """On a host without https no button is dead: the older way copies, or else the text lies ready, selected."""
    if not old_way:
        plain_http.evaluate("document.execCommand = () => false")  # as in a browser that has dropped it
    says = "Link copied" if old_way else "Selected: now copy it as you copy any text"
    plain_http.locator("#what-it-is + .headerlink").click(force=True)
    plain_http.locator(".kb-link strong", has_text=says).wait_for()
    field = plain_http.locator("#__link")
    assert field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)") == SECTION
    assert field.evaluate("field => field === document.activeElement") != old_way
    if old_way:
        other = plain_http.context.new_page()
        other.goto(address)
        assert pasted(other) == SECTION
        plain_http.bring_to_front()
    plain_http.get_by_role("link", name="Share this page").click()
    plain_http.get_by_role("button", name="Copy: Message to a friend").click()
    assert plain_http.evaluate("getSelection().toString()").startswith("Emotional support is someone showing")


@pytest.mark.browser
def test_where_the_older_way_copies_the_reader_stays_where_they_pressed(plain_http):
    """Somebody who goes by keyboard goes on from the button that they pressed, not from a field beside it."""
    link = plain_http.locator("#what-it-is + .headerlink")
    link.focus()
    plain_http.keyboard.press("Enter")
    plain_http.locator(".kb-link strong", has_text="Link copied").wait_for()
    assert link.evaluate("link => link === document.activeElement")
    press = plain_http.get_by_role("button", name="Copy: Short link").first
    press.focus()
    plain_http.keyboard.press("Enter")
    plain_http.locator(".kb-link").get_by_text("Copied", exact=True).wait_for()
    assert press.evaluate("press => press === document.activeElement")


# ── The device's own share sheet ────────────────────────────────────────────────────────────────────────────────────

SHEET = "navigator.share = (given) => { window.given = given; return Promise.%s; };"


@pytest.mark.browser
@pytest.mark.parametrize("way", TWO_WAYS)
def test_the_share_sheet_is_handed_the_page_s_message_and_public_link(chromium, address, offline_copy, way):
    """Somebody who shares from a phone sends title, message and short link, once, whatever copy they read."""
    tab = chromium.new_page()
    tab.add_init_script(SHEET % "resolve()")
    tab.goto(f"{address}{KIND}/" if way == "online" else f"{offline_copy.as_uri()}/{KIND}/index.html")
    tab.get_by_role("link", name="Share this page").click()
    tab.get_by_role("button", name="Share…").click()
    given = tab.evaluate("window.given")
    source = next(item for item in PAGES if item.path == f"{KIND}.md")
    help_line = "In an emergency call 999 (UK) or 911 (USA)."
    assert given == {"title": source.title, "text": f"{source.brief} {source.do}\n{help_line}", "url": SHORT}
    tab.close()


@pytest.mark.browser
@pytest.mark.parametrize(("why", "says"), [("AbortError", ""), ("NotAllowedError", "copy the message instead")])
def test_a_share_sheet_that_does_not_send_leaves_a_way_on(chromium, address, why, says):
    """Whoever changes their mind is left in peace, and whoever meets a fault is told what else to do."""
    tab = chromium.new_page()
    tab.add_init_script(SHEET % f"reject(new DOMException('', '{why}'))")
    tab.goto(f"{address}{KIND}/")
    tab.get_by_role("link", name="Share this page").click()
    tab.get_by_role("button", name="Share…").click()
    tab.wait_for_function("window.given")
    status = tab.locator("button:text('Share…') + [aria-live]").text_content()
    assert status.endswith(says)
    assert bool(status) == bool(says)
    tab.close()


@pytest.mark.browser
def test_without_a_share_sheet_there_is_no_button_for_it(chromium, address):
    """A computer that has no share sheet shows no button that would do nothing."""
    tab = chromium.new_page()
    tab.add_init_script("delete Navigator.prototype.share")
    tab.goto(f"{address}{KIND}/")
    tab.get_by_role("link", name="Share this page").click()
    tab.get_by_role("button", name="Copy: Short link").wait_for()
    assert tab.get_by_role("button", name="Share…").count() == 0
    tab.close()


# ── Hands, eyes, ears ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.parametrize(("touch", "least"), [(True, 44), (False, 24)])
def test_everything_to_press_is_named_and_large_enough(chromium, address, touch, least):
    """A finger finds 44 pixels and a mouse 24, nothing covers another, and each control says what it does."""
    context = chromium.new_context(viewport={"width": 360, "height": 800}, has_touch=touch)
    tab = context.new_page()
    tab.add_init_script(SHEET % "resolve()")
    tab.goto(f"{address}{KIND}/")
    tab.get_by_role("link", name="Share this page").click()
    tab.locator("#what-it-is + .headerlink").click(force=True)
    tab.locator(".kb-link").wait_for()
    found = tab.locator(".kb-share button, .kb-share summary, .kb-link button, .headerlink").evaluate_all(
        """all => all.map(item => {
             const box = item.getBoundingClientRect();
             return [item.ariaLabel || item.textContent.trim(), box.width, box.height];
           })"""
    )
    assert len(found) > 15
    assert len({name for name, _, _ in found if name.startswith("Copy link")}) > 6
    for name, width, height in found:
        assert len(name) > 4
        assert min(width, height) > least - 0.1, f"{name}: {width} × {height}"
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize(("touch", "least"), [(True, 44), (False, 24)])
def test_links_on_the_page_of_one_that_is_gone_are_large_enough(chromium, miniature, touch, least):
    """Whoever ends at a page that is gone reaches each way on with a finger or an unsteady mouse."""
    record = (
        "- address: /gone/\n  title: An old page\n  since: 2026-01-02\n  why: Nobody looked after it any more.\n"
        "  instead: [/help-now/, /practice/finding-support/, /practice/family-and-friends/]\n"
    )
    built = miniature({"links/retired.yml": record})
    assert built.status == 0, built.output
    context = chromium.new_context(viewport={"width": 360, "height": 800}, has_touch=touch)
    tab = context.new_page()
    tab.goto((built.site / "gone/index.html").as_uri())
    boxes = tab.locator("main a").evaluate_all("all => all.map(link => link.getBoundingClientRect().height)")
    assert len(boxes) == 4
    assert min(boxes) > least - 0.1
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


@pytest.mark.browser
def test_paper_shows_no_buttons(chromium, address):
    """What cannot be pressed is not printed."""
    tab = chromium.new_page()
    tab.goto(f"{address}{KIND}/")
    tab.locator("#what-it-is + .headerlink").click(force=True)
    tab.locator(".kb-link").wait_for()
    assert tab.locator(".kb-paper").is_hidden()
    tab.emulate_media(media="print")
    for part in (".kb-link", ".kb-share", ".kb-to-share", ".headerlink"):
        assert tab.locator(part).first.is_hidden(), part
    assert tab.locator(".kb-paper").is_visible()
    tab.close()


# ── For programs: cards, addresses, breadcrumbs, the sitemap ────────────────────────────────────────────────────────


def tags(tree):
    return {tag.get("property") or tag.get("name"): tag.get("content") for tag in tree.iter("meta")}


@pytest.mark.parametrize("source", PAGES, ids=lambda source: source.path)
def test_a_link_to_a_page_becomes_a_card(site, source):
    """Whoever gets a link sees what it leads to: the page's title, its words, and the site's picture."""
    tree = read(site, built_file(source))
    found = tags(tree)
    assert found["og:title"] == source.title
    assert found["og:description"] == source.description
    assert found["og:url"] == address_of(source) == tree.xpath("string(//link[@rel='canonical']/@href)")
    assert found["og:image"] == f"{SITE}assets/card.png"
    assert found["og:locale"] == "en_GB"
    assert found["twitter:card"] == "summary_large_image"


def test_the_card_is_a_picture_of_the_size_and_words_it_is_said_to_have(site):
    """Programs show the picture whole, quickly, and with words for those who do not see it."""
    picture = (site / "assets/card.png").read_bytes()
    found = tags(read(site, "index.html"))
    assert picture.startswith(b"\x89PNG")
    size = struct.unpack(">II", picture[16:24])
    assert size == (int(found["og:image:width"]), int(found["og:image:height"])) == (1200, 630)
    assert len(picture) < 80_000
    drawn = html.document_fromstring((PROJECT / "overrides/.card/card.svg").read_bytes()).xpath("//text")
    name, line = " ".join(text.text for text in drawn[:2]), drawn[2].text
    assert found["og:image:alt"] == f"{name}: {line[0].lower()}{line[1:]}"
    assert not list(site.rglob("card.svg"))


def test_the_offline_copy_names_public_addresses(offline_copy):
    """A link taken from the copy on a stick is the public one, in every place where a program may look."""
    for source in PAGES:
        tree = read(offline_copy, outputs(source.path)[0])
        assert tree.xpath("string(//link[@rel='canonical']/@href)") == address_of(source)
        assert tags(tree)["og:url"] == address_of(source)
        code = tree.xpath("string(//div[@class='kb-paper']/img/@src)")
        assert (offline_copy / outputs(source.path)[0]).parent.joinpath(code).resolve().is_file()


def test_breadcrumbs_lead_down_through_pages_that_exist(site):
    """A search engine shows the way to a page, and each step of it is a page of the site."""
    public = {address_of(source): source for source in PAGES}
    for source in PAGES:
        blocks = [
            json.loads(text)
            for text in read(site, built_file(source)).xpath("//script[@type='application/ld+json']/text()")
        ]
        assert blocks[0]["@type"] == "Article"
        assert blocks[0]["dateModified"] == source.updated.isoformat()
        assert blocks[0]["inLanguage"] == "en-GB"
        assert blocks[0]["license"] == "https://creativecommons.org/licenses/by/4.0/"
        assert "datePublished" not in blocks[0]
        if source.path == "index.md":
            assert len(blocks) == 1
            continue
        steps = blocks[1]["itemListElement"]
        assert blocks[1]["@type"] == "BreadcrumbList"
        assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
        assert [step["item"] for step in steps if step["item"] not in public] == []
        assert steps[0]["item"] == SITE
        assert (steps[-1]["name"], steps[-1]["item"]) == (source.title, address_of(source))
    deep = read(site, f"{KIND}/index.html").xpath("//script[@type='application/ld+json']/text()")[1]
    assert [step["name"] for step in json.loads(deep)["itemListElement"]] == [
        "Home",
        "Framework",
        "Four kinds of support",
        "Emotional support",
    ]


def test_the_sitemap_lists_the_pages_and_nothing_else(site):
    """A search engine is sent to pages only: neither to the not-found page nor to short links."""
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    root = ET.parse(site / "sitemap.xml").getroot()  # noqa: S314 - our own file, just built
    found = [item.text for item in root.findall("s:url/s:loc", space)]
    assert sorted(found) == sorted(address_of(source) for source in PAGES)


def test_a_site_without_an_address_offers_no_links(miniature):
    """A group that has not chosen its address yet gets pages without links that would lead nowhere."""
    built = miniature({"a.md": page("A page")})
    assert list(built.site.rglob("qr.svg"))
    settings = built.site.parent / "mkdocs.yml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace(f"site_url: {SITE}", 'site_url: ""'), encoding="utf-8"
    )
    status, output = mkdocs(settings.parent, publish.environment(), "build", "-d", "site")
    assert status == 0, output
    text = (built.site / "a/index.html").read_text(encoding="utf-8")
    assert not [word for word in ("kb-share", "kb-paper", "__share", "og:image", "BreadcrumbList") if word in text]
    assert not list(built.site.rglob("qr.svg"))
