"""Links to other sites: one reviewed file, archived copies beside them, and two checks that stay apart."""

import functools
import http.server
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import pytest
from conftest import PROJECT, Quiet, page
from lxml import html

from kb import elsewhere as form
from kb.book import read_book
from kb.checks import check_book
from kb.library import read_library
from kb.link_report import write_report
from kb.online import Answer, Manners, ask_all
from kb.outgoing import Outgoing, Use, check_library, check_outgoing, read_outgoing, used
from kb.pages import read_pages
from kb.robust import index, robust

NAME = "docs/links/outgoing.yml"
SNAPSHOT = "https://archive.example/2009/http:/old.example/page"
RECORDS = f"""# What is known.
- url: http://old.example/page
  archived: {SNAPSHOT}
  archived_on: "2009-01-18"

- url: https://dead.example/gone
  archived: https://archive.example/2010/gone
  archived_on: "2010-02-03"
  checked: "2026-11-25"
  state: dead

- url: https://plain.example/
"""
BODY = """## Links {#links}

See [an old page](http://old.example/page#part), [a dead page](https://dead.example/gone) and <https://plain.example/>.
Read the [copy](https://archive.example/2009/http:/old.example/page), or [mail](mailto:a@plain.example).
Nothing is asked of `[code](https://code.example/)`.

```
[more code](https://code.example/)
```
"""


def write(folder, text):
    file = folder / "outgoing.yml"
    file.write_text(text, encoding="utf-8")
    return read_outgoing(file, NAME)


# ── The form of an address ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://bit.ly/abc", "shortener bit.ly"),
        ("https://www.tinyurl.com/abc", "shortener"),
        ("https://a.example/?utm_source=x", "'utm_source', which tracks"),
        ("https://a.example/?q=1&fbclid=x", "'fbclid', which tracks"),
        ("https://anna:secret@a.example/", "a name or a password"),
        ("ftp://a.example/file", "the scheme 'ftp'"),
        ("javascript:alert(1)", "the scheme 'javascript'"),
        ("//a.example/", "no scheme"),
        ("https://a.example/café", "may not hold: `é`"),
        ("https://a.example/a b", "may not hold: ` `"),
        ("https://a.example/100%", "may not hold: `%`"),
        ("https://a.example/%zz", "may not hold: `%`"),
        ("https://a.example/#a#b", "may not hold: `#`"),
        ("https:///path", "no host"),
        ("https://a_b.example/", "no host"),
        ("https://a.example:port/", "a port"),
    ],
)
def test_a_writer_is_told_what_is_wrong_with_an_address(url, words):
    """A writer who pastes an address that tracks, hides or cannot work is told what, and what to write."""
    found = list(form.faults(url))
    assert len(found) == 1
    assert words in found[0][0]
    assert found[0][1]


@pytest.mark.parametrize(
    "url",
    [
        SNAPSHOT,
        "https://a.example/a_(b)?q=%C3%A9&x=1;2",
        "https://findings.org.uk/PHP/dl.php?f=detox_deaths.nug&s=eb&sf=mx",
        "http://127.0.0.1:8000/",
        "https://doi.org/10.1080/1556035X.2012.705646",
        "mailto:a@plain.example",
        "tel:+448080101011",
        "https://notbit.ly/",
    ],
)
def test_a_good_address_is_left_alone(url):
    """A writer is not asked to change an address that is right."""
    assert list(form.faults(url)) == []


# ── The file ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_every_link_of_the_real_site_has_its_record():
    """A maintainer finds each page elsewhere in one file, and nothing in it that no page uses."""
    records, findings = read_outgoing(PROJECT / NAME, NAME)
    pages, _ = read_pages(PROJECT / "docs")
    library, _ = read_library(PROJECT / "docs/research/references.bib", "references.bib")
    uses = used(pages, library, PROJECT / "docs", "research/references.bib", "helplines.yml")
    assert len(records) > 50
    assert not findings
    assert not check_outgoing(records, uses, NAME)
    assert not check_library(records, library, "references.bib", NAME)


