"""The matrix: a reader says who they are, and nothing is hidden, kept, or said by colour alone."""

import re

import markdown
import pytest
from conftest import page
from lxml import html

from kb.matrix import check_cells
from kb.pages import read_page
from kb.schema import READERS

TABLE = """## The matrix {#matrix}

| When | Emotional | Practical |
| --- | --- | --- |
| **Now** | Listen. { #now-emotional for="peer family" } | Help *now* { #now-practical for="group" } |
"""
EXTENSIONS = ["attr_list", "tables", "kb.markup"]
PAGE = "framework/what-helps-when/"


def test_a_cell_says_whom_it_suits_and_can_be_linked_to():
    """Each box has its own address, named by its row and column, and its readers in the page."""
    tree = html.fromstring(markdown.markdown(TABLE, extensions=EXTENSIONS))
    cells = tree.findall(".//tbody//td")
    assert [(cell.get("id"), cell.get("data-for"), cell.get("for")) for cell in cells] == [
        ("now-emotional", "peer family", None),
        ("now-practical", "group", None),
    ]
    links = [cell.find("a[@class='kb-cell-link']") for cell in cells]
    assert [link.get("href") for link in links] == ["#now-emotional", "#now-practical"]
    assert links[0].get("aria-label") == "Link to this box: Now, emotional"


def test_a_reader_picks_one_of_the_sites_five_words():
    """The choice stands before the table, in the words that the whole site uses, and starts with everybody."""
    tree = html.fromstring(markdown.markdown(TABLE, extensions=EXTENSIONS))
    group = tree.find(".//fieldset")
    assert [button.get("value") for button in group.iter("input")] == ["all", *READERS]
    assert [button.get("checked") for button in group.iter("input")] == ["checked", *[None] * len(READERS)]
    assert group.getparent().getnext().get("class") == "kb-table"
    plain = re.sub(r' for="[^"]*"', "", TABLE)
    assert "fieldset" not in markdown.markdown(plain, extensions=EXTENSIONS)


def test_an_unknown_reader_is_found_where_it_stands(tmp_path):
    """A writer who mistypes a reader is told the line, the column and the word that was meant."""
    (tmp_path / "a.md").write_text(page("A", TABLE.replace("peer family", "peer famly")), encoding="utf-8")
    source = read_page(tmp_path, "a.md")[0]
    findings = list(check_cells(source, "docs/a.md"))
    line = next(number for number, text in source.lines() if "famly" in text)
    column = source.text.splitlines()[line - 1].index("famly") + 1
    assert [(f.line, f.column, f.what, f.mend) for f in findings] == [
        (line, column, "a cell is for 'famly', which is no reader", "did you mean 'family'?")
    ]


def test_every_box_of_the_real_matrix_suits_somebody(site):
    """No reader finds a table in which nothing is for them, and no box is for nobody."""
    cells = html.parse(str(site / PAGE / "index.html")).findall(".//div[@data-section='matrix']//tbody//td")
    assert len(cells) == 24
    assert all(cell.get("id") and cell.get("data-for") for cell in cells)
    for reader in READERS:
        assert sum(reader in cell.get("data-for").split() for cell in cells) >= 6, reader


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize("script", [True, False])
def test_boxes_that_suit_less_say_so_and_stay(chromium, address, width, script):
    """A reader hears and sees which boxes suit them less, at any width, with no script; none goes away."""
    context = chromium.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script)
    reader = context.new_page()
    reader.goto(address + PAGE)
    matrix = reader.locator("[data-section=matrix]")
    assert "less for you" not in matrix.aria_snapshot().lower()
    reader.get_by_label("Family or friend").check()
    cells = matrix.locator("td").all()
    said = ["less for you" in cell.aria_snapshot().lower() for cell in cells]
    assert said == ["family" not in cell.get_attribute("data-for").split() for cell in cells]
    assert any(said)
    assert all(cell.is_visible() for cell in cells)
    reader.emulate_media(media="print")
    assert not reader.locator(".kb-who").is_visible()
    assert "less for you" not in matrix.aria_snapshot().lower()
    context.close()
