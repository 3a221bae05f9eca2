"""What tests share: miniature sites that are really built, the real site, its offline copy, a server and a browser."""

from __future__ import annotations

import atexit
import fcntl
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from kb import browser as browsers
from kb import publish
from kb.book import read_book
from kb.editions import making
from kb.editions.pdf import write_pdf
from kb.editions.volume import Imprint, read_volume
from kb.engine import built as built_search
from kb.materials import TOOLS
from kb.permanent import free_id

PROJECT = Path(__file__).resolve().parent.parent
CHROME = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]


def often(rows, *few):
    """Give test parameters of which only a few run each time, and all with `--full`."""
    return [
        pytest.param(*(row if isinstance(row, tuple) else (row,)), marks=[] if row in few else [pytest.mark.full])
        for row in rows
    ]


WIDTHS = often([360, 1366], 360)  # a phone each time, and a computer

FRONT = """---
title: {title}
id: {id}
description: A page of a miniature site.
summary: What this page says, in a sentence.
brief: A page that says one thing.
do: You could read it.
updated: 2026-01-02
checked: 2026-01-02
checked_by: editors
recheck_by: 2099-01-01
aliases: [small]
for: [peer]
related: [index.md]
---

"""
BIB = """@book{doe2020,
  verification = {verified},
  author = {Doe, Jane},
  title = {{A Book}},
  publisher = {A Press},
  year = {2020}
}
"""


def search_texts(site: Path) -> dict[tuple[str, str], str]:
    """Give the words that search shows of a built site, by page address and section id."""
    _, index = built_search(site)
    texts = {}
    for file in index["texts"]:
        pages = json.loads((site / file).read_text(encoding="utf-8").partition("] = ")[2].strip().rstrip(";"))
        for number, sections in pages.items():
            texts |= {(index["pages"][int(number)]["url"], name): text for name, _, text in sections}
    return texts


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write tests/golden afresh; then read what changed")
    parser.addoption("--full", action="store_true", help="run the long tests too")


def pytest_collection_modifyitems(config, items):
    skip = pytest.mark.skip(reason="long: run with --full")
    for item in items:
        if item.get_closest_marker("full") and not config.getoption("--full"):
            item.add_marker(skip)


@dataclass(frozen=True)
class Built:
    """What a build gave: exit status, everything it printed, and the folder it was to write."""

    status: int
    output: str
    site: Path


def page(title: str, body: str = "Words.\n", /, **fields: str | None) -> str:
    """Write a page that keeps the schema; a field given as None is taken out, another one replaces or is added."""
    front = FRONT.format(title=title, id=free_id(title))
    for field, value in fields.items():
        kept = [line for line in front.splitlines() if not line.startswith(f"{field}:")]
        if value is not None:
            kept.insert(1, f"{field}: {value}")
        front = "\n".join(kept) + "\n\n"
    return front + body


