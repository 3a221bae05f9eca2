"""Bad input: whatever is in a file that people edit, the answer is one line that says where, and nothing is changed."""

# ruff: noqa: E501 - broken lines stand as they would be found

import os
import re
import resource
import sys

import pytest
import yaml
from conftest import BIB, PROJECT, mkdocs, page

from kb import publish
from kb.checks import read_sources
from kb.contract import read_contract
from kb.crisis import read_crisis
from kb.findings import read_text
from kb.helplines import read_helplines
from kb.intake import check_files, check_settings, check_snippets
from kb.library import read_library
from kb.outgoing import read_outgoing
from kb.pages import read_page
from kb.redirects import check_moves, read_moves
from kb.releasing import read_settings
from kb.retired import read_retired
from kb.styles import StyleError, load_style
from kb.terms import read_terms

MOST = 1_500_000_000  # bytes of memory that any of it may take
ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n"
    for a, b in zip("abcdefghi", "bcdefghij", strict=True)
)
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE style [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "&{a};&{a};&{a};&{a};&{a};&{a};&{a};&{a};">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + ']><style xmlns="http://purl.org/net/xbiblio/csl"><info><title>&i;</title></info></style>'
)
# What any file of text may turn into; the words are what every reader of such a file must say.
BYTES = {
    "latin-1": (b"caf\xe9\n", "not UTF-8 text"),
    "utf-16": ("words\n".encode("utf-16"), "not UTF-8 text"),
    "binary": (bytes(range(256)) * 4, "not UTF-8 text"),
    "nul": (b"a: 1\n\0\n", "not a file of text"),
    "cut off": ("caf\u00e9".encode()[:-1], "not UTF-8 text"),
}
YAML = {
    "cut off": ("- id: 'a\n", 2, "unexpected end of stream"),
    "deep": ("- " + "[" * 5000 + "\n", 1, "nested more than 20 deep"),
    "deep and closed": ("- " + "{a: " * 5000 + "1" + "}" * 5000 + "\n", 1, "nested more than 20 deep"),
    "alias bomb": (ALIASES, 2, "an alias, `*a`"),
    "circular": ("- &a\n  b: *a\n", 2, "an alias, `*a`"),
    "tag that runs": ("- !!python/object/apply:os.system [touch hacked]\n", 1, "could not determine a constructor"),
    "field twice": ("- a: 1\n  a: 2\n", 2, "the field `a` stands twice"),
    "no such day": ("- a: 2027-02-30\n", 1, "cannot be read as a day"),
    "number without end": ("- a: " + "9" * 5000 + "\n", 1, "cannot be read as a day or a number"),
    "list as a name": ("- ? [a]\n  : b\n", 1, "a list where the name of a field should be"),
    "control": ("- a: \x07\n", 1, "a character that YAML may not hold"),
    "words": ("only words\n", 1, "not a list of"),
    "number": ("7\n", 1, "not a list of"),
}


def data_reader(read):
    return lambda folder, name: read(folder / name, name)[1]


READERS = {
    "helplines.yml": data_reader(read_helplines),
    "outgoing.yml": data_reader(read_outgoing),
    "retired.yml": data_reader(read_retired),
    "terms.yml": data_reader(read_terms),
    "crisis.yml": data_reader(read_crisis),
    "redirects.txt": lambda folder, _: read_moves(folder, "links")[1],
    "contract.txt": lambda folder, name: (
        read_text(folder / name, name)[1] + read_contract(read_text(folder / name, name)[0], name)[1]
    ),
    "mkdocs.yml": lambda folder, name: check_settings(folder / name) + read_settings(folder / name)[1],
    "page.md": lambda folder, name: read_page(folder, name)[1],
    "refs.bib": lambda folder, name: read_library(folder / name, name)[1],
}


@pytest.fixture(autouse=True)
def bounded():
    """No more memory than a small machine has."""
    if sys.platform != "linux":
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_DATA, before)


