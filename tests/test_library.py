"""The library: what a .bib file must hold."""

import pytest
from conftest import BIB, PROJECT

from kb.advice import advice
from kb.library import VERIFICATIONS, read_library


def read(folder, text, *, verified=True):
    (folder / "x.bib").write_text(text, encoding="utf-8")
    return read_library(folder / "x.bib", "docs/x.bib", verified=verified)


def test_an_entry_keeps_its_key_fields_and_line(tmp_path):
    """A record is found again by its key, with the line it stands in."""
    entries, findings = read(tmp_path, "\n" + BIB)
    assert findings == []
    assert (entries["doe2020"].type, entries["doe2020"].line) == ("book", 2)
    assert entries["doe2020"].fields["year"] == "2020"


def test_a_key_used_twice_is_refused_with_both_lines(tmp_path):
    """Two records with one key never hide each other."""
    _, findings = read(tmp_path, BIB + BIB)
    assert str(findings[0]).startswith("docs/x.bib:8: the key 'doe2020' is already used in line 1")


def test_a_record_that_does_not_say_how_it_was_verified_is_refused(tmp_path):
    """Readers are told how far to trust a reference, so each record must say it."""
    _, findings = read(tmp_path, BIB.replace("verified", "surely"))
    assert "docs/x.bib:1: 'doe2020' does not say how it was verified" in str(findings[0])


def test_a_library_of_someone_else_need_not_say_how_it_was_verified(tmp_path):
    """A site that takes our citations keeps its own .bib as it is."""
    _, findings = read(tmp_path, BIB.replace("  verification = {verified},\n", ""), verified=False)
    assert findings == []


def test_one_doi_in_two_records_is_told_with_both_places(tmp_path):
    """The same work is not in the library twice under two keys."""
    first = BIB.replace("year = {2020}", "year = {2020},\n  doi = {10.1000/X}")
    _, findings = read(tmp_path, first + first.replace("doe2020", "other").replace("10.1000/X", "10.1000/x"))
    assert str(findings[0]).startswith("docs/x.bib:9: 'other' has the DOI of 'doe2020' in line 1")


def test_a_key_or_doi_of_another_file_is_told_with_both_places(tmp_path):
    """Whoever keeps several .bib files reads where both records stand, and has each work once."""
    record = BIB.replace("year = {2020}", "year = {2020},\n  doi = {10.1000/X}")
    first, findings = read(tmp_path, "\n" + record)
    assert findings == []
    (tmp_path / "y.bib").write_text(record.replace("10.1000/X", "https://doi.org/10.1000/x"), encoding="utf-8")
    _, findings = read_library(tmp_path / "y.bib", "docs/y.bib", first)
    assert [str(item) for item in findings] == [
        "docs/y.bib:1: the key 'doe2020' is already used in docs/x.bib:2; give one a new key",
        "docs/y.bib:1: 'doe2020' has the DOI of 'doe2020' in docs/x.bib:2; keep one record, or mend the DOI",
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  publisher = {A Press},\n  year = {2020}", "  publisher = {A Press}", "has no year or date"),
        ("  publisher = {A Press},\n", "", "(book) has no publisher"),
        ("  author = {Doe, Jane},\n", "", "(book) has no author or editor"),
        ("year = {2020}", "year = {20200}", "has the year '20200'"),
        ("year = {2020}", "year = {2028}", "is dated 2028, which is still to come"),
        ("year = {2020}", "date = {2028-05}", "is dated 2028, which is still to come"),
        ("{{A Book}}", "{{A Book for $3}}", "has a bare $ in its title"),
        ("year = {2020}", "year = {2020}, pages = {30--12}", "has pages that run backwards: 30--12"),
        ("year = {2020}", "year = {2020}, pages = {1045--40}", "has pages that run backwards: 1045--40"),
        (
            "year = {2020}",
            "year = {2020}, doi = {11.1000/a}",
            "has the DOI '11.1000/a', and a DOI reads 10.",
        ),
        ("year = {2020}", "year = {2020}, doi = {10.1000}", "has the DOI '10.1000'"),
        ("year = {2020}", "year = {2020}, isbn = {0-306-40615-3}", "has the ISBN 0-306-40615-3, whose digits"),
        ("year = {2020}", "year = {2020}, isbn = {978-0-306-40615-8}", "has the ISBN 978-0-306-40615-8, whose digits"),
        ("year = {2020}", "year = {2020}, isbn = {0306406152, 12345}", "has the ISBN 12345, whose digits"),
        ("year = {2020}", "year = {2020}, issn = {2049-3631}", "has the ISSN 2049-3631, whose digits"),
        ("verification = {verified}", "verification = {memory}", "is from memory, and the reference does not say so"),
        (
            "verification = {verified}",
            "verification = {memory}, unconfirmed = {year}",
            "is from memory, and the reference does not say so",
        ),
    ],
)
def test_a_field_that_is_missing_or_impossible_is_told(tmp_path, old, new, says):
    """An editor is told of what cannot be right, with the line of the record."""
    entries, _ = read(tmp_path, BIB.replace(old, new))
    found = advice(entries, 2026)
    assert str(found[0]).startswith("docs/x.bib:1: 'doe2020'")
    assert says in str(found[0])