@functools.cache
def forks():
    """Start the process whose forks build, once; it ends with the tests."""
    command = [sys.executable, str(PROJECT / "tests" / "forks.py")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(process.communicate)  # closes what it reads, which ends it
    return process


def mkdocs(folder: Path, environment: dict[str, str], *arguments: str, **limits: int) -> tuple[int, str]:
    """Run MkDocs in a folder as `python -m mkdocs` would; give its exit status and all that it printed.

    `limits` are those of `resource`, such as RLIMIT_CPU in seconds.
    """
    with tempfile.TemporaryDirectory() as kept:
        words = Path(kept) / "words"
        job = {"folder": str(folder), "environment": environment, "arguments": arguments, "limits": limits}
        forks().stdin.write(json.dumps(job | {"words": str(words)}) + "\n")
        forks().stdin.flush()
        return int(forks().stdout.readline()), words.read_text(encoding="utf-8")


@pytest.fixture
def miniature(tmp_path):
    """Give a function that writes a small site with our theme and plugins, builds it for real, and says what came."""

    def build(
        files: dict[str, str],
        *,
        strict: bool = True,
        now: str = "1767312000",
        csl_file: str = "",
        more: str = "",
    ) -> Built:
        docs = tmp_path / "docs"
        files = {"index.md": page("Home"), "research/references.bib": BIB} | files
        files.setdefault("help-now.md", page("Help now"))
        for path in (
            "a-z",
            "glossary",
            "about/offline",
            "about/privacy",
            "about/accessibility",
            "about/licence",
            "about/changes",
        ):
            files.setdefault(f"{path}.md", page(path))
        for path in ("framework/stages-of-change/relapse", "practice/finding-support", "practice/family-and-friends"):
            files.setdefault(f"{path}.md", page(path))
        files.setdefault("framework/what-helps-when.md", page("When"))
        for path, text in files.items():
            file = docs / path
            file.parent.mkdir(parents=True, exist_ok=True)
            own = re.sub(r"^id: .+$", f"id: {free_id(path)}", text, count=1, flags=re.MULTILINE)  # one title, two pages
            file.write_text(own, encoding="utf-8")
        settings = (PROJECT / "mkdocs.yml").read_text(encoding="utf-8")
        before, _, rest = settings.partition("\nnav:\n")
        settings = (
            before
            + "\n"
            + rest[rest.index("\nexclude_docs:") :].replace("omitted_files: warn", "omitted_files: ignore")
        )
        settings = settings.replace("custom_dir: overrides", f"custom_dir: {(PROJECT / 'overrides').as_posix()}")
        settings = settings.replace("[overrides/.icons]", f"[{(PROJECT / 'overrides/.icons').as_posix()}]")
        settings = settings.replace("watch: [overrides, kb]", "")
        for plugin in ("kb-assets", "kb-search"):  # made once for all miniatures
            where = f"\n      cache_dir: {(PROJECT / '.cache/kb').as_posix()}"
            settings = re.sub(rf"(  - {plugin}:.*)", lambda match, where=where: match[1] + where, settings)
        settings = settings.replace(
            "csl_file: nlm-citation-sequence", f"csl_file: {csl_file or 'nlm-citation-sequence'}"
        )
        (docs / "diagrams").mkdir(exist_ok=True)
        (tmp_path / "mkdocs.yml").write_text(settings + more, encoding="utf-8")
        environment = publish.environment() | {"SOURCE_DATE_EPOCH": now}
        done = mkdocs(tmp_path, environment, "build", *(["--strict"] if strict else []), "-d", "site")
        return Built(*done, tmp_path / "site")

    return build


def shared(factory, name, make):
    """Give the folder `name`, which one worker fills by `make` and the others wait for."""
    root = factory.getbasetemp()
    root = root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / name / "made").exists():
            shutil.rmtree(root / name, ignore_errors=True)
            (root / name).mkdir()
            (root / name / "made").write_text(json.dumps(make(root / name)), encoding="utf-8")
    return root / name, json.loads((root / name / "made").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The real site, built once as `dev.py build` does, with all that MkDocs printed."""

    def make(folder):
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder / "site")]
        environment = publish.environment()
        done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    folder, done = shared(tmp_path_factory, "real", make)
    return Built(*done, folder / "site")


@pytest.fixture(scope="session")
def site(built):
    """The folder of the real site; every test that asks for it stands on a build that succeeded."""
    assert built.status == 0, built.output
    return built.site


def make(site, folder):
    """Make the editions that need no printing, and give their files by kind; `number` is that of the edition."""
    kinds = ["zip", "html", "epub", "zim"]
    files, findings = making.make_editions(PROJECT, site, folder, kinds)
    assert not findings, findings
    return dict(zip(kinds, map(str, files), strict=True)) | {"number": making.read_imprint(PROJECT)[0].number}


def made(factory, site, name):
    """Give what `make` gave, with its files as paths."""
    _, found = shared(factory, name, lambda folder: make(site, folder))
    return {kind: file if kind == "number" else Path(file) for kind, file in found.items()}


@pytest.fixture(scope="session")
def editions(site, tmp_path_factory):
    """The editions of the real site."""
    return made(tmp_path_factory, site, "editions")


@pytest.fixture(scope="session")
def editions_again(site, tmp_path_factory):
    """The same editions, made once more in another place."""
    return made(tmp_path_factory, site, "again")


@pytest.fixture(scope="session")
def offline_copy(editions, tmp_path_factory):
    """The ZIP of the real site, unpacked as a reader would."""
    folder = tmp_path_factory.mktemp("offline")
    with zipfile.ZipFile(editions["zip"]) as archive:
        archive.extractall(folder)
    return folder / editions["zip"].stem


@pytest.fixture(scope="session")
def volume_and_findings(site):
    """The real site as every edition is written from it, dated 4 March 2026, and what is broken in it."""
    about = ("Peer Support in Recovery", "https://recovery.example/", "en-GB", date(2026, 3, 4), "2026-03-04")
    return read_volume(
        read_book(site), Imprint(*about, "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", "")
    )


@pytest.fixture(scope="session")
def volume(volume_and_findings):
    """The real site as every edition is written from it."""
    return volume_and_findings[0]


@pytest.fixture(scope="session")
def book(volume):
    """The whole site on A4, as a PDF."""
    return write_pdf(volume, "What it is about.", "a4")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word, and the site's own page for what is not there, as static hosts do."""

    def log_message(self, *_):
        """Say nothing."""

    def send_error(self, code, *_):
        """Send the site's 404 page."""
        body = (Path(self.directory) / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="session")
def address(site):
    """The address of the real site on a free port of this machine."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def chromium():
    """A real browser; without one the tests that need it are skipped, and fail when CI is set."""
    path = browsers.find()
    if not path and os.environ.get("CI"):
        pytest.fail(f"no browser, and CI is set: {browsers.HINT}")
    if not path:
        pytest.skip(browsers.HINT)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - so that other tests run without a browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROME)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tools(request):
    """The environment of the tools of a release; with `--full` it is made if it is not there."""
    place = PROJECT / ".cache" / "tools"
    if not (PROJECT / TOOLS).exists():
        if not request.config.getoption("--full"):
            pytest.skip("`dev.py materials` was not run here; with --full it is")
        subprocess.run([sys.executable, "dev.py", "materials"], cwd=PROJECT, check=True)
    return place


@pytest.fixture
def project_copy(tmp_path):
    """A copy of the project's own files, to break something in; it borrows this environment."""
    names = ["mkdocs.yml", "docs", "overrides", "kb", "CHANGELOG.md", "requirements.txt"]
    for name in names:
        source = PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, tmp_path / name)
    return tmp_path
