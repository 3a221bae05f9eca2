"""Front matter: what a writer must fill in, and what the house says when something is amiss."""

from datetime import date

import pytest
from conftest import page

from kb.pages import now, read_page, read_pages
from kb.permanent import free_id


def read(folder, text):
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "docs" / "a.md").write_text(text, encoding="utf-8")
    return read_page(folder / "docs", "a.md")


def test_a_page_that_keeps_the_schema_is_read_whole(tmp_path):
    """A writer who fills in every field gets a page, and no word of complaint."""
    found, findings = read(tmp_path, page("A page", "One.\n\n## Two {#two}\n"))
    assert findings == []
    assert (found.title, found.updated, found.readers) == ("A page", date(2026, 1, 2), ("peer",))
    assert found.body.strip() == "One.\n\n## Two {#two}"


@pytest.mark.parametrize(
    "field",
    [
        "title",
        "id",
        "description",
        "summary",
        "brief",
        "do",
        "updated",
        "checked",
        "checked_by",
        "recheck_by",
        "aliases",
        "for",
        "related",
    ],
)
def test_a_missing_field_is_named_with_its_file_and_what_to_add(tmp_path, field):
    """A writer who forgets a field is told which, where, and what to put there."""
    found, findings = read(tmp_path, page("A page", **{field: None}))
    assert found is None
    assert [str(item).split(";")[0] for item in findings] == [f"docs/a.md:1: no `{field}`"]
    assert f"add `{field}:`" in str(findings[0])


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("colour", "red", "unknown field `colour`"),
        ("summary", "word " * 61, "the summary has 61 words"),
        ("description", "x" * 156, "the description has 156 characters"),
        ("title", "x" * 61, "the title has 61 characters"),
        ("updated", "soon", "`updated` is not a date"),
        ("for", "[nobody]", "`for` does not know 'nobody'"),
        ("kinds", "[moral]", "`kinds` does not know 'moral'"),
        ("stages", "[relapse]", "`stages` does not know 'relapse'"),
        ("aliases", "one", "`aliases` is not a list of words"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(tmp_path, field, value, says):
    """A writer who puts something else into a field is told in which line."""
    _, findings = read(tmp_path, page("A page", **{field: value}))
    assert len(findings) == 1
    assert str(findings[0]).startswith(f"docs/a.md:2: {says}")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("No front matter.\n", "docs/a.md:1: no front matter"),
        ("---\ntitle: a: b\n---\n", "docs/a.md:2: mapping values are not allowed here"),
        ("---\njust words\n---\n", "docs/a.md:2: front matter is not a list of fields"),
    ],
)
def test_front_matter_that_cannot_be_read_is_said_in_one_line(tmp_path, text, says):
    """A slip of the pen in the front matter gives one clear line and no traceback."""
    found, findings = read(tmp_path, text)
    assert found is None
    assert str(findings[0]).startswith(says)


def test_a_file_in_another_encoding_is_refused_by_name(tmp_path):
    """A page saved in an old encoding is named, with the way to mend it."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_bytes(page("Caf\u00e9").encode("latin-1"))
    _, findings = read_page(tmp_path / "docs", "a.md")
    assert "docs/a.md:2: not UTF-8 text" in str(findings[0])


def test_headings_and_terms_are_found_outside_code(tmp_path):
    """Code samples that look like headings or terms are left alone."""
    body = "## One {#one}\n\n```\n## Not {#not}\n```\n\n~~~~\n## Nor\n~~~\n~~~~\n\nTerm { #term }\n:   Words.\n"
    found, _ = read(tmp_path, page("A page", body))
    assert [(item.text, item.anchor) for item in found.headings()] == [("One", "one")]
    assert [(item.name, item.anchor) for item in found.terms()] == [("Term", "term")]


def test_pages_come_sorted_and_all_faults_together(tmp_path):
    """A writer sees every fault of every page at once."""
    docs = tmp_path / "docs"
    (docs / "b").mkdir(parents=True)
    for path in ("b/z.md", "a.md", "c.md"):
        (docs / path).write_text(page("A page", title=None) if path == "c.md" else page("A page"), encoding="utf-8")
    pages, findings = read_pages(docs)
    assert [item.path for item in pages] == ["a.md", "b/z.md"]
    assert [item.path for item in findings] == ["docs/c.md"]


def test_a_page_past_its_day_is_overdue_by_the_commit_not_the_clock(tmp_path, monkeypatch):
    """The same commit gives the same banner on any day that it is built."""
    found, _ = read(tmp_path, page("A page", recheck_by="2026-06-01"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767312000")  # 2 January 2026
    assert not found.overdue(now(tmp_path, [found]))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1782864000")  # 1 July 2026
    assert found.overdue(now(tmp_path, [found]))
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert now(tmp_path, [found]) == date(2026, 1, 2)


def test_an_id_is_short_and_never_a_word(tmp_path):
    """Whoever types an id from paper cannot mistake a sign, and a writer who forgot one is handed one."""
    _, findings = read(tmp_path, page("A page", id="hello"))
    assert "`hello` is no id for a page; write a letter, then three letters or figures" in str(findings[0])
    _, findings = read(tmp_path, page("A page", id=None))
    assert str(findings[0]) == f"docs/a.md:1: no `id`; add `id:` with {free_id('a.md')}, and keep it for ever"
    assert free_id("a.md", {free_id("a.md")}) != free_id("a.md")
