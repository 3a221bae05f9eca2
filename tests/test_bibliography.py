"""Marks, lists and the library: what readers of really built sites see, and what writers are told."""

import re

import pytest
from conftest import PROJECT, page, search_texts
from lxml import html

from kb.addresses import relative
from kb.catalogue import letter_of
from kb.lists import letter
from kb.references import name_of

BIB = r"""@article{doe2020,
  author = {Doe, Jane and Roe, Richard}, title = {A trial of things}, journal = {Journal}, year = {2020},
  verification = {verified}, annote = {A trial of 20 people. It shows little.}, doi = {10.1000/a}
}
@article{doe2020b,
  author = {Doe, Jane and Roe, Richard}, title = {Another trial}, journal = {Journal}, year = {2020},
  verification = {partly}, annote = {Small.}, unconfirmed = {journal}, note = {Journal not confirmed}
}
@book{ash1999,
  author = {Ash, Ann}, title = {{A book \& more}}, publisher = {Press}, year = {1999},
  verification = {verified}, annote = {A book.}, url = {https://gone.example/}, urlstatus = {dead},
  archiveurl = {https://archive.example/gone}, archivedate = {2024-05-06}
}
@misc{unread, title = {Nobody cites this}, year = {n.d.}, verification = {verified}, annote = {A page.}}
"""
TEXT = """## First {#first}

One [@doe2020; @ash1999]. Two [@ash1999].

## Second {#second}

Three [@doe2020, p. 3]. @doe2020b says so.

## References {#references}

\\bibliography
"""


def read(built, path):
    assert built.status == 0, built.output
    return html.document_fromstring((built.site / path).read_bytes())


@pytest.fixture
def small(miniature):
    """A built site with one citing page and a library page."""
    return miniature(
        {
            "research/references.bib": BIB,
            "small.md": page("Small", TEXT),
            "research/references.md": page("The library", "## All {#all}\n\n\\full_bibliography\n"),
        }
    )


def test_marks_count_from_one_on_each_page_in_the_order_of_the_text(small):
    """A reader meets (1) first, several works as one mark, and the same work under the same number."""
    marks = read(small, "small/index.html").xpath("//a[@class='kb-cite']")
    assert [mark.text_content() for mark in marks] == ["(1,2)", "(2)", "(1, p. 3)", "(3)"]
    assert [mark.get("aria-label") for mark in marks] == [
        "References 1 and 2: (1,2)",
        "Reference (2)",
        "Reference (1, p. 3)",
        "Reference (3)",
    ]
    assert marks[0].get("data-refs").split() == ["ref-doe2020", "ref-ash1999"]


def test_a_work_named_in_a_sentence_shows_its_authors(small):
    """A sentence that names a work reads as a sentence."""
    assert "Doe and Roe\xa0(3) says so." in read(small, "small/index.html").xpath("//article")[0].text_content()


def test_each_entry_leads_back_to_every_place_that_cites_it(small):
    """From a reference, a reader goes back to each place, and is told in which section it stands."""
    entry = read(small, "small/index.html").get_element_by_id("ref-doe2020")
    links = entry.xpath(".//span[@class='kb-reference__back']/a")
    assert [(link.text, link.get("href"), link.get("aria-label")) for link in links] == [
        ("a", "#cite-1", "Back to citation a, in First"),
        ("b", "#cite-3", "Back to citation b, in Second"),
    ]


def test_an_entry_says_what_the_work_shows_and_how_far_it_was_checked(small):
    """Beside each reference a reader finds what it shows and does not, and what was not confirmed."""
    tree = read(small, "small/index.html")
    assert "It shows little." in tree.get_element_by_id("ref-doe2020").text_content()
    assert "Journal not confirmed." in tree.get_element_by_id("ref-doe2020b").text_content()


ENTRIES = "//ul[contains(@class,'kb-library')]/li"
SEEN = "//p[@class='kb-brief'][contains(., 'seen whole in a public copy, unless it says otherwise')]"