def said(name, data, folder):
    """Give what the reader of a kind of file says of these bytes, having written nothing."""
    (folder / name).write_bytes(data)
    findings = READERS[name](folder, name)
    assert [file.name for file in folder.iterdir()] == [name]
    assert (folder / name).read_bytes() == data
    assert not [finding for finding in findings if "\n" in str(finding)]
    return findings


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("kind", BYTES)
def test_what_is_no_text_is_one_line_at_its_place(tmp_path, name, kind):
    """A file saved in another encoding, or by another program, is named with the line and what to do."""
    data, words = BYTES[kind]
    findings = said(name, b"\n" + data, tmp_path)
    if name == "refs.bib":
        words = "not UTF-8" if kind != "nul" else "not a file of text"
    assert findings
    assert words in findings[0].what
    assert (findings[0].line >= 1) == (name != "mkdocs.yml" or findings[0].line >= 1)


@pytest.mark.parametrize("name", ["helplines.yml", "outgoing.yml", "retired.yml", "terms.yml", "crisis.yml"])
@pytest.mark.parametrize("kind", YAML)
def test_broken_yaml_is_one_line_at_its_place(tmp_path, name, kind):
    """A data file that is cut off, nested, circular, doubled or hostile gives its line and no more."""
    text, line, words = YAML[kind]
    if name == "outgoing.yml" and kind in {
        "no such day",
        "number without end",
        "tag that runs",
        "list as a name",
        "field twice",
    }:
        words = ""  # it reads words alone, and says in its own words what they are not
    if name in {"terms.yml", "crisis.yml"} and kind in {"words", "number"}:
        words = "no list with a name"
    findings = said(name, text.encode(), tmp_path)
    assert findings
    assert words in findings[0].what
    assert findings[0].line == line or not words


@pytest.mark.parametrize("kind", [kind for kind in YAML if kind not in {"words", "number"}])
def test_broken_front_matter_is_one_line_at_its_place(tmp_path, kind):
    """A page whose front matter is broken in any way gives the line in the page."""
    text, line, words = YAML[kind]
    findings = said("page.md", f"---\n{text}---\n\nWords.\n".encode(), tmp_path)
    assert len(findings) == 1
    assert words in findings[0].what
    assert findings[0].line == line + 1 or kind in {"cut off", "deep"}


def test_a_day_that_no_calendar_has_is_mended_by_another_day(tmp_path):
    """A writer who typed 31 November is told to write another day, not to put quotation marks round it."""
    (finding,) = said("page.md", b"---\nupdated: 2026-11-31\n---\n", tmp_path)
    assert finding.line == 2
    assert "a day that the calendar has" in str(finding)
    assert "quotation" not in str(finding)


@pytest.mark.parametrize("name", READERS)
def test_an_empty_file_is_no_riddle(tmp_path, name):
    """A file that was emptied by mistake is a page without front matter, or holds nothing."""
    findings = said(name, b"", tmp_path)
    assert len(findings) == (1 if name in {"page.md", "mkdocs.yml"} else 0)


