"""Every edition holds what the website holds: the same pages, words, sections, references and links."""

import json
import zipfile
from datetime import date

import pytest
import reading_back
from conftest import PROJECT

from kb.editions import making
from kb.editions.facility import sums
from kb.editions.filling import fill, own_edition, since
from kb.editions.manifest import changes, manifest_of, read_manifest, write_manifest
from kb.releasing import check_tree

KINDS = sorted(reading_back.READERS)


@pytest.fixture(scope="session")
def pages(site, volume):
    """What readers find on each page of the website."""
    return reading_back.read_site(site, [chapter.file for chapter in volume.chapters])


@pytest.fixture(scope="session", params=KINDS)
def edition(request, editions, pages):
    """What readers find on each page of one edition."""
    return reading_back.READERS[request.param](editions[request.param], list(pages))


def test_every_edition_holds_every_page_with_its_words(edition, pages):
    """Whoever reads a copy reads the same words, under the same title, as on the website."""
    for file, page in pages.items():
        assert edition[file].title == page.title
        assert edition[file].words == page.words, file


def test_every_edition_keeps_sections_and_marks(edition, pages):
    """A link to a section, and a mark that leads to a reference, work in a copy as on the website."""
    for file, page in pages.items():
        assert edition[file].sections == page.sections, file
        assert edition[file].marks == page.marks, file


def test_every_edition_links_where_the_website_links(edition, pages):
    """Nobody who follows a link in a copy ends elsewhere than a reader of the website."""
    for file, page in pages.items():
        assert edition[file].links == page.links, file


def test_every_page_of_every_edition_says_how_old_it_is(editions, volume):
    """Someone with one page in hand knows its edition, its place on the web, and what may be done with it."""
    for kind in ("html", "epub", "zip", "zim"):
        tree = {chapter.file: text_of(kind, editions[kind], chapter) for chapter in volume.chapters}
        for chapter in volume.chapters:
            text = tree[chapter.file]
            assert f"edition {editions['number']}" in text, f"{kind} {chapter.file}"
            assert chapter.short in text
            assert "CC BY 4.0" in text


def text_of(kind, file, chapter):
    if kind in {"zip", "epub"}:
        name = f"{file.stem}/{chapter.file}" if kind == "zip" else "EPUB/" + chapter.file.replace(".html", ".xhtml")
        with zipfile.ZipFile(file) as archive:
            return archive.read(name).decode()
    if kind == "html":
        whole = file.read_text(encoding="utf-8")
        return whole.partition(f'<section class="leaf" id="{chapter.path}">')[2].partition("</section>\n<section")[0]
    from libzim.reader import Archive  # noqa: PLC0415 - the other kinds do without it

    return bytes(Archive(file).get_entry_by_path(chapter.file).get_item().content).decode()


def test_numbers_can_be_dialled_and_say_how_old_they_are(editions, volume):
    """A number in an old copy is one tap away, and says that it must be checked again."""
    chapter = volume.find("help-now/index.html")
    for kind in ("html", "epub", "zip", "zim"):
        text = text_of(kind, editions[kind], chapter)
        assert 'href="tel:116123"' in text
        assert text.count("Check this number again before you rely on it.") == 8, kind


@pytest.mark.parametrize("kind", KINDS)
def test_an_edition_that_lost_an_address_is_refused(kind, editions):
    """A section that a copy does not hold is found before anybody carries it away."""
    tree = getattr(making.reading, {"html": "read_singlefile"}.get(kind, f"read_{kind}"))(editions[kind])
    assert check_tree(PROJECT, tree) == []
    del tree["practice/running-a-group/index.html"]
    tree["glossary/index.html"] -= {"naloxone"}
    found = [str(finding) for finding in check_tree(PROJECT, tree)]
    assert len(found) == 2
    assert "/glossary/#naloxone, listed since" in found[0]
    assert "/practice/running-a-group/, listed since" in found[1]


def test_two_makings_give_the_same_bytes(editions, editions_again):
    """Two people who make the same edition can compare their files by their checksums."""
    for kind in KINDS:
        assert editions[kind].read_bytes() == editions_again[kind].read_bytes(), kind


