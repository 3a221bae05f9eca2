"""The rules: each fault is found, and said with its place and the way to mend it."""

import dataclasses
from datetime import date

import pytest
from conftest import BIB, page

from kb import checks
from kb.addresses import outputs
from kb.book import read_book
from kb.helplines import Helpline
from kb.library import Entry
from kb.pages import Page
from kb.permanent import free_id


def made(body, path="a.md", related=()):
    text = f"---\ntitle: A\nrelated: [{', '.join(related)}]\n---\n{body}"
    day = date(2026, 1, 1)
    return Page(
        path, "A", free_id(path), "", "", "", "", day, day, "editors", "", day, (), (), (), (), tuple(related), text, 5
    )


def said(findings):
    return [str(item) for item in findings]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("## No id\n", "docs/a.md:5: the heading 'No id' has no id; write `## No id {#no-id}`"),
        (
            "## A {#a}\n\n## B {#a}\n",
            "docs/a.md:7: the id 'a' is already used in line 5; give this heading an id of its own",
        ),
        ("# Top {#top}\n", "docs/a.md:5: a heading of the first level; take it out"),
        ("## A {#a}\n\n#### B {#b}\n", "docs/a.md:7: a heading jumps from level 2 to 4; use ###"),
    ],
)
def test_a_heading_without_a_lasting_id_is_refused(body, says):
    """Every section can be linked to for ever, so its id is written by hand, once."""
    assert said(checks.check_pages([made(body)]))[0].startswith(says)


def test_a_related_page_that_is_not_there_is_refused_with_a_guess():
    """A mistyped path in the front matter is told with the path that was probably meant."""
    pages = [made("", related=["hlep-now.md"]), made("", "help-now.md")]
    assert said(checks.check_pages(pages)) == [
        "docs/a.md:3: no page 'hlep-now.md' to relate to; did you mean 'help-now.md'?"
    ]


def test_one_slip_in_a_page_is_not_told_of_the_pages_that_mention_it(tmp_path):
    """A writer who forgets a title reads one line, and not one for every page that leads there."""
    (tmp_path / "docs").mkdir()
    for path, text in (("a.md", page("A", related="[b.md]")), ("b.md", page("B", title=None)), ("x.bib", BIB)):
        (tmp_path / "docs" / path).write_text(text, encoding="utf-8")
    found = checks.read_sources(tmp_path / "docs", "x.bib", "none.yml").findings
    assert [item.path for item in found] == ["docs/b.md"]


def test_a_mistyped_key_is_refused_with_file_line_column_and_a_guess():
    """A writer who mistypes a key is told where, and which key was probably meant."""
    library = {"smith2020": Entry("smith2020", "book", 1)}
    made_page = made(
        "Known [@smith2020].\n\nNot known [@smith2020; @smth2020].\n\n`[@code]` and:\n\n```\n[@fence]\n```\n"
    )
    assert said(checks.check_citations([made_page], library)) == [
        "docs/a.md:7:24: no reference 'smth2020'; did you mean 'smith2020'?"
    ]


def test_a_work_known_from_memory_is_no_fact():
    """A page may cite a record from memory only if the reference tells the reader; else the writer reads where."""
    told = {"verification": "memory", "unconfirmed": "year", "note": "Year not confirmed"}
    library = {
        "told2020": Entry("told2020", "book", 1, told),
        "mem2020": Entry("mem2020", "book", 9, {"verification": "memory"}),
        "seen2020": Entry("seen2020", "book", 19, {"verification": "verified"}),
    }
    text = "So [@told2020].\n\n`[@mem2020]` So [see @seen2020;\n@mem2020].\n\n```\n@mem2020\n```\n\n@mem2020 says so.\n"
    what = (
        "cites 'mem2020', whose record is from memory and does not tell the reader; "
        "confirm the record, or fill in its `unconfirmed` and `note`, or cite another work"
    )
    assert said(checks.check_citations([made(text)], library)) == [f"docs/a.md:8:1: {what}", f"docs/a.md:14:1: {what}"]