def test_what_was_seen_of_all_works_is_said_once(small):
    """A page says in one line that records were seen whole, and at an entry what was not; the library says each."""
    tree = read(small, "small/index.html")
    assert len(tree.xpath(SEEN)) == 1
    checks = tree.xpath("//li/span[@class='kb-reference__check']")
    assert [check.text for check in checks] == ["This record was seen in part. Journal not confirmed."]
    assert checks[0].getparent().get("id") == "ref-doe2020b"
    library = read(small, "research/references/index.html")
    said = [check.text for check in library.xpath("//li/span[@class='kb-reference__check']")]
    assert sorted(said) == ["Partly. Journal not confirmed.", "Verified.", "Verified.", "Verified."]


def test_no_line_says_more_than_was_seen(miniature):
    """Where no record was seen whole, no line below the list says so."""
    bib = BIB.replace("verification = {verified}", "verification = {partly}")
    built = miniature({"research/references.bib": bib, "small.md": page("Small", TEXT)})
    tree = read(built, "small/index.html")
    assert tree.xpath(SEEN) == []
    assert len(tree.xpath("//li/span[@class='kb-reference__check']")) == 3


def test_a_brief_list_leads_to_what_each_work_shows(miniature):
    """On a page that is itself a list, what a work shows is one link away, in the library; all else stays."""
    brief = TEXT.replace("\\bibliography", "\\bibliography{brief}")
    files = {
        "research/references.bib": BIB,
        "small.md": page("Small", brief),
        "research/references.md": page("The library", "## All {#all}\n\n\\full_bibliography\n"),
    }
    built = miniature(files)
    tree = read(built, "small/index.html")
    (entries,) = tree.xpath("//ol[@class='kb-references']")
    assert len(entries) == 3
    for entry in entries:
        (link,) = entry.xpath("span[@class='kb-reference__note']/a")
        assert (link.text, link.get("href")) == ("What it shows", f"../research/references/#{entry.get('id')}")
        assert entry.xpath("span[@class='kb-reference__back']/a")
        there = read(built, "research/references/index.html").get_element_by_id(entry.get("id"))
        assert there.xpath("span[@class='kb-reference__note'][not(a)]")
    assert "It shows little." not in tree.text_content()
    (line,) = tree.xpath("//p[@class='kb-brief'][contains(., 'does not show')]")
    assert line.xpath("a/@href") == ["../research/references/"]


def test_a_brief_list_without_a_library_keeps_its_notes(miniature):
    """No reader is sent to a page that is not there: on a site without a library the notes stay in the list."""
    text = TEXT.replace("\\bibliography", "\\bibliography{brief}")
    tree = read(miniature({"research/references.bib": BIB, "small.md": page("Small", text)}), "small/index.html")
    assert "It shows little." in tree.get_element_by_id("ref-doe2020").text_content()
    assert "What it shows" not in tree.text_content()


def test_a_dead_address_has_its_archived_copy_beside_it(small):
    """A reader who meets a dead link finds the archived copy next to it."""
    links = read(small, "small/index.html").get_element_by_id("ref-ash1999").xpath(".//a[@rel='external noreferrer']")
    assert ("https://archive.example/gone", "archived copy of 2024-05-06") in [
        (link.get("href"), link.text_content()) for link in links
    ]


def test_the_library_lists_every_cited_work_with_its_pages_and_the_others_apart(small):
    """The library shows each work once, with the sections that cite it; what no page cites is not mixed in."""
    tree = read(small, "research/references/index.html")
    cited, others = tree.xpath("//ul[contains(@class,'kb-library')]")
    assert [entry.get("id").removeprefix("ref-") for entry in cited] == ["ash1999", "doe2020", "doe2020b"]
    assert [entry.get("id").removeprefix("ref-") for entry in others] == ["unread"]
    links = tree.get_element_by_id("ref-doe2020").xpath(".//span[@class='kb-reference__back']/a")
    assert [(link.text, link.get("href")) for link in links] == [
        ("Small: First", "../../small/#first"),
        ("Small: Second", "../../small/#second"),
    ]


@pytest.fixture
def shelved(miniature):
    """A built site whose library stands on pages for some letters, but for what is under N."""
    return miniature(
        {
            "research/references.bib": BIB,
            "small.md": page("Small", TEXT.replace("\\bibliography", "\\bibliography{brief}")),
            "research/references.md": page("The library", "## All {#all}\n\n\\full_bibliography\n"),
            "research/references/a-c.md": page("A to C", "\\full_bibliography{A-C}\n"),
            "research/references/d.md": page("D", "\\full_bibliography{D-D}\n"),
        }
    )


