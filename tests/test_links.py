"""Links that never break: what was released leads somewhere for ever, down to the section, or the build is refused."""

import contextlib
import functools
import http.server
import re
import shutil
import subprocess
import sys
import threading
from datetime import date

import pytest
from conftest import PROJECT, Quiet, page

from kb import publish
from kb.book import read_book
from kb.contract import Contract, Kept, check_last_release, read_contract, renewed, write_contract
from kb.editions.archive import to_files
from kb.pages import read_pages
from kb.permanent import free_id
from kb.releasing import sections

DAY = date(2026, 12, 1)
HERE = page("Here", "## First {#first}\n\nOne.\n\n## Second {#second}\n\nTwo.\n")
THERE = page("There", "## Third {#third}\n\n" + "Words.\n\n" * 60 + "## Fourth {#fourth}\n\nFour.\n")
PROMISED = ["/here/", "/here/#first", "/here/#second", "/there/", "/there/#third", "/there/#fourth"]


def contract(*addresses, given=None):
    """Write the contract of a release that held these addresses, and the short ids of pages (address by id)."""
    kept = [Kept(address, DAY) for address in addresses]
    kept += [Kept(f"/p/{identifier}/", DAY, address) for identifier, address in (given or {}).items()]
    return write_contract(Contract({item.address: item for item in kept}, draft=False))


def files(redirects="", retired="", promised=PROMISED, given=None, **pages):
    """Give a small site's files: two pages unless told otherwise (None takes one out), and the folder of links."""
    there = {"here.md": HERE, "there.md": THERE} | {f"{name}.md": text for name, text in pages.items()}
    links = {"links/contract.txt": contract(*promised, given=given)}
    links |= {"links/redirects.txt": redirects, "links/retired.yml": retired}
    return {path: text for path, text in there.items() if text is not None} | links


def warnings(built):
    """Give the lines in which a build says what is wrong."""
    return [line.partition("kb: ")[2] for line in built.output.splitlines() if "WARNING" in line]