@pytest.mark.parametrize(
    "fields",
    [
        "doi = {10.1000/a.b(c)<1::aid-x>3.0.co;2-z}, pages = {1040--50}, issn = {2049-3630}",
        "doi = {https://doi.org/10.1000.10/a}, isbn = {0-306-40615-2, 978-0-306-40615-7 (hardback)}",
        "isbn = {0-8044-2957-X}, issn = {1050-124X}, pages = {e12--e3}",
        "doi = {}, isbn = {}, issn = {}, pages = {CD012880}",
        "verification = {memory}, unconfirmed = {year}, note = {Year not confirmed}",
    ],
)
def test_a_field_that_can_be_right_is_left_alone(tmp_path, fields):
    """An editor is not told of numbers that add up, of short last pages, or of what the reference itself tells."""
    entries, _ = read(
        tmp_path, BIB.replace("  verification = {verified},\n", "").replace("author", f"{fields}, author")
    )
    assert advice(entries, 2026) == []


def test_next_year_is_not_too_late(tmp_path):
    """A book that is dated next year, as publishers do, is no fault; by default the clock says which year it is."""
    entries, _ = read(tmp_path, BIB.replace("2020}", "2027}"))
    assert advice(entries, 2026) == []
    entries, _ = read(tmp_path, BIB.replace("2020}", "2099}"))
    assert "is dated 2099" in str(advice(entries)[0])


@pytest.mark.parametrize("field", ["url", "archiveurl"])
def test_an_address_that_runs_a_script_is_refused(tmp_path, field):
    """A reference never becomes a link that runs code."""
    _, findings = read(tmp_path, BIB.replace("year = {2020}", f"year = {{2020}},\n  {field} = {{javascript:alert(1)}}"))
    assert "is not http, https, doi or mailto" in str(findings[0])
    _, findings = read(tmp_path, BIB.replace("year = {2020}", f"year = {{2020}},\n  {field} = {{}}"))
    assert findings == []


def test_a_record_cut_off_is_named_by_file_and_line(tmp_path):
    """A missing brace is said in one line."""
    _, findings = read(tmp_path, BIB + "@book{roe2021,\n  title = {Cut off\n")
    assert any(str(item).startswith("docs/x.bib:8: a record that cannot be read") for item in findings)


@pytest.mark.parametrize("value", ["{T} author = {X}", '"T"\n  author = "X"', "2000 author = {X}", "{T {a}}\n  x-y=3"])
def test_a_missing_comma_is_told(tmp_path, value):
    """A field that swallowed the next one is named, with the line of its record."""
    _, findings = read(tmp_path, BIB + f"@book{{b,\n  title = {value},\n  verification = {{verified}}\n}}\n")
    assert [str(item) for item in findings] == ["docs/x.bib:8: a comma is missing after `title`; add one"]


@pytest.mark.parametrize("value", ["{{A} b = {c}}", '"A b = {c}"', 'may # "{x} = " # { y = }', "{}", "2000"])
def test_a_sign_of_equality_in_a_value_is_no_fault(tmp_path, value):
    """A title may hold an equation."""
    _, findings = read(tmp_path, f"@book{{b,\n  title = {value},\n  verification = {{verified}}\n}}\n")
    assert findings == []


def test_our_own_library_says_how_every_record_was_verified():
    """Every work that readers are shown says how it was verified, and carries a note in our own words."""
    entries, findings = read_library(PROJECT / "docs/research/references.bib", "references.bib")
    assert findings == []
    assert len(entries) >= 123
    assert all(entry.verification in VERIFICATIONS and entry.fields.get("annote") for entry in entries.values())


def test_what_was_not_seen_is_shown_as_unconfirmed():
    """A reader sees, in the reference itself, that some of its details were not confirmed."""
    entries, _ = read_library(PROJECT / "docs/research/references.bib", "references.bib")
    for entry in entries.values():
        named = [field.strip() for field in entry.fields.get("unconfirmed", "").split(",") if field.strip()]
        assert bool(named) == bool(entry.fields.get("note")), entry.key
        assert all(field in entry.fields for field in named), entry.key


def test_the_library_page_counts_as_the_library_does():
    """The numbers on the library page are the numbers of the library."""
    entries, _ = read_library(PROJECT / "docs/research/references.bib", "references.bib")
    text = " ".join((PROJECT / "docs/research/references.md").read_text(encoding="utf-8").split())
    whole, part, memory = (sum(entry.verification == kind for entry in entries.values()) for kind in VERIFICATIONS)
    assert VERIFICATIONS == ("verified", "partly", "memory")
    assert f"{whole} works were verified, {part} partly, and {memory} came from memory" in text
