"""The real site: whole, strict, helpful, and loading nothing from anyone else."""

import posixpath
import re
import xml.etree.ElementTree as ET

import pytest
from conftest import PROJECT, search_texts
from lxml import html

from kb import checks
from kb.addresses import outputs
from kb.book import read_book
from kb.citations import scan
from kb.evidence import LIST, read_claims
from kb.pages import read_pages
from kb.quotes import curled
from kb.schema import KINDS, STAGES

# The map that the site promised to have (from the first release on, an address works for ever).
MAP = [
    "index",
    "help-now",
    "glossary",
    "a-z",
    "search",
    "framework/index",
    "framework/holistic-support",
    "framework/what-helps-when",
    "framework/stages-of-change/index",
    "framework/stages-of-change/precontemplation",
    "framework/stages-of-change/contemplation",
    "framework/stages-of-change/preparation",
    "framework/stages-of-change/action",
    "framework/stages-of-change/maintenance",
    "framework/stages-of-change/relapse",
    "framework/social-support/index",
    "framework/social-support/emotional",
    "framework/social-support/informational",
    "framework/social-support/instrumental",
    "framework/social-support/affiliational",
    "research/index",
    "research/addiction-peer-support",
    "research/mental-health-and-hiv",
    "research/mutual-aid",
    "research/recovery-policy",
    "research/rcsp",
    "research/references",
    "research/references/a-b",
    "research/references/c-d",
    "research/references/e-j",
    "research/references/k-l",
    "research/references/m-o",
    "research/references/p-r",
    "research/references/s",
    "research/references/t-z",
    "events/index",
    "events/2016-peer-to-peer-support/index",
    "events/2016-peer-to-peer-support/reading-list",
    "events/2016-peer-to-peer-support/recovery-oriented-policy",
    "events/2016-peer-to-peer-support/broadening-mutual-help",
    "events/2016-peer-to-peer-support/recovery-in-services",
    "events/2016-peer-to-peer-support/research-for-recovery",
    "practice/index",
    "practice/finding-support",
    "practice/family-and-friends",
    "practice/being-a-peer-supporter",
    "practice/running-a-group",
    "practice/session-plan",
    "practice/handouts",
    "about/index",
    "about/accessibility",
    "about/privacy",
    "about/links",
    "about/offline",
    "about/cite",
    "about/licence",
    "about/changes",
]
PAGES, FINDINGS = read_pages(PROJECT / "docs")
# Words that put a label on a person; names and titles such as Alcoholics Anonymous stay as they are.
LABELS = re.compile(
    r"\b(addicts?|alcoholics?(?! Anonymous)|drug abusers?|substance abusers?|junkies?|drug users?)\b", re.IGNORECASE
)


def read(site, path):
    return html.document_fromstring((site / path).read_bytes())


def test_the_site_builds_without_one_warning(built):
    """The site that readers get is one that nothing was wrong with."""
    assert built.status == 0, built.output
    assert "Documentation built" in built.output
    assert not re.search(r"WARNING|ERROR|Traceback", built.output), built.output


@pytest.mark.parametrize("path", MAP)
def test_every_page_of_the_map_is_there(site, path):
    """A reader finds every page that was promised, at its address."""
    assert (site / outputs(f"{path}.md")[0]).exists()


def test_every_link_and_anchor_resolves(site):
    """No link on any page leads nowhere, down to the section."""
    assert checks.check_book(read_book(site), PAGES) == []


def test_nothing_is_asked_of_another_host(site):
    """Reading a page tells nobody but its host that it was read."""
    for file in [*site.rglob("*.html"), *site.rglob("*.css")]:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"https?://(fonts|unpkg|cdn)", text), file
        assert not re.search(r"url\(\s*[\"']?https?:|@import", text), file
        if file.suffix == ".html":
            for element in html.document_fromstring(text).xpath("//link[not(@rel='canonical')] | //script | //img"):
                target = element.get("href") or element.get("src") or ""
                assert not re.match(r"(https?:)?//", target), f"{file}: {target}"