@contextlib.contextmanager
def served(folder, under=""):
    """Serve a folder, at the root or under a path, on a free port of this machine."""
    root = folder
    if under:
        root = folder.parent / "host"
        shutil.copytree(folder, root / under)
    handler = functools.partial(Quiet, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{under + '/' if under else ''}"
        server.shutdown()


def arrive(chromium, address, *, script=True):
    """Follow an address as a reader does; give where it ended, and what is in sight there."""
    context = chromium.new_context(java_script_enabled=script, viewport={"width": 360, "height": 640})
    tab = context.new_page()
    tab.goto(address)
    tab.wait_for_timeout(400)
    end = tab.url
    seen = tab.locator("h1, h2, li").evaluate_all if script else None
    words = (
        seen("all => all.filter(e => { const r = e.getBoundingClientRect();"
             " return r.top >= 0 && r.top < innerHeight }).map(e => e.textContent.trim())")
        if seen
        else [item.strip() for item in tab.locator("h1, h2, main li, article li").all_text_contents()]
    )  # fmt: skip
    links = dict(tab.locator("a").evaluate_all("all => all.map(a => [a.textContent.trim(), a.href])")) if script else {}
    if not script:
        found = [a for a in tab.locator("main a, article a").all() if a.is_visible()]
        links = {a.text_content().strip(): a.get_attribute("href") for a in found}
    context.close()
    return end, words, links


# ── What is refused ──────────────────────────────────────────────────────────────────────────────────────────────


def test_files_saved_by_any_editor_are_read_or_told(miniature, tmp_path):
    """A byte order mark and Windows line ends are nothing; an old encoding is told in one line."""
    moved = HERE.replace("title: Here", "title: Moved")
    small = files("/here/ -> /moved/\n", here=None, moved=moved)
    small["links/redirects.txt"] = "\ufeff# hello\r\n/here/ -> /moved/\r\n"
    assert miniature(small).status == 0
    (tmp_path / "docs/links/redirects.txt").write_bytes("# caf\u00e9\n".encode("latin-1"))
    del small["links/redirects.txt"]
    built = miniature(small)
    assert "docs/links/redirects.txt:1: not UTF-8 text; save the file as UTF-8" in built.output
    assert "Traceback" not in built.output


@pytest.mark.parametrize(
    "heading", ["##No space", "Underlined\n----------", "<h2>Raw</h2>", "- ## In a list", "> ## Quoted"]
)
def test_no_heading_slips_through_without_an_id(miniature, heading):
    """However a heading is written, its id is a writer's and not a machine's, or the build is refused."""
    built = miniature({"small.md": page("Small", f"Words.\n\n{heading}\n\nWords.\n")})
    assert built.status != 0
    assert re.search(r"docs/small\.md:\d+: the heading '[^']+' has no id", built.output)


def test_a_page_whose_name_no_address_can_hold_is_refused(miniature):
    """A name with a space would be released and never be readable again."""
    built = miniature({"new page.md": page("New")})
    assert built.status != 0
    assert "docs/new page.md: /new page/ is no address that can be kept; name files and folders" in built.output


def test_a_page_renamed_without_a_redirect_is_refused(miniature):
    """A released address is not lost by a rename: the page's id tells the line to add."""
    moved = HERE.replace("title: Here", "title: Moved")
    given = {free_id("moved.md"): "/here/"}
    built = miniature(files(here=None, moved=moved, given=given))
    assert built.status != 0
    assert (
        "docs/links/contract.txt: /here/, listed since 2026-12-01, leads nowhere;"
        " add `/here/ -> /moved/` to redirects.txt, or a record to retired.yml"
    ) in warnings(built)


def test_a_heading_renamed_without_a_redirect_is_refused(miniature):
    """A released section is not lost when its id changes: the nearest id is offered."""
    built = miniature(files(here=HERE.replace("{#second}", "{#secondly}")))
    assert built.status != 0
    assert (
        "docs/links/contract.txt: /here/#second, listed since 2026-12-01, leads nowhere;"
        " add `/here/#second -> /here/#secondly` to redirects.txt, or a record to retired.yml"
    ) in warnings(built)


def test_a_deleted_page_without_a_word_is_refused(miniature):
    """Whoever deletes a page is asked to say where it went, or that it is gone."""
    built = miniature(files(here=None))
    assert built.status != 0
    assert len([line for line in warnings(built) if "/here/, listed since" in line]) == 1


def test_an_id_is_never_given_twice(miniature):
    """A short address printed years ago never leads to a page that it was not made for."""
    given = {free_id("there.md"): "/here/"}
    built = miniature(files(given=given))
    assert built.status != 0
    assert any(
        f"the id '{free_id('there.md')}' was given to /here/, and /there/ has it now; " in line
        for line in warnings(built)
    )


@pytest.mark.parametrize(
    ("redirects", "says"),
    [
        ("/a/ -> /b/\n/b/ -> /a/\n", "docs/links/redirects.txt:1: /a/ leads round in a circle; end it at an address"),
        ("/a/ -> /a/\n", "docs/links/redirects.txt:1: /a/ leads round in a circle"),
        ("/a -> /there/\n", "docs/links/redirects.txt:1: not a redirect: /a -> /there/; write `/from/ -> /to/`"),
        ("/a/ -> /there/\n/A/ -> /here/\n", "docs/links/redirects.txt:2: /A/ already has a line, 1; keep one"),
        ("/b/ -> /there/\n/a/ -> /here/\n", "docs/links/redirects.txt:2: /a/ stands out of order; sort the lines"),
        ("/a/ -> /ther/\n", "docs/links/redirects.txt:1: there is no page /ther/; did you mean '/there/'?"),
        ("/a/ -> /there/#thrid\n", "redirects.txt:1: the page /there/ has no section 'thrid'; did you mean 'third'?"),
        ("/here/ -> /there/\n", "docs/links/redirects.txt:1: /here/ is there, and would be overwritten; take"),
        ("/here/#first -> /there/\n", "docs/links/redirects.txt:1: /here/#first is there, and would be overwritten"),
        ("/p/kx4m/ -> /there/\n", "docs/links/redirects.txt:1: /p/kx4m/ is the build's own; take the line out"),
        ("/there/index/ -> /here/\n", "docs/links/redirects.txt:1: /there/index/ is the build's own"),
        ("/../evil/ -> /here/\n", "docs/links/redirects.txt:1: not a redirect: /../evil/ -> /here/"),
        ("/Here/ -> /there/\n", "docs/links/redirects.txt:1: /Here/ differs from a page by capitals alone"),
        ("/ther/#x -> /there/#third\n", "redirects.txt:1: /ther/#x is on a page that is not there; did you mean"),
        ("/here/#x -> /here/\n", "docs/links/redirects.txt:1: /here/#x leads to the page that it is on"),
    ],
)  # fmt: skip
def test_a_redirect_that_cannot_work_is_refused(miniature, redirects, says):
    """A slip in the file of redirects is told with its line and the way to mend it, and nothing live is overwritten."""
    built = miniature(files(redirects))
    assert built.status != 0
    assert says in built.output
    assert "Traceback" not in built.output


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ("- address: /gone/\n", "retired.yml:1: a record whose fields are not address, title, since, why"),
        ("- {address: /gone/, title: T, since: 2027-01-31, why: W, instead: []}\n", "does not say where to look"),
        ("- {address: /gone/, title: T, since: soon, why: W, instead: [/there/]}\n", "`since` of /gone/ is not a day"),
        ("- {address: /gone/, title: T, since: 2027-01-31, why: W, instead: [/nowhere/]}\n", "no page /nowhere/"),
        ("- {address: /here/, title: T, since: 2027-01-31, why: W, instead: [/there/]}\n", "/here/ is there"),
        ("- address: [", "docs/links/retired.yml:1: "),
        ("address: /gone/\n", "docs/links/retired.yml:1: not a list of records; start each record with `- address: …`"),
        ("- {address: /gone/, title: T, since: 2027-02-30, why: W, instead: [/there/]}\n", "retired.yml:1: "),
        ("- {address: /p/kx4m/, title: T, since: 2027-01-30, why: W, instead: [/there/]}\n", "is the build's own"),
        ("- {address: /a/, title: T, since: 2027-01-30, why: W, instead: [/a/]}\n", "/a/ is gone too, so nobody"),
        ("- {yes: 1}\n", "retired.yml:1: a record whose fields are not"),
    ],
)  # fmt: skip
def test_a_retired_page_says_where_to_look(miniature, record, says):
    """Nobody is left at a page that only says that something is gone."""
    built = miniature(files(retired=record))
    assert built.status != 0
    assert says in built.output
    assert "Traceback" not in built.output