def test_an_archived_copy_of_the_real_site_has_the_day_and_original_that_its_address_names():
    """A copy's day and original are read from its own address, where that holds them, and not guessed."""
    records, _ = read_outgoing(PROJECT / NAME, NAME)
    told = [(record, stamp) for record in records if (stamp := re.search(r"/(\d{8})\d{6}/", record.archived))]
    assert len(told) >= 6
    for record, stamp in told:
        assert record.archived_on.replace("-", "") == stamp[1]
        assert record.archived.endswith(record.url.removeprefix("http:").removeprefix("/"))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("- url: https://a.example/\n  status: live\n", 1, "the field 'status'"),
        ("# words\n- state: live\n", 2, "a record without `url`"),
        ("- url: https://b.example/\n- url: https://a.example/\n", 2, "stands after"),
        ("- url: https://a.example/\n- url: https://a.example/\n", 2, "already stands in line 1"),
        ("- url: https://a.example/#part\n", 1, "#fragment"),
        ("- url: https://doi.org/10.1000/a\n", 1, "needs no record"),
        ("- url: https://a.example/\n  state: fine\n", 1, "unknown state"),
        ("- url: https://a.example/\n  state: live\n", 1, "nobody has checked"),
        ("- url: https://a.example/\n  state: dead\n", 1, "how we know"),
        ("- url: https://a.example/\n  state: moved\n  note: seen\n", 1, "`moved_to`"),
        ("- url: https://a.example/\n  archived: https://b.example/\n", 1, "go together"),
        ("- url: https://a.example/\n  checked: yesterday\n", 1, "not a day"),
        ("- url: https://bit.ly/a\n", 1, "shortener"),
        ("- url: [\n", 2, "expected the node"),
        ("\nurl: https://a.example/\n", 2, "not a list of records"),
        ("https://a.example/\n", 1, "not a list of records"),
    ],
)
def test_a_wrong_record_is_found_at_its_line(tmp_path, text, line, words):
    """A maintainer who mistypes a record is told the line, what is wrong and how to mend it."""
    _, findings = write(tmp_path, text)
    assert [(item.path, item.line) for item in findings] == [(NAME, line)], findings
    assert words in findings[0].what


def test_a_file_in_another_encoding_is_one_line_and_a_byte_order_mark_no_fault(tmp_path):
    """An editor on Windows that saves the file its own way costs a maintainer one line at most."""
    file = tmp_path / "outgoing.yml"
    file.write_bytes("- url: https://a.example/\n  note: caf\xe9\n".encode("latin-1"))
    records, findings = read_outgoing(file, NAME)
    assert records == []
    assert [str(item) for item in findings] == [f"{NAME}:2: not UTF-8 text; save the file as UTF-8"]
    file.write_bytes("- url: https://a.example/\n  note: caf\xe9\n".encode("utf-8-sig"))
    records, findings = read_outgoing(file, NAME)
    assert ([item.note for item in records], findings) == (["caf\xe9"], [])
    for text in ("", "# none yet\n", "[]\n"):
        assert write(tmp_path, text) == ([], [])


def test_a_link_without_a_record_is_told_with_the_record_to_add(miniature):
    """A writer who links to a new page elsewhere is told the place, and the line to add to the file."""
    built = miniature({"links/outgoing.yml": RECORDS, "small.md": page("Small", BODY.replace("plain", "new"))})
    assert built.status != 0
    wanted = r"docs/small\.md:(\d+):(\d+): a link to https://new\.example/, .*add `(.*)` before line 12"
    place = re.search(wanted, built.output)
    assert place, built.output
    text = page("Small", BODY.replace("plain", "new")).splitlines()[int(place[1]) - 1]
    assert text[int(place[2]) - 1 :].startswith("https://new.example/")
    assert place[3] == "- url: https://new.example/"
    assert f"{NAME}:12: nothing links to https://plain.example/" in built.output
    assert "code.example" not in built.output
    assert "Traceback" not in built.output


def test_a_link_by_http_to_what_answers_by_https_is_found():
    """A reader is not sent over an open line where the file knows a closed one."""
    record = Outgoing("http://a.example/", state="moved", moved_to="https://a.example/", note="seen", line=3)
    (finding,) = check_outgoing([record], [Use("docs/small.md", 9, 1, "http://a.example/")], NAME)
    assert "write https://a.example/" in finding.mend


def test_the_library_may_not_disagree_with_the_file(tmp_path):
    """A copy named in a .bib record is the one that pages show."""
    file = tmp_path / "a.bib"
    fields = "archiveurl = {https://archive.example/2010/gone}, archivedate = {2010-02-03}, urlstatus = {dead}"
    file.write_text(f"@misc{{a, title = {{A}}, url = {{https://dead.example/gone}}, {fields}}}", encoding="utf-8")
    records, _ = write(tmp_path, RECORDS)
    assert not check_library(records, read_library(file, "a.bib")[0], "a.bib", NAME)
    file.write_text(file.read_text(encoding="utf-8").replace("2010-02-03", "2011-02-03"), encoding="utf-8")
    (finding,) = check_library(records, read_library(file, "a.bib")[0], "a.bib", NAME)
    assert "archivedate '2011-02-03'" in finding.what


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def known(tmp_path_factory):
    records, findings = write(tmp_path_factory.mktemp("records"), RECORDS)
    assert not findings
    return index(records)