def test_a_long_library_stands_on_several_pages(shelved):
    """On a phone, a reader fetches the works under some letters; each work is whole on one page."""
    found = {
        name: [entry.get("id") for entry in read(shelved, f"research/references/{name}/index.html").xpath(ENTRIES)]
        for name in ("a-c", "d")
    }
    assert found == {"a-c": ["ref-ash1999"], "d": ["ref-doe2020", "ref-doe2020b"]}
    tree = read(shelved, "research/references/d/index.html")
    entry = tree.get_element_by_id("ref-doe2020")
    assert "It shows little." in entry.text_content()
    links = entry.xpath(".//span[@class='kb-reference__back']/a")
    assert [link.get("href") for link in links] == ["../../../small/#first", "../../../small/#second"]
    assert entry.xpath(".//span[@class='Z3988']")


def test_the_address_of_a_work_in_the_library_stays(shelved):
    """A link that somebody made to a work in the library still finds it, in a line that leads to the whole."""
    tree = read(shelved, "research/references/index.html")
    lines = {entry.get("id"): entry.find("a") for entry in tree.xpath("//ul[contains(@class,'kb-library')][1]/li")}
    assert {name: (line.get("href"), line.text) for name, line in lines.items()} == {
        "ref-ash1999": ("a-c/#ref-ash1999", "Ash (1999). A book & more"),
        "ref-doe2020": ("d/#ref-doe2020", "Doe and Roe (2020). A trial of things"),
        "ref-doe2020b": ("d/#ref-doe2020b", "Doe and Roe (2020). Another trial"),
    }


def test_a_work_under_no_letter_stays_whole_in_the_library(shelved):
    """What no page of letters holds is lost to nobody: the library's own page shows all of it."""
    entry = read(shelved, "research/references/index.html").get_element_by_id("ref-unread")
    assert "A page." in entry.text_content()


def test_a_brief_list_leads_to_the_page_that_holds_a_work(shelved):
    """Whoever asks what a work shows is there with one step, whatever page of the library holds it."""
    for entry in read(shelved, "small/index.html").xpath("//ol[@class='kb-references']/li"):
        shelf = "a-c" if entry.get("id") == "ref-ash1999" else "d"
        link = entry.find("span[@class='kb-reference__note']/a")
        assert link.get("href") == f"../research/references/{shelf}/#{entry.get('id')}"


def test_the_files_of_a_page_of_letters_hold_its_works(shelved):
    """A reader takes along the works of the page that they see, and from the library's page all."""
    folder = shelved.site / "research/references"
    keys = {
        name: re.findall(r"^@\w+\{([^,]+),", (folder / name / "cited.bib").read_text(encoding="utf-8"), re.MULTILINE)
        for name in ("", "a-c", "d")
    }
    assert keys == {"": ["ash1999", "doe2020", "doe2020b", "unread"], "a-c": ["ash1999"], "d": ["doe2020", "doe2020b"]}


def test_search_finds_a_work_where_it_stands_whole(shelved):
    """Whoever searches for a work is led to its entry and not to a line about it."""
    texts = search_texts(shelved.site)
    found = {place for (place, _), text in texts.items() if "A book & more" in text}
    assert found == {"research/references/a-c/"}


@pytest.mark.parametrize(
    ("text", "letter"), [("<i>Éluard</i> P.", "E"), ("“Who cares?”", "W"), ("12 steps", "A"), ("Я", ""), ("…", "")]
)
def test_a_work_stands_under_its_first_letter(text, letter):
    """Accents, quotation marks and figures do not keep a work from its place in the alphabet."""
    assert letter_of(text) == letter


def test_search_holds_the_sentence_and_not_the_mark(small):
    """Whoever searches finds prose, and the library, but neither numbers nor each page's list."""
    assert small.status == 0, small.output
    texts = search_texts(small.site)
    assert texts["small/", "first"].startswith("One. Two.")
    assert "Three. Doe and Roe says so." in texts["small/", "second"]
    assert "A trial of things" not in texts["small/", "references"]
    assert any("A trial of things" in text for place, text in texts.items() if place[0] == "research/references/")