# ── What goes on working ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.parametrize("under", ["", "kb/deep"])
def test_a_renamed_page_is_found_with_its_section_and_query(miniature, chromium, under):
    """Whoever follows an old link lands on the section they were sent to, on any host and under any path."""
    moved = HERE.replace("title: Here", "title: Moved")
    built = miniature(files("/here/ -> /moved/\n", here=None, moved=moved))
    assert built.status == 0, built.output
    with served(built.site, under) as root:
        end, words, _ = arrive(chromium, f"{root}here/?from=poster#second")
        assert end == f"{root}moved/?from=poster#second"
        assert any(word.startswith("Second") for word in words)
        end, words, links = arrive(chromium, f"{root}here/#second", script=False)
        assert end.partition("#")[0] == f"{root}moved/"
        assert "Moved" in words
        assert links["Second"] == "#second"


@pytest.mark.browser
def test_a_renamed_section_keeps_its_old_id(miniature, chromium):
    """An old link to a section works without JavaScript too, because the old id stays beside the heading."""
    there = THERE.replace("{#fourth}", "{#forth}")
    built = miniature(files("/there/#fourth -> /there/#forth\n", there=there))
    assert built.status == 0, built.output
    text = (built.site / "there/index.html").read_text(encoding="utf-8")
    assert re.search(r'<h2 id="forth"><span class="kb-old-id" id="fourth"></span>Fourth', text)
    with served(built.site) as root:
        _, words, _ = arrive(chromium, f"{root}there/#fourth")
        assert any(word.startswith("Fourth") for word in words)


@pytest.mark.browser
def test_a_section_that_moved_to_another_page_is_found(miniature, chromium):
    """Whoever follows a link to a section that moved is taken to it, or finds a line on the page that leads there."""
    here = HERE.replace("## Second {#second}\n\nTwo.\n", "")
    there = THERE + "\n## Second {#two}\n\nTwo.\n"
    built = miniature(files("/here/#second -> /there/#two\n", here=here, there=there))
    assert built.status == 0, built.output
    with served(built.site) as root:
        end, words, _ = arrive(chromium, f"{root}here/#second")
        assert end == f"{root}there/#two"
        assert any(word.startswith("Second") for word in words)
        end, words, links = arrive(chromium, f"{root}here/#second", script=False)
        assert end == f"{root}here/#second"
        assert "This part has moved: There: Second." in words
        assert links["There: Second"] == "../there/#two"


