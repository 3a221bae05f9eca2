"""A number of pages comes in; the size of every edition and the time that it takes to make go out.

    python -m bench.editions [--pages 300] [--kinds zip html epub zim pdf]

The real site is measured first, then a site of about so many pages: the real pages, copied as often as needed into
folders of their own (real words, references, tables and drawings; links stay within each copy). Times are for making an
edition from the built site and for reading it back, one run each; the build of the site is given apart.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from kb.book import read_book
from kb.editions.making import KINDS, Work, read_imprint
from kb.editions.volume import read_volume
from kb.findings import report
from kb.permanent import free_id
from kb.publish import build

PROJECT = Path(__file__).resolve().parents[1]
ID = re.compile(r"^id: .+$", re.MULTILINE)
NAV = re.compile(r"^nav:\n.*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def multiplied(folder: Path, pages: int) -> Path:
    """Make a project in `folder` that has about so many pages, all of them copies of the real ones."""
    for name in ("overrides", "kb"):
        (folder / name).symlink_to(PROJECT / name)
    docs = folder / "docs"
    shutil.copytree(PROJECT / "docs", docs)
    shutil.rmtree(docs / "links")
    sources = sorted((PROJECT / "docs").rglob("*.md"))
    for number in range(1, max(pages // len(sources), 1)):
        for source in sources:
            path = f"copy-{number}/{source.relative_to(PROJECT / 'docs').as_posix()}"
            text = ID.sub(f"id: {free_id(path)}", source.read_text(encoding="utf-8"), count=1)
            text = text.replace("claim-", f"claim-{number}-")  # a claim's id is given once in the whole site
            (docs / path).parent.mkdir(parents=True, exist_ok=True)
            (docs / path).write_text(text, encoding="utf-8")
    settings = NAV.sub("", (PROJECT / "mkdocs.yml").read_text(encoding="utf-8"))
    (folder / "mkdocs.yml").write_text(
        settings.replace("omitted_files: warn", "omitted_files: ignore"), encoding="utf-8"
    )
    return folder


def measure(project: Path, kinds: list[str]) -> int:
    """Print the size and time of each edition of a project's site; give the exit status."""
    with tempfile.TemporaryDirectory() as place:
        site = Path(place) / "site"
        start = time.perf_counter()
        if build(project, site, "--quiet", fresh=True):
            return 1
        built = time.perf_counter() - start
        imprint, findings = read_imprint(project)
        if imprint is None:
            print(report(findings), file=sys.stderr)
            return 1
        start = time.perf_counter()
        book = read_book(site)
        volume, _ = read_volume(book, imprint)
        read = time.perf_counter() - start
        work = Work(project, book, volume, Path(place))
        print(f"{len(volume.chapters)} pages; site built in {built:.1f} s, read in {read:.1f} s")
        for kind in kinds:
            start = time.perf_counter()
            files, findings = KINDS[kind](work)
            took = time.perf_counter() - start
            sizes = ", ".join(f"{file.suffix[1:]} {file.stat().st_size / 1e6:.2f} MB" for file in files)
            print(f"  {kind:9} {took:6.1f} s  {sizes or report(findings[:3])}", flush=True)
    return 0


def main() -> int:
    """Measure the real site, then the larger one."""
    parser = argparse.ArgumentParser("bench.editions", description=__doc__)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    options = parser.parse_args()
    status = measure(PROJECT, options.kinds)
    with tempfile.TemporaryDirectory() as folder:
        return status or measure(multiplied(Path(folder), options.pages), options.kinds)


if __name__ == "__main__":
    sys.exit(main())
