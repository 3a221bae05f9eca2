"""Tables, cards and marks: what our Markdown extension makes of them."""

import re

import markdown
import pytest
from conftest import page
from lxml import html

from kb.quotes import curled

TABLE = "## Kinds {#kinds}\n\n| Kind | What |\n| --- | --- |\n| **Emotional** | Caring { #cell } |\n| Other | Thing |\n"


def render(text):
    return html.fromstring(
        markdown.markdown(text, extensions=["attr_list", "md_in_html", "tables", "footnotes", "kb.markup"])
    )


def test_a_table_can_be_read_by_ear():
    """A screen reader hears the column and the row that each cell belongs to."""
    tree = render(TABLE)
    assert [cell.get("scope") for cell in tree.iter("th")] == ["col", "col", "row"]
    assert tree.find(".//tbody/tr[2]/td").get("scope") is None


def test_a_table_scrolls_by_keyboard_and_has_a_name():
    """A wide table can be reached and scrolled without a mouse."""
    frame = render(TABLE).find(".//div")
    assert (frame.get("role"), frame.get("tabindex"), frame.get("aria-label")) == ("region", "0", "Table: Kinds")
    assert frame.get("data-section") == "kinds"


def test_a_cell_can_be_linked_to_and_knows_its_column():
    """A cell's own id survives, and narrow screens can show its column's name."""
    cell = render(TABLE).xpath("//td[@id='cell']")[0]
    assert cell.get("data-label") == "What"


def test_cards_hold_a_heading_and_what_follows_it():
    """On the home page each need is one card."""
    tree = render('<div class="kb-cards" markdown>\n\n### One {#one}\n\nA.\n\n- B\n\n### Two {#two}\n\nC.\n\n</div>\n')
    cards = tree.xpath("//section")
    assert [card[0].get("id") for card in cards] == ["one", "two"]
    assert [child.tag for child in cards[0]] == ["h3", "p", "ul"]


def test_a_mark_never_starts_a_line():
    """A citation mark stays with the word it belongs to."""
    tree = render("Words **bold** [^1] and more [^1].\n\n[^1]: A note.\n")
    paragraph = tree if tree.tag == "p" else tree.find(".//p")
    bold, first, second = list(paragraph)[:3]
    assert (bold.tail, first.tail) == (None, " and more")
    assert second.tail == "."


def test_a_notice_says_in_words_how_urgent_it_is():
    """Whoever sees no colour still knows a danger from a tip: each level begins with words of its own."""
    levels = ["danger", "warning", "tip", "evidence", "unknown", "note"]
    notices = "\n".join(f'!!! {level} "A title"\n    Words.\n' for level in levels)
    tree = html.fromstring(f"<div>{markdown.markdown(notices, extensions=['admonition', 'kb.markup'])}</div>")
    titles = [title.text_content() for title in tree.xpath("//p[@class='admonition-title']")]
    assert titles[0] == "Danger to life: A title"
    assert len(set(titles)) == len(levels)
    assert all(title.endswith(": A title") for title in titles)


# ── Quotation marks ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_quotation_marks_are_set_as_printers_set_them(miniature):
    """A writer types the marks of the keyboard; a reader sees “these”, and code, dashes and dots as written."""
    words = '"I don\'t," she said -- \'not *yet*\'... in the \'90s ("so"). `a = "b\'s"`\n'
    table = "\n## What's \"on\" {#on}\n\n| It's | What |\n| --- | --- |\n| **A** | B |\n"
    built = miniature({"one.md": page("one", words + table)})
    assert built.status == 0, built.output
    tree = html.document_fromstring((built.site / "one/index.html").read_bytes())
    said = " ".join(tree.find(".//article").text_content().split())
    assert '“I don’t,” she said -- ‘not yet’... in the ’90s (“so”). a = "b\'s"' in said
    assert tree.xpath("//div[@class='kb-table']/@aria-label") == ["Table: What’s “on”"]
    assert tree.xpath("//tbody/tr/*/@data-label") == ["It’s", "What"]


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ('A page\'s note, "whole" or ("part")', "A page’s note, “whole” or (“part”)"),
        ("'so', \"said 'he'\" and \"'she'\"", "‘so’, “said ‘he’” and “‘she’”"),
        ("the '90s; two authors' sites — \"both\"", "the ’90s; two authors’ sites — “both”"),
    ],
)
def test_notes_have_the_same_quotation_marks(typed, seen):
    """What no Markdown is made of, such as the note on a work, looks no different."""
    assert curled(typed) == seen


def test_a_page_has_one_kind_of_quotation_marks(site):
    """Whoever reads a page of this site meets no typewriter's mark among the printer's, in text, notes or numbers."""
    for file in site.rglob("index.html"):
        tree = html.document_fromstring(file.read_bytes())
        for part in tree.xpath("//main//*[self::pre or self::code or self::script]"):
            part.drop_tree()
        found = re.findall(r".{0,20}[\"'].{0,20}", "".join(main.text_content() for main in tree.iter("main")))
        assert not found, file
