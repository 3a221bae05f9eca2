"""The ZIM: Kiwix's own tools find nothing wrong, and every address that was ever public leads somewhere in it."""

import http.client
import os
import shutil
import socket
import subprocess
import time
import warnings

import pytest
from conftest import PROJECT
from libzim.reader import Archive
from libzim.search import Query, Searcher

from kb.contract import read_contract

NEEDED = ("Name", "Title", "Creator", "Publisher", "Date", "Description", "Language")  # openZIM: Metadata


@pytest.fixture(scope="module")
def archive(editions):
    """The ZIM, opened by libzim's reader."""
    return Archive(editions["zim"])


def tool(name, package):
    """Give the path of one of Kiwix's programs; skip aloud without it, since pip cannot install Debian's packages."""
    if path := shutil.which(name):
        return path
    why = f"{name} was not run, so this is NOT tested here: apt-get install {package}"
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        print(f"\n::warning::{why}" if os.environ.get("CI") else why)
    return pytest.skip(why)


def landed(archive, path):
    entry = archive.get_entry_by_path(path)
    while entry.is_redirect:
        entry = entry.get_redirect_entry()
    return entry.path


def test_the_file_is_whole_and_says_what_it_is(archive):
    """Kiwix lists the copy with its name, sign, language, day and licence."""
    assert archive.check()
    assert set(NEEDED) <= set(archive.metadata_keys)
    said = {key: archive.get_metadata(key).decode() for key in archive.metadata_keys if "Illustration" not in key}
    assert said["Language"] == "eng"
    assert len(said["Title"]) <= 30
    assert len(said["Description"]) <= 80
    assert "CC BY 4.0" in said["License"]
    assert said["Source"] == "https://recovery.example/"
    icon = bytes(archive.get_illustration_item(48).content)
    assert (int.from_bytes(icon[16:20]), int.from_bytes(icon[20:24])) == (48, 48)
    assert archive.main_entry.get_item().path == "index.html"


def test_every_public_address_leads_somewhere(archive, volume):
    """A link from a poster, a book or the web, with or without its last slash, ends at its page inside Kiwix."""
    contract, _ = read_contract((PROJECT / "docs/links/contract.txt").read_text(encoding="utf-8"), "contract")
    shorts = {chapter.short.removeprefix(volume.address): chapter.file for chapter in volume.chapters}
    for address in {address.partition("#")[0].lstrip("/") for address in contract.kept} - {""}:
        for way in (address, address.rstrip("/"), f"{address}index.html"):
            assert landed(archive, way) == shorts.get(address, f"{address}index.html"), way


def test_no_page_needs_a_script(archive, volume):
    """A reader of any age of Kiwix sees every page: none holds a script, a form or a style of its own."""
    for chapter in volume.chapters:
        text = bytes(archive.get_entry_by_path(chapter.file).get_item().content).decode()
        assert not any(tag in text for tag in ("<script", "<form", "<style", " onclick", "<input"))


def test_it_can_be_searched(archive):
    """Someone who types a word finds the page about it, in any form of the word, and not one that all pages mention."""
    assert archive.has_fulltext_index
    assert archive.has_title_index

    def found(words):
        search = Searcher(archive).search(Query().set_query(words))
        return list(search.getResults(0, 5))

    assert "glossary/index.html" in found("naloxone") or "help-now/index.html" in found("naloxone")
    assert found("relapse tolerance lapse")[0] == "framework/stages-of-change/relapse/index.html"
    everywhere = Searcher(archive).search(Query().set_query("edition"))  # every page's colophon has this word
    assert everywhere.getEstimatedMatches() < 10


def test_zimcheck_finds_nothing(editions):
    """The checker that Kiwix's library runs has nothing to say."""
    command = [tool("zimcheck", "zim-tools"), "-A", str(editions["zim"])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Overall Test Status: Pass" in done.stdout, done.stdout + done.stderr
    assert "[ERROR]" not in done.stdout
    assert "[WARNING]" not in done.stdout


def test_kiwix_serves_pages_old_addresses_and_search(editions):
    """A school or prison that runs Kiwix's server has pages, short links and search."""
    server = tool("kiwix-serve", "kiwix-tools")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [server, "--port", str(port), "--address", "127.0.0.1", str(editions["zim"])]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    name = editions["zim"].stem
    try:
        status, _, text = ask(port, f"/{name}/glossary/index.html")
        assert status == 200
        assert "Naloxone" in text
        status, where, _ = ask(port, f"/{name}/p/k9dx/")
        assert (status, where) == (302, f"/{name}/framework/what-helps-when/index.html")
        status, _, text = ask(port, f"/search?content={name}&pattern=naloxone")
        assert status == 200
        assert "Help now" in text
    finally:
        running.terminate()
        running.wait(timeout=20)


def ask(port, path):
    """Ask the server for a path, once it answers; give the status, where it leads, and the text."""
    for _ in range(200):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location"), answer.read().decode("utf-8", "replace")
        except ConnectionError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise AssertionError("kiwix-serve did not start")
