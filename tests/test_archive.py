"""The copy for computers: it opens from a disk, its links work there, and every system can unpack it."""

import re
import subprocess
import sys
import zipfile
from datetime import date

import pytest
from conftest import PROJECT

from kb.book import read_book
from kb.editions.archive import to_file, to_files, unsafe_names
from kb.editions.packing import write_zip

FILES = frozenset({"index.html", "about/index.html", "about/who/index.html", "about/cited.bib", "p/k9dx/index.html"})


def test_the_copy_holds_every_page_and_no_dead_weight(offline_copy, site):
    """Nothing that can be read online is missing, and nothing is carried that a disk cannot use."""
    names = {file.relative_to(offline_copy).as_posix() for file in offline_copy.rglob("*") if file.is_file()}
    there = {page.file for page in read_book(site).pages} - {"404.html"}
    assert there <= names
    assert {"START-HERE.html", "rachel-index.php", "logo.png"} <= names
    assert not {"404.html", "sitemap.xml", "sitemap.xml.gz"} & names
    assert not [name for name in names if name.endswith((".map", ".gz"))]


def test_every_link_leads_to_a_file(offline_copy):
    """Nobody who clicks in an unpacked copy is shown a list of files, or an error."""
    book = read_book(offline_copy)
    for page in book.pages:
        for link in page.links:
            target = book.resolve(page, link.href)
            if target and not link.href.startswith("#"):
                assert target[0] in book.files, f"{page.file}: {link.href}"
                assert not link.href.startswith("/"), f"{page.file}: {link.href}"
                assert not link.href.partition("#")[0].endswith(("/", "..")), f"{page.file}: {link.href}"


def test_names_are_safe_on_any_stick(offline_copy):
    """No file has a name that Windows or an old USB stick refuses, or that differs from another by case alone."""
    names = [file.relative_to(offline_copy).as_posix() for file in offline_copy.rglob("*")]
    assert unsafe_names(names) == []
    assert not [name for name in names if re.search(r'[<>:"\\|?*]|[. ]$|[^ -~]', name)]


@pytest.mark.parametrize(
    "name", ["a:b.html", "caf\u00e9/index.html", "a/con/index.html", "a./b.html", "x" * 200, "AUX.html"]
)
def test_a_name_that_some_computer_refuses_is_found(name):
    """A maintainer hears of a file that would be lost on a reader's stick before anybody unpacks it."""
    assert [finding.path for finding in unsafe_names([name, "a/b.html"])] == [name]
    assert "but for capitals" in str(unsafe_names(["a/B.html", "a/b.html"])[0])


@pytest.mark.parametrize(
    ("href", "page", "there"),
    [
        ("../", "about/index.html", "../index.html"),
        ("..", "about/index.html", "../index.html"),
        (".", "index.html", "index.html"),
        ("./", "about/index.html", "index.html"),
        ("about/", "index.html", "about/index.html"),
        ("who/#me", "about/index.html", "who/index.html#me"),
        ("../../about/who", "p/k9dx/index.html", "../../about/who/index.html"),
        ("/about/#x", "p/k9dx/index.html", "../../about/index.html#x"),
        ("/", "index.html", "index.html"),
        ("cited.bib", "about/index.html", "cited.bib"),
        ("#top", "about/index.html", "#top"),
        ("", "about/index.html", ""),
        ("https://a.example/b/", "index.html", "https://a.example/b/"),
        ("//a.example/b/", "index.html", "//a.example/b/"),
        ("tel:999", "index.html", "tel:999"),
        ("mailto:a@b.example", "index.html", "mailto:a@b.example"),
        ("nowhere/", "index.html", "nowhere/"),
    ],
)
def test_a_link_to_a_folder_becomes_one_to_its_page(href, page, there):
    """A link works from a disk, where no server turns a folder into a page."""
    assert to_file(href, page, FILES) == there


def test_all_that_leads_on_is_rewritten_and_nothing_else():
    """Old addresses lead on from a disk too; the page's public address and its words stay as they are."""
    text = (
        '<link rel="canonical" href="https://a.example/about/"><a class="x" href="../about/?q=1&amp;r#who">about/</a>'
        '<meta http-equiv="refresh" content="0; url=../about/"><script data-to="../about/"'
        ' data-sections="{&quot;a&quot;: &quot;../about/who/#a&quot;}"></script><p data-root="../">href="../about/"</p>'
    )
    assert to_files(text, "p/index.html", FILES) == (
        '<link rel="canonical" href="https://a.example/about/"><a class="x" href="../about/index.html?q=1&amp;r#who">'
        'about/</a><meta http-equiv="refresh" content="0; url=../about/index.html"><script'
        ' data-to="../about/index.html" data-sections="{&quot;a&quot;: &quot;../about/who/index.html#a&quot;}">'
        '</script><p data-root="../">href="../about/"</p>'
    )


def test_a_page_of_the_copy_names_its_public_address(offline_copy):
    """What a reader copies or prints from the copy is an address that works on the web."""
    text = (offline_copy / "framework/what-helps-when/index.html").read_text(encoding="utf-8")
    assert '<link rel="canonical" href="https://recovery.example/framework/what-helps-when/">' in text
    assert ">https://recovery.example/framework/what-helps-when/</a>" in text


def test_the_copy_is_a_rachel_module(offline_copy):
    """Whoever runs a RACHEL server unpacks the ZIP among its modules, and finds it on the front page."""
    text = (offline_copy / "rachel-index.php").read_text(encoding="utf-8")
    assert re.match(r'<!-- version="\d{4}\.\d\d\.\d\d" -->\n<div class="indexmodule">', text)
    assert '<h2><a href="<?php echo $dir ?>/index.html">Peer Support in Recovery</a></h2>\n' in text
    for link in re.findall(r"\$dir \?>/([^\"]+)", text):
        assert (offline_copy / link).is_file(), link
    assert (offline_copy / "logo.png").read_bytes().startswith(b"\x89PNG")
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,72}", offline_copy.name)


def test_the_same_files_give_the_same_archive_on_any_day(tmp_path):
    """Two people who pack the same pages can compare their files."""
    entries = [("a/b.html", b"x" * 5000), ("a/c.html", b"y")]
    for name in ("one.zip", "two.zip"):
        assert write_zip(tmp_path / name, entries, date(2026, 3, 4), stored="a/c.html") == 2
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.testzip() is None
        assert [info.date_time[:3] for info in archive.infolist()] == [(2026, 3, 4)] * 2
        assert [info.compress_type for info in archive.infolist()] == [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED]


def test_every_kind_of_edition_can_be_asked_for_by_name():
    """Someone who wants one kind of copy names it; a wrong name is answered with those that there are."""
    command = [sys.executable, "-m", "kb", "editions", "docx"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "zip" in done.stderr
    assert "epub" in done.stderr