# ── What changed ──────────────────────────────────────────────────────────────────────────────────────────────────


def manifest(number, *pages):
    held = [
        {"path": path, "short": short, "title": title, "ids": ["a"], "text": text} for path, short, title, text in pages
    ]
    data = {"name": "A base", "address": "https://base.example/", "number": number, "day": number, "pages": held}
    found, findings = read_manifest(json.dumps(data), "fixture")
    assert not findings
    return found


OLD = manifest(
    "2026-01-01", ("/a/", "k1", "A", "x"), ("/b/", "k2", "B", "x"), ("/c/", "k3", "C", "x"), ("/d/", "k4", "D", "x")
)
NEW = manifest(
    "2026-05-01", ("/a/", "k1", "A", "x"), ("/b/", "k2", "B", "y"), ("/cc/", "k3", "C", "x"), ("/e/", "k5", "E", "x")
)


def test_a_newer_copy_says_what_is_new_since_yours():
    """Someone who holds an older copy learns which pages are new, changed, moved or withdrawn, and nothing else."""
    assert [(change.what, change.path) for change in changes(OLD, NEW)] == [
        ("changed", "/b/"),
        ("moved", "/cc/"),
        ("new", "/e/"),
        ("withdrawn", "/d/"),
    ]
    said = since([OLD], NEW, "/about/changes/")
    assert "Since edition 2026-01-01" in said
    assert '<li>New: <a href="../../e/">E</a></li>' in said
    assert "<li>Withdrawn: D</li>" in said
    assert "is the first" in since([], NEW, "/about/changes/")
    assert "Nothing has changed" in since([OLD], OLD, "/about/changes/")


def test_a_manifest_comes_back_as_it_was_written(volume):
    """What is kept of an edition is enough to compare with it years later."""
    there, findings = read_manifest(write_manifest(manifest_of(volume)), "x.json")
    assert not findings
    assert there == manifest_of(volume)
    assert changes(there, manifest_of(volume)) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pages": 1}', '{"pages": [{"path": 1}]}', "null"])
def test_a_broken_manifest_is_named(text):
    """A maintainer whose list of an edition is broken reads which file it is."""
    found, findings = read_manifest(text, "docs/links/editions/x.json")
    assert found is None
    assert str(findings[0]).startswith("docs/links/editions/x.json: not the manifest of an edition")


def test_a_copy_says_which_edition_it_is(editions, volume):
    """Somebody who opens the page on offline copies inside a copy learns its number and where newer ones are."""
    for kind in ("html", "epub", "zip", "zim"):
        text = text_of(kind, editions[kind], volume.find("about/offline/index.html"))
        assert f"You are reading edition {editions['number']}" in text, kind
        assert "https://recovery.example/about/offline/" in text, kind
        assert "nothing to download yet" not in text, kind
        assert "is the first that we can compare with" in text_of(
            kind, editions[kind], volume.find("about/changes/index.html")
        )


def test_a_place_is_filled_and_the_rest_of_the_page_left_alone(tmp_path):
    """A page keeps every other word when what was packed is written into it."""
    page = tmp_path / "index.html"
    page.write_text(
        '<p>Before</p><div class="kb-fill" id="copies">\n<p>None.</p>\n</div><div>After</div>', encoding="utf-8"
    )
    fill(page, {"copies": r"<p>A \1 & more</p>", "not-there": "x"})
    assert page.read_text(encoding="utf-8") == (
        r'<p>Before</p><div class="kb-fill" id="copies"><p>A \1 & more</p></div><div>After</div>'
    )


def test_sums_can_be_checked_by_the_usual_tool():
    """Someone who gets the files on a stick can compare them with one command that every Linux and Mac has."""
    assert sums({"b": b"", "a": b"a"}).splitlines() == [
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b",
    ]


def test_own_edition_names_day_and_address():
    """A copy's own words about itself say the day as people do."""
    imprint, _ = making.read_imprint(PROJECT)
    assert imprint.day >= date(2026, 11, 23)
    assert imprint.number in own_edition(imprint)
