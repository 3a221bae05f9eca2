"""The offline copy as a file: the same bytes each time, safe names, and a page to start from."""

import re
import zipfile
from datetime import date

from conftest import PROJECT

from kb.book import read_book
from kb.editions.archive import LEFT_OUT, Label, write_archive

LABEL = Label("A <base>", "https://base.example/", date(2026, 3, 4))


def site(folder):
    (folder / "site" / "a").mkdir(parents=True)
    for name in ("index.html", "a/b.html", "404.html", "sitemap.xml"):
        (folder / "site" / name).write_text("<html><head><title>x</title></head><body></body></html>")
    return read_book(folder / "site")


def test_what_was_packed_can_be_read_back(tmp_path):
    """Every page is in the archive, what only a server needs is not, and a page says where to start."""
    count = write_archive(site(tmp_path), tmp_path / "base.zip", LABEL)
    with zipfile.ZipFile(tmp_path / "base.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["base/START-HERE.html", "base/a/b.html", "base/index.html"]
        start = archive.read("base/START-HERE.html").decode()
    assert count == 3
    assert "A &lt;base&gt;" in start
    assert "4 March 2026" in start
    assert "https://base.example/" in start


def test_the_same_site_gives_the_same_archive(tmp_path):
    """Two people who pack the same site can compare their files."""
    book = site(tmp_path)
    write_archive(book, tmp_path / "base.zip", LABEL)
    first = (tmp_path / "base.zip").read_bytes()
    write_archive(book, tmp_path / "base.zip", LABEL)
    assert (tmp_path / "base.zip").read_bytes() == first


def test_names_are_safe_on_any_stick(offline_copy):
    """No file has a name that Windows or an old USB stick refuses, or that differs from another by case alone."""
    names = [file.relative_to(offline_copy).as_posix() for file in offline_copy.rglob("*")]
    assert not [name for name in names if re.search(r'[<>:"\\|?*]|[. ]$|[^ -~]', name) or len(name) > 150]
    assert len({name.lower() for name in names}) == len(names)


def test_the_offline_copy_leaves_out_what_a_disk_cannot_use(offline_copy):
    """Nothing in the copy is dead weight: no source maps, no sitemap, no second index."""
    names = {file.relative_to(offline_copy).as_posix() for file in offline_copy.rglob("*") if file.is_file()}
    assert not names & LEFT_OUT
    assert not [name for name in names if name.endswith(".map")]
    assert (offline_copy / "START-HERE.html").exists()


def test_a_page_of_the_copy_names_its_public_address(offline_copy):
    """What a reader copies or prints from the offline copy is an address that works on the web."""
    text = (offline_copy / "framework" / "what-helps-when.html").read_text(encoding="utf-8")
    assert '<link rel="canonical" href="https://recovery.example/framework/what-helps-when/">' in text
    assert ">https://recovery.example/framework/what-helps-when/</a>" in text


def test_the_offline_copy_holds_every_page(offline_copy):
    """Nothing that can be read online is missing offline."""
    pages = {file.relative_to(PROJECT / "docs").with_suffix(".html") for file in (PROJECT / "docs").rglob("*.md")}
    assert not [page for page in pages if not (offline_copy / page).exists()]