def test_no_page_is_thin():
    """Nobody is sent to a page that has nothing to say; the A–Z and the library are made lists, and search a field."""
    short = [page.path for page in PAGES if len(page.body.split()) < 250 and "\\full_bibliography{" not in page.body]
    assert set(short) <= {"a-z.md", "about/changes.md", "search.md"}


def test_the_matrix_has_one_action_in_each_of_its_cells(site):
    """Whatever the moment and the kind of help, a peer finds one thing to do, short enough to remember."""
    tree = read(site, "framework/what-helps-when/index.html")
    for stage in STAGES:
        for kind in KINDS:
            (cell,) = tree.xpath(f"//td[@id='{stage}-{kind}']")
            for control in cell.xpath(".//button | .//*[@popover] | .//a[@class='kb-cell-link']"):
                control.drop_tree()  # what explains a word of it, and the link to it
            words = re.sub(r"\d", "", cell.text_content()).split()
            assert 8 <= len(words) <= 40, f"{stage}-{kind}: {len(words)} words"


def test_each_diagram_can_be_read_by_ear(site):
    """Whoever cannot see a diagram hears its title and what it shows."""
    found = 0
    for page in site.rglob("*.html"):
        for drawing in html.document_fromstring(page.read_bytes()).xpath("//figure//*[local-name()='svg']"):
            found += 1
            names = drawing.get("aria-labelledby").split()
            texts = [drawing.xpath(f".//*[@id='{name}']")[0].text_content() for name in names]
            assert drawing.get("role") == "img"
            assert len(texts) == 2
            assert len(texts[1].split()) > 20
    assert found == 3


def test_help_now_stands_at_the_top_of_every_page(site):
    """Wherever a reader is, help is one step away."""
    for page in read_book(site).pages:
        header = read(site, page.file).find(".//header")
        (link,) = header.xpath(".//a[@class='kb-help']")
        assert link.text_content() == "Help now", page.file
        assert link.get("href") in {"./", "/help-now/"} or link.get("href").endswith("help-now/"), page.file


def test_a_danger_to_life_says_first_what_to_do_and_its_numbers_dial(site):
    """In a box about a danger to life, each emergency number can be tapped, and no study stands before it."""
    boxes = 0
    for entry in read_book(site).pages:
        tree = html.document_fromstring((site / entry.file).read_bytes())
        for box in tree.xpath("//div[contains(@class, 'admonition danger')]"):
            text = " ".join(box.text_content().split())
            if "call 999" in text and "dose can kill" in text:
                boxes += 1
                assert text.index("call 999") < text.index("study"), entry.file
                assert {"tel:999", "tel:911"} <= set(box.xpath(".//a/@href")), entry.file
            elif "call 999" in text and "stop drinking suddenly" in text:
                boxes += 1
                assert {"tel:999", "tel:911"} <= set(box.xpath(".//a/@href")), entry.file
    assert boxes > 20


def test_every_page_says_what_was_and_was_not_checked(site):
    """A reader knows how far to trust a page: who checked it, and that no reviewer has read it yet."""
    for page in PAGES:
        text = " ".join(read(site, outputs(page.path)[0]).text_content().split())
        assert "Checked against its sources by" in text
        assert "Nobody with lived experience and no clinician has reviewed it yet." in text
        assert curled(page.summary) in text


def test_deep_pages_say_where_they_are(site):
    """A reader who lands on a page from outside sees what it belongs to."""
    trail = read(site, "framework/social-support/emotional/index.html").xpath("//nav[@class='kb-path']//a")
    assert [link.text_content().strip() for link in trail] == ["Home", "Framework", "Four kinds of support"]


def test_a_wrong_address_leads_on(site):
    """Whoever follows a broken link finds help, a list of everything, and a way home."""
    links = [link.get("href") for link in read(site, "404.html").xpath("//article//a")]
    assert "/help-now/" in links
    assert "/a-z/" in links
    assert "/" in links or "/." in links