def test_a_number_that_is_not_in_the_data_file_is_refused():
    """No telephone number reaches a page but through the one file that says where it was seen."""
    known = Helpline("x", "emergency", "X", "116 123", "tel:116123", *[""] * 11)
    made_page = made("Call 116 123. Ring 0300 123 4567. Call 999. In 1998-2002, 5,597 people, pages 1040-1050.\n")
    assert [item.column for item in checks.check_numbers([made_page], [known])] == [20, 40]


def build(folder, **files):
    for name, text in files.items():
        file = folder / name.replace("__", "/")
        file = file.with_name(file.name + ".html")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"<html><head><title>T</title></head><body>{text}</body></html>", encoding="utf-8")
    return read_book(folder)


def test_a_broken_link_is_found_and_told_by_source_line(tmp_path):
    """A writer is told the line of the Markdown in which a link leads nowhere."""
    book = build(tmp_path, a__index='<a href="../gone/">x</a>', index="")
    findings = checks.check_book(book, [made("Words.\n\n[x](gone.md)\n\n../gone/ here\n")])
    assert said(findings)[0].startswith("docs/a.md:9: a link to '../gone/', which does not exist")


def test_a_link_to_a_lost_section_is_found_with_a_guess(tmp_path):
    """A link to a section that was renamed fails, with the id that was probably meant."""
    book = build(tmp_path, a__index='<a href="../b/#sectoin">x</a>', b__index='<h2 id="section">S</h2>')
    findings = checks.check_book(book, [made("[x](b.md#sectoin)\n")])
    assert said(findings) == [
        "docs/a.md:5: a link to '#sectoin', which b/index.html does not have; did you mean '#section'?"
    ]


def test_an_id_twice_another_host_and_a_script_address_are_found(tmp_path):
    """Ids are unique, nothing is loaded from elsewhere, and no link runs code."""
    book = build(
        tmp_path,
        index='<p id="a"></p><p id="a"></p><script src="https://other.example/x.js"></script>'
        '<a href="javascript:x">x</a>',
    )
    what = " ".join(said(checks.check_book(book, [])))
    assert "the id 'a' stands twice" in what
    assert "loads 'https://other.example/x.js' from another host" in what
    assert "a link with the scheme 'javascript'" in what


@pytest.mark.parametrize(
    ("file", "href", "target"),
    [
        ("a/index.html", "", ("a/index.html", "")),
        ("a/index.html", "#x", ("a/index.html", "x")),
        ("a/index.html", "..", ("index.html", "")),
        ("a/index.html", "../b/#y", ("b/index.html", "y")),
        ("a/index.html", "../b.html?q=1#y", ("b.html", "y")),
        ("a/index.html", "/kb/b/", ("b/index.html", "")),
        ("index.html", ".", ("index.html", "")),
        ("index.html", "./", ("index.html", "")),
        ("index.html", "caf%C3%A9/#%C3%A9", ("caf\u00e9/index.html", "\u00e9")),
        ("index.html", "https://other.example/", None),
        ("index.html", "mailto:a@b.example", None),
    ],
)
def test_an_address_is_resolved_as_a_browser_would(tmp_path, file, href, target):
    """What the check calls a page is what a reader would see."""
    book = build(tmp_path, **{file.removesuffix(".html").replace("/", "__"): ""})
    assert book.resolve(book.page(file), href, "/kb/") == target


def test_a_page_has_one_public_address_in_every_build():
    """A page keeps its folder address, also where it is written flat for reading from disk."""
    assert outputs("index.md") == ("index.html", "index.html")
    assert outputs("framework/index.md") == ("framework/index.html", "framework/index.html")
    assert outputs("help-now.md") == ("help-now/index.html", "help-now.html")


def test_an_id_belongs_to_one_page_only():
    """A short address never leads to two pages: the newer one is handed an id of its own."""
    twice = dataclasses.replace(made("", "b.md"), id=made("").id)
    mend = f"write `id: {free_id('b.md', {twice.id})}` in the newer of the two"
    found = said(checks.check_pages([made(""), twice]))
    assert found == [f"docs/b.md: the id '{twice.id}' already belongs to docs/a.md; {mend}"]
