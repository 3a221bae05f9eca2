"""A number of pages comes in; how long the site takes to build, and to check against its link contract, goes out.

    python -m bench.links [--pages 3000] [--keep FOLDER]

The pages are a site of our own kind: front matter, ten sections each, links between them, and a contract that promises
every page, section and short address, a tenth of the pages by an old address that is redirected. The build is a whole
`mkdocs build --strict` with all our plugins but the bibliography. What is timed apart is what the promise costs:
reading the contract, reading the built pages (which the check of all links needs anyhow), and the check itself.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from kb.addresses import Layout
from kb.book import read_book
from kb.contract import Contract, Kept, check_contract, read_contract, write_contract
from kb.permanent import free_id
from kb.redirects import read_moves

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[1]
SECTIONS = 10
LIMIT = 0.1
DAY = date(2026, 12, 1)
PAGE = """---
title: {title}
id: {id}
description: A page to measure with.
summary: One of many pages.
brief: One of many pages.
do: Measure it.
updated: 2026-01-02
checked: 2026-01-02
checked_by: editors
recheck_by: 2099-01-01
aliases: [small]
for: [peer]
related: [index.md]
---

"""
SITE = """site_name: Benchmark
site_url: https://bench.example/
theme: {{name: material, font: false, custom_dir: {overrides}}}
markdown_extensions: [attr_list, toc: {{permalink: "#"}}]
exclude_docs: /links/
plugins: [search, kb, kb-links, kb-assets]
"""


def paths(count: int) -> Iterator[str]:
    """Give the paths of so many pages, thirty to a folder; the home page and those that every page links to first."""
    yield from ("index", "help-now", "a-z", "glossary", "about/offline", "about/privacy", "about/accessibility")
    yield from ("about/licence", "framework/stages-of-change/relapse", "practice/finding-support")
    yield from ("practice/family-and-friends", "framework/what-helps-when")
    for number in range(count - 12):
        yield f"part-{number // 30}/page-{number}"


def write_site(folder: Path, count: int) -> None:
    """Write the pages, the contract and the redirects."""
    promised, given, redirects = [], {}, []
    taken: set[str] = set()
    for number, path in enumerate(paths(count)):
        address = "/" if path == "index" else f"/{path}/"
        given[identifier := free_id(path, taken)] = address
        taken.add(identifier)
        body = [f"## Section {n} {{#section-{n}}}\n\nWords about [home](/{'#section-1'})." for n in range(SECTIONS)]
        text = PAGE.format(title=f"Page {number}", id=identifier) + "\n\n".join(body) + "\n"
        file = folder / "docs" / f"{path}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("](/#", "](#"), encoding="utf-8")
        old = f"/old/page-{number}/" if number % 10 == 0 else address
        redirects += [f"{old} -> {address}"] if old != address else []
        promised += [old, *(f"{old}#section-{n}" for n in range(SECTIONS))]
    kept = [Kept(address, DAY) for address in promised]
    kept += [Kept(f"/p/{identifier}/", DAY, address) for identifier, address in given.items()]
    links = folder / "docs" / "links"
    links.mkdir()
    contract = Contract({item.address: item for item in kept}, draft=False)
    (links / "contract.txt").write_text(write_contract(contract), encoding="utf-8")
    (links / "redirects.txt").write_text("\n".join(sorted(redirects)) + "\n", encoding="utf-8")
    config = SITE.format(overrides=(PROJECT / "overrides").as_posix())
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")


def build(folder: Path) -> float:
    """Build the site; give the wall time in seconds."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", "site"]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": "1767312000"}
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"the build failed:\n{done.stderr.decode(errors='replace')[-3000:]}")
    return seconds


def main(arguments: list[str]) -> int:
    """Write the site, build it, time the check, print the table; fail if the check finds anything."""
    options = argparse.ArgumentParser(prog="bench.links", description="Time the check of a link contract.")
    options.add_argument("--pages", type=int, default=3000)
    options.add_argument("--keep", help="a folder for the site, to look at afterwards")
    given = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as passing:
        folder = Path(given.keep or passing).resolve()
        write_site(folder, given.pages)
        whole = build(folder)
        marks = [time.perf_counter()]
        moves, _ = read_moves(folder / "docs/links", "links")
        text = (folder / "docs/links/contract.txt").read_text(encoding="utf-8")
        contract, _ = read_contract(text, "contract.txt")
        marks.append(time.perf_counter())
        book = read_book(folder / "site")
        marks.append(time.perf_counter())
        tree = {page.file: frozenset(page.ids) for page in book.pages}
        found = check_contract(contract, tree, Layout(), moves, contract.ids(), "contract.txt")
        marks.append(time.perf_counter())
    if found:
        raise SystemExit(f"{len(found)} promises are broken, so the figures say nothing; the first: {found[0]}")
    reading, pages, check = (after - before for before, after in pairwise(marks))
    print(f"{given.pages:,} pages, {len(contract.kept):,} promised addresses; the build took {whole:.1f} s")
    print(f"{'':<28}{'seconds':>8}{'of the build':>14}{'limit':>7}")
    for name, seconds in {"reading contract, redirects": reading, "checking": check, "both": reading + check}.items():
        print(f"{name:<28}{seconds:>8.2f}{seconds / whole:>13.1%}{f'{LIMIT:.0%}' if name == 'both' else '':>8}")
    print(f"{'reading the built pages':<28}{pages:>8.2f}{pages / whole:>13.1%}  (for the check of all links, too)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