@pytest.fixture
def article(miniature):
    built = miniature({"links/outgoing.yml": RECORDS, "small.md": page("Small", BODY)})
    assert built.status == 0, built.output
    return html.document_fromstring((built.site / "small/index.html").read_bytes()).find(".//article")


def test_an_archived_copy_stands_beside_its_link(article):
    """A reader whose link fails finds the archived copy beside it, with its day, and hears of what it is a copy."""
    (link,) = article.xpath(".//a[.='an old page']")
    assert link.get("href") == "http://old.example/page#part"
    assert link.get("data-originalurl") == "http://old.example/page"
    assert link.get("data-versionurl") == SNAPSHOT
    assert link.get("data-versiondate") == "2009-01-18"
    note = link.getnext()
    assert note.text_content() == "(archived copy, 18 January 2009)"
    (copy,) = note.findall("a")
    assert copy.get("href") == SNAPSHOT
    assert copy.get("aria-label") == "archived copy of an old page, 18 January 2009"


def test_of_a_dead_page_the_copy_comes_first(article):
    """A reader of a dead link arrives at the copy, and is told that the original no longer works."""
    (link,) = article.xpath(".//a[.='a dead page']")
    assert link.get("href") == "https://archive.example/2010/gone"
    assert link.get("data-originalurl") == "https://dead.example/gone"
    note = link.getnext()
    assert note.text_content() == "(archived copy, 3 February 2010; the original address no longer works)"
    assert note.find("a").get("href") == "https://dead.example/gone"


def test_a_link_to_a_copy_says_that_it_is_one(article):
    """A reader who follows a link to an archived copy knows before that it is one, and of which day."""
    (link,) = article.xpath(".//a[.='copy']")
    assert link.get("data-originalurl") == "http://old.example/page"
    assert link.getnext().text_content() == "(archived copy, 18 January 2009)"


def test_every_link_elsewhere_keeps_the_reader_to_itself(article):
    """No other site learns which page of ours a reader came from."""
    links = [link for link in article.iter("a") if link.get("href", "").startswith("http")]
    links = [link for link in links if not link.get("href").startswith("https://recovery.example/")]
    assert len(links) >= 6
    assert {link.get("rel") for link in links} == {"external noreferrer"}
    assert article.xpath(".//a[starts-with(@href, 'mailto:')]")[0].get("rel") is None


def test_the_real_pages_say_of_every_copy_that_it_is_one(site):
    """A reader of the page on the programme sees the day of the archived page that our framework rests on."""
    text = html.document_fromstring((site / "research/rcsp/index.html").read_bytes()).find(".//article")
    (link,) = text.xpath(".//a[.='archived copy of 18 January 2009']")
    assert link.get("data-versiondate") == "2009-01-18"
    assert link.getnext() is None or link.getnext().get("class") != "kb-outgoing"
    notes = [note.text_content() for note in text.xpath(".//span[@class='kb-outgoing']")]
    assert "(archived copy, 18 January 2009)" in notes
    assert "(archived copy, 16 September 2008)" in notes


def test_a_page_that_already_offers_the_copy_is_not_told_twice(known):
    """A reader does not meet the same copy twice in a line."""
    made = robust(f'<a href="http://old.example/page">it</a> <a href="{SNAPSHOT}">archived copy</a>', known)
    assert made.count("archived copy") == 1
    assert made.count("data-versionurl") == 2


def test_a_moved_page_says_where_it_is_now():
    """A reader of an old address is shown the new one."""
    record = Outgoing("https://a.example/", state="moved", moved_to="https://b.example/?x=1&y=2", note="seen")
    text = robust('<p><a href="https://a.example/">it</a></p>', index([record]))
    made = html.fromstring(text)
    assert made.text_content() == "it (now at a new address)"
    assert made.xpath(".//span/a/@href") == ["https://b.example/?x=1&y=2"]


def test_a_dead_page_without_a_copy_says_so():
    """A reader does not follow a link in vain."""
    record = Outgoing("https://a.example/", state="dead", note="seen")
    made = robust('<a href="https://a.example/">it</a>', index([record]))
    assert made.endswith("(this address no longer works)</span>")


