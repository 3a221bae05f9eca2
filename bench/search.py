"""Queries and pages come in; how well and how fast search answers, beside Material's own and Pagefind, goes out.

    python -m bench.search --quality [--pagefind PROGRAM]     on the real site, by tests/search-queries.tsv
    python -m bench.search --sizes 300                        on pages of other people's text (bench.search_corpus)

Quality: success at 1 and 3, mean reciprocal rank, and the share of queries without an answer, by kind of query. Stock
is Material's search on a build of the same Markdown with the theme as it comes, asked in its own box in a browser; it
shows sections, which count as their page. Pagefind (npm package `pagefind`; give the path of its program) indexes that
same build and is asked by its own API.

Sizes: bytes sent, gzipped, and, in Chromium on a phone's profile (CPU slowed four times, 1.6 Mbit/s, 150 ms), seconds
from opening search to the first result, and the slowest of later key presses.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from bench.reader import Packed
from bench.search_corpus import corpus
from kb import browser, publish
from kb.crisis import Crisis
from kb.engine import ENGINE, Engine, built
from kb.search import Site, Source, make
from kb.terms import read_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

PROJECT = Path(__file__).resolve().parents[1]
QUERIES = PROJECT / "tests" / "search-queries.tsv"
PHONE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 1.6e6 / 8}
SLOWER = 4
TYPED = "configuration of the parser"
STOCK = """site_name: Stock
site_url: http://127.0.0.1/
docs_dir: docs
theme: {name: material, font: false}
markdown_extensions: [admonition, attr_list, def_list, footnotes, md_in_html, tables]
exclude_docs: |
  /diagrams/
  /links/
