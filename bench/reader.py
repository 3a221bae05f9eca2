"""The site comes in; what it costs to read on a phone goes out: Lighthouse's scores, and bytes beside stock Material.

    python -m bench.reader [--runs 5] [--weights]

Lighthouse runs with its mobile preset (a slow phone on a slow line, both simulated) on six kinds of page, over a server
on this machine that compresses as hosts do; each figure is the median of the runs. It is installed at the version in
bench/package-lock.json, into .cache/; it needs Node.js. `--weights` leaves it out. Stock Material is the same content
through the theme as it comes, with its search and without our plugins for look, citations and links.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from kb import browser, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[1]
KINDS = ("", "help-now/", "framework/what-helps-when/", "framework/social-support/emotional/", "research/", "glossary/")
SCORES = ("performance", "accessibility", "best-practices", "seo")
LINE = "| --- | --- | --- | --- | --- |"
STOCK = """site_name: Stock
site_url: https://bench.example/
docs_dir: {docs}
theme: {{name: material, font: false}}
markdown_extensions: [admonition, attr_list, def_list, footnotes, md_in_html, tables, toc, pymdownx.superfences]
plugins: [search]
"""
ASSET = re.compile(r'<(?:link rel="(?:stylesheet|icon)"|script)[^>]*?(?:href|src)="([^"]+)"')
# What stock Material's script fetches by itself on each page.
FETCHED = ("search/search_index.json", "assets/javascripts/workers/search.*.min.js")


class Packed(http.server.SimpleHTTPRequestHandler):
    """Serves a folder compressed, as hosts do, and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a file with gzip."""
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            self.send_error(404)
            return
        body = gzip.compress(file.read_bytes(), 9)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def lighthouse(site: Path, runs: int) -> Iterator[tuple[str, list[int]]]:
    """Give the median of each score for each kind of page. Raises RuntimeError where it cannot be run."""
    folder, npm, chrome = PROJECT / ".cache" / "lighthouse", shutil.which("npm"), browser.find()
    if not npm or not chrome:
        raise RuntimeError(f"Lighthouse needs Node.js and a browser: {browser.HINT}")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy2(PROJECT / "bench" / name, folder / name)
    tool = folder / "node_modules/lighthouse/cli/index.js"
    if not tool.exists():
        subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
    command = [shutil.which("node") or "node", str(tool), "--quiet", "--output=json", "--form-factor=mobile"]
    command += ["--chrome-flags=--headless=new --no-sandbox", f"--only-categories={','.join(SCORES)}"]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Packed, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for kind in KINDS:
            found: dict[str, list[float]] = {score: [] for score in SCORES}
            for _ in range(runs):
                address = f"http://127.0.0.1:{server.server_port}/{kind}"
                told = subprocess.run(
                    [*command[:2], address, *command[2:]],
                    env=os.environ | {"CHROME_PATH": chrome},
                    capture_output=True,
                    check=True,
                )
                categories = json.loads(told.stdout)["categories"]
                for score in SCORES:
                    found[score].append(categories[score]["score"] * 100)
            yield kind, [round(median(found[score])) for score in SCORES]
        server.shutdown()


def weight(site: Path, kind: str, fetched: tuple[str, ...] = ()) -> tuple[int, int]:
    """Give the requests of a first view and their bytes, compressed, with what a script fetches by itself."""
    page = site / kind / "index.html"
    names = {(page.parent / link).resolve() for link in ASSET.findall(page.read_text(encoding="utf-8"))}
    names |= {file for pattern in fetched for file in site.glob(pattern)}
    return len(names) + 1, sum(len(gzip.compress(file.read_bytes(), 9)) for file in [page, *names])


def stock(folder: Path) -> Path:
    """Build the same content with Material as it comes, in `folder`; give the site."""
    (folder / "mkdocs.yml").write_text(STOCK.format(docs=(PROJECT / "docs").as_posix()), encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(folder / "site")]
    subprocess.run(command, cwd=folder, env=publish.environment(), capture_output=True, check=True)
    return folder / "site"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser("bench.reader")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--weights", action="store_true", help="only bytes and requests")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = folder / "ours"
        if publish.build(PROJECT, site):
            sys.exit("the site did not build")
        theirs = stock(folder)
        print(
            "| first view | requests | bytes, gzip | stock: requests | bytes, gzip |\n| --- | --- | --- | --- | --- |"
        )
        for kind in KINDS:
            ours, plain = weight(site, kind), weight(theirs, kind, FETCHED)
            print(f"| /{kind} | {ours[0]} | {ours[1]:,} | {plain[0]} | {plain[1]:,} |", flush=True)
        if not chosen.weights:
            print(f"\n| Lighthouse, mobile, median of {chosen.runs} | {' | '.join(SCORES)} |", LINE, sep="\n")
            for kind, scores in lighthouse(site, chosen.runs):
                print(f"| /{kind} | {' | '.join(map(str, scores))} |", flush=True)


if __name__ == "__main__":
    main()