@pytest.mark.parametrize(
    "text",
    [
        '<a href="#here">x</a> and http',
        '<a href="../other/">x</a> <code>http://old.example/page</code>',
        '<a href="https://own.example/page/">x</a>',
        '<abbr title="http://old.example/page">x</abbr>',
        "<code>&lt;a href=&quot;http://old.example/page&quot;&gt;x&lt;/a&gt;</code>",
    ],
)
def test_what_stays_on_the_site_is_left_as_it_is(known, text):
    """A page's own links and its code come out as they went in."""
    assert robust(text, known, "https://own.example/") == text


def test_other_words_of_a_link_are_kept(known):
    """A writer's own attributes, in any order and with any quotation marks, survive."""
    made = robust("<a title='a > b' rel=\"license\" href='https://plain.example/' class=x>words</a>", known)
    (link,) = html.fromstring(f"<p>{made}</p>").iter("a")
    assert dict(link.attrib) == {
        "title": "a > b",
        "rel": "external noreferrer license",
        "href": "https://plain.example/",
        "class": "x",
    }


def test_a_link_without_rel_is_found_wherever_it_stands(tmp_path):
    """A template that forgets `rel` fails the build; a page's own public address and a good link do not."""
    links = [
        '<a href="https://a.example/">bad</a>',
        '<a href="https://b.example/" rel="external noreferrer">good</a>',
        '<a href="https://own.example/base/page/">own</a>',
    ]
    head = '<link rel="canonical" href="https://own.example/base/page/">'
    (tmp_path / "index.html").write_text(f"<html><head>{head}</head><body>{''.join(links)}</body></html>", "utf-8")
    (finding,) = check_book(read_book(tmp_path), [])
    assert "https://a.example/" in finding.what
    assert 'rel="external noreferrer"' in finding.mend