@pytest.mark.parametrize("name", READERS)
def test_windows_line_ends_and_byte_order_marks_are_no_fault(tmp_path, name):
    """A writer on Windows changes nothing by saving."""
    good = {
        "helplines.yml": "[]\n",
        "outgoing.yml": "- url: https://a.example/\n",
        "retired.yml": "- {address: /a/, title: A, since: 2027-01-02, why: W, instead: [/b/]}\n",
        "terms.yml": "sets:\n  - plain: [a lift]\n    near: [bus]\n",
        "crisis.yml": "rules:\n  - words: [want to die]\n    gap: 1\n",
        "redirects.txt": "/a/ -> /b/\n",
        "contract.txt": "state: draft\n/ 2027-01-02\n",
        "mkdocs.yml": "site_name: A\nsite_url: https://a.example/\n",
        "page.md": page("Home"),
        "refs.bib": BIB,
    }[name]
    for text in (good.replace("\n", "\r\n"), "\ufeff" + good, "\ufeff" + good.replace("\n", "\r\n")):
        assert said(name, text.encode(), tmp_path) == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("redirects.txt", "/a/ -> /b/\n/a/ -> /c/\n", "redirects.txt:2: /a/ already has a line"),
        ("redirects.txt", "/a/ -> /b/\n/b/ -> /a/\n", "leads round in a circle"),
        ("redirects.txt", "/../../etc/ -> /b/\n", "redirects.txt:1: not a redirect"),
        ("redirects.txt", "/a/ -> https://evil.example/\n", "redirects.txt:1: not a redirect"),
        ("redirects.txt", "/a/ -> javascript:alert(1)\n", "redirects.txt:1: not a redirect"),
        ("redirects.txt", "/<script>/ -> /b/\n", "redirects.txt:1: not a redirect"),
        ("redirects.txt", "/assets/ -> /b/\n", "is the build's own"),
        ("retired.yml", "- {address: /../x/, title: A, since: 2027-01-02, why: W, instead: [/b/]}\n", "no address of this site"),
        ("retired.yml", "- {address: /a/, title: A, since: 2027-01-02, why: W, instead: ['javascript:x']}\n", "no address of this site"),
        ("contract.txt", "state: draft\n/a/ 2027-01-02\n/a/ 2027-01-03\n", "contract.txt:3: /a/ stands twice"),
        ("contract.txt", "state: draft\n/p/k9dx/ 2027-01-02 <script>\n", "contract.txt:2: not a line"),
        ("contract.txt", "state: draft\n/a/ 2027-02-30\n", "contract.txt:2: not a line"),
        ("contract.txt", "/a/ 2027-01-02\n", "no lines say whether there was a release"),
        ("outgoing.yml", "- url: javascript:alert(1)\n", "outgoing.yml:1: the address javascript:alert(1) has the scheme"),
        ("outgoing.yml", "- url: https://a.example/\n- url: https://a.example/\n", "already stands in line 1"),
        ("terms.yml", "sets:\n  - plain: [a, b]\n  - plain: [c]\n", "terms.yml:3: a set of fewer than two words"),
        ("terms.yml", "sets: []\nsets: []\n", "terms.yml:2: the field `sets` stands twice"),
        ("terms.yml", "sets:\n  - plain: {a: b}\n", "terms.yml:2: `plain` is no list of words"),
        ("terms.yml", "sets:\n  - plain: [[a], b]\n", "terms.yml:2: `plain` is no list of words"),
        ("terms.yml", "sets:\n  - [a, b]\n", "terms.yml:2: a record without fields"),
        ("terms.yml", "sets: words\n", "terms.yml:1: no list of records: sets"),
        ("terms.yml", "sett:\n  - plain: [a, b]\n", "terms.yml:1: no list of records: sett"),
        ("terms.yml", "sets:\n  - plian: [a, b]\n", "terms.yml:2: unknown field `plian`"),
        ("terms.yml", "avoid:\n  - words: [a]\n", "terms.yml:2: a word to avoid without what to write instead"),
        ("crisis.yml", "rules:\n  - about: nothing\n", "crisis.yml:2: a rule without words"),
        ("crisis.yml", "rules:\n  - words: [a]\n    typo: maybe\n", "crisis.yml:2: a rule that cannot be read"),
        ("crisis.yml", "rules:\n  - words: [a]\n    gap: \u00b2\n", "crisis.yml:2: a rule that cannot be read"),
        ("crisis.yml", "rules:\n  - words: [a]\n    gap: 100000\n", "crisis.yml:2: a rule that cannot be read"),
        ("refs.bib", "@book{a,\n title={A}\n}\n@book{a,\n title={B}\n}\n", "refs.bib:4: the key 'a' is already used"),
        ("refs.bib", "@book{a,\n url={javascript:alert(1)}\n}\n", "refs.bib:1: 'a' has an address that is not http"),
        ("refs.bib", "@book{a,\n url={data:text/html,x}\n}\n", "refs.bib:1: 'a' has an address that is not http"),
        ("refs.bib", "@book{a,\n title={A\n", "refs.bib:1: a record that cannot be read"),
        ("mkdocs.yml", "a: 1\nb: !!python/object/apply:os.system [x]\n", "mkdocs.yml:2: the tag"),
        ("mkdocs.yml", "%TAG !e! tag:yaml.org,2002:\n---\nb: !e!python/object/new:x.y []\n", "mkdocs.yml:3: the tag"),
        ("mkdocs.yml", "b: !!python/name:os.system\n", "mkdocs.yml:1: the tag"),
        ("mkdocs.yml", "b: [\n", "YAML that cannot be read"),
        ("mkdocs.yml", "a: &a\n  b: *a\nc: *a\n", ""),
    ],
)  # fmt: skip
def test_a_hostile_or_doubled_line_is_named(tmp_path, name, text, words):
    """An address that leads out, a script, a circle and a line that stands twice are refused at their line."""
    findings = said(name, text.encode(), tmp_path)
    assert any(words in str(finding) for finding in findings) or not words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ENTITIES, "style.csl"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><style xmlns="http://purl.org/net/xbiblio/csl">&e;</style>', "declares a DOCTYPE"),
        ("", "not XML"),
        ("<style", "not XML"),
        ("<html/>", "not a CSL style"),
        ("<a>" * 100_000, "not XML"),
        ('<style xmlns="http://purl.org/net/xbiblio/csl"><info><link rel="independent-parent" href="style"/></info></style>', "neither a citation layout nor a parent"),
    ],
)  # fmt: skip
def test_a_broken_or_hostile_style_is_one_line(tmp_path, text, words):
    """A style that is cut off, circular, or would fill the memory or read other files is refused in a line."""
    (tmp_path / "style.csl").write_text(text)
    with pytest.raises(StyleError, match=words) as error:
        load_style("style.csl", tmp_path)
    assert "\n" not in str(error.value)


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_that_leads_out_of_docs_is_refused(tmp_path):
    """No file of the machine is published by a link to it, and no folder is read without end."""
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "secret.md").symlink_to("/etc/passwd")
    (docs / "round").symlink_to(docs)
    (docs / "nothing.md").symlink_to("nowhere.md")
    os.mkfifo(docs / "waits.md")
    (docs / "good.md").write_text("good")
    (docs / "same.md").symlink_to("good.md")
    lines = [str(finding) for finding in check_files(docs)]
    assert [line.partition(";")[0] for line in lines] == [
        "docs/nothing.md: a link to a folder, or to nothing",
        "docs/round: a link to a folder, or to nothing",
        "docs/secret.md: a link that leads out of the folder",
        "docs/waits.md: neither a file nor a folder",
    ]


