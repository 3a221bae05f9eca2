"""After publishing: what a reader would meet at a served copy is looked at before a reader meets it."""

import hashlib
import shutil
import zipfile

import pytest
from conftest import PROJECT

from kb import headers
from kb.editions.making import make_editions
from kb.redirects import read_moves
from kb.verify import check_folder, served, verify

DOCS = PROJECT / "docs"


@pytest.fixture
def copy(site, tmp_path):
    """A copy of the real site, to break something in."""
    return shutil.copytree(site, tmp_path / "copy")


def faults(target, docs=DOCS):
    return "\n".join(map(str, verify(str(target), docs)[0]))


def test_the_real_site_is_what_it_promises(site):
    """Every promised address of the site answers, with its type and its headers, and nothing comes from elsewhere."""
    findings, said = verify(str(site), DOCS)
    assert findings == []
    assert "with the policy's headers" in said
    assert check_folder(site, DOCS) == []


def test_what_is_lost_on_the_way_is_named(copy):
    """A file that was not uploaded is found by its address, and so is a section that is gone."""
    (copy / "glossary/index.html").unlink()
    text = (copy / "help-now/index.html").read_text(encoding="utf-8")
    (copy / "help-now/index.html").write_text(text.replace('id="emergency"', 'id="other"'), encoding="utf-8")
    next((copy / "assets").glob("kb.*.css")).unlink()
    said = faults(copy)
    assert "/glossary/: no answer" in said
    assert "/assets/kb." in said
    assert "docs/links/contract.txt: /help-now/#emergency" in said


def test_a_page_that_asks_a_third_party_is_named(copy):
    """Whatever a host adds to a page, such as a script that counts visits, is found."""
    file = copy / "index.html"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("</body>", '<script src="https://count.example/x.js"></script></body>'), encoding="utf-8"
    )
    assert "loads 'https://count.example/x.js' from another host" in faults(copy)
    assert any("count.example" in str(finding) for finding in check_folder(copy, DOCS))


def test_headers_that_the_host_changes_are_named(copy):
    """A host that sends another policy is found; one that sends none is only said to."""
    file = copy / headers.FILE
    file.write_text(file.read_text(encoding="utf-8").replace("nosniff", "sniff"), encoding="utf-8")
    assert "the header X-Content-Type-Options is 'sniff'" in faults(copy)
    file.unlink()
    findings, said = verify(str(copy), DOCS)
    assert findings == []
    assert "without headers" in said


def test_editions_are_held_to_their_checksums(copy):
    """A reader who checks a download finds what the list of checksums says."""
    folder = copy / "downloads"
    folder.mkdir()
    (folder / "all.zip").write_bytes(b"all of it")
    digest = hashlib.sha256(b"all of it").hexdigest()
    (folder / "SHA256SUMS").write_text(f"{digest}  all.zip\n")
    assert faults(copy) == ""
    (folder / "all.zip").write_bytes(b"half of it")
    assert "downloads/SHA256SUMS:1: it names all.zip, whose contents are not what it says" in faults(copy)
    (folder / "all.zip").unlink()
    assert "downloads/SHA256SUMS:1: it names all.zip, which is not there" in faults(copy)


def test_only_a_copy_on_this_machine_is_crawled():
    """Whoever mistypes an address sends no crawler to somebody else's site."""
    for target in ("https://recovery.example/", "nowhere", "file:///etc"):
        assert "neither a folder nor an address on this machine" in faults(target)


def test_hosts_are_told_of_pages_that_moved_whole(tmp_path):
    """A page that moved is a redirect of the host; one whose sections went apart is left to its own page."""
    lines = ["/a/ -> /b/", "/b/ -> /c/#there", "/d/ -> /c/", "/d/#x -> /e/#x"]
    (tmp_path / "redirects.txt").write_text("\n".join(lines) + "\n")
    moves, findings = read_moves(tmp_path, "links")
    assert findings == []
    assert headers.write_redirects(moves, "/") == "/a/ /c/#there 301\n/b/ /c/#there 301\n"
    assert headers.write_redirects(moves, "/kb/").startswith("/kb/a/ /kb/c/#there 301\n")


def test_files_named_by_their_content_may_be_kept_for_ever():
    """A reader's browser asks once for a stylesheet, and again for each page."""
    text = headers.write_headers(["assets/kb.0123456789.css", "index.html", "assets/card.png"])
    kept = dict(headers.wanted(text, "/assets/kb.0123456789.css"))
    assert kept["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Cache-Control" not in dict(headers.wanted(text, "/assets/card.png"))
    assert (
        kept["X-Content-Type-Options"]
        == dict(headers.wanted(text, "/any/where/"))["X-Content-Type-Options"]
        == "nosniff"
    )


@pytest.mark.browser
def test_the_site_works_under_its_own_headers(site, chromium):
    """With the headers that hosts send, no page breaks the policy."""
    tab = chromium.new_page()
    said = []
    tab.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: said.append(str(error)))
    with served(site) as address:
        for path in ("", "help-now/", "glossary/", "research/references/", "framework/what-helps-when/", "404.html"):
            answer = tab.goto(address + path)
            assert answer.headers["content-security-policy"] == headers.EVERYWHERE["Content-Security-Policy"]
            tab.keyboard.press("Tab")
    tab.close()
    assert said == []


def test_a_copy_to_take_away_has_no_files_for_hosts(site, tmp_path):
    """What is read from a disk holds nothing that only a web host can use."""
    assert (site / headers.FILE).exists()
    files, findings = make_editions(PROJECT, site, tmp_path, ["zip"])
    assert findings == []
    with zipfile.ZipFile(files[0]) as archive:
        assert not [name for name in archive.namelist() if name.endswith((headers.FILE, headers.REDIRECTS))]


def test_editions_in_the_site_are_held_to_their_checksums_alone(copy):
    """A copy to take away, which is a page of its own kind, is no reason to keep the site from its readers."""
    (copy / "editions").mkdir()
    (copy / "editions/all.html").write_text('<title>All</title><a href="https://recovery.example/">The site</a>')
    assert check_folder(copy, DOCS) == []


@pytest.mark.full
def test_editions_that_a_host_serves_are_held_to_their_checksums(copy):
    """After publishing, a maintainer learns of a download that was changed on the way, or of checksums left out."""
    page, folder = copy / "about/offline/index.html", copy / "editions"
    page.write_text(page.read_text(encoding="utf-8").replace("<main", '<a href="../../editions/all.zip">.</a><main'))
    folder.mkdir()
    (folder / "all.zip").write_bytes(b"half of it")
    with served(copy) as address:
        assert "/editions/SHA256SUMS: no answer" in faults(address)
        digest = hashlib.sha256(b"all of it").hexdigest()
        (folder / "SHA256SUMS").write_text(f"{digest}  all.zip\n{digest}  gone.zip\n")
        said = faults(address)
    assert "editions/SHA256SUMS:1: it names all.zip, whose contents are not what it says" in said
    assert "editions/SHA256SUMS:2: it names gone.zip, which is not there" in said
    assert "/editions/SHA256SUMS: " not in said
