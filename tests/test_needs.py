"""From home to what somebody needs, in two steps at most, by links that say so; and what a page tells at its ends."""

from urllib.parse import urljoin

import pytest
import yaml
from conftest import PROJECT, page
from lxml import html

from kb.addresses import outputs
from kb.pages import WORDS_A_MINUTE, read_pages

NEEDS = yaml.safe_load((PROJECT / "tests/needs.yml").read_text(encoding="utf-8"))
PAGES = read_pages(PROJECT / "docs")[0]


def read(site, address):
    """Read the built page at an address within the site, as "about/privacy/#leaving"."""
    return html.parse(str(site / address.partition("#")[0] / "index.html"))


def words(element):
    """Give what a reader sees of an element, in one line."""
    return " ".join(element.text_content().split())


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need["need"])
def test_a_need_is_two_steps_from_home_at_most(site, need):
    """Whoever comes with this need finds a link that says so, twice at most, and is where it is met."""
    here = ""
    assert len(need["follow"]) <= 2
    for wanted in need["follow"]:
        links = [link.get("href") for link in read(site, here).iter("a") if words(link) == wanted]
        assert links, f"no link '{wanted}' on /{here}"
        here = urljoin(f"/{here.partition('#')[0]}", links[0]).removeprefix("/")
    assert here == need["to"]
    section = here.partition("#")[2]
    assert not section or read(site, here).find(f".//*[@id='{section}']") is not None


def test_there_are_twenty_needs_and_more():
    """The list of needs stays long enough to be a test of the home page."""
    assert len({need["need"] for need in NEEDS}) >= 20
    assert len({need["to"] for need in NEEDS}) >= 20


@pytest.mark.parametrize("source", PAGES, ids=lambda source: source.path)
def test_every_page_leads_on(site, source):
    """No page is a dead end: each says where it stands, what comes before or after it, and what to read next."""
    tree = html.parse(str(site / outputs(source.path)[0]))
    related = [link.get("href") for link in tree.iterfind(".//nav[@class='kb-related']//a")]
    assert 1 <= len(related) == len(source.related) <= 6
    assert len(set(related)) == len(related)
    assert source.path not in source.related
    turn = tree.xpath("//nav[@aria-label='Previous and next page']//a")
    assert 1 <= len(turn) <= 2
    above = tree.xpath("//nav[contains(@class, 'kb-path')]//a")
    assert bool(above) == (source.path not in {"index.md", "help-now.md"})  # which stand above all sections


def test_a_page_says_how_long_it_is_and_what_it_rests_on(miniature):
    """A reader knows at the start how long a page takes, how many works it rests on, and where to see more."""
    text = "word [a link](index.md) " * WORDS_A_MINUTE + "[@doe2020].\n\n\\bibliography\n"
    site = miniature({"a.md": page("A", text), "b.md": page("B", "Short.\n")}).site
    glance = read(site, "a/").find(".//p[@class='kb-glance']")
    assert words(glance) == "About 3 minutes to read. Rests on 1 work. How far to trust it"
    assert read(site, "a/").find(f".//*[@id='{glance.find('a').get('href')[1:]}']") is not None
    assert read(site, "b/").find(".//p[@class='kb-glance']") is None


@pytest.mark.parametrize(
    ("contact", "said", "link"),
    [
        ("", "This copy has no named publisher to write to. Tell whoever gave it to you.", None),
        ("hello@recovery.example", "Write to hello@recovery.example.", "mailto:hello@recovery.example"),
    ],
)
def test_a_reader_who_finds_a_mistake_knows_what_to_do(miniature, contact, said, link):
    """A page names whom to write to, or says plainly that there is nobody yet; and where changes are told."""
    more = (
        f"\n  identity: {{publisher: Us, contact: '{contact}', language: en-GB, licence: L, licence_url: 'about/'}}\n"
    )
    built = miniature({"a.md": page("A")}, more=f"\nextra:{more}", strict=False)
    trust = read(built.site, "a/").find(".//aside[@id='__trust']")
    assert f"Found a mistake? {said}" in words(trust)
    assert "Last changed on 2 January 2026" in words(trust)
    hrefs = [anchor.get("href") for anchor in trust.iter("a")]
    assert "../about/changes/" in hrefs
    assert link is None or link in hrefs
