"""References out again: what we write is read back by programs that are not ours, and says what the library says."""

import html
import json
import re
import subprocess
import unicodedata
from datetime import date
from urllib.parse import parse_qs, unquote

import pypandoc
import pytest
import rispy
from conftest import PROJECT
from lxml import html as lxml_html
from pybtex.database import parse_string

from kb.csl_items import pages
from kb.exports import BIBTEX_FIELDS, coins, to_bibtex, to_csl_json, to_ris
from kb.library import Entry, read_library
from kb.page_meta import citation_meta, cite_this_page, page_json_ld, page_records

BIBS = {"library": PROJECT / "docs/research/references.bib", "golden": PROJECT / "tests/golden/entries.bib"}
OURS = {"verification", "verificationnote", "annote", "unconfirmed", "urlstatus"}
ADDRESS = "https://recovery.example/framework/emotional/"
BREAK = "A title\r\nER  - \r\nTY  - JOUR\u2028<script>alert('x')</script>\x00 \"quoted\" & }{ more\\"
HOSTILE = {
    "id": "evil",
    "type": "article-journal",
    "title": BREAK,
    "author": [{"family": "Doe\r\nAU  - Mallory", "given": 'Jane "J"'}, {"literal": "A, B & <em>Sons</em>"}],
    "container-title": "Journal; citation_doi=10.1/evil; of </script><!-- things",
    "issued": {"date-parts": [[2020]]},
    "page": "1--9\nDO  - 10.1/evil",
    "DOI": "10.1000/(SICI)1<2::AID>3.0.CO;2-2",
    "URL": "https://example.org/a;b?c=1&d=2\nEP  - 5",
    "note": "First\n\nSecond",
}
PAGE = ("Emotional support", "Peer Support in Recovery", date(2026, 11, 3), ADDRESS)


def pandoc(text, before, after):
    command = [pypandoc.get_pandoc_path(), "-f", before, "-t", after]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True, encoding="utf-8").stdout


def csl(text, form="bibtex"):
    return {item["id"]: item for item in json.loads(pandoc(text, form, "csljson"))}


@pytest.fixture(scope="module", params=BIBS)
def shelf(request):
    """Give a .bib as its text, our entries, pybtex's entries and Pandoc's items."""
    text = BIBS[request.param].read_text(encoding="utf-8")
    return text, read_library(BIBS[request.param], "x.bib")[0], parse_string(text, "bibtex").entries, csl(text)


def letters(text):
    """Keep the letters and figures of a text: one case, no accents, no tags; TeX as the golden records have it."""
    text = re.sub(r"</?(?:i|sub|sup|script|span)\b[^>]*>", "", text)
    text = text.replace("\\alpha", "\N{GREEK SMALL LETTER ALPHA}").replace("\N{LATIN SMALL LETTER DOTLESS I}", "i")
    return "".join(char for char in unicodedata.normalize("NFKD", text) if char.isalnum()).lower()


def known_names(item, role="author"):
    """Give a CSL item's names in order, particles first, as bare letters."""
    parts = ("literal", "dropping-particle", "non-dropping-particle", "family", "given", "suffix")
    names = [name for name in item.get(role, []) if name.get("literal") != "others"]
    return ["".join(letters(name.get(part, "")) for part in parts) for name in names]


def bib_pages(entry):
    """Give first and last page as the .bib has them."""
    first, _, last = entry.fields.get("pages", "").partition("--")
    return first, last


def year(entry):
    return value if (value := entry.fields.get("year", entry.fields.get("date", ""))[:4]).isdigit() else ""


def test_ris_says_what_the_library_says(shelf):
    """Whoever imports our RIS file gets every work with its authors, title, year, DOI and pages."""
    _, _, entries, items = shelf
    records = rispy.loads(to_ris(items.values()))
    assert len(records) == len(items) == len(entries)
    for record, (key, item) in zip(records, items.items(), strict=True):
        entry = entries[key]
        assert [letters(name) for name in record.get("authors", [])] == known_names(item), key
        editors = record.get("secondary_authors", []) + record.get("tertiary_authors", [])
        assert [letters(name) for name in editors] == known_names(item, "editor"), key
        assert letters(record.get("title", "")) == letters(item.get("title", "")), key
        assert (record.get("year", ""), record.get("doi", "")) == (year(entry), entry.fields.get("doi", "")), key
        assert (record.get("start_page", ""), record.get("end_page", "")) == bib_pages(entry), key
        assert letters(record.get("secondary_title", "")) == letters(item.get("container-title", "")), key
        assert "unknown_tag" not in record, key