def test_the_sitemap_tells_when_a_page_was_really_changed(site):
    """A search engine is told the writer's date, not the day of the build."""
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    days = {
        url.findtext("s:loc", namespaces=space): url.findtext("s:lastmod", namespaces=space)
        for url in ET.parse(site / "sitemap.xml").getroot()  # noqa: S314 - our own file, just built
    }
    for page in PAGES:
        address = "https://recovery.example/" + outputs(page.path)[0].removesuffix("index.html")
        assert days[address] == page.updated.isoformat()


def test_no_page_puts_a_label_on_a_person():
    """People are named as people; names, titles and quotations stay as they are."""
    for page in PAGES:
        for number, line in page.lines():
            spoken = re.sub(r"\"[^\"]*\"|“[^”]*”|\*[^*]+\*|\[[^\]]*\]\([^)]*\)", "", line)
            assert not LABELS.search(spoken), f"{page.path}:{number}: {line}"


def test_numbers_of_references_start_afresh_on_each_page(site):
    """A reader finds reference 1 of a page as the first of the list at its foot, and every mark leads to its entry."""
    for page in PAGES:
        tree = read(site, outputs(page.path)[0])
        entries = [entry.get("id") for entry in tree.xpath("//ol[@class='kb-references']/li")]
        firsts = []
        for mark in tree.xpath("//a[@class='kb-cite']"):
            works = (mark.get("data-refs") or mark.get("href").removeprefix("#")).split()
            firsts += [key for key in works if key not in firsts]
        assert firsts == entries, page.path


def test_every_citation_on_every_page_becomes_a_reference(site):
    """No citation is lost on its way to the reader."""
    claims = [claim for page in PAGES for claim in read_claims(page, page.path)[0]]
    listed = {f"ref-{key}" for claim in claims for key in scan(f"{claim.basis} {claim.sources}")[0]}
    for page in PAGES:
        keys = {f"ref-{key}" for _, _, key in checks.citations(page)}
        keys |= listed if LIST.search(page.body) else set()
        tree = read(site, outputs(page.path)[0])
        if not page.path.startswith("research/references"):
            assert keys == {entry.get("id") for entry in tree.xpath("//ol[@class='kb-references']/li")}, page.path
        assert "[@" not in tree.xpath("//article")[0].text_content(), page.path


def test_no_residue_of_latex_bibtex_or_pandoc_reaches_a_reader(site):
    """What a reader sees, and what search finds, holds no markup that was meant for a machine."""
    residue = re.compile(r"\\[a-z&%$]+|\{[^}\s]*\}|\]\{|\.nocase|(?<!\d)--(?!\d)|ref-[a-z]|\[@")
    for page in PAGES:
        tree = read(site, outputs(page.path)[0])
        for element in tree.xpath("//*[contains(@class,'kb-reference')] | //a[@class='kb-cite']"):
            assert not residue.search(element.text_content()), f"{page.path}: {element.text_content()}"
    for place, text in search_texts(site).items():
        assert not re.search(r"kb-cite|\[@|\.nocase", text), place


def test_the_library_shows_who_cites_each_work(site):
    """Whoever finds a work in the library is one link from it whole, with every page and section that rests on it."""
    tree = read(site, "research/references/index.html")
    lines = {entry.get("id"): entry.find("a").get("href") for entry in tree.xpath("//li[@class='kb-reference']")}
    shown = {}
    for place in sorted({line.partition("#")[0] for line in lines.values()}):
        for entry in read(site, f"research/references/{place}index.html").xpath("//li[@class='kb-reference']"):
            assert lines[entry.get("id")] == f"{place}#{entry.get('id')}"
            links = entry.xpath(".//span[@class='kb-reference__back']/a/@href")
            shown[entry.get("id").removeprefix("ref-")] = [
                posixpath.normpath(f"research/references/{place}{link}") for link in links
            ]
    assert len(shown) == len(lines) > 140
    for page in PAGES:
        for key in {key for _, _, key in checks.citations(page)}:
            folder = outputs(page.path)[0].removesuffix("/index.html").removesuffix("index.html") or "#"
            assert any(link.startswith(folder) for link in shown[key]), f"{key} does not name {page.path}"
    uncited = tree.xpath("//h3[@id='not-cited']/following-sibling::ul[1]/li/@id")
    assert not any(shown[name.removeprefix("ref-")] for name in uncited)
