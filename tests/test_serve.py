"""While a writer works: the last good page is always there, with what is wrong on top of it."""

import functools
import http.server
import threading
import urllib.error
import urllib.request

import pytest
from conftest import page

from kb import atomic
from kb.serve import Handler, Served, build, changes, with_news


@pytest.fixture
def served(miniature, tmp_path):
    """A miniature site served for a writer; give its address, its project, and what saving a file does."""
    assert miniature({}).status == 0
    state, place = Served(), tmp_path / ".cache" / "serve"
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, state, "/kb/"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with server, atomic.alone(place):
        yield f"http://127.0.0.1:{server.server_port}/", tmp_path, lambda: build(tmp_path, place, state)
        server.shutdown()


def ask(address):
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - our own server
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_an_error_stands_on_top_of_the_last_good_page(served):
    """A writer who breaks a page sees the page as it was, what is wrong, where, and how to mend it; then it is gone."""
    address, project, save = served
    assert ask(f"{address}kb/")[0] == 503
    save()
    assert "kb-wrong" not in ask(f"{address}kb/")[1]
    file = project / "docs/index.md"
    file.write_text(page("Home", "Words that are new.\n").replace("title:", "titel:"), encoding="utf-8")
    save()
    status, text = ask(f"{address}kb/")
    assert status == 200
    assert "docs/index.md:2: unknown field `titel`" in text
    assert "the last good one" in text
    assert "Words that are new." not in text
    file.write_text(page("Home", "Words that are new.\n"), encoding="utf-8")
    save()
    text = ask(f"{address}kb/")[1]
    assert "Words that are new." in text
    assert "kb-wrong" not in text


def test_a_warning_stands_on_top_of_the_new_page(served):
    """A writer sees what the page has become, and what must be mended before it can be published."""
    address, project, save = served
    (project / "docs/index.md").write_text(page("Home", "A [link](nowhere.md).\n"), encoding="utf-8")
    save()
    text = ask(f"{address}kb/")[1]
    assert "before it can be published" in text
    assert "nowhere.md" in text
    assert '<a href="nowhere.md"' in text


def test_other_addresses_answer_as_on_the_website(served):
    """A writer meets the site's own page for what is not there, its files, and the path that it is published under."""
    address, _, save = served
    save()
    assert ask(address)[1] == ask(f"{address}kb/")[1]
    assert ask(f"{address}kb/nowhere/")[0] == 404
    assert ask(f"{address}kb/assets/card.png".replace("card.png", "favicon.svg"))[0] == 200
    assert ask(f"{address}kb/help-now")[1] == ask(f"{address}kb/help-now/")[1]


def test_what_a_writer_wrote_is_shown_as_text():
    """A page with markup in its faults never runs in the writer's browser."""
    shown = with_news("<head></head><body class=x><p>", Served(wrong="<script>alert(1)</script>"))
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_every_saved_file_is_seen(tmp_path):
    """A writer who saves, adds or takes away a file sees the site built again."""
    (tmp_path / "docs").mkdir()
    seen = changes(tmp_path)
    file = tmp_path / "docs/a.md"
    for change in (lambda: None, lambda: file.write_text("1"), lambda: file.write_text("12"), file.unlink):
        change()
        next(seen)


@pytest.mark.browser
def test_the_browser_shows_what_was_saved_by_itself(served, chromium):
    """A writer never presses reload: each build, good or bad, comes to the open page, under the page's own policy."""
    address, project, save = served
    save()
    tab = chromium.new_page()
    said = []
    tab.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    tab.goto(f"{address}kb/")
    file = project / "docs/index.md"
    file.write_text(page("Home", "Saved just now.\n"), encoding="utf-8")
    save()
    tab.get_by_text("Saved just now.").wait_for()
    file.write_text("no front matter", encoding="utf-8")
    save()
    tab.get_by_role("alert").get_by_text("docs/index.md:1: no front matter").wait_for()
    assert tab.get_by_text("Saved just now.").is_visible()
    tab.close()
    assert said == []
