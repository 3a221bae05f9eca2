"""Lists of references in a real browser: filter, groups, copies and files, with and without JavaScript."""

import pytest
from conftest import WIDTHS

pytestmark = pytest.mark.browser


@pytest.fixture(params=WIDTHS)
def reader(request, chromium, address):
    """A reader's page in a window of one of the two widths, allowed to use the clipboard."""
    context = chromium.new_context(viewport={"width": request.param, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address.rstrip("/"))
    page = context.new_page()
    page.errors = []
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    assert page.errors == []
    context.close()


def test_the_library_can_be_filtered_by_words(reader, address):
    """A reader types a name and sees the works that hold it, and how many they are."""
    reader.goto(address + "research/references/")
    whole = reader.locator(".kb-reference:visible").count()
    reader.get_by_label("Show works that hold these words").fill("salzer 2002")
    shown = reader.locator(".kb-reference:visible")
    assert 2 <= shown.count() < whole
    assert f"{shown.count()} of {whole} works" in reader.locator(".kb-library__tools").inner_text()
    assert all("Salzer" in text for text in shown.all_inner_texts())
    assert reader.get_by_label("Show works that hold these words in names or title").count() == 1


def test_works_under_a_letter_can_be_filtered_by_what_they_show(reader, address):
    """On a page that holds works whole, words of their notes are found too, and the references can be copied."""
    reader.goto(address + "research/references/c-d/")
    box = reader.get_by_label("Show works that hold these words", exact=True)
    box.fill("smoking cochrane")
    assert 1 <= reader.locator(".kb-reference:visible").count() < 10
    box.fill("")
    reader.get_by_role("button", name="Copy as text").click()
    reader.locator(".kb-copy__said", has_text="Copied").wait_for()
    assert "doi:10.1002/14651858.CD004492.pub4" in reader.evaluate("navigator.clipboard.readText()")


def test_the_library_can_be_grouped_by_type_and_back(reader, address):
    """A reader who looks for reports finds them together, and the sorted list again afterwards."""
    reader.goto(address + "research/references/")
    before = reader.locator(".kb-reference").evaluate_all("all => all.map(one => one.id)")
    reader.get_by_label("Group by type").check()
    assert "Reports and guidance" in reader.locator(".kb-library__groups h3").all_inner_texts()
    reader.get_by_label("Group by type").uncheck()
    assert reader.locator(".kb-reference").evaluate_all("all => all.map(one => one.id)") == before


def test_a_page_can_be_cited_by_copying(reader, address):
    """A reader opens "Cite this page", copies a form, and is told that it was copied."""
    reader.goto(address + "framework/social-support/emotional/")
    reader.get_by_text("Cite this page", exact=True).click()
    reader.locator(".kb-cite-page .kb-copy").first.click()
    reader.locator(".kb-cite-page .kb-copy__said", has_text="Copied").wait_for()
    assert "Emotional support" in reader.evaluate("navigator.clipboard.readText()")


def test_references_can_be_taken_away_as_files(reader, address):
    """A reader saves a page's references for a reference manager."""
    reader.goto(address + "framework/social-support/emotional/")
    for name, begins in (("BibTeX", "@"), ("RIS", "TY  - "), ("CSL-JSON", "[")):
        with reader.expect_download() as waiting:
            reader.locator(".kb-downloads").get_by_role("link", name=name).click()
        assert waiting.value.path().read_text(encoding="utf-8").startswith(begins)


def test_a_page_itself_can_be_taken_into_a_reference_manager(reader, address):
    """A reader opens "Cite this page" and saves a record of the page, with its address, as a file."""
    reader.goto(address + "framework/social-support/emotional/")
    reader.get_by_text("Cite this page", exact=True).click()
    for name, begins in (("BibTeX", "@misc{"), ("RIS", "TY  - ELEC")):
        with reader.expect_download() as waiting:
            reader.locator(".kb-cite-page").get_by_role("link", name=name).click()
        text = waiting.value.path().read_text(encoding="utf-8")
        assert text.startswith(begins)
        assert "/framework/social-support/emotional/" in text


def test_without_javascript_the_library_stands_whole(chromium, address):
    """A reader without JavaScript sees every work, and can save the files."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "research/references/")
    assert page.locator(".kb-reference").count() > 140
    assert page.locator(".kb-downloads a").count() == 3
    context.close()