def test_ris_is_plain_lines_that_end_as_the_format_asks(shelf):
    """Every line of a RIS file is a tag with one value, without markup or LaTeX, and our own notes are not in it."""
    lines = to_ris(shelf[3].values()).split("\r\n")
    assert lines.pop() == ""
    for line in lines:
        assert re.fullmatch(r"[A-Z][A-Z0-9]  - [^\r\n\u2028]*", line), line
        assert line.startswith(("DO", "UR")) or not re.search(r"</?\w+>|[{}\\]|--", line), line
    assert not any(item.get("annote", "none") in line for item in shelf[3].values() for line in lines)


def test_golden_records_come_out_as_a_librarian_would_write_them():
    """Types, particles, accents, editors, numbers and dates stand under the tags that reference managers look for."""
    text = to_ris(csl(BIBS["golden"].read_text(encoding="utf-8")).values())
    for line in (
        *("TY  - JOUR", "TY  - CHAP", "TY  - RPRT", "TY  - ELEC", "TY  - THES", "TY  - GEN", "TY  - BOOK"),
        *("AU  - van der Berg, Anna", "AU  - García Márquez, Carla", "AU  - Smith, Dan, Jr.", "A2  - White, Tom"),
        *("DA  - 2020/03//", "SN  - WHO/2019/5", "M3  - PhD thesis", "Y2  - 2024/05/06/", "DA  - 2023/02/01/"),
        "TI  - Über naïve Œuvres, façade, škoda, ångström and E = mc^2 with \u03b1-H2O and e. Coli",
        "TI  - When a < b & c > d: The alert(1) & “quoted” story",
    ):
        assert f"{line}\r\n" in text, line


@pytest.mark.parametrize(
    ("page", "first", "last"),
    [
        ("45-67", "45", "67"),
        ("45–67", "45", "67"),
        ("45--67", "45", "67"),
        ("S473-S478", "S473", "S478"),
        ("xi–xv", "xi", "xv"),
        ("e0252623", "e0252623", ""),
        ("CD004492", "CD004492", ""),
        ("e-12", "e-12", ""),
        ("PEP23-02-01", "PEP23-02-01", ""),
        ("1–9, 12–15", "1–9, 12–15", ""),
        ("", "", ""),
    ],
)
def test_a_page_range_is_split_and_an_article_number_is_not(page, first, last):
    """First and last page are told apart however the range was typed, and an article number stays whole."""
    assert pages({"page": page}) == (first, last)


def test_authors_who_are_not_named_are_not_made_into_a_name(shelf):
    """A record that ends in "and others" says in a note that there are more, and names nobody called others."""
    short = [item for item in shelf[3].values() if {"literal": "others"} in item.get("author", [])]
    assert bool(short) == ("mclellan1998supplemental" in shelf[3])
    for item in short:
        for text in (to_ris([item]), to_csl_json([item])):
            assert "more authors than are named" in text
            assert "others" not in text
        assert "others" not in coins(item)


def test_bibtex_says_what_the_library_says(shelf):
    """Whoever takes our BibTeX gets each record as it stands in our file, field by field."""
    text, ours, entries, items = shelf
    written = to_bibtex(ours.values())
    again = parse_string(written, "bibtex").entries
    assert list(again) == sorted(entries)
    for key, entry in entries.items():
        assert again[key].type == entry.type, key
        assert again[key].persons == entry.persons, key
        for field in (*BIBTEX_FIELDS.split(), "title", "year", "doi", "pages"):
            assert again[key].fields.get(field, "") == " ".join(entry.fields.get(field, "").split()), (key, field)
    for item in items.values():
        item.pop("annote", None)
    assert csl(written) == items
    assert to_bibtex(reversed(ours.values())) == written
    assert csl(text).keys() == csl(written).keys()


def test_what_is_ours_does_not_leave_with_bibtex(shelf):
    """How we checked a record stays with us, and nothing else of it is lost."""
    again = parse_string(to_bibtex(shelf[1].values()), "bibtex").entries
    for key, entry in shelf[1].items():
        left = {*again[key].fields, *again[key].persons}
        assert not left & OURS
        assert set(entry.fields) - OURS <= left, key


def test_csl_json_goes_through_pandoc_and_back(shelf):
    """Whoever takes our CSL-JSON gets every work with its authors, title, date, DOI and pages."""
    items = shelf[3]
    written = to_csl_json(items.values())
    again = csl(pandoc(written, "csljson", "biblatex"), "biblatex")
    assert again.keys() == items.keys() == csl(pandoc(written, "csljson", "bibtex")).keys()
    for key, item in items.items():
        # Pandoc writes a suffix into the family name, hence the letters of each name in no order
        assert [sorted(name) for name in known_names(again[key])] == [sorted(name) for name in known_names(item)], key
        assert letters(again[key].get("title", "")) == letters(item.get("title", "")), key
        assert again[key].get("issued", {}).get("date-parts", []) == item["issued"]["date-parts"], key
        for field in ("DOI", "page", "volume", "issue", "URL"):
            assert again[key].get(field) == item.get(field), (key, field)


