"""A built folder, or the address of a served copy, comes in; what a reader would meet there that is wrong goes out."""

from __future__ import annotations

import functools
import hashlib
import http
import http.server
import tempfile
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urljoin, urlsplit

from kb import headers, keep
from kb.addresses import Layout
from kb.book import read_book, read_page
from kb.checks import check_book
from kb.contract import FILE, check_contract, read_contract
from kb.findings import Finding, read_text
from kb.redirects import read_moves

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from kb.book import Book

HERE = ("127.0.0.1", "localhost", "::1")
SUMS = "SHA256SUMS"
EDITIONS = "editions/"  # copies to take away: checked when they are written, and held to their checksums here
FIRST = ("", "404.html", "sitemap.xml")  # where a crawl starts; the rest is found by links, and in the contract
TYPES = {
    "": "text/html", "html": "text/html", "css": "text/css", "js": "text/javascript", "json": "application/json",
    "svg": "image/svg+xml", "png": "image/png", "xml": "xml", "gz": "gzip", "zip": "application/zip",
    "pdf": "application/pdf", "epub": "application/epub+zip",
}  # fmt: skip
WAIT, LARGEST = 20, 500_000_000  # seconds for one answer; bytes of one file


def check_folder(folder: Path, docs: Path) -> list[Finding]:
    """Check a built site before it is put in place: it is whole, and keeps every promise in the contract of `docs`."""
    book = read_book(folder)
    findings = [
        Finding(f"site/{name}", 0, 0, "it is not there, or empty", "look at what the build said, and build again")
        for name in ("index.html", "404.html")
        if not (folder / name).is_file() or not (folder / name).stat().st_size
    ]
    return findings + _check_tree(book, docs) + check_sums(folder) + keep.check_kept(folder)


def verify(target: str, docs: Path) -> tuple[list[Finding], str]:
    """Crawl a served copy as a reader's browser would: a folder, served here, or an address on this machine.

    Every promised address answers, with its sections; every link and file answers, with its type; the headers are the
    policy's; nothing is loaded from elsewhere; the editions are what their checksums say. Give what is wrong, and what
    was looked at in a line.
    """
    if Path(target).is_dir():
        sums = check_sums(Path(target))
        with served(Path(target)) as address:
            findings, said = verify(address, docs)
        return sorted({*sums, *findings}), said
    if urlsplit(target).scheme not in {"http", "https"} or urlsplit(target).hostname not in HERE:
        mend = f"give a folder, or an address that starts with http://{HERE[0]}:"
        return [Finding(target, 0, 0, "neither a folder nor an address on this machine", mend)], ""
    with tempfile.TemporaryDirectory() as kept:
        crawl = Crawl(target if target.endswith("/") else f"{target}/", Path(kept))
        crawl.run([*FIRST, *(quote(page.lstrip("/")) for page in _promised(docs))])
        crawl.run_kept()
        crawl.run_sums()
        findings = crawl.findings + _check_tree(read_book(Path(kept)), docs) + check_sums(Path(kept))
        findings += keep.check_kept(Path(kept))
    headed = "with the policy's headers" if crawl.headed else "without headers: the host must send them, or cannot"
    return sorted(set(findings)), f"{len(crawl.seen)} addresses answered, {crawl.pages} of them pages; {headed}"


