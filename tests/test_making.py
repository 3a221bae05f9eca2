"""Making editions: what is missing is said plainly, what was packed is offered, and a facility can file the pack."""

import hashlib
import shutil
import sys
import zipfile

import pypdfium2
from conftest import PROJECT

from kb.editions.facility import write_pack
from kb.editions.making import make_editions, offer, read_imprint
from kb.editions.manifest import manifest_of, write_manifest
from kb.pages import spoken
from kb.verify import check_folder

PAGE = '<html><body><article><h1>x</h1><div class="kb-fill" id="{}"><p>None.</p></div></article></body></html>'


def put(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_a_missing_tool_is_said_and_the_rest_is_made(site, tmp_path, monkeypatch):
    """Someone without libzim gets the other copies and a line that says which is missing, and why."""
    monkeypatch.setitem(sys.modules, "libzim", None)
    files, findings = make_editions(PROJECT, site, tmp_path, ["zim", "html"])
    assert [file.suffix for file in files] == [".html"]
    assert len(findings) == 1
    assert findings[0].mild  # `editions` goes on; `release` takes any finding for a refusal
    assert "an edition was not made, because libzim" in str(findings[0])
    assert "`python3 dev.py editions`" in str(findings[0])


def test_a_site_with_a_dead_link_gives_no_edition(tmp_path):
    """Nobody carries away a copy with a dead link: the page and the link are named, and nothing is written."""
    text = PAGE.replace("</article>", '<a href="../gone/">y</a></article>')
    put(tmp_path / "site/index.html", '<html><body><article><h1>Home</h1><a href="a/">a</a></article></body></html>')
    put(tmp_path / "site/a/index.html", text.format("copies"))
    address = "<loc>https://recovery.example/a/</loc>"
    put(tmp_path / "site/sitemap.xml", address)
    files, findings = make_editions(PROJECT, tmp_path / "site", tmp_path / "dist")
    assert files == []
    assert [str(finding) for finding in findings] == [
        "a/index.html: a link to no page: /gone/; mend it in the page's source"
    ]


def test_what_was_packed_is_offered_with_its_size_and_checksum(volume, tmp_path):
    """A reader of the published page takes the copy that suits them, and can tell whether it came whole."""
    imprint, _ = read_imprint(PROJECT)
    put(tmp_path / "site/about/offline/index.html", PAGE.format("copies"))
    put(tmp_path / "site/about/changes/index.html", PAGE.format("since-your-copy"))
    put(tmp_path / "dist/base.zip", "x" * 2_000_000)
    put(tmp_path / "dist/base-us-letter.pdf", "y")
    put(tmp_path / "dist/base.json", write_manifest(manifest_of(volume)))
    for _ in range(2):  # the second time, over the first
        offer(PROJECT, tmp_path / "site", sorted((tmp_path / "dist").iterdir()))
    text = (tmp_path / "site/about/offline/index.html").read_text(encoding="utf-8")
    assert '<a href="../../editions/base.zip" download>For a computer' in text
    assert "(ZIP, 2.0 MB)" in text
    assert text.count("base-us-letter.pdf") == 2
    assert "To print on US Letter" in text
    assert f"These are of edition {imprint.number}: the pages as they stood on {spoken(imprint.day)}." in text
    lacking = "single file, EPUB, ZIM, PDF for A4 paper, handouts as files, pack for a prison, hospital or hostel"
    assert f"Not made for this edition: {lacking}." in text
    assert "To print on A4" not in text
    assert hashlib.sha256(b"y").hexdigest() in text
    assert (tmp_path / "site/editions/base.zip").stat().st_size == 2_000_000
    changed = (tmp_path / "site/about/changes/index.html").read_text(encoding="utf-8")
    assert "is the first that we can compare with" in changed


def test_a_site_that_offers_copies_passes_its_own_checks(site, editions, volume, tmp_path):
    """Publishing is not stopped, nor a reader told on, by the copies that stand in the site."""
    shutil.copytree(site, tmp_path / "site")
    put(tmp_path / "base.json", write_manifest(manifest_of(volume)))
    offer(PROJECT, tmp_path / "site", [editions["html"], editions["zip"], tmp_path / "base.json"])
    assert check_folder(tmp_path / "site", PROJECT / "docs") == []


def test_a_facility_gets_a_letter_and_checksums(volume, editions, tmp_path):
    """A governor or a ward manager files one page: what it is, that it connects to nothing, how to check the files."""
    pack = tmp_path / "base-facility-pack.zip"
    write_pack(volume, [editions["epub"], editions["zim"]], pack)
    with zipfile.ZipFile(pack) as archive:
        held = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    listed = dict(reversed(line.split("  ")) for line in held.pop("SHA256SUMS").decode().splitlines())
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in held.items()}
    assert set(held) == {"letter-a4.pdf", "letter-us.pdf", editions["epub"].name, editions["zim"].name}
    for name in ("letter-a4.pdf", "letter-us.pdf"):
        letter = pypdfium2.PdfDocument(held[name])
        assert len(letter) == 1
        text = " ".join(letter[0].get_textpage().get_text_bounded().split())
        for words in (
            "connects to anything by itself",
            f"{len(volume.outgoing())} addresses",
            "CC BY 4.0",
            "2026-03-04",
        ):
            assert words in text, words
        assert "sha256sum -c SHA256SUMS" in text
        assert f"{len(volume.chapters)}, the same in every file" in text


def test_the_real_pages_have_places_to_fill(site):
    """The pages on copies and on changes keep the places that are filled in when editions are made."""
    for file, place in (("about/offline/index.html", "copies"), ("about/changes/index.html", "since-your-copy")):
        assert f'<div class="kb-fill" id="{place}">' in (site / file).read_text(encoding="utf-8")