@pytest.mark.browser
def test_a_page_that_became_a_section_and_a_chain_are_followed_to_the_end(miniature, chromium):
    """Whatever moved twice is reached in one step, from the oldest address on."""
    redirects = "/here/ -> /once/\n/once/ -> /twice/\n/once/#second -> /there/#third\n/twice/ -> /there/#fourth\n"
    built = miniature(files(redirects, here=None))
    assert built.status == 0, built.output
    text = (built.site / "here/index.html").read_text(encoding="utf-8")
    assert 'data-to="../there/#fourth"' in text
    with served(built.site) as root:
        assert arrive(chromium, f"{root}here/")[0] == f"{root}there/#fourth"
        assert arrive(chromium, f"{root}here/#first")[0] == f"{root}there/#fourth"
        assert arrive(chromium, f"{root}here/#second")[0] == f"{root}there/#third"
        assert arrive(chromium, f"{root}here/", script=False)[0].startswith(f"{root}there/")


@pytest.mark.browser
def test_a_page_that_is_gone_says_so_kindly(miniature, chromium):
    """Whoever comes to a page that was taken out reads what it was, why it went, and where to look; help is near."""
    retired = (
        "- {address: /here/, title: Here, since: 2027-01-31, why: The service has closed., instead: [/there/#third]}"
    )
    built = miniature(files(retired=retired, here=None))
    assert built.status == 0, built.output
    with served(built.site) as root:
        for script in (True, False):
            end, words, links = arrive(chromium, f"{root}here/#second", script=script)
            assert end == f"{root}here/#second"
            assert "This page is gone" in words
            assert links["There: Third"].endswith("there/#third")
    text = (built.site / "here/index.html").read_text(encoding="utf-8")
    assert "“Here” was taken out on 31 January 2027. The service has closed." in text
    assert 'href="../help-now/"' in text


def test_a_section_that_is_gone_says_so_on_its_page(miniature):
    """Whoever follows a link to a section that was taken out reads that, on the page that held it."""
    retired = (
        "- address: /here/#second\n  title: Second\n  since: 2027-01-31\n  why: It was wrong.\n  instead: [/there/]\n"
    )
    built = miniature(files(retired=retired, here=HERE.replace("## Second {#second}\n\nTwo.\n", "")))
    assert built.status == 0, built.output
    text = (built.site / "here/index.html").read_text(encoding="utf-8")
    assert '<li id="second"><p>“Second” was taken out on 31 January 2027. It was wrong.</p>' in text


@pytest.mark.browser
def test_a_short_address_leads_to_its_page_and_section(miniature, chromium):
    """Whoever types the address from a poster gets to the page, and to the section if it names one."""
    built = miniature(files(given={"kx4m": "/here/"}))
    assert built.status == 0, built.output
    with served(built.site) as root:
        for identifier in (free_id("here.md"), "kx4m"):
            end, _, _ = arrive(chromium, f"{root}p/{identifier}/#second")
            assert end == f"{root}here/#second"
            assert arrive(chromium, f"{root}p/{identifier}/", script=False)[0] == f"{root}here/"


@pytest.mark.browser
def test_old_addresses_lead_on_from_disk(miniature, chromium):
    """In the copy for computers, where no server looks into folders, old and short addresses work as on the web."""
    moved = HERE.replace("title: Here", "title: Moved")
    built = miniature(files("/here/ -> /moved/\n/here/#first -> /there/#fourth\n", here=None, moved=moved))
    assert built.status == 0, built.output
    book = read_book(built.site)
    for item in book.pages:
        file = built.site / item.file
        file.write_text(to_files(file.read_text(encoding="utf-8"), item.file, book.files), encoding="utf-8")
    for script in (True, False):
        end, _, _ = arrive(chromium, f"{(built.site / 'here/index.html').as_uri()}#second", script=script)
        assert end.partition("#")[0] == (built.site / "moved/index.html").as_uri()
    first = f"{(built.site / 'here/index.html').as_uri()}#first"
    assert arrive(chromium, first)[0].endswith("there/index.html#fourth")
    short = built.site / f"p/{free_id('there.md')}/index.html"
    assert arrive(chromium, f"{short.as_uri()}#fourth")[0].endswith("/there/index.html#fourth")


def test_a_section_may_lead_to_a_whole_page(miniature):
    """What was one part of a page may be a page of its own now, also when the old page has moved elsewhere."""
    built = miniature(files("/here/ -> /there/\n/here/#first -> /there/\n/here/#second -> /there/#third\n", here=None))
    assert built.status == 0, built.output
    text = (built.site / "here/index.html").read_text(encoding="utf-8")
    assert '<li id="first"><a href="../there/">There</a></li>' in text