def test_an_author_date_style_means_the_same_work_on_every_page(miniature):
    """2020a is one work wherever it is cited, also on a page that cites only the other one."""
    files = {
        "research/references.bib": BIB,
        "one.md": page("One", "So [@doe2020].\n\n\\bibliography\n"),
        "two.md": page("Two", "Thus [@doe2020b, p. 4].\n\n\\bibliography\n"),
    }
    built = miniature(files, csl_file="apa")
    one, two = (read(built, f"{name}/index.html") for name in ("one", "two"))
    years = []
    for tree in (one, two):
        mark = tree.xpath("//a[@class='kb-cite']")[0].text_content()
        years.append(re.search(r"2020[ab]", mark)[0])
        assert years[-1] in tree.xpath("//li[@class='kb-reference']")[0].text_content()
    assert sorted(years) == ["2020a", "2020b"]


def test_a_summary_may_cite_and_a_title_stays_clean(miniature):
    """The summary that readers see first carries its mark; the browser's tab carries none."""
    text = page("Small [@doe2020]", TEXT, summary="What is known [@ash1999].")
    tree = read(miniature({"research/references.bib": BIB, "small.md": text}), "small/index.html")
    assert tree.findtext(".//title") == "Small - Peer Support in Recovery"
    assert tree.xpath("//p[@class='kb-summary']//a[@class='kb-cite']")[0].text_content() == "(1)"
    assert tree.get_element_by_id("ref-ash1999").getparent()[0].get("id") == "ref-ash1999"


@pytest.mark.parametrize(
    ("url", "here", "link"),
    [
        ("a/", "b/", "../a/"),
        ("a/#x", "b/c/", "../../a/#x"),
        ("", "b/", "../"),
        ("a.html#x", "b/c.html", "../a.html#x"),
        ("a/#x", "a/", "./#x"),
        ("index.html", "a.html", "index.html"),
    ],
)
def test_a_link_between_pages_is_relative(url, here, link):
    """Links hold under any base path, and from disk."""
    assert relative(url, here) == link


def test_letters_go_on_after_z():
    """A work that is cited thirty times has thirty names for its places."""
    assert [letter(number) for number in (0, 25, 26, 27, 701, 702)] == ["a", "z", "aa", "ab", "zz", "aaa"]


@pytest.mark.parametrize(
    ("numbers", "text", "name"),
    [
        ([3], "(3)", "Reference (3)"),
        ([3], "<sup>3</sup>", "Reference 3"),
        ([3], "(see 3, p. 4 &amp; 5)", "Reference (see 3, p. 4 & 5)"),
        ([1, 2, 3], "(1–3)", "References 1, 2 and 3: (1–3)"),
        ([1, 2], "<sup>1,2</sup>", "References 1 and 2: 1,2"),
    ],
)
def test_a_mark_is_spoken_as_one_citation_and_called_by_what_it_shows(numbers, text, name):
    """Whoever listens hears 1 and 2, never 12; whoever speaks to the browser calls a mark by what it shows."""
    assert name_of(numbers, text) == name


def test_what_another_plugin_adds_for_readers_stays(miniature, tmp_path):
    """A hook of the site's own adds a line to each page and keeps a copy: both have marks and lists, and the line."""
    hook = """
def on_page_content(html, page, **_):
    page.html = html
    return html

def on_page_context(context, page, **_):
    page.content += "<p>Added for readers.</p>"
    return context

def on_post_page(output, page, **_):
    return output.replace("</article>", f"<aside>{page.html}</aside></article>")
"""
    (tmp_path / "hook.py").write_text(hook, encoding="utf-8")
    text = (PROJECT / "mkdocs.yml").read_text(encoding="utf-8")
    assert "hooks:" not in text
    files = {"research/references.bib": BIB, "small.md": page("Small", TEXT)}
    built = miniature(files, strict=False, more="hooks: [hook.py]\n")
    tree = read(built, "small/index.html")
    assert tree.xpath("//article//p[. = 'Added for readers.']")
    assert len(tree.xpath("//article/div/ol[@class='kb-references']/li")) == 3
    assert (
        len(tree.xpath("//aside//a[@class='kb-cite']")) == len(tree.xpath("//article/div/p//a[@class='kb-cite']")) == 4
    )
