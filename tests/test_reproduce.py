"""The same commit gives the same bytes, on any day, in any folder, time zone, locale and hash seed."""

import pytest
from conftest import PROJECT

from kb.pages import MONTHS, spoken
from kb.reproduce import compare, reproduce


def test_a_difference_is_named_with_its_place(tmp_path):
    """Whoever breaks this is told in which file, and from which byte on."""
    for name, text in (("one", "built on Monday"), ("two", "built on Friday")):
        (tmp_path / name / "site").mkdir(parents=True)
        (tmp_path / name / "site/index.html").write_text(text)
        (tmp_path / name / "site/same.html").write_text("the same")
    (tmp_path / "two/site/more.html").write_text("more")
    findings, _ = compare(tmp_path / "one", tmp_path / "two")
    assert [finding.path for finding in findings] == ["site/index.html", "site/more.html"]
    assert "differs from byte 9 on: 'built on Monday' and 'built on Friday'" in str(findings[0])
    assert "is in one build alone" in str(findings[1])


def test_days_are_spoken_in_english_wherever_a_site_is_built():
    """A month has its English name on every machine."""
    from datetime import date  # noqa: PLC0415 - for this test alone

    assert [spoken(date(2026, month, 3)) for month in (1, 5, 12)] == ["3 January 2026", "3 May 2026", "3 December 2026"]
    assert len(MONTHS) == 12


@pytest.mark.full
def test_two_clean_builds_are_the_same():
    """The site and its editions, built twice under other circumstances, are the same byte for byte."""
    findings, said = reproduce(PROJECT)
    assert findings == []
    assert "files are the same in both builds" in said