def test_a_file_without_end_is_refused_unread(tmp_path):
    """A page of 50 MB is one line at once, and costs no memory."""
    docs = tmp_path / "docs"
    docs.mkdir()
    with (docs / "huge.md").open("wb") as file:
        file.truncate(50_000_000)
    (finding,) = check_files(docs)
    assert str(finding) == "docs/huge.md: a file of 50,000,000 bytes, and .md files may have 1,048,576; divide it"


def test_a_snippet_stays_in_its_folder(tmp_path):
    """A page takes in what lies in its folder, and nothing else of the machine."""
    folder = tmp_path / "diagrams"
    folder.mkdir()
    (folder / "good.svg").write_text("<svg/>")
    for name, faults in (("good.svg", 0), ("gone.svg", 1), ("../../../etc/passwd", 1), ("/etc/passwd", 1)):
        assert len(check_snippets(f'\n--8<-- "{name}"\n', "docs/a.md", [folder])) == faults, name


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("redirects.txt", "/a{}/ -> /b{}/"),
        ("contract.txt", "/a{}/ 2027-01-02"),
        ("refs.bib", "@book{{a{}, title={{A {}}}, year={{2020}}}}"),
    ],
)
@pytest.mark.full
def test_a_hundred_thousand_lines_end(tmp_path, name, line):
    """A file made by a program that ran wild is read to its end, in the memory of a small machine."""
    lines = sorted(line.format(number, number) for number in range(100_000))
    text = "\n".join((["state: draft"] if name == "contract.txt" else []) + lines)
    assert said(name, text.encode(), tmp_path) == []
    if name == "redirects.txt":
        moves, _ = read_moves(tmp_path, "links")
        assert len(check_moves(moves, {"/": []}, "links")) == 100_000


def built(project):
    """Build a project as `mkdocs build --strict` does, with a limit of memory and of time."""
    limits = {"RLIMIT_DATA": 2 * MOST, "RLIMIT_CPU": 120}
    return mkdocs(project, publish.environment(), "build", "--strict", "-d", "site", **limits)


HOSTILE = """<script>alert(1)</script>
[a](javascript:alert(1)) ![b](javascript:alert(2)) [c](data:text/html,<script>alert(3)</script>) [d](JaVaScRiPt&#58;alert(4))
[e](vbscript:x) <a href=" javascript:alert(5)">f</a> <svg><a xlink:href="javascript:alert(6)"><text>g</text></a></svg>
<img src=x onerror="alert(7)"> <iframe src="javascript:alert(8)"></iframe> <form action="javascript:alert(9)"></form>
"""