plugins: [search]
"""
STOCK_WAIT = 120  # seconds, after which stock search counts as not answering
ASK_STOCK = """async (query) => {
  const box = document.querySelector('.md-search__input');
  const list = document.querySelector('.md-search-result__list');
  const meta = document.querySelector('.md-search-result__meta');
  box.focus();
  list.replaceChildren();
  meta.textContent = '…';
  box.value = query;
  box.dispatchEvent(new Event('input', {bubbles: true}));
  box.dispatchEvent(new KeyboardEvent('keyup', {bubbles: true}));
  for (let turn = 0; turn < 60 && meta.textContent === '…'; turn += 1) await new Promise(done => setTimeout(done, 50));
  return Array.from(list.querySelectorAll('.md-search-result__item > a'), a => a.href);
}"""
ASK_PAGEFIND = """async (query) => {
  window.pf = window.pf || await import('/pagefind/pagefind.js');
  const found = await window.pf.search(query);
  return Promise.all(found.results.slice(0, 30).map(async result => (await result.data()).url));
}"""
FIRST = """async ([files, query]) => {
  const load = path => new Promise((done, failed) => {
    const element = document.createElement('script');
    element.src = path;
    element.onload = done;
    element.onerror = failed;
    document.head.append(element);
  });
  const start = performance.now();
  await Promise.all(files.map(load));
  window.engine = KBSearch.open(KB_SEARCH_INDEX);
  const found = window.engine.find(query);
  return [performance.now() - start, found.results.length];
}"""
LATER = """(query) => {
  const start = performance.now();
  window.engine.find(query);
  return performance.now() - start;
}"""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine; give its address."""
    handler = functools.partial(Packed, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def queries() -> list[tuple[str, str, set[str]]]:
    """Give (kind, query, addresses of pages that answer it)."""
    rows = [line.split("\t") for line in QUERIES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [(kind, query, {item.removeprefix("./") for item in accepted.split()}) for kind, query, accepted in rows]


def rate(name: str, ask: Callable[[str], list[str]]) -> None:
    """Ask every query, and print the table by kind of query."""
    places: dict[str, list[int]] = {}
    for kind, query, wanted in queries():
        pages = list(dict.fromkeys(ask(query)))
        rank = next((n for n, page in enumerate(pages, 1) if page in wanted), 0)
        for key in (kind, "all"):
            places.setdefault(key, []).append(rank if pages else -1)
    print(f"{name}\n  {'kind':9} {'n':>4} {'S@1':>5} {'S@3':>5} {'MRR':>5} {'none':>5}")
    for kind, ranks in places.items():
        count = len(ranks)
        first, third = sum(rank == 1 for rank in ranks) / count, sum(0 < rank <= 3 for rank in ranks) / count  # noqa: PLR2004
        mean, none = sum(1 / rank for rank in ranks if rank > 0) / count, sum(rank < 0 for rank in ranks) / count
        print(f"  {kind:9} {count:4} {first:5.2f} {third:5.2f} {mean:5.2f} {none:5.2f}")


def quality(folder: Path, chromium: Browser, pagefind: str) -> None:
    """Build the real site with our search and with Material's, and rate them on the same queries."""
    if publish.build(PROJECT, folder / "ours"):
        raise SystemExit("the site could not be built")
    held = built(folder / "ours")
    if held is None:
        raise SystemExit("the built site holds no search")
    with Engine(held[0]) as engine:
        engine.open(held[1])
        rate("ours", lambda query: [item["url"] for item in engine.find(query)["results"] if not item.get("fallback")])
    (folder / "mkdocs.yml").write_text(
        STOCK.replace("docs_dir: docs", f"docs_dir: {PROJECT / 'docs'}"), encoding="utf-8"
    )
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q", "-d", "stock"], cwd=folder, check=True)
    if pagefind:
        subprocess.run([pagefind, "--site", str(folder / "stock"), "--root-selector", "article"], check=True)
    with served(folder / "stock") as address:
        page = chromium.new_page()
        page.goto(address)

        def ask(script: str) -> Callable[[str], list[str]]:
            return lambda query: [urlsplit(url).path.lstrip("/") for url in page.evaluate(script, query)]

        rate("Material's own search", ask(ASK_STOCK))
        if pagefind:
            rate("Pagefind", ask(ASK_PAGEFIND))
        page.close()


def sizes(folder: Path, chromium: Browser, count: int) -> None:
    """Make our search over `count` pages of other people's text; print its size, and times on a phone's profile."""
    sources = corpus(count)
    terms, _ = read_terms(PROJECT / "docs/terms.yml", "docs/terms.yml")
    scripts = {path: (PROJECT / "overrides" / path).read_text(encoding="utf-8") for path in ENGINE}
    start = time.perf_counter()
    files = make(Site(sources, terms, Crisis()), scripts, "")
    spent = time.perf_counter() - start
    for path, text in files.texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    (folder / "index.html").write_text("<!doctype html><title>Bench</title>", encoding="utf-8")
    sent = {path: len(gzip.compress((folder / path).read_bytes(), 6)) / 1000 for path in (files.code, files.index)}
    words = sum(len(source.content.split()) for source in sources)
    print(f"{len(sources)} pages, {words // len(sources)} words each; index made in {spent:.1f} s")
    print(
        f"  sent: code {sent[files.code]:.0f} kB, index {sent[files.index]:.0f} kB, texts {len(files.texts) - 3} files"
    )
    with served(folder) as address:
        first, later = zip(*(_phone(chromium, address, [files.code, files.index]) for _ in range(3)), strict=True)
    slowest = statistics.median(later) * 1000
    print(f"  phone: first result {statistics.median(first):.2f} s; later keys {slowest:.0f} ms at most", flush=True)
    (folder / "beside").mkdir()
    stock_sizes(folder / "beside", chromium, sources)


def stock_sizes(folder: Path, chromium: Browser, sources: tuple[Source, ...]) -> None:
    """Build the same pages with stock Material; print what its search sends with the first page, and its times."""
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text("# Bench\n", encoding="utf-8")
    for number, source in enumerate(sources):
        (folder / f"docs/{number:05}.md").write_text(f"# {source.title}\n\n{source.content}\n", encoding="utf-8")
    (folder / "mkdocs.yml").write_text(STOCK, encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", "stock"]
    subprocess.run(command, cwd=folder, env=publish.environment(), check=True)
    index = (folder / "stock/search/search_index.json").read_bytes()
    with served(folder / "stock") as address:
        page = _slow_page(chromium)
        page.goto(address, timeout=120_000)
        start = time.perf_counter()
        while not page.evaluate(ASK_STOCK, TYPED[:4]):
            if time.perf_counter() - start > STOCK_WAIT:
                break
        first = time.perf_counter() - start
        page.context.close()
    print(f"  stock Material: index {len(gzip.compress(index, 6)) / 1000:.0f} kB with every first page")
    print(f"  stock Material: first result {first:.2f} s after the page has loaded")


def _slow_page(chromium: Browser) -> Page:
    """Give an empty page on a phone's profile."""
    page = chromium.new_context().new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", PHONE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page


def _phone(chromium: Browser, address: str, files: list[str]) -> tuple[float, float]:
    """Open search once on a phone's profile; give seconds to the first result, and of the slowest later key."""
    page = _slow_page(chromium)
    page.goto(address)
    first: list[Any] = page.evaluate(FIRST, [files, TYPED[:4]])
    later = [page.evaluate(LATER, TYPED[:end]) for end in range(5, len(TYPED) + 1)] + [
        page.evaluate(LATER, "configuraton")
    ]
    page.context.close()
    return first[0] / 1000, max(later) / 1000


def main() -> None:
    """Read the command line, and print what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.search")
    parser.add_argument("--quality", action="store_true", help="rate ours, Material's own search and Pagefind")
    parser.add_argument("--pagefind", default="", help="the program of the npm package pagefind")
    parser.add_argument("--sizes", type=int, nargs="*", default=[], help="numbers of pages to measure at")
    chosen = parser.parse_args()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.obtain() or None, args=["--no-sandbox"])
        for count in chosen.sizes:
            with tempfile.TemporaryDirectory() as folder:
                sizes(Path(folder), chromium, count)
        if chosen.quality:
            with tempfile.TemporaryDirectory() as folder:
                quality(Path(folder), chromium, chosen.pagefind)


if __name__ == "__main__":
    main()
