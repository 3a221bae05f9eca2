"""A verb comes in from the command line, such as serve, build or test; an exit status goes out."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from kb import browser, checks, fetched, publish, releasing, reproduce, serve, verify
from kb.editions import making, manifest
from kb.findings import Finding, report
from kb.intake import check_files, check_settings
from kb.link_report import write_report
from kb.materials import write_bill
from kb.online import Manners, ask_all
from kb.outgoing import read_outgoing, used
from kb.search_report import alias_report, explain
from kb.sheets import write_sheets

PROJECT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
ADDRESS = f"{HOST}:8000"
LIBRARY, HELPLINES = "research/references.bib", "helplines.yml"
SHARED = ["-n", "auto", "--dist", "loadfile", "--max-worker-restart", "1"]  # a file's tests share what they make


def show(extra: list[str]) -> int:
    """Serve the site with live reload, and print its address; an error is shown on top of the last good page."""
    parser = argparse.ArgumentParser("serve")
    parser.add_argument("--dev-addr", default=ADDRESS, help=f"host:port, by default {ADDRESS}")
    host, _, port = parser.parse_args(extra).dev_addr.rpartition(":")
    if not port.isdecimal():
        parser.error("--dev-addr is written host:port")
    base = urlsplit(releasing.identity(PROJECT / "mkdocs.yml")[1]).path or "/"
    print(f"The knowledge base will be at http://{host or HOST}:{port}{base} (Ctrl+C stops it)", flush=True)
    return serve.serve(PROJECT, host or HOST, int(port), base if base.endswith("/") else f"{base}/")


def build(extra: list[str]) -> int:
    """Write the site to site/, which is replaced only by a build without a warning."""
    return publish.publish(PROJECT, PROJECT / "site", *extra)


def check(extra: list[str]) -> int:
    """Check all that writers wrote, without building; print one line for each fault."""
    argparse.ArgumentParser("check").parse_args(extra)
    _, address = releasing.identity(PROJECT / "mkdocs.yml")
    if unfit := check_settings(PROJECT / "mkdocs.yml") + check_files(PROJECT / "docs"):
        print(report(unfit))
        return 1
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
    agent = "{} link check ({})".format(*releasing.identity(PROJECT / "mkdocs.yml"))
    print(f"Asking {len(urls)} addresses; this takes a few minutes …", file=sys.stderr, flush=True)
    answers = ask_all(urls, Manners(agent, chosen.timeout, chosen.delay, tuple(chosen.waits)))
    text = write_report(answers, records, uses, name, datetime.now(UTC).date())
    if chosen.report:
        chosen.report.write_text(text, encoding="utf-8")
    else:
        print(text)
    return 0


def fetch(extra: list[str]) -> int:
    """Fetch the bibliography that `bib_file` gives the address of, and keep a copy, which each build then reads."""
    parser = argparse.ArgumentParser("fetch")
    parser.add_argument("--config", type=Path, default=PROJECT / "mkdocs.yml", help="another site's mkdocs.yml")
    config = parser.parse_args(extra).config.resolve()
    settings, findings = releasing.read_settings(config)
    try:
        url = settings.get("bib_file", ("", 0))[0]
        file, count = fetched.fetch(url, config.parent, datetime.now(UTC).date())
    except fetched.FetchError as error:
        print(report(findings) or error, file=sys.stderr)
        return 1
    print(f"{file.relative_to(config.parent)}: {count} records; commit it")
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
    for tool in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"], ["pytest", *SHARED, *extra]):
        print("·", " ".join(tool), flush=True)
        status |= subprocess.run([sys.executable, "-m", *tool], cwd=PROJECT, check=False).returncode
    return 1 if status else 0


def editions(extra: list[str]) -> int:
    """Write the copies for reading offline to dist/ and site/: all, or those named (zip, html, epub, zim, pdf …)."""
    parser = argparse.ArgumentParser("editions")
    parser.add_argument("kinds", nargs="*", choices=[*making.KINDS, []], help="only these; else all, with their papers")
    kinds = parser.parse_args(extra).kinds
    releasing.identity(PROJECT / "mkdocs.yml")  # before a build is begun for nothing

    def finish(site: Path) -> int:
        files, findings = making.make_editions(PROJECT, site, PROJECT / "dist", kinds)
        print(*(f"{file.relative_to(PROJECT)}: {file.stat().st_size:,} bytes" for file in files), sep="\n")
        if findings:
            print(report(findings), file=sys.stderr)
        if any(not finding.mild for finding in findings):
            return 1
        if not kinds:
            making.offer(PROJECT, site, files)
        return 0

    return publish.publish(PROJECT, PROJECT / "site", finish=finish)


def sheets(extra: list[str]) -> int:
    """Draw contact sheets of the built site, one for each width and scheme, to dist/sheets/."""
    argparse.ArgumentParser("sheets").parse_args(extra)
    site = PROJECT / "site"
    if not (site / "index.html").exists() and (status := publish.build(PROJECT, site)):
        return status
    try:
        made = write_sheets(site, PROJECT / "dist" / "sheets")
    except RuntimeError as error:
        print(f"no browser: {error}", file=sys.stderr)
        return 1
    print("\n".join(str(sheet.relative_to(PROJECT)) for sheet in made))
    return 0


def release(extra: list[str]) -> int:
    """Write the link contract for a release, after a build that keeps the last one's (--draft: before the first)."""
    parser = argparse.ArgumentParser("release")
    parser.add_argument("--draft", action="store_true", help="write it afresh; only before the first release")
    parser.add_argument("--known", action="store_true", help="go on although pages are due for checking")
    options = parser.parse_args(extra)
    if not options.draft:  # the last commit's day is not the release's, whose commit is made after this
        os.environ.setdefault("SOURCE_DATE_EPOCH", str(int(datetime.now(UTC).timestamp())))
    lines, told = releasing.release(PROJECT, draft=options.draft, known=options.known, editions=_all_editions)
    print(report(lines) if lines else told)
    return 1 if lines else 0


