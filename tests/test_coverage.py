"""The two sources: every statement in them has its place on a page, and keeps it."""

import tomllib

import pytest
from conftest import PROJECT
from lxml import html

from kb.checks import outputs

TABLE = tomllib.loads((PROJECT / "tests/source_coverage.toml").read_text(encoding="utf-8"))["statement"]
LEVELS = ["h1", "h2", "h3", "h4"]


def section(site, page, anchor):
    """Give the words of a section: from its heading to the next of the same rank; of a cell, its whole row."""
    tree = html.document_fromstring((site / outputs(page)[0]).read_bytes())
    (start,) = tree.xpath(f"//*[@id='{anchor}']") or [None]
    if start is None:
        return None
    if start.tag not in LEVELS:
        return " ".join(start.getparent().text_content().split())
    words = [start.text_content()]
    framed = "kb-h" in start.getparent().get("class", "")  # with the link beside it
    for after in (start.getparent() if framed else start).itersiblings():
        heading = after[0] if "kb-h" in after.get("class", "") and len(after) else after
        if heading.tag in LEVELS[: LEVELS.index(start.tag) + 1]:
            break
        words.append(after.text_content())
    return " ".join(" ".join(words).split())


@pytest.mark.parametrize("statement", TABLE, ids=[item["id"] for item in TABLE])
def test_every_statement_of_the_sources_has_its_section(site, statement):
    """A reader finds what the sources said, in the section that the table names."""
    where = f"docs/{statement['page']}#{statement['anchor']}"
    text = section(site, statement["page"], statement["anchor"])
    assert text, f"{where} is gone; it carried {statement['id']}: {statement['says']}"
    missing = [word for word in statement["words"] if word.lower() not in text.lower()]
    assert not missing, f"{where} no longer says {missing}; it carried {statement['id']}: {statement['says']}"


def test_the_table_leaves_no_statement_out():
    """The numbers of both sources run without a gap, and each statement says something."""
    for source, count in (("A", 36), ("B", 41)):
        numbers = [item["id"] for item in TABLE if item["id"].startswith(source)]
        assert numbers == [f"{source}{number}" for number in range(1, count + 1)]
    assert all(len(item["says"]) > 10 and item["words"] for item in TABLE)