def check_sums(folder: Path) -> list[Finding]:
    """Check the files of editions against every list of SHA-256 checksums in a folder (the form of `sha256sum`)."""
    findings = []
    for sums in sorted(folder.rglob(SUMS)):
        for number, line in enumerate(sums.read_text(encoding="utf-8").splitlines(), 1):
            digest, _, name = line.partition(" ")
            file = sums.parent / name.lstrip(" *")
            what = "" if file.is_file() else "which is not there"
            if not what and hashlib.sha256(file.read_bytes()).hexdigest() != digest:
                what = "whose contents are not what it says"
            if what:
                where = sums.relative_to(folder).as_posix()
                findings.append(Finding(where, number, 0, f"it names {file.name}, {what}", "write the editions again"))
    return findings


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine, with the headers of its `_headers`; give the address."""
    handler = functools.partial(_Handler, directory=str(folder))
    with Server((HERE[0], 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HERE[0]}:{server.server_port}/"
        server.shutdown()


class Crawl:
    """One walk over a served copy: `findings`, the addresses `seen`, and how many were `pages`."""

    def __init__(self, address: str, kept: Path) -> None:
        """Start at `address`, which ends in a slash; what is found is kept below the folder `kept`."""
        self.address, self.kept = address, kept
        self.findings: list[Finding] = []
        self.seen: set[str] = set()
        self.pages, self.headed = 0, False

    def run(self, paths: list[str]) -> None:
        """Ask for each path, relative to the address, and for all that the pages there point to."""
        waiting = [urljoin(self.address, path) for path in paths]
        while waiting:
            url = waiting.pop().partition("#")[0].partition("?")[0]
            if url.startswith(self.address) and url not in self.seen:
                self.seen.add(url)
                waiting += self._ask(url)

    def run_kept(self) -> None:
        """Ask for the worker that keeps the site, where pages have one, and for all that browsers would keep."""
        if next(self.kept.glob(f"{keep.SCRIPT}.*.js"), None):
            self.run([headers.WORKER, headers.LIST])
            self.run(keep.addresses(self.kept))

    def run_sums(self) -> None:
        """Ask for the checksums of editions, which no page links to, where any were offered, and for all they name."""
        if (self.kept / EDITIONS).is_dir():
            self.run([EDITIONS + SUMS])
            text = read_text(self.kept / EDITIONS / SUMS, SUMS)[0]
            self.run([EDITIONS + quote(line.partition(" ")[2].lstrip(" *")) for line in text.splitlines()])

    def _ask(self, url: str) -> list[str]:
        """Ask for one address, keep and check what comes, and give the addresses that it points to."""
        try:
            with urllib.request.urlopen(url, timeout=WAIT) as answer:  # noqa: S310 - http(s), on this machine
                data, said = answer.read(LARGEST), answer.headers
        except (urllib.error.URLError, OSError, ValueError) as error:
            self._say(url, f"no answer ({error})", "publish the whole folder again, then look at the host's settings")
            return []
        path = unquote(url.removeprefix(self.address))
        file = self.kept / (f"{path}index.html" if not path or path.endswith("/") else path)
        if not file.resolve().is_relative_to(self.kept.resolve()):
            self._say(url, "an address that leads out of the site", "look at who wrote it")
            return []
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        self._check_head(url, path, said.get("Content-Type", ""), {key.lower(): said[key] for key in said})
        if not file.name.endswith(".html"):
            return []
        self.pages += 1
        links = read_page(self.kept, file.relative_to(self.kept).as_posix()).links
        return [urljoin(url, link.href) for link in links if link.rel not in {"canonical", "alternate"}]

    def _check_head(self, url: str, path: str, kind: str, said: dict[str, str]) -> None:
        """Check what a host says of a file: its type, and the policy's headers if it sends any of them."""
        wanted = TYPES.get(path.rpartition("/")[2].partition(".")[2].rpartition(".")[2], "")
        if wanted not in kind and not path.endswith(SUMS):
            self._say(url, f"it comes as '{kind}'", f"have the host send {wanted}")
        self.headed = self.headed or "content-security-policy" in said
        for name, value in headers.EVERYWHERE.items() if self.headed else ():
            if said.get(name.lower()) != value:
                self._say(url, f"the header {name} is '{said.get(name.lower(), '')}'", f"have the host send '{value}'")

        if (
            self.headed
            and path in {headers.WORKER, headers.LIST}
            and headers.FRESH not in said.get("cache-control", "")
        ):
            what = f"it may be answered from a cache ('{said.get('cache-control', '')}')"
            self._say(url, what, f"have the host send Cache-Control: {headers.FRESH}")

    def _say(self, url: str, what: str, mend: str) -> None:
        """Note one thing that is wrong with an address."""
        self.findings.append(Finding(f"/{url.removeprefix(self.address)}", 0, 0, what, mend))


def _check_tree(book: Book, docs: Path) -> list[Finding]:
    """Check a built tree: what its pages point to and load, and every promise in the contract of `docs`."""
    home = book.page("index.html")
    public = next((link.href for link in home.links if link.rel == "canonical"), "/") if home else "/"
    name = f"{docs.name}/links/{FILE}"
    text, findings = read_text(docs / "links" / FILE, name)
    contract, more = read_contract(text, name)
    moves, wrong = read_moves(docs / "links", f"{docs.name}/links")
    tree = {page.file: frozenset(page.ids) for page in book.pages}
    kept = check_contract(contract, tree, Layout(), moves, {}, name)
    pages = tuple(page for page in book.pages if not page.file.startswith(EDITIONS))
    book = replace(book, pages=pages)
    return findings + more + wrong + kept + check_book(book, [], base=urlsplit(public).path or "/")


def _promised(docs: Path) -> list[str]:
    """Give the pages that the contract promises."""
    return list(read_contract(read_text(docs / "links" / FILE, FILE)[0], FILE)[0].sections())


class Server(http.server.ThreadingHTTPServer):
    """A server that turns nobody away while a browser asks for all of a page at once."""

    request_queue_size = 128


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word, with the headers of its `_headers`, and its own page for what is not there."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def list_directory(self, path: str | os.PathLike[str]) -> None:  # noqa: ARG002 - the standard library's signature
        """Show no folder that has no page, as static hosts do not."""
        self.send_error(http.HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """Add the headers that the folder asks for."""
        file = Path(self.directory) / headers.FILE
        if file.is_file():
            for name, value in headers.wanted(file.read_text(encoding="utf-8"), urlsplit(self.path).path):
                self.send_header(name, value)
        super().end_headers()
