"""Releasing: an address that can be published at, settings that can be read, pages that stay true, or no release."""

import re
import subprocess
import sys
from datetime import date

import pytest
from conftest import PROJECT, page

from kb import __main__ as door
from kb import publish
from kb.changelog import check_changelog, close_changelog
from kb.editions.manifest import manifest_of, read_manifests, write_manifest
from kb.findings import Finding
from kb.releasing import release

PUBLISHED = "site_url: https://peers.org.uk/\npublisher: Us\ncontact: the hall\n"


def refusals(folder, settings, *, draft=False, body="Words.\n"):
    """Ask for a release of a project with one page and these settings; give what stands in the way."""
    (folder / "docs/about").mkdir(parents=True)
    (folder / "CHANGELOG.md").write_text("## Unreleased\n\n- Words.\n", encoding="utf-8")
    (folder / "docs/about/links.md").write_text(page("Links", body), encoding="utf-8")
    (folder / "mkdocs.yml").write_bytes(settings if isinstance(settings, bytes) else settings.encode())
    return [str(item) for item in release(folder, draft=draft, known=True)[0]]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://recovery.example/", "the address 'https://recovery.example/' is reserved"),
        ("https://example.com.:8000/", "is reserved"),
        ("https://EXAMPLE.org/peers/", "is reserved"),
        ("https://localhost/", "is reserved"),
        ("http://127.0.0.1:8000/", "is no https:// address"),
        ("http://peers.org.uk/", "is no https:// address"),
        ("peers.org.uk", "is no https:// address"),
        ("https://", "is no https:// address"),
        ("https://[peers/", "is no https:// address"),
        ("''", "is no https:// address"),
        ("https://127.0.0.1:8000/", "is the number of a machine"),
        ("https://[::1]/", "is the number of a machine"),
        ("https://192.0.2.7./", "is the number of a machine"),
    ],
)
def test_a_release_needs_an_address_that_somebody_can_publish_at(tmp_path, url, words):
    """A maintainer who releases at an address that cannot be the site's is told which, why, and the line."""
    found = refusals(tmp_path, f"site_name: A\nsite_url: {url}\npublisher: Us\ncontact: the hall\n")
    assert len(found) == 1
    assert found[0].startswith("mkdocs.yml:2: the address '")
    assert words in found[0]
    assert "; set `site_url` to " in found[0]


@pytest.mark.parametrize(
    "url", ["https://notexample.org/", "https://peers.org.uk/recovery/", "https://mylocalhost.uk:8443/"]
)
def test_an_address_that_only_looks_reserved_is_taken(tmp_path, url):
    """A group whose name ends like a reserved one can release at it."""
    found = refusals(tmp_path, f"site_name: A\nsite_url: {url}\npublisher: Us\n")
    assert found == [
        "mkdocs.yml: no `contact`; set `contact`, so that a reader can say that a link is broken"
    ]  # which is missing so that nothing is built here


@pytest.mark.parametrize("value", ["", "''", "~", "null", "'  '"])
@pytest.mark.parametrize("key", ["publisher", "contact"])
def test_a_release_needs_somebody_who_answers_for_it(tmp_path, key, value):
    """No reader of a release is told that it has no publisher, or nobody to write to: it is refused, with the line."""
    who = {"publisher": "Us", "contact": "the hall"} | {key: value}
    block = "".join(f"    {name}: {said}\n" for name, said in who.items())
    found = refusals(tmp_path, f"site_url: https://peers.org.uk/\nextra:\n  identity:\n{block}")
    assert len(found) == 1
    assert found[0].startswith(f"mkdocs.yml:{4 + list(who).index(key)}: no `{key}`; set `{key}`")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("site_name: A\npublisher: Us\ncontact: the hall\n", "mkdocs.yml: no `site_url`; "),
        ("site_name: A\nsite_url: [\n", "mkdocs.yml:3: YAML that cannot be read"),
        ("just words\n", "mkdocs.yml: not a list of settings; "),
        (b"site_name: caf\xe9\n", "mkdocs.yml: not UTF-8 text"),
    ],
)
def test_a_release_without_settings_to_read_is_refused_in_words(tmp_path, settings, words):
    """A slip in mkdocs.yml costs a maintainer one line to read."""
    found = refusals(tmp_path, settings)
    assert len(found) == 1
    assert found[0].startswith(words)


@pytest.mark.parametrize("verb", ["check", "editions", "release"])
@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("site_url: https://recovery.example/", "", "mkdocs.yml: no `site_url`; "),
        ("site_name: Peer Support in Recovery", "site_name: [", "mkdocs.yml:"),
    ],
)
def test_settings_that_cannot_be_read_are_one_line(project_copy, verb, before, after, words):
    """Whichever verb meets a broken mkdocs.yml says so in one line, with the way to mend it, and fails."""
    config = project_copy / "mkdocs.yml"
    text = config.read_text(encoding="utf-8").replace('contact: ""', "contact: the hall")
    text = text.replace('publisher: ""', "publisher: Us")
    config.write_text(text.replace(before, after, 1), encoding="utf-8")
    line = [sys.executable, "-m", "kb", verb]
    done = subprocess.run(
        line, cwd=project_copy, env=publish.environment(), capture_output=True, text=True, check=False
    )
    said = (done.stdout + done.stderr).strip()
    assert done.returncode == 1
    assert said.startswith(words)
    assert len(said.splitlines()) == 1


UNTRUE = """## First {#first}

See https://recovery.example/p/ here. There has been no
release, and there is no release yet.
"""


