"""What a screen reader says: Orca reads the website in Firefox, and each promise is about the words that were heard."""

import contextlib
import re

import orca
import pytest

pytestmark = pytest.mark.full
KIND = "framework/social-support/emotional/"


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """A running screen reader; on a machine that has none these tests are skipped, and say so."""
    if why := orca.missing():
        pytest.skip(why)
    with contextlib.closing(orca.Orca(tmp_path_factory.mktemp("orca"))) as running:
        yield running


def test_a_page_says_its_name_and_reads_itself_in_order(reader, address):
    """Whoever opens a page hears which one, how it is built, then its words: heading, summary, text, works, trust."""
    said = reader.open(address + KIND)
    assert any(words.startswith("Finished loading Emotional support - Peer Support in Recovery") for words in said)
    assert re.search(r"Page has \d+ landmarks, \d+ headings", " ".join(said))
    order = ["Skip to the text", "Help now", "Emotional support", "On this page", "What it is"]
    order += ["References", "Read next", "About this page", "Share this page", "Previous and next page"]
    at = -1
    for words in order:
        at = said.index(words, at + 1)
    assert "statusbar" not in said


def test_each_heading_is_said_once(reader, address):
    """Whoever goes from heading to heading hears each with its level, and nothing with it."""
    reader.open(address + KIND)
    reader.press("ctrl+Home")
    said = [reader.press("h", quiet=3) for _ in range(4)]
    assert said == [
        ["Emotional support heading level 1."],
        ["What it is heading level 2."],
        ["In practice heading level 2."],
        ["Mentoring heading level 3."],
    ]


def test_the_first_stops_say_what_they_are(reader, address):
    """Within three stops, somebody who sees nothing has heard the way to the text and the way to help."""
    reader.open(address + "about/offline/")
    said = reader.press("ctrl+Home", quiet=3)
    said += [words for _ in range(2) for words in reader.press("Tab", quiet=3)]
    stops = [re.sub(r"( visited)?( link)?\.$", "", words) for words in said]
    assert stops[:3] == ["Skip to the text", "Peer Support in Recovery", "Help now"]


def test_an_explained_word_says_what_pressing_does_and_did(reader, address):
    """The mark beside a word says whose meaning it opens, that it opened, and the meaning; Escape leads back to it."""
    reader.open(address + KIND)
    reader.press("ctrl+Home")
    mark = "What “Recovery coach” means collapsed push button."
    while mark not in (said := reader.press("b", quiet=3)):
        assert "Wrapping to top." not in said, said
    reader.press("Return")
    assert "Recovery coach." in reader.press("Down", quiet=3)
    assert any("collapsed" in words for words in reader.press("Escape", quiet=3))


def test_search_says_how_many_pages_it_found(reader, address):
    """Whoever searches without seeing hears where they type, how much was found, and each page that they come to."""
    reader.open(address + KIND)
    reader.press("ctrl+Home")
    assert "Search push button." in reader.press("b", quiet=3)
    said = reader.press("Return", quiet=4)
    assert said[-2:] == ["Search editable combo box.", "Focus mode"]  # so that letters are letters, no commands
    reader.type("naloxone")
    said = reader.until("pages.")
    assert [words for words in said if re.match(r"\d+ pages\.", words)]
    assert [words for words in reader.press("Down", quiet=3) if "Naloxone" in words or "Help now" in words]


def test_what_was_copied_is_said_once(reader, address):
    """Whoever copies the short link hears that it is copied."""
    reader.open(address + KIND)
    reader.press("ctrl+End")
    while "Share this page collapsed push button." not in (said := reader.press("shift+b", quiet=3)):
        assert "Wrapping to bottom." not in said, said
    assert "expanded" in " ".join(reader.press("Return", quiet=3))
    assert reader.press("b", quiet=3) == ["Copy: Short link push button."]
    assert reader.press("Return", quiet=3).count("Copied") == 1


def test_help_now_says_what_to_do_before_all_else(reader, address):
    """In an emergency the first words after the page's name are the steps, with the numbers to call."""
    said = reader.open(address + "help-now/")
    start = said.index("main content")
    urgent = said.index("If someone cannot be woken or is not breathing properly", start)
    call = next(n for n, words in enumerate(said) if n > urgent and "999" in words)
    about = next(n for n, words in enumerate(said) if n > start and words.startswith("About "))
    assert start < urgent < call < about
    assert call - start < 20
