"""A verb comes in from the command line, such as serve, build or test; an exit status goes out."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from kb import browser, checks, publish, releasing
from kb.book import read_book
from kb.editions.archive import Label, write_archive
from kb.findings import Finding, report
from kb.link_report import write_report
from kb.online import Manners, ask_all
from kb.outgoing import read_outgoing, used
from kb.pages import now, read_pages
from kb.search_report import alias_report, explain

PROJECT = Path(__file__).resolve().parent.parent
ADDRESS = "127.0.0.1:8000"
LIBRARY, HELPLINES = "research/references.bib", "helplines.yml"


def serve(extra: list[str]) -> int:
    """Serve the site with live reload, and print its address; `extra` goes to `mkdocs serve`."""
    if not extra:  # with other settings, the line that MkDocs prints has the address
        print(f"The knowledge base will be at http://{ADDRESS}/ (Ctrl+C stops it)", flush=True)
    command = [sys.executable, "-m", "mkdocs", "serve", "--livereload", "--dev-addr", ADDRESS, *extra]
    try:
        return subprocess.run(command, cwd=PROJECT, env=publish.environment(), check=False).returncode
    except KeyboardInterrupt:
        return 0


def build(extra: list[str]) -> int:
    """Write the site to site/, which is replaced only by a build without a warning."""
    return publish.build(PROJECT, PROJECT / "site", *extra)


def check(extra: list[str]) -> int:
    """Check all that writers wrote, without building; print one line for each fault."""
    argparse.ArgumentParser("check").parse_args(extra)
    _, address = identity(PROJECT / "mkdocs.yml")
    sources = checks.read_sources(PROJECT / "docs", LIBRARY, HELPLINES, address=address)
    promised, said = releasing.check_promises(PROJECT)
    findings = sources.findings + promised
    counts = f"{len(sources.pages)} pages, {len(sources.library)} references"
    print(report(findings) or f"{counts}: no fault found; {said}")
    for line in alias_report(PROJECT / "site"):  # of the last build; advice, never a failure
        print("search:", line)
    return 1 if findings else 0


def search(extra: list[str]) -> int:
    """Ask the search of the last build, and print what it finds, with scores and why."""
    parser = argparse.ArgumentParser("search")
    parser.add_argument("words", nargs="+", help="what a reader would type")
    parser.add_argument("--site", type=Path, default=PROJECT / "site", help="the built site to ask")
    chosen = parser.parse_args(extra)
    print("\n".join(explain(chosen.site, " ".join(chosen.words))))
    return 0


def links(extra: list[str]) -> int:
    """Ask every page elsewhere that we link to, over the network, and report; nothing is changed, dead links or not."""
    parser = argparse.ArgumentParser("links")
    parser.add_argument("--report", type=Path, help="the file to write the report to (Markdown); else it is printed")
    parser.add_argument("--timeout", type=float, default=Manners.timeout, help="seconds to wait for an answer")
    parser.add_argument("--delay", type=float, default=Manners.delay, help="seconds between two questions to one host")
    parser.add_argument("--waits", type=float, nargs="*", default=Manners.waits, help="seconds before each new round")
    chosen = parser.parse_args(extra)
    docs, name = PROJECT / "docs", "docs/links/outgoing.yml"
    records, findings = read_outgoing(PROJECT / name, name)
    if findings:
        print(report(findings), file=sys.stderr)
        return 1
    sources = checks.read_sources(docs, LIBRARY, HELPLINES)
    uses = used(sources.pages, sources.library, docs, LIBRARY, HELPLINES)
    known = {record.url for record in records}
    urls = known | {record.archived for record in records if record.archived}
    urls |= {use.url for use in uses if use.url.partition("#")[0] in urls}  # with the #fragments that pages use
    agent = "{} link check ({})".format(*identity(PROJECT / "mkdocs.yml"))
    print(f"Asking {len(urls)} addresses; this takes a few minutes …", file=sys.stderr, flush=True)
    answers = ask_all(urls, Manners(agent, chosen.timeout, chosen.delay, tuple(chosen.waits)))
    text = write_report(answers, records, uses, name, datetime.now(UTC).date())
    if chosen.report:
        chosen.report.write_text(text, encoding="utf-8")
    else:
        print(text)
    return 0


def test(extra: list[str]) -> int:
    """Run the linter, the type checker and the tests (`--full`: the long ones too); `extra` goes to pytest."""
    found = browser.obtain()
    if found:
        os.environ["KB_BROWSER"] = found
    elif os.environ.get("CI"):
        print(f"No browser could be had, and CI is set: {browser.HINT}", file=sys.stderr)
        return 1
    else:
        print(f"The browser tests will be skipped: {browser.HINT}", flush=True)
    status = 0
    for tool in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"], ["pytest", *extra]):
        print("·", " ".join(tool), flush=True)
        status |= subprocess.run([sys.executable, "-m", *tool], cwd=PROJECT, check=False).returncode
    return 1 if status else 0


def zip_archive(extra: list[str]) -> int:
    """Write the offline copy, a ZIP of the site built for reading from disk, to dist/."""
    argparse.ArgumentParser("zip").parse_args(extra)
    name, address = identity(PROJECT / "mkdocs.yml")
    target = PROJECT / "dist" / "peer-support-in-recovery.zip"
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        if status := publish.build(PROJECT, site, offline=True):
            return status
        book = read_book(site)
        if lost := releasing.check_edition(PROJECT, book, folders=False):
            print(report(lost), file=sys.stderr)
            return 1
        target.parent.mkdir(exist_ok=True)
        day = now(PROJECT, read_pages(PROJECT / "docs")[0])
        count = write_archive(book, target, Label(name, address, day))
    print(f"{target.relative_to(PROJECT)}: {count} files, {target.stat().st_size:,} bytes")
    return 0


def release(extra: list[str]) -> int:
    """Write the link contract for a release, after a build that keeps the last one's (--draft: before the first)."""
    parser = argparse.ArgumentParser("release")
    parser.add_argument("--draft", action="store_true", help="write it afresh; only before the first release")
    parser.add_argument("--known", action="store_true", help="go on although pages are due for checking")
    options = parser.parse_args(extra)
    lines, told = releasing.release(PROJECT, draft=options.draft, known=options.known)
    print(report(lines) if lines else told)
    return 1 if lines else 0


def identity(config: Path) -> tuple[str, str]:
    """Give the site's name and public address from mkdocs.yml; stop in words where they are not to be had."""
    settings, findings = releasing.read_settings(config)
    if not findings:
        missing = [key for key in ("site_name", "site_url") if key not in settings]
        findings = [Finding(config.name, 0, 0, f"no `{key}`", "compare it with the last commit's") for key in missing]
    if findings:
        raise SystemExit(report(findings))
    return settings["site_name"][0], settings["site_url"][0]


VERBS = {
    "serve": serve,
    "build": build,
    "check": check,
    "search": search,
    "links": links,
    "test": test,
    "zip": zip_archive,
    "release": release,
}


def main() -> int:
    """Hand the rest of the command line to the verb that it starts with."""
    parser = argparse.ArgumentParser(prog="python3 dev.py", description="\n".join(_help()), add_help=True)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("verb", choices=VERBS)
    if len(sys.argv) > 1 and sys.argv[1] in VERBS:
        return VERBS[sys.argv[1]](sys.argv[2:])
    parser.parse_args(sys.argv[1:])
    return 2


def _help() -> list[str]:
    """Give a line for each verb, from its function's docstring."""
    return [f"{verb:6} {(function.__doc__ or '').strip()}" for verb, function in VERBS.items()]


if __name__ == "__main__":
    sys.exit(main())