@pytest.mark.browser
def test_a_page_that_moved_tells_of_a_section_that_is_gone_and_the_other_way_round(miniature, chromium):
    """A link to a part that is gone says so, though its page moved; one to a part that moved leads on."""
    record = "- {address: ADDRESS, title: Old, since: 2027-01-31, why: It was wrong., instead: [/there/]}"
    redirects = "/here/ -> /there/\n/here/#second -> /there/#fourth\n"
    built = miniature(files(redirects, record.replace("ADDRESS", "/here/#first"), here=None))
    assert built.status == 0, built.output
    with served(built.site) as root:
        end, words, _ = arrive(chromium, f"{root}here/#first")
        assert end == f"{root}here/#first"
        assert any("“Old” was taken out" in word for word in words)
        assert arrive(chromium, f"{root}here/#second")[0] == f"{root}there/#fourth"
    redirects = "/here/#second -> /there/#fourth\n"
    built = miniature(files(redirects, record.replace("ADDRESS", "/here/"), here=None))
    assert built.status == 0, built.output
    with served(built.site) as root:
        assert arrive(chromium, f"{root}here/#second")[0] == f"{root}there/#fourth"
        assert arrive(chromium, f"{root}here/#first")[0] == f"{root}here/#first"


# ── The contract ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_contract_is_read_as_it_was_written():
    """What a release promised is the same on every machine, and a line changed by hand is refused."""
    text = contract(*PROMISED, given={"kx4m": "/here/"})
    read, findings = read_contract(text, "c.txt")
    assert findings == []
    assert write_contract(read) == text
    assert read.ids() == {"kx4m": "/here/"}
    assert read.sections()["/there/"] == ["fourth", "third"]
    _, findings = read_contract(text + "/here 2026-12-01\n/x/ soon\n", "c.txt")
    assert [str(item).split(":")[:2] for item in findings] == [["c.txt", "12"], ["c.txt", "13"]]
    assert read_contract(text + "/x/ 2027-02-30\n", "c.txt")[1]
    _, findings = read_contract(text.replace("state: released\n", ""), "c.txt")
    assert str(findings[0]).startswith("c.txt: no lines say whether there was a release; keep one: `state: released`")


def test_a_contract_only_grows_after_a_release():
    """A later release adds what is new, and keeps every line of the first with its day."""
    old, _ = read_contract(contract("/here/", "/here/#first"), "c.txt")
    later = renewed(old, {"/there/": ["third"]}, {"kx4m": "/there/"}, date(2027, 1, 1), draft=False)
    assert {item.address: str(item.since) for item in later.kept.values()} == {
        "/here/": "2026-12-01",
        "/here/#first": "2026-12-01",
        "/there/": "2027-01-01",
        "/there/#third": "2027-01-01",
        "/p/kx4m/": "2027-01-01",
    }
    draft = renewed(Contract(), {"/there/": []}, {}, DAY, draft=True)
    assert renewed(draft, {"/new/": []}, {}, DAY, draft=True).kept.keys() == {"/new/"}