@pytest.mark.parametrize(
    ("path", "data", "words"),
    [
        ("docs/index.md", page("Home", HOSTILE).encode(), "docs/index.md"),
        ("docs/index.md", b"\xff\xfe\x00binary", "docs/index.md:1: not UTF-8 text"),
        ("docs/index.md", page("Home", '--8<-- "../../../etc/passwd"\n').encode(), "docs/index.md:17: it takes in"),
        ("docs/index.md", page("Home", "> " * 5000 + "deep\n").encode(), ""),
        ("docs/index.md", page("Home", "[" * 20_000 + "\n").encode(), "square brackets"),
        ("docs/index.md", page("Home", "<div>" * 5000 + "\n").encode(), ""),
        ("docs/helplines.yml", b"caf\xe9", "docs/helplines.yml:1: not UTF-8 text"),
        pytest.param("docs/links/contract.txt", b"\xff", "docs/links/contract.txt:1: not UTF-8 text", marks=pytest.mark.full),
        pytest.param("docs/research/references.bib", b"caf\xe9", "docs/research/references.bib:1: not UTF-8", marks=pytest.mark.full),
        pytest.param("docs/terms.yml", b"sets:\n  - plain: [a\n", "docs/terms.yml:3: ", marks=pytest.mark.full),
        pytest.param("docs/terms.yml", ALIASES.encode(), "docs/terms.yml:2: an alias", marks=pytest.mark.full),
        pytest.param("docs/terms.yml", b"sets:\n  - plain: [a, b]\n    glossary: nowhere\n", "docs/terms.yml:2: no glossary entry", marks=pytest.mark.full),
        pytest.param("docs/crisis.yml", b"\xff", "docs/crisis.yml:1: not UTF-8 text", marks=pytest.mark.full),
        pytest.param("docs/crisis.yml", b"rules:\n  - words: []\n", "docs/crisis.yml:2: a rule without words", marks=pytest.mark.full),
        ("docs/index.md", page("Home", handout="[nowhere]").encode(), "docs/index.md:2: no section 'nowhere'"),
        ("docs/index.md", page("Home", handout="nowhere").encode(), "docs/index.md:2: `handout` is not a list of words"),
        ("docs/index.md", page("Home", "```evidence\nid: claim-a\n").encode(), "docs/index.md:17:1: a block of evidence"),
        ("docs/index.md", b"x" * 50_000_000, "docs/index.md: a file of 50,000,000 bytes"),
        pytest.param("docs/terms.yml", b"- a\n" * 12_500_000, "docs/terms.yml: a file of 50,000,000 bytes", marks=pytest.mark.full),
        pytest.param("docs/crisis.yml", b"\0" * 50_000_000, "docs/crisis.yml: a file of 50,000,000 bytes", marks=pytest.mark.full),
        pytest.param("docs/helplines.yml", b"- {}\n" * 100_000, "and 99,800 more", marks=pytest.mark.full),
        pytest.param("docs/research/references.bib", b"@" * 50_000_000, "docs/research/references.bib: a file of 50,000,000 bytes", marks=pytest.mark.full),
        pytest.param("docs/links/redirects.txt", b"/" * 50_000_000, "docs/links/redirects.txt: a file of 50,000,000 bytes", marks=pytest.mark.full),
        ("docs/a.svg", b"<svg onload='a()'/>", "docs/a.svg: a drawing with an inline handler"),
        ("docs/a.html", b"<script>a()</script>", "docs/a.html: a file that a browser would run"),
        ("mkdocs.yml", b"site_name: [\n", "mkdocs.yml"),
        ("mkdocs.yml", b"", "site_name"),
    ],
)  # fmt: skip
def test_a_whole_build_ends_in_words_and_changes_nothing(miniature, tmp_path, path, data, words):
    """Whatever a writer saved, a build ends in lines and never in a traceback, and the last good site stays."""
    first = miniature({})
    assert first.status == 0, first.output
    before = {file: file.read_bytes() for file in first.site.rglob("*") if file.is_file()}
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_bytes(data)
    status, output = built(tmp_path)
    assert "Traceback" not in output, output[-3000:]
    assert words in output
    if words:
        assert status == 1
        assert {file: file.read_bytes() for file in first.site.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("markup", ["<script>alert(1)</script>", "<b>bold</b>", "</a>", "&lt;script&gt;", "&#60;b"])
def test_markup_in_any_field_of_a_page_is_one_line(tmp_path, markup):
    """A script in a page's title, aliases or any other field is refused at its line, and never reaches a reader."""
    for name in (
        "title",
        "id",
        "description",
        "summary",
        "brief",
        "do",
        "checked_by",
        "reviewed",
        "aliases",
        "related",
    ):
        value = f'["{markup}"]' if name in {"aliases", "related"} else f'"{markup}"'
        (finding,) = said("page.md", page("A", **{name: value}).encode(), tmp_path)
        assert str(finding).endswith(f"page.md:{finding.line}: `{name}` holds markup; write words alone")
        assert finding.line > 1


FIELDS = "id: claim-a\nclaim: {0}\nstrength: some\nkind: argument\nbasis: {0}\nsources: [@doe2020]\nunknown: {0}\n"


def test_a_script_in_a_block_of_evidence_is_refused_at_its_line(miniature):
    """A script in any field of a block is named, and never reaches a reader."""
    body = f"```evidence\n{FIELDS.format('<script>alert(1)</script>')}```\n\n\\bibliography\n"
    done = miniature({"a.md": page("A", body)})
    assert done.status == 1
    assert re.search(r"docs/a\.md:19: a script, which no page may hold; ", done.output), done.output
    assert "Traceback" not in done.output


def test_a_script_in_any_word_of_a_list_is_words(miniature):
    """A script in terms, in words of a crisis or in a service's record is shown as it is written, and never runs."""
    script = "<script>alert(1)</script>"
    line = dict.fromkeys(("name", "who", "hours", "cost", "note", "seen", "seen_on", "confirmed"), script)
    line |= {"id": "a", "group": "talk-uk", "call": script, "call_uri": "tel:116123"}
    line |= {"text": script, "text_uri": "sms:85258", "text_note": script, "web": "https://a.example/"}
    files = {
        "glossary.md": page("G", "A { #a }\n:   Words.\n"),
        "terms.yml": f"sets:\n  - plain: ['{script}', 'b{script}']\n    near: ['{script}']\n    glossary: a\n",
        "crisis.yml": f"rules:\n  - words: ['{script}']\nexamples:\n  - help: ['{script}']\n",
        "helplines.yml": yaml.safe_dump([line]),
        "links/outgoing.yml": "- url: https://a.example/\n",
        "a.md": page("A", "\\helplines{talk-uk}\n"),
    }
    done = miniature(files)
    assert done.status == 0, done.output
    assert "alert(1)" in (done.site / "a/index.html").read_text(encoding="utf-8")
    for file in done.site.rglob("*.html"):
        assert script not in file.read_text(encoding="utf-8"), file


def test_an_entry_that_stands_twice_in_the_glossary_is_named(miniature):
    """A term that two writers explained gives one line, with where."""
    done = miniature({"glossary.md": page("G", "A { #a }\n:   One.\n\nB { #a }\n:   Two.\n")})
    assert done.status == 1
    assert "the id 'a' stands twice on the page" in done.output
    assert "docs/glossary.md:17: " in done.output


def test_a_script_in_any_field_of_a_record_is_words(miniature):
    """A script in a record of the library is shown as it is written, and never runs."""
    script = "<script>alert(1)</script>"
    bib = BIB.replace("{A Book}", script).replace("Doe, Jane", f"{script}, Jane").replace("A Press", script)
    cited = page("A", "Cited [@doe2020].\n\n\\bibliography\n")
    done = miniature({"a.md": cited, "research/references.bib": bib})
    assert done.status == 0, done.output
    for file in done.site.rglob("*.html"):
        assert script not in file.read_text(encoding="utf-8"), file


def test_a_check_reads_a_broken_folder_to_its_end(tmp_path):
    """`check` says of every broken file what is wrong with it, not only of the first."""
    docs = tmp_path / "docs"
    for name, data in (("a.md", b"\xff"), ("b.md", b""), ("helplines.yml", b"\xff"), ("links/outgoing.yml", b"7")):
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_bytes(data)
    findings = read_sources(docs, "references.bib", "helplines.yml").findings
    assert {finding.path for finding in findings} >= {
        "docs/a.md",
        "docs/b.md",
        "docs/helplines.yml",
        "docs/links/outgoing.yml",
    }
    assert PROJECT not in docs.parents