def test_csl_json_is_the_same_text_every_time_and_has_nothing_of_ours(shelf):
    """Two builds give one file: sorted, in letters and not in codes, with no field that is ours or empty."""
    items = list(shelf[3].values())
    written = to_csl_json(items)
    assert written == to_csl_json([dict(reversed(item.items())) | {"_line": 3, "verification": "x"} for item in items])
    assert written == json.dumps(json.loads(written), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert not re.search(r'"(annote|abstract|_line|verification)"|: (""|\[\]|null)|\\u', written)
    assert all(item["type"] and item["id"] for item in json.loads(written))


def test_coins_say_what_the_library_says(shelf):
    """A browser extension that looks for COinS finds every work with its authors, title, year, DOI and pages."""
    for key, item in shelf[3].items():
        entry = shelf[2][key]
        title = lxml_html.fromstring(f'<span class="Z3988" title="{coins(item)}"></span>').get("title")
        assert title == html.unescape(coins(item))
        found = parse_qs(title, strict_parsing=True)
        assert found["ctx_ver"] == ["Z39.88-2004"]
        assert re.fullmatch(r"info:ofi/fmt:kev:mtx:(journal|book|dc)", found["rft_val_fmt"][0])
        names = [name for role in ("rft.au", "rft.creator", "rft.aucorp") for name in found.get(role, [])]
        assert sorted(map(letters, names)) == sorted(known_names(item)), key
        article = item["type"] in {"article-journal", "chapter"}
        words = found.get("rft.atitle" if article else "rft.btitle", found.get("rft.title", [""]))
        assert letters(words[0]) == letters(item.get("title", "")), key
        assert found.get("rft.date", [""])[0][:4] == year(entry), key
        assert f"info:doi/{entry.fields.get('doi', '')}" in [*found.get("rft_id", []), "info:doi/"], key
        if bib_pages(entry)[0]:
            assert (found["rft.spage"][0], found.get("rft.epage", [""])[0]) == bib_pages(entry), key


def test_a_hostile_record_stays_one_record():
    """A line end, a tag or a quotation mark in a value ends nothing and begins nothing in RIS."""
    records = rispy.loads(to_ris([HOSTILE, {"id": "next", "type": "book", "title": "Next"}]))
    assert [record["type_of_reference"] for record in records] == ["JOUR", "BOOK"]
    first = records[0]
    assert first["authors"] == ['Doe AU - Mallory, Jane "J"', "A – B & Sons"]
    assert first["title"] == "A title ER - TY - JOUR alert('x') \"quoted\" & more\\"
    assert first["doi"] == HOSTILE["DOI"]
    assert "end_page" not in first
    assert first["urls"] == ["https://example.org/a%3Bb?c=1&d=2%20EP%20-%205"]
    assert first["notes"] == ["First Second"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", " data:text/html,x", "https:evil", "//x", "file:///etc/passwd"])
def test_an_address_that_is_not_a_web_address_is_left_out(url):
    """No export carries an address that could run code."""
    item = HOSTILE | {"URL": url}
    exports = (to_ris([item]), to_csl_json([item]), unquote(coins(item)), page_json_ld(*LD[:5], url, [item]))
    assert not any(url.strip() in text.replace("info:", "") for text in exports)


def test_a_hostile_record_stays_one_record_in_bibtex():
    """A brace, a line end or an at sign in a value ends nothing and begins nothing in BibTeX."""
    values = {"title": BREAK, "note": "}\n@article{evil,\n  title = {x}\n}", "doi": "10.1/{x", "author": "Doe, Jane"}
    written = to_bibtex(
        [Entry("b", "book", 1, values), Entry("a", "misc", 2, {"title": "Fine {\\{} \\", "annote": "no"})]
    )
    for read in (parse_string(written, "bibtex").entries, csl(written)):
        assert list(read) == ["a", "b"]
    assert not re.search(r"annote|\n@article", written)


def test_a_hostile_record_is_harmless_in_csl_json():
    """A script in a title is gone from CSL-JSON, and the italics that a title may have are not."""
    title = 'The <i>E. coli</i> <span class="nocase">MRI</span>, $\\beta^2$'
    evil, fine = json.loads(to_csl_json([HOSTILE, {"id": "x", "title": title, "genre": "{PhD} thesis"}]))
    assert evil["title"] == "A title ER - TY - JOUR alert('x') \"quoted\" & more\\"
    assert evil["author"][1] == {"literal": "A, B & Sons"}
    assert not any("\n" in str(value) for value in evil.values())
    title = 'The <i>E. coli</i> <span class="nocase">MRI</span>, \N{GREEK SMALL LETTER BETA}^2'
    assert fine == {"id": "x", "title": title, "genre": "PhD thesis", "type": "document"}


def test_coins_stand_in_an_attribute_whatever_they_hold():
    """No value of a work ends the attribute or adds a key."""
    text = coins(HOSTILE)
    assert not re.search("[\"'<>\\s]|&(?!amp;)", text)
    found = parse_qs(html.unescape(text), strict_parsing=True)
    assert found["rft.au"] == ['Doe AU - Mallory, Jane "J"']
    assert found["rft.aucorp"] == ["A, B & Sons"]
    assert found["rft_id"][0] == f"info:doi/{HOSTILE['DOI']}"


def test_a_page_tells_scholars_what_it_is():
    """Scholar and Zotero find the page's title, date and address, and no author unless given."""
    title, site, updated, address = PAGE
    rows = citation_meta(title, site, [], updated, address)
    assert rows[:4] == [
        ("citation_title", title),
        ("citation_publication_date", "2026/11/03"),
        ("citation_public_url", address),
        ("citation_fulltext_html_url", address),
    ]
    assert "citation_author" not in dict(rows)
    assert ("citation_author", "Doe, Jane") in citation_meta(title, site, ["Doe, Jane"], updated, address)


LD = (*PAGE[:3], date(2026, 11, 4), ADDRESS)
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def test_json_ld_describes_the_page_and_what_it_cites(shelf):
    """Search engines read an Article that is part of the site, its dates, licence and a name for each cited work."""
    read = json.loads(page_json_ld(*LD, LICENCE, shelf[3].values()))
    assert (read["@context"], read["@type"], read["headline"]) == ("https://schema.org", "Article", PAGE[0])
    assert (read["dateModified"], read["license"], read["isPartOf"]["name"]) == ("2026-11-03", LICENCE, PAGE[1])
    assert read["mainEntityOfPage"]["lastReviewed"] == "2026-11-04"
    assert not {"author", "publisher"} & read.keys()
    for work, (key, item) in zip(read["citation"], shelf[3].items(), strict=True):
        if item.get("DOI"):
            assert unquote(work) == f"https://doi.org/{item['DOI']}", key
        elif item.get("URL"):
            assert unquote(work) == unquote(item["URL"]), key
        else:
            assert letters(work) == letters(item["title"]), key


def test_json_ld_cannot_leave_its_script():
    """No title or reference ends the script element or opens a comment in it."""
    text = page_json_ld('Caring & </script><script>"x"', *LD[1:], LICENCE, [HOSTILE])
    assert not re.search("[<>\u2028]", text)
    tree = lxml_html.fromstring(f'<div><script type="application/ld+json">{text}</script><p>after</p></div>')
    assert len(tree.findall(".//script")) == 1
    assert json.loads(tree.find("script").text)["headline"] == 'Caring & "x"'


def test_a_page_can_be_cited_in_the_styles_people_are_asked_for():
    """A student copies a reference to the page that names no invented author, publisher or day."""
    cited = cite_this_page(*PAGE)
    assert cited["APA 7"] == f"Peer Support in Recovery. (2026, November 3). Emotional support. {ADDRESS}"
    assert cited["Harvard (Cite Them Right)"] == (
        f"Peer Support in Recovery (2026) Emotional support. Available at: {ADDRESS} (Accessed: the day you read it)."
    )
    assert cited["Vancouver/NLM"] == (
        "Peer Support in Recovery [Internet]. [place unknown: publisher unknown]; [date unknown]. Emotional support; "
        f"[updated 2026 Nov 3; cited the day you read it]. Available from: {ADDRESS}"
    )
    assert ". Available" not in cite_this_page("Who helps?", *PAGE[1:])["Harvard (Cite Them Right)"]


def test_a_page_can_be_imported_into_a_reference_manager():
    """The page's own BibTeX and RIS are read by others, with title, site, date and address in their places."""
    cited = page_records("50% of {us} & <b>them</b>_x\n@book{a}", *PAGE[1:])
    ((key, entry),) = parse_string(cited["bib"], "bibtex").entries.items()
    assert (key, entry.type, entry.fields["year"], entry.fields["url"]) == (
        "peersupport202650ofusthemxbooka",
        "misc",
        "2026",
        ADDRESS,
    )
    assert (entry.fields["howpublished"], entry.fields["month"]) == (PAGE[1], "November")
    assert csl(cited["bib"])[key]["title"] == "50% of us & them_x @booka"
    (record,) = rispy.loads(cited["ris"])
    assert (record["type_of_reference"], record["secondary_title"], record["date"]) == ("ELEC", PAGE[1], "2026/11/03/")
    assert (record["title"], record["urls"]) == ("50% of us & them_x @booka", [ADDRESS])
    assert "authors" not in record