def test_the_last_release_is_asked_whether_a_line_was_lost(tmp_path):
    """A line taken out of the contract by hand is found by comparing it with the last release's."""

    def git(*arguments):
        who = ["-c", "user.name=A", "-c", "user.email=a@recovery.example"]
        line = [shutil.which("git"), "-C", str(tmp_path), *who, *arguments]
        subprocess.run(line, check=True, capture_output=True)

    before, _ = read_contract(contract("/a/", "/b/"), "c.txt")
    after, _ = read_contract(contract("/a/"), "c.txt")
    assert check_last_release(after, tmp_path, "c.txt", "c.txt")[1].startswith("not compared with the last release: ")
    (tmp_path / "c.txt").write_text(write_contract(before), encoding="utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    assert "no release tag" in check_last_release(after, tmp_path, "c.txt", "c.txt")[1]
    git("tag", "v1.0")
    assert check_last_release(before, tmp_path, "c.txt", "c.txt") == ([], "")
    lost, skipped = check_last_release(after, tmp_path, "c.txt", "c.txt")
    assert [str(item) for item in lost] == [
        "c.txt: /b/, released in v1.0, is gone or changed; put back the line `/b/ 2026-12-01`"
    ]
    draft, _ = check_last_release(Contract(before.kept, draft=True), tmp_path, "c.txt", "c.txt")
    assert [str(item) for item in draft] == ["c.txt: a draft, although v1.0 was released; put back `state: released`"]
    assert skipped == ""


def run(folder, *arguments):
    """Run a verb of the project copy; give its exit status and all that it printed."""
    line = [sys.executable, "-m", "kb", *arguments]
    done = subprocess.run(line, cwd=folder, env=publish.environment(), capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.mark.full
def test_a_release_is_rehearsed(project_copy, tools):
    """A maintainer releases with all that belongs to it; a later rename is refused, and with a redirect it passes."""
    status, said = run(project_copy, "release")
    assert status == 1
    assert "mkdocs.yml:6: the address 'https://recovery.example/' is reserved" in said
    assert "no `contact`; set `contact`" in said
    assert "no `publisher`; set `publisher`" in said
    config = project_copy / "mkdocs.yml"
    text = config.read_text(encoding="utf-8").replace("https://recovery.example/", "https://peers.recovery.org.uk/")
    text = text.replace('contact: ""', "contact: the post box at the hall")
    config.write_text(text.replace('publisher: ""', "publisher: the people at the hall"), encoding="utf-8")
    status, said = run(project_copy, "release")
    assert status == 1
    assert "docs/about/links.md:7: it says 'has been no release'" in said
    mend = {"There has been no release yet.": "", "recovery.example": "peers.recovery.org.uk"}
    for file in (project_copy / "docs").rglob("*.md"):
        text = file.read_text(encoding="utf-8")
        for untrue, true in mend.items():
            text = text.replace(untrue, true)
        text = re.sub(r"no\s+named\s+publisher", "a publisher", text, flags=re.IGNORECASE)
        file.write_text(text, encoding="utf-8")
    status, said = run(project_copy, "release")
    assert status == 1
    assert "bill-of-materials.json: the tool that writes it is not installed; type" in said
    assert "state: draft" in (project_copy / "docs/links/contract.txt").read_text(encoding="utf-8")
    (project_copy / ".cache").mkdir(exist_ok=True)
    (project_copy / ".cache/tools").symlink_to(tools)
    status, said = run(project_copy, "release")
    assert status == 0, said
    made = {file.name.partition("-")[2] or file.name for file in (project_copy / "dist").iterdir()}
    assert made >= {"of-materials.json", "SHA256SUMS"}, made
    assert re.search(
        r"## Unreleased\n\n## \d{4}-\d\d-\d\d\n", (project_copy / "CHANGELOG.md").read_text(encoding="utf-8")
    )
    assert "Then commit it today" in said
    kept = (project_copy / "docs/links/contract.txt").read_text(encoding="utf-8")
    assert "state: released" in kept
    assert "/glossary/#naloxone " in kept
    assert run(project_copy, "release", "--draft")[0] == 1
    (project_copy / "docs/practice/session-plan.md").rename(project_copy / "docs/practice/meeting-plan.md")
    for file in [config, *(project_copy / "docs").rglob("*.md")]:
        changed = file.read_text(encoding="utf-8").replace("session-plan.md", "meeting-plan.md")
        file.write_text(changed, encoding="utf-8")
    status, said = run(project_copy, "build")
    assert status != 0
    assert "add `/practice/session-plan/ -> /practice/meeting-plan/` to redirects.txt" in said
    redirects = project_copy / "docs/links/redirects.txt"
    line = "/practice/session-plan/ -> /practice/meeting-plan/\n"
    redirects.write_text(redirects.read_text(encoding="utf-8") + line, encoding="utf-8")
    status, said = run(project_copy, "build")
    assert status == 0, said
    assert (project_copy / "site/practice/session-plan/index.html").is_file()
    assert run(project_copy, "editions", "zip")[0] == 0


# ── This site ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_page_answers_at_its_short_address(site):
    """What a QR code or a printed page holds leads to the page it stands on."""
    for file in (PROJECT / "docs").rglob("*.md"):
        identifier = re.search(r"^id: (\S+)$", file.read_text(encoding="utf-8"), re.MULTILINE)[1]
        assert (site / "p" / identifier / "index.html").is_file()


def test_the_draft_of_the_contract_is_of_this_site(site):
    """The number of addresses that readers are told of is the number that a release would promise."""
    text = (PROJECT / "docs/links/contract.txt").read_text(encoding="utf-8")
    contract, findings = read_contract(text, "contract.txt")
    assert findings == []

    there = sections(read_book(site), read_pages(PROJECT / "docs")[0])
    now = {f"{page}#{section}" for page, found in there.items() for section in found} | there.keys()
    kept = {item.address for item in contract.kept.values() if not item.page}
    assert not contract.draft or now == kept, "write it afresh: python3 dev.py release --draft"
