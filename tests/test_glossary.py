"""Terms explained where a reader meets them: by mouse, keyboard, touch and screen reader, without a script."""

import pytest
from conftest import page
from lxml import html

from kb.glossary import MOST, explain, explanations
from kb.pages import read_page

GLOSSARY = """Words.

## T {#t}

Tea { #tea }
:   A [hot](index.md) drink & more [@doe2020]. It is *warm*. Others drink it cold, and they say so at length, in many
    words, at every meal, to whoever happens to be near enough to hear them, or to read about it afterwards. The end.

Very long { #long }
:   Yes.

    Another paragraph.
"""


def known(tmp_path):
    """Give the explanations of a small glossary."""
    (tmp_path / "glossary.md").write_text(page("Glossary", GLOSSARY), encoding="utf-8")
    return explanations(read_page(tmp_path, "glossary.md")[0])


def test_an_explanation_is_the_first_sentence_of_the_entry(tmp_path):
    """A reader gets a sentence or two in plain words, from the one place where they are written."""
    terms = known(tmp_path)
    assert (terms["tea"].name, terms["tea"].text) == ("Tea", "A hot drink & more. It is warm.")
    assert terms["long"].text == "Yes."


def test_only_the_first_link_to_a_term_is_explained(tmp_path):
    """A page stays light, and a term is explained once."""
    link = '<p><a href="../glossary/#tea">tea</a> and <a href="../glossary/#tea">tea</a></p>'
    made = html.fromstring(explain(link, known(tmp_path)))
    assert [element.tag for element in made] == ["a", "button", "span", "a"]
    assert made[1].get("popovertarget") == made[2].get("id") == "kb-term-tea"
    assert made[1].get("aria-label") == "What “Tea” means"
    assert made[2].find("a").get("href") == "../glossary/#tea"


def test_what_is_no_place_for_a_button_gets_none(tmp_path):
    """Headings, other pages and unknown terms stay as they are."""
    for link in (
        '<h2 id="a"><a href="../glossary/#tea">tea</a></h2>',
        '<p><a href="../other/#tea">tea</a></p>',
        '<p><a href="glossary.html#unknown">tea</a></p>',
    ):
        assert explain(link, known(tmp_path)) == link


def test_a_page_explains_a_few_terms_at_most(tmp_path):
    """A page with many terms is as light as others."""
    terms = {f"t{number}": known(tmp_path)["tea"] for number in range(MOST + 5)}
    made = explain("".join(f'<a href="glossary.html#{anchor}">x</a>' for anchor in terms), terms)
    assert made.count("<button") == MOST


@pytest.mark.browser
def test_a_term_is_explained_by_keyboard_and_closes_with_escape(chromium, address):
    """A reader without a mouse opens an explanation, reads it, closes it, and is where they were."""
    context = chromium.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=True)
    reader = context.new_page()
    reader.goto(address + "framework/what-helps-when/")
    button = reader.get_by_role("button", name="What “Peer supporter” means")
    button.focus()
    reader.keyboard.press("Enter")
    told = reader.locator("#kb-term-peer-supporter")
    assert told.is_visible()
    reader.keyboard.press("Tab")
    assert told.get_by_role("link", name="More in the glossary").evaluate("link => link === document.activeElement")
    reader.keyboard.press("Escape")
    assert not told.is_visible()
    assert button.evaluate("button => button === document.activeElement")
    context.close()


@pytest.mark.browser
def test_a_term_is_explained_without_javascript_and_never_on_paper(chromium, address):
    """A tap explains a term where no script runs; paper shows neither the button nor the explanation."""
    context = chromium.new_context(java_script_enabled=False, has_touch=True)
    reader = context.new_page()
    reader.goto(address + "framework/what-helps-when/")
    reader.get_by_role("button", name="What “Peer supporter” means").tap()
    assert reader.locator("#kb-term-peer-supporter").is_visible()
    reader.emulate_media(media="print")
    assert not reader.locator("#kb-term-peer-supporter").is_visible()
    assert not reader.locator(".kb-explain").first.is_visible()
    context.close()