def _all_editions(site: Path) -> list[Finding]:
    """Make every edition and the bill of materials, and keep what they hold for the next; give what is wrong."""
    files, findings = making.make_editions(PROJECT, site, PROJECT / "dist")
    findings = findings or write_bill(PROJECT, PROJECT / "dist")[1]
    if not findings:
        manifest.keep_manifest(PROJECT, next(file for file in files if file.suffix == ".json"))
    return findings


def materials(extra: list[str]) -> int:
    """Write the bill of materials to dist/: every package and borrowed file that site and editions are made with."""
    argparse.ArgumentParser("materials").parse_args(extra)
    file, findings = write_bill(PROJECT, PROJECT / "dist")
    print(report(findings) if file is None else file.relative_to(PROJECT))
    return 1 if findings else 0


def build_twice(extra: list[str]) -> int:
    """Build everything twice, elsewhere and otherwise, and name each file that is not the same."""
    argparse.ArgumentParser("reproduce").parse_args(extra)
    findings, said = reproduce.reproduce(PROJECT)
    print("\n".join(filter(None, [report(findings), said])))
    return 1 if findings else 0


def check_copy(extra: list[str]) -> int:
    """Crawl a served copy, a folder or an address on this machine, and say what a reader would miss."""
    parser = argparse.ArgumentParser("verify")
    parser.add_argument("target", nargs="?", default=str(PROJECT / "site"), help="by default site/")
    findings, said = verify.verify(parser.parse_args(extra).target, PROJECT / "docs")
    print(report(findings) or f"no fault found: {said}")
    return 1 if findings else 0


VERBS = {
    "serve": show,
    "build": build,
    "check": check,
    "search": search,
    "links": links,
    "fetch": fetch,
    "test": test,
    "sheets": sheets,
    "editions": editions,
    "release": release,
    "materials": materials,
    "reproduce": build_twice,
    "verify": check_copy,
}


def main() -> int:
    """Hand the rest of the command line to the verb that it starts with."""
    told = "\n".join(f"{verb:9} {(function.__doc__ or '').strip()}" for verb, function in VERBS.items())
    parser = argparse.ArgumentParser(prog="python3 dev.py", description=told, add_help=True)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("verb", choices=VERBS)
    if len(sys.argv) > 1 and sys.argv[1] in VERBS:
        return VERBS[sys.argv[1]](sys.argv[2:])
    parser.parse_args(sys.argv[1:])
    return 2


if __name__ == "__main__":
    sys.exit(main())