def test_a_release_is_refused_while_a_page_says_what_it_makes_untrue(tmp_path):
    """No reader of the published site is told that its address is a placeholder, or that nothing was released."""
    start = page("Links", "").count("\n")
    assert refusals(tmp_path, PUBLISHED, body=UNTRUE) == [
        (
            f"docs/about/links.md:{start + 3}: it says recovery.example, and the site is elsewhere now;"
            " write the address https://peers.org.uk/"
        ),
        (
            f"docs/about/links.md:{start + 3}: it says 'has been no release', which a release makes untrue;"
            " take the sentence out"
        ),
        (
            f"docs/about/links.md:{start + 4}: it says 'no release yet', which a release makes untrue;"
            " take the sentence out"
        ),
    ]


def test_what_the_pages_say_now_would_be_found(tmp_path):
    """The sentences on this site that a release makes untrue are among those that are looked for."""
    text = (PROJECT / "docs/about/links.md").read_text(encoding="utf-8")
    found = refusals(tmp_path, PUBLISHED, body=text + UNTRUE)
    assert len([line for line in found if "recovery.example" in line]) == text.count("recovery.example") + 1


def test_no_page_of_a_release_denies_its_publisher(tmp_path):
    """No page tells a reader that nobody publishes the site, when its foot says who does: each such place is named."""
    texts = {file: file.read_text(encoding="utf-8") for file in (PROJECT / "docs/about").glob("*.md")}
    body = "\n".join(text.partition("\n---\n")[2] for text in texts.values())
    found = refusals(tmp_path, PUBLISHED, body=f"{body}\nIt has no named\npublisher.\n")
    denied = len(re.findall(r"no\s+named\s+publisher", body, re.IGNORECASE))
    assert denied > 1  # in the pages as they are
    assert len([line for line in found if "publisher', which a release makes untrue; " in line]) == denied + 1


def test_a_draft_may_say_that_there_was_no_release(tmp_path):
    """Whoever writes a draft is asked about its build only: the pages are true until the first release."""
    found = refusals(tmp_path, "site_url: https://peers.org.uk/\n", draft=True, body=UNTRUE)
    assert [line for line in found if "links.md" in line] == []
    assert "the build failed" in found[0]  # nothing here can be built


def test_a_release_needs_a_changelog_that_tells_of_it(tmp_path):
    """No release goes out of which readers are told nothing."""
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n## 2026-01-02\n\n- Words.\n")
    assert [str(item) for item in check_changelog(tmp_path)] == [
        (
            "CHANGELOG.md:3: nothing is told under `## Unreleased`;"
            " write what changes for readers, each as a line that begins with `- `"
        )
    ]


def test_a_release_puts_its_day_over_what_it_tells(tmp_path):
    """What stood under Unreleased is found under the day of the release, word for word; the next one starts empty."""
    text = "# Changelog\n\nForm. No version has been released yet.\n\n## Unreleased\n\n### Added\n\n- Words.\n"
    (tmp_path / "CHANGELOG.md").write_text(text)
    assert check_changelog(tmp_path) == []
    close_changelog(tmp_path, date(2027, 3, 4))
    told = (tmp_path / "CHANGELOG.md").read_text(encoding="utf-8")
    assert told == "# Changelog\n\nForm.\n\n## Unreleased\n\n## 2027-03-04\n\n### Added\n\n- Words.\n"
    assert len(check_changelog(tmp_path)) == 1


def test_this_changelog_can_be_released():
    """The project's own changelog has the form that a release asks for."""
    text = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.count("\n## Unreleased\n") == 1
    assert check_changelog(PROJECT) == []


def test_a_release_is_refused_while_an_edition_is_missing(tmp_path, monkeypatch):
    """No release goes out without one of its copies: the tool that is not there is named, and nothing is written."""
    monkeypatch.setattr("kb.releasing.build", lambda *_, **__: 0)
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(PUBLISHED, encoding="utf-8")
    missing = Finding("dist", 0, 0, "an edition was not made, because libzim is not installed", "install it", mild=True)
    found, told = release(tmp_path, draft=False, known=True, editions=lambda _: [missing])
    assert (found, told) == ([missing], "")
    assert not (tmp_path / "docs/links/contract.txt").exists()


def test_a_release_keeps_what_its_edition_holds(volume, tmp_path, monkeypatch):
    """Whoever releases need not remember to keep the list by which the next edition says what has changed."""
    made = tmp_path / "dist/base.json"
    made.parent.mkdir()
    made.write_text(write_manifest(manifest_of(volume)), encoding="utf-8")
    missing = Finding("dist", 0, 0, "an edition was not made", "install it", mild=True)
    monkeypatch.setattr("kb.__main__.PROJECT", tmp_path)
    monkeypatch.setattr("kb.__main__.making.make_editions", lambda *_: ([made], [missing]))
    monkeypatch.setattr("kb.__main__.write_bill", lambda *_: (made, []))
    assert door._all_editions(tmp_path) == [missing]  # noqa: SLF001 - what `release` asks for
    assert read_manifests(tmp_path) == ([], [])
    monkeypatch.setattr("kb.__main__.making.make_editions", lambda *_: ([made], []))
    assert door._all_editions(tmp_path) == []  # noqa: SLF001 - the same
    assert (tmp_path / f"docs/links/editions/{volume.number}.json").is_file()
    assert read_manifests(tmp_path) == ([manifest_of(volume)], [])
