"""Bytes come in, from a fuzzer or the kept corpus; from the parsers that we wrote nothing but a finding may go out."""

import tempfile
from pathlib import Path
from types import SimpleNamespace

import markdown

from kb.book import read_page
from kb.citations import CitationExtension, Collector, parse_group, scan
from kb.contract import read_contract, write_contract
from kb.crisis import read_crisis
from kb.evidence import blocks, claims_table, fences, read_claims
from kb.intake import check_nesting, check_snippets
from kb.outgoing import used
from kb.pages import read_pages
from kb.plain_yaml import read_yaml
from kb.redirects import check_moves, read_moves
from kb.terms import also_called, read_terms

LIMIT = 4000  # bytes: long enough for every rule, and short enough for many runs


def citations(data):
    """Any text between brackets is a group or none; any page renders, with a place for each citation."""
    text = data[:LIMIT].decode(errors="ignore")
    group = parse_group(text)
    assert group is None or all(cite.key for cite in group)
    scan(text)
    if not check_nesting(text, "a.md"):
        collector = Collector({"a", "doe2020"})
        html = markdown.Markdown(extensions=["tables", "footnotes", CitationExtension(collector)]).convert(text)
        assert html.count("data-n=") <= len(collector.uses) + text.count("data-n=")


def redirects(data):
    """Any file of redirects gives moves whose chains end, and findings of one line."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "redirects.txt").write_bytes(data[:LIMIT])
        moves, findings = read_moves(Path(folder), "links")
        for old in moves.redirects:
            moves.final(old)
            assert ".." not in old.split("#")[0].split("/")
        findings += check_moves(moves, {"/": ["a"]}, "links")
    assert all("\n" not in str(finding) for finding in findings)


def contract(data):
    """Any contract that has no fault is written as it was read."""
    made, findings = read_contract(data[:LIMIT].decode(errors="ignore"), "contract.txt")
    assert all("\n" not in str(finding) for finding in findings)
    if not findings:
        assert read_contract(write_contract(made), "")[0] == made


def plain_yaml(data):
    """Any data file gives values or one finding, and never an object or a reference."""
    plain, findings = read_yaml(data[:LIMIT].decode(errors="ignore"), "a.yml")
    assert len(findings) <= 1
    assert not findings or plain.value is None
    assert all("\n" not in str(finding) for finding in findings)


def pages(data):
    """Any page gives itself or findings, all of them at a line of the file."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.md").write_bytes(data[:LIMIT])
        found, findings = read_pages(Path(folder))
        lines = data[:LIMIT].count(b"\n") + data[:LIMIT].count(b"\r") + 2
        assert found or findings
        assert all(0 <= finding.line <= lines and "\n" not in str(finding) for finding in findings)
        for page in found:
            page.headings()
            page.terms()
            used([page], {}, Path(folder), "none.bib", "none.yml")
            check_snippets(page.text, "a.md", [Path(folder)])


def words(data):
    """Any file of terms or of crisis words gives records or findings, all of them at a line of the file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.yml")
        file.write_bytes(data[:LIMIT])
        terms, findings = read_terms(file, "a.yml")
        findings += read_crisis(file, "a.yml")[1]
        also_called('<dt id="a">A</dt>\n<dd>B</dd>', terms)
    lines = data[:LIMIT].count(b"\n") + data[:LIMIT].count(b"\r") + 2
    assert all(0 < finding.line <= lines and "\n" not in str(finding) for finding in findings)
    assert all(term.same for term in terms.sets) or findings


def evidence(data):
    """Any page's blocks of evidence give claims that can be written as Markdown, or findings at their lines."""
    text = data[:LIMIT].decode(errors="ignore")
    claims, findings = read_claims(SimpleNamespace(path="a.md", text=text), "a.md")
    assert all("\n" not in str(finding) and finding.line for finding in findings)
    assert findings or len(claims) == len(list(fences(text)))
    if claims and not findings:
        assert all(claim.id in blocks(text, claims) and claim.id in claims_table(claims, "b/c.md") for claim in claims)


def book(data):
    """Any built page is read: its ids and links are text."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.html").write_bytes(b"<!doctype html>" + data[:LIMIT])
        page = read_page(Path(folder), "a.html")
    assert all(isinstance(item, str) for item in (page.title, *page.ids, *page.sections))


TARGETS = {item.__name__: item for item in (citations, redirects, contract, plain_yaml, pages, words, evidence, book)}