@pytest.mark.browser
def test_a_browser_does_not_tell_where_the_reader_came_from(miniature, chromium, elsewhere):
    """A reader who follows a link leaves without telling the other site from where."""
    built = miniature({"small.md": page("Small", f"## One {{#one}}\n\n[it]({elsewhere.url}/fine)\n")})
    assert built.status == 0, built.output
    shown = built.site / "small/index.html"
    text = shown.read_text(encoding="utf-8")
    bare = re.sub(r"<meta name=\"?referrer[^>]*>", "", text)  # other shells of the same text may lack it
    assert bare != text
    shown.write_text(bare, encoding="utf-8")
    handler = functools.partial(Quiet, directory=str(built.site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tab = chromium.new_page()
        tab.goto(f"http://localhost:{server.server_port}/small/")
        tab.click("article a:text-is('it')")
        tab.wait_for_url(f"{elsewhere.url}/fine")
        tab.close()
        server.shutdown()
    assert elsewhere.referers == {None}


# ── Over the network ─────────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Host:
    """A real HTTP server on this machine that answers as hosts elsewhere do, and what it was asked."""

    url: str = ""
    asked: Counter = field(default_factory=Counter)
    agents: set = field(default_factory=set)
    referers: set = field(default_factory=set)
    times: list = field(default_factory=list)


@pytest.fixture
def elsewhere():
    host = Host()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            host.asked[self.command, self.path] += 1
            host.agents.add(self.headers["User-Agent"])
            if self.path != "/favicon.ico":
                host.referers.add(self.headers["Referer"])
            host.times.append(time.monotonic())
            paths = {
                "/moved": (301, "/fine"), "/twice": (308, "/moved"), "/for-now": (302, "/fine"), "/home": (301, "/"),
                "/loop": (301, "/loop"), "/missing": (404, ""), "/gone": (410, ""), "/robots": (403, ""),
            }  # fmt: skip
            status, location = paths.get(self.path, (200, ""))
            if self.path == "/flaky":
                status = 503 if host.asked["HEAD", "/flaky"] < 3 else 200  # fails in two rounds
            if self.path == "/no-head" and self.command == "HEAD":
                status = 405
            if self.path == "/late":
                time.sleep(1.5)
            body = b'<html><body><h1 id="part">Words</h1><a name="old">x</a></body></html>'
            try:
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # whoever asked did not wait

        do_HEAD = do_GET  # noqa: N815 - the name is http.server's

        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        host.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield host
        server.shutdown()


QUICK = Manners("Peer Support link check (https://recovery.example/)", timeout=1, delay=0, waits=(0.05, 0.1))


def ask(host, *paths, manners=QUICK):
    answers = ask_all([host.url + path for path in paths], manners)
    return {answer.url.removeprefix(host.url): answer for answer in answers}


def test_each_kind_of_answer_is_told_apart(elsewhere):
    """A maintainer reads what is dead, moved, slow or to be looked at by hand, and trusts it."""
    expected = {
        "/fine": "fine", "/moved": "moved", "/twice": "moved", "/for-now": "fine", "/home": "unclear",
        "/loop": "unclear", "/missing": "dead", "/gone": "dead", "/robots": "unclear", "/no-head": "fine",
        "/late": "slow",
    }  # fmt: skip
    answers = ask(elsewhere, *expected)
    assert {path: answer.kind for path, answer in answers.items()} == expected
    assert answers["/twice"].leads_to == f"{elsewhere.url}/fine"
    assert "for the time being" in answers["/for-now"].why
    assert "front page" in answers["/home"].why
    assert "no answer within 1 seconds" in answers["/late"].why
    assert "410 Gone" in answers["/gone"].why


def test_nothing_is_called_dead_before_it_was_asked_again(elsewhere):
    """A host that fails twice and then answers is not reported; one that stays gone was asked three times."""
    answers = ask(elsewhere, "/flaky", "/gone", "/fine")
    assert (answers["/flaky"].kind, answers["/flaky"].asked) == ("fine", 3)
    assert (answers["/gone"].kind, answers["/gone"].asked) == ("dead", 3)
    assert answers["/fine"].asked == 1
    assert elsewhere.asked["GET", "/fine"] == 0


def test_a_lost_section_is_found(elsewhere):
    """A maintainer learns when a page still answers but has lost the section that we link to."""
    answers = ask(elsewhere, "/fine#part", "/fine#old", "/fine#lost")
    assert len(answers) == 1
    assert answers["/fine"].lost == ("lost",)


def test_a_host_that_is_not_there_is_told(elsewhere):
    """An address whose host does not answer at all is reported, without a traceback."""
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as closed:
        nowhere = f"http://127.0.0.1:{closed.server_port}/"
    dead, fine = sorted(ask_all([nowhere, f"{elsewhere.url}/fine"], QUICK), key=lambda answer: answer.kind)
    assert (dead.kind, fine.kind) == ("dead", "fine")
    assert dead.why.startswith("no connection")


def test_whoever_is_asked_knows_by_whom_and_is_not_hurried(elsewhere):
    """A host sees the project's name, and one question at a time with a pause between."""
    ask(elsewhere, "/a", "/b", "/c", manners=Manners(QUICK.agent, delay=0.2, waits=()))
    assert elsewhere.agents == {QUICK.agent}
    pauses = [after - before for before, after in zip(elsewhere.times, elsewhere.times[1:], strict=False)]
    assert len(pauses) == 2
    assert min(pauses) >= 0.2


def test_the_verb_reports_and_never_fails_or_changes_a_file(elsewhere, project_copy):
    """A maintainer gets a report with the lines to change; dead links fail nothing and change nothing."""
    file = project_copy / NAME
    paths = ["fine", "gone", "moved"]
    text = "".join(f"- url: {elsewhere.url}/{path}\n" for path in paths)
    file.write_text(text, encoding="utf-8")
    words = f"## One {{#one}}\n\n[it]({elsewhere.url}/fine#lost) and [it]({elsewhere.url}/gone)\n"
    (project_copy / "docs/new.md").write_text(page("New", words), encoding="utf-8")
    command = [sys.executable, "-m", "kb", "links", "--report", "report.md", "--delay", "0", "--waits", "0.05"]
    done = subprocess.run(command, cwd=project_copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert file.read_text(encoding="utf-8") == text
    report = (project_copy / "report.md").read_text(encoding="utf-8")
    assert re.match(r"# Outgoing links, asked on \d{4}-\d\d-\d\d\n\n3 addresses: 1 dead, 1 moved, .* 1 fine\.", report)
    assert re.search(rf"- <{elsewhere.url}/gone>: answers 410 Gone \(asked 2 times\) — docs/new\.md:\d+", report)
    assert f"{elsewhere.url}/fine#lost" in report
    assert f"# {NAME}:2\n- url: {elsewhere.url}/gone\n" in report
    assert f"  state: moved\n  moved_to: {elsewhere.url}/fine\n" in report
    assert any(agent.startswith("Peer Support in Recovery link check") for agent in elsewhere.agents)
    wrong = [*command[:4], "--reprot", "x"]
    assert subprocess.run(wrong, cwd=project_copy, capture_output=True, check=False).returncode == 2


def test_a_run_without_a_network_says_so_and_suggests_nothing():
    """A maintainer whose own network is down is not told that the whole web is dead."""
    answers = [Answer("https://a.example/", "dead", "no connection: x", heard=False)]
    text = write_report(answers, [Outgoing("https://a.example/")], [], NAME, date(2026, 11, 25))
    assert "Is there a network?" in text
    assert "state: dead" not in text
