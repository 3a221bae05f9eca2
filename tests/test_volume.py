"""What every edition is written from: all pages in the menu's order, with their ids, and nothing that leads nowhere."""

import re
from datetime import date

import yaml
from conftest import PROJECT, page
from lxml import etree

from kb.book import read_book
from kb.editions.cleaning import classes, words
from kb.editions.volume import Imprint, colophon, read_volume

IMPRINT = Imprint(
    "A base",
    "https://recovery.example/",
    "en-GB",
    date(2026, 3, 4),
    "2026-03-04",
    "CC BY 4.0",
    "https://cc.example/",
    "",
)
DIAGRAM = '<svg viewBox="0 0 2 2" role="img"><title>A dot</title><linearGradient id="g"/><circle r="1"/></svg>'


def read(built):
    assert built.status == 0, built.output
    return read_volume(read_book(built.site), IMPRINT)


def menu(items):
    for item in items:
        if isinstance(item, dict):
            for below in item.values():
                yield from menu(below) if isinstance(below, list) else [below]
        else:
            yield item


def test_every_page_is_there_in_the_order_of_the_menu(volume):
    """Whoever reads an edition from its first page to its last meets every page where the site's menu has it."""
    text = re.sub(r"!!?[\w/:.]+", "", (PROJECT / "mkdocs.yml").read_text(encoding="utf-8"))
    nav = list(menu(yaml.safe_load(text)["nav"]))
    pages = [path.removesuffix(".md").removesuffix("index").strip("/") for path in nav]
    assert [chapter.path.strip("/") for chapter in volume.chapters] == pages


def test_no_promised_id_is_lost(site, volume):
    """Every section that the website promises can be found in the volume, so that editions can promise it too."""
    for built in [built for built in read_book(site).pages if volume.find(built.file)]:
        chapter = volume.find(built.file)
        assert set(built.sections) <= {element.get("id") for element in chapter.body.iter()}
        assert chapter.ids == built.sections


def test_the_real_site_has_nothing_broken(volume_and_findings):
    """No link of the real site leads nowhere in an edition, and every picture has words."""
    assert volume_and_findings[1] == []


def test_every_link_is_a_place_in_the_volume_or_an_address_in_full(volume):
    """Nobody who taps a link in an edition is sent to a file that is not there."""
    for chapter in volume.chapters:
        for link in chapter.body.iter("a"):
            href = link.get("href")
            assert volume.place(href) or re.match(r"(https?|mailto|tel|sms):", href), f"{chapter.file}: {href}"


def test_short_links_and_the_way_down_are_known(volume):
    """A printed page can say where it stands on the site and give a link short enough to type."""
    chapter = volume.find("framework/stages-of-change/relapse/index.html")
    assert chapter.trail == ("Home", "Framework", "Stages of change")
    assert chapter.section == "Framework"
    assert re.fullmatch(r"https://recovery\.example/p/\w{4}/", chapter.short)
    assert {other.to for other in volume.others} == {chapter.path for chapter in volume.chapters}
    assert len(chapter.notes) == 10
    assert chapter.notes[1].label == "2"


def test_a_body_holds_words_and_no_machinery(volume):
    """An edition carries no script, form, menu or share button that works only on the website."""
    for chapter in volume.chapters:
        tags = {element.tag for element in chapter.body.iter(etree.Element)}
        assert not tags & {"script", "noscript", "style", "form", "nav", "button", "input"}, chapter.file
        assert not [element for element in chapter.body.iter(etree.Element) if "kb-share" in classes(element)]
        assert not [name for element in chapter.body.iter(etree.Element) for name in element.attrib if name[:2] == "on"]


def test_numbers_carry_the_day_they_were_copied(volume):
    """Someone with an old copy in hand is told, beside each number, that it may have changed."""
    chapter = volume.find("help-now/index.html")
    lines = [line for line in chapter.body.iter("li") if (line.get("id") or "").startswith("line-")]
    said = [line.get("id") for line in lines if "Check this number again" in words(line)]
    assert len(said) == len(lines) - 2  # 999 and 911 do not change
    assert "4 March 2026" in " ".join(colophon(volume, chapter))
    assert chapter.short in " ".join(colophon(volume, chapter))


def test_what_is_broken_is_found(miniature):
    """A dead link, an id that is not there and a picture without words stop an edition, each named with its page."""
    body = f'{DIAGRAM}\n\n<svg viewBox="0 0 1 1"></svg>\n\n<a href="nowhere/">x</a> <a href="../a-z/#gone">y</a>\n'
    _, findings = read(miniature({"glossary.md": page("Words", body)}, strict=False))
    said = "\n".join(str(finding) for finding in findings if finding.path == "glossary/index.html")
    assert "a picture without words" in said
    assert "/glossary/nowhere/" in said
    assert "/a-z/#gone" in said
    assert len(findings) == 3


def test_drawings_keep_their_case(miniature):
    """A diagram is drawn as its author drew it: `viewBox` and `linearGradient` are case-sensitive."""
    volume, findings = read(miniature({"glossary.md": page("Words", DIAGRAM)}))
    drawing = etree.tostring(volume.find("glossary/index.html").figures[0]).decode()
    assert not findings
    assert drawing.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"')
    assert "<linearGradient" in drawing


def test_files_of_the_site_are_linked_by_their_public_address(miniature):
    """A download that an edition does not hold can still be found on the web."""
    files = {"glossary.md": page("Words", "[a file](notes.txt)\n"), "notes.txt": "x\n"}
    volume, findings = read(miniature(files))
    hrefs = [link.get("href") for link in volume.find("glossary/index.html").body.iter("a")]
    assert "https://recovery.example/notes.txt" in hrefs
    assert not findings
