"""Keeping the site on a phone: what a browser keeps when asked, shows without a network, and gives up again."""

import gzip
import http.server
import json
import os
import re
import shutil
import threading
import time
import zipfile

import pytest
from conftest import PROJECT, page
from test_privacy import KEPT, PAGES

from kb import headers, keep, verify
from kb.editions.making import make_editions

pytestmark = pytest.mark.browser
PLACE = '<div class="kb-fill" id="__keep">\n<p>It needs JavaScript.</p>\n</div>\n'
SHOWN = "document.body.innerText"


class Host:
    """A web host that can be switched off and on; `asked` are the paths asked for.

    `answers` gives a path other bytes ("*": every path), `moves` sends one on; after `last` questions it hangs up.
    """

    def __init__(self, folder, base="/"):
        self.folder, self.base, self.port, self.server = folder, base, 0, None
        self.answers, self.asked, self.last = {}, [], 1_000_000
        self.moves = {}
        self.on()

    @property
    def address(self):
        """Give the address of the site on it."""
        return f"http://127.0.0.1:{self.port}{self.base}"

    def on(self):
        """Start, on the port of the last time."""
        host = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *given):
                super().__init__(*given, directory=str(host.folder))

            def do_GET(self):
                path = self.path.removeprefix(host.base)
                host.asked.append(path)
                if len(host.asked) > host.last:
                    self.close_connection = True
                elif path in host.moves:
                    self.send_response(301)
                    self.send_header("Location", host.base + host.moves[path])
                    self.end_headers()
                elif path in host.answers or "*" in host.answers:
                    self.send_response(200)
                    self.send_header("Content-Type", "text/html")
                    self.end_headers()
                    self.wfile.write(host.answers.get(path, host.answers.get("*")))
                else:
                    self.path = "/" + path
                    super().do_GET()

            def end_headers(self):
                text = (host.folder / headers.FILE).read_text(encoding="utf-8")
                for name, value in headers.wanted(text, self.path):
                    self.send_header(name, value)
                super().end_headers()

            def log_message(self, *_):
                pass

            def send_error(self, code, *_):
                self.send_response(code)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write((host.folder / "404.html").read_bytes())

        self.server = verify.Server(("127.0.0.1", self.port), Handler)
        self.server.handle_error = lambda *_: None  # browsers hang up when they are told to stop
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def off(self):
        """Stop, so that nothing answers."""
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        self.server = None


@pytest.fixture
def host():
    """Give a function that puts a folder on a host of its own."""
    hosts = []

    def put(folder, base="/"):
        hosts.append(Host(folder, base))
        return hosts[-1]

    yield put
    for each in hosts:
        each.off()


@pytest.fixture
def reader(chromium):
    """A reader with a browser of their own, who meets no error in it."""
    context = chromium.new_context(viewport={"width": 360, "height": 800})
    context.set_default_timeout(60_000)
    tab = context.new_page()
    errors = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    assert errors == []
    context.close()


@pytest.fixture
def copy(site, tmp_path):
    """A copy of the real site, to publish anew."""
    return patient(shutil.copytree(site, tmp_path / "copy"))


@pytest.fixture
def small(miniature):
    """A miniature site with the button and one page that moved."""
    built = miniature(
        {
            "about/offline.md": page("Offline", PLACE),
            "about/privacy.md": page("Privacy"),
            "new.md": page("New", "The new page.\n\n## There {#there}\n\nHere it is.\n"),
            "links/redirects.txt": "/old/ -> /new/#there\n",
        }
    )
    assert built.status == 0, built.output
    return patient(built.site)


def patient(folder, milliseconds=40_000):
    """Let the worker wait longer than a busy machine takes, so that only what a test breaks is late."""
    file = folder / "sw.js"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"PATIENCE = \d+", f"PATIENCE = {milliseconds}", text), encoding="utf-8")
    assert f"PATIENCE = {milliseconds};" in file.read_text(encoding="utf-8")
    keep.seal(folder)  # another worker is another release
    return folder


def ask(tab, host, words="Kept."):
    """Press the button, and wait for what is said in the end."""
    tab.goto(host.address + "about/offline/")
    tab.locator("[data-do=keep]").click()
    tab.wait_for_function(
        "words => document.querySelector('#__keep [role=status]').innerText.includes(words)", arg=words
    )


def held(tab):
    """Give what the browser now holds for the site, that is not nothing."""
    return {name: value for name, value in tab.evaluate(KEPT).items() if value}


def publish(folder, path, before, after):
    """Publish a site anew, with other words on one page."""
    file = folder / path / "index.html"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    keep.seal(folder)
    later = time.time() + 60  # servers tell files apart by whole seconds, and tests are faster
    for each in (file, folder / "sw.js", folder / "keep.json"):
        os.utime(each, (later, later))


def search(tab, words):
    tab.locator(".kb-search-open").first.click()
    tab.locator("#kb-search-words").press_sequentially(words, delay=20)
    tab.locator("#kb-search-list [role=option]", has_text=re.compile(words, re.IGNORECASE)).first.wait_for()
    return tab.locator("#kb-search-list").inner_text()


def until(tab, script, given=None):
    """Wait until a promise in the page gives something true."""
    for _ in range(300):
        if tab.evaluate(script, given):
            return
        tab.wait_for_timeout(200)
    pytest.fail(f"not within a minute: {script}")


def swapped(tab, folder):
    """Wait until the browser has the release that is in a folder, and of the last at most its hashed files."""
    until(
        tab,
        """async release => {
            const found = await navigator.serviceWorker.getRegistration();
            const names = await caches.keys();
            const whole = [];
            for (const name of names) if (await caches.match('/keep.json', { cacheName: name })) whole.push(name);
            return found.active.state === 'activated' && whole.length === 1 && whole[0].endsWith(release); }""",
        keep.RELEASE.search((folder / "sw.js").read_text(encoding="utf-8"))[0],
    )


def gone(tab):
    """Wait until no worker is registered."""
    until(tab, "async () => !(await navigator.serviceWorker.getRegistrations()).length")


@pytest.mark.full
def test_a_kept_site_is_read_whole_without_a_network(reader, host, copy):
    """Whoever keeps the site opens every page, short address and preview, and searches, when the network is gone."""
    place = host(copy)
    reader.goto(place.address + "about/offline/")
    reader.locator("[data-do=keep]").wait_for()
    assert re.search(r"Keep this site on my computer\s\(\d\.\d\sMB\)", reader.locator("#__keep").inner_text())
    assert reader.locator("#__keep p").first.is_hidden()
    ask(reader, place)
    assert reader.locator("[data-do=remove]").is_visible()
    place.off()
    for path in PAGES:
        answer = reader.goto(place.address + path)
        assert answer.status == 200, path
        assert reader.locator("article h1").inner_text() in (copy / path / "index.html").read_text(encoding="utf-8")
        assert reader.locator(".kb-top").evaluate("bar => getComputedStyle(bar).backgroundColor") != "rgba(0, 0, 0, 0)"
    for short in sorted((copy / "p").iterdir()):
        if (short / "index.html").exists():
            reader.goto(f"{place.address}p/{short.name}/")
            reader.wait_for_url(lambda url: "/p/" not in url)
    reader.goto(place.address + "framework/index.html")
    assert reader.locator("article h1").inner_text() in (copy / "framework/index.html").read_text(encoding="utf-8")
    reader.goto(place.address + "glossary")
    assert reader.url == place.address + "glossary/"
    assert "Naloxone" in search(reader, "naloxone")
    reader.goto(place.address + "framework/what-helps-when/")
    reader.locator("a.kb-cite").first.hover()
    reader.locator(".kb-preview").first.wait_for()


def test_an_unknown_page_says_that_the_reader_is_offline(reader, host, small):
    """Whoever opens an address that is not kept is told why, and finds a way on."""
    place = host(small)
    ask(reader, place)
    reader.goto(place.address + "no/such/page/")
    assert "You are offline" not in reader.evaluate(SHOWN)
    place.off()
    answer = reader.goto(place.address + "no/such/page/")
    assert answer.status == 404
    assert "You are offline" in reader.evaluate(SHOWN)
    reader.get_by_role("link", name="I need help now").click()
    assert reader.locator("article h1").inner_text() == "Help now"


def test_old_addresses_lead_on_also_where_the_host_redirects_them(reader, host, small):
    """An old address works without a network, whether its page came or the host sent on by itself."""
    for moves in ({}, {"old/": "new/#there"}):
        place = host(small)
        place.moves = moves
        ask(reader, place)
        place.off()
        reader.goto(place.address + "old/")
        reader.wait_for_url(place.address + "new/#there")


def test_reading_a_kept_site_tells_the_host_no_page(reader, host, small):
    """The host is asked whether there is a newer release, and for nothing that says what is read."""
    place = host(small)
    ask(reader, place)
    place.asked.clear()
    reader.goto(place.address + "new/")
    reader.goto(place.address + "help-now/")
    assert set(place.asked) == {"sw.js"}


def test_a_new_release_is_shown_at_once_and_then_kept_whole(reader, host, small):
    """No reader who is connected sees a stale page; then the new release is there without a network, all of it."""
    place = host(small)
    ask(reader, place)
    publish(small, "new", "The new page", "The newest page")
    place.asked.clear()
    reader.goto(place.address + "new/")
    assert "The newest page" in reader.evaluate(SHOWN)
    swapped(reader, small)
    assert {path for path in place.asked if path.endswith("/")} == {"new/"}, "what has not changed is not fetched again"
    place.off()
    reader.goto(place.address)
    reader.goto(place.address + "new/")
    assert "The newest page" in reader.evaluate(SHOWN)


def test_a_page_left_open_finds_its_own_search_after_a_new_release(reader, host, copy):
    """A reader whose page is of the last release can still search in it when the new one has taken its place."""
    place = host(copy)
    ask(reader, place)
    reader.goto(place.address + "framework/")
    other = reader.context.new_page()
    (index,) = (copy / "assets/search").glob("index.*.js")
    renamed = index.rename(index.with_name("index.0123456789.js")).name
    for file in copy.rglob("*.html"):
        file.write_text(file.read_text(encoding="utf-8").replace(index.name, renamed), encoding="utf-8")
    keep.seal(copy)
    other.goto(place.address + "glossary/")
    swapped(other, copy)
    place.off()
    assert "Naloxone" in search(reader, "naloxone")
    reader.goto(place.address + "framework/")
    assert "Naloxone" in search(reader, "naloxone")


def test_a_download_that_breaks_off_keeps_nothing(reader, host, small):
    """When the network goes half-way, the reader is told so, nothing is left, and the site works as before."""
    place = host(small)
    reader.goto(place.address + "about/offline/")
    place.last = len(place.asked) + 12
    ask(reader, place, "The connection was lost. Nothing was kept.")
    gone(reader)
    assert held(reader) == {}
    assert reader.locator("[data-do=keep]").is_visible()
    place.last = 1_000_000
    reader.locator("[data-do=keep]").click()
    reader.locator("[data-do=remove]").wait_for()


def test_an_update_that_breaks_off_leaves_the_last_release_whole(reader, host, small):
    """When the network goes while a new release is fetched, the one that was kept is read as before."""
    place = host(small)
    ask(reader, place)
    publish(small, "new", "The new page", "The newest page")
    place.answers["new/"] = b"Error establishing a database connection"
    reader.goto(place.address + "help-now/")
    for _ in range(100):
        reader.wait_for_timeout(200)
        if place.asked.count("keep.json") > 1 and "new/" in place.asked[place.asked.index("help-now/") :]:
            break
    until(reader, "async () => !(await navigator.serviceWorker.getRegistration()).installing")
    place.off()
    reader.goto(place.address + "new/")
    assert "The new page" in reader.evaluate(SHOWN)


@pytest.mark.parametrize("path", ["*", "help-now/", "keep.json"])
def test_what_was_not_published_is_not_kept(reader, host, small, path):
    """A network's login page, or one that a host has changed on the way, is refused and never shown later."""
    place = host(small)
    reader.goto(place.address + "about/offline/")
    place.answers[path] = b"<!doctype html><title>Log in</title><p>Welcome to our free network"
    reader.locator("[data-do=keep]").click()
    reader.get_by_text("What came is not what this site published").wait_for()
    gone(reader)
    assert held(reader) == {}


def test_a_login_page_does_not_hide_the_kept_site(reader, host, small):
    """On a network that answers everything with its own page, the kept pages are still read."""
    place = host(small)
    ask(reader, place)
    place.answers["*"] = b"<!doctype html><title>Log in</title><p>Welcome to our free network"
    reader.goto(place.address + "new/")
    assert "The new page" in reader.evaluate(SHOWN)


def test_a_line_that_never_answers_does_not_keep_a_reader_waiting(reader, host, small):
    """On a network that takes questions and gives no answer, the kept page is shown, and the next one at once."""
    place = host(patient(small, 400))
    ask(reader, place)
    held_up = threading.Event()
    before = place.server.RequestHandlerClass.do_GET
    place.server.RequestHandlerClass.do_GET = lambda handler: (held_up.wait(60), before(handler))
    reader.goto(place.address + "new/")
    assert "The new page" in reader.evaluate(SHOWN)
    place.asked.clear()
    asked = []
    reader.context.on("request", lambda request: asked.append(request.url) if request.service_worker else None)
    reader.goto(place.address + "help-now/")
    assert reader.locator("article h1").inner_text() == "Help now"
    assert [url for url in asked if url.endswith(("/new/", "/help-now/"))] == []
    held_up.set()


def test_a_file_that_is_missing_on_the_host_is_said(reader, host, small):
    """Half a publication is not kept as if it were all."""
    place = host(small)
    (small / "help-now/index.html").unlink()
    ask(reader, place, "Nothing was kept")
    assert reader.evaluate("caches.keys()") == []


def test_no_room_is_said(reader, host, small):
    """A phone that is full keeps nothing, and its reader is told why."""
    place = host(small)
    session = reader.context.new_cdp_session(reader)
    session.send("Storage.overrideQuotaForOrigin", {"origin": place.address.rstrip("/"), "quotaSize": 200_000})
    ask(reader, place, "There is not enough room")
    assert reader.evaluate("caches.keys()") == []


def test_a_reader_can_stop(reader, host, small):
    """Whoever changes their mind while pages come has nothing kept."""
    place = host(small)
    reader.goto(place.address + "about/offline/")
    slow = threading.Event()
    before = place.server.RequestHandlerClass.do_GET

    def wait(handler):
        if handler.path.endswith("help-now/"):
            slow.wait(60)
        before(handler)

    place.server.RequestHandlerClass.do_GET = wait
    reader.locator("[data-do=keep]").click()
    reader.locator("[data-do=stop]").click()
    reader.get_by_text("Stopped. Nothing was kept.").wait_for()
    slow.set()
    gone(reader)
    assert held(reader) == {}


def test_removing_leaves_nothing(reader, host, small):
    """Whoever removes the site has nothing of it left: no worker, no page, now or after reading on."""
    place = host(small)
    ask(reader, place)
    assert set(held(reader)) == {"caches", "workers"}
    reader.goto(place.address + "about/offline/")
    reader.get_by_role("button", name="Remove it from this computer").click()
    reader.get_by_text("Removed. No page is kept").wait_for()
    assert held(reader) == {}
    for path in ("new/", "help-now/", "about/offline/"):
        reader.goto(place.address + path)
        assert held(reader) == {}
    assert reader.locator("[data-do=keep]").is_visible()


def test_what_a_closed_browser_left_is_cleared(reader, host, small):
    """Half of a download that was cut off with the browser does not stay behind the reader's back."""
    place = host(small)
    reader.goto(place.address)
    reader.evaluate("caches.open('kb-keep ' + location.origin + '/ 0123').then(() => caches.open('another program'))")
    reader.goto(place.address + "about/offline/")
    reader.locator("[data-do=keep]").wait_for()
    assert reader.evaluate("caches.keys()") == ["another program"]


def test_the_site_is_kept_below_any_path(reader, host, copy):
    """A site that lies in a folder of its host is kept as well, and nothing of the host beside it."""
    place = host(copy, "/some/where/")
    ask(reader, place)
    found = reader.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.map(each => each.scope))")
    assert found == [place.address]
    place.off()
    reader.goto(place.address + "glossary/")
    assert "Naloxone" in search(reader, "naloxone")


def test_without_a_worker_a_sentence_stands_there(chromium, host, small):
    """Where the browser keeps nothing, as without JavaScript, there is no button that does nothing."""
    place = host(small)
    hidden = "Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined })"
    for script in (False, True):
        context = chromium.new_context(java_script_enabled=script)
        context.add_init_script(hidden)
        tab = context.new_page()
        tab.goto(place.address + "about/offline/")
        assert "In this browser it cannot be kept" in tab.locator("#__keep").inner_text()
        assert not tab.locator("#__keep button").first.is_visible()
        context.close()


def test_what_is_kept_is_what_the_page_says(site):
    """The size on the button is that of all files in the list, and only the page with the button has its script."""
    files = json.loads((site / "keep.json").read_text(encoding="utf-8"))["files"]
    text = (site / "about/offline/index.html").read_text(encoding="utf-8")
    shown = float(re.search(r"on my phone&nbsp;\((\d+\.\d)&nbsp;MB\)", text)[1])
    assert abs(shown - sum(count for _, count in files.values()) / 1e6) < 0.06
    (script,) = (site / "assets").glob("keep.*.js")
    assert len(gzip.compress(script.read_bytes(), 9)) <= 2048
    naming = [file for file in site.rglob("*.html") if script.name in file.read_text(encoding="utf-8")]
    assert naming == [site / "about/offline/index.html"]
    assert set(PAGES) <= files.keys()
    assert not [path for path in files if path.startswith(("editions/", "_", "sw.js", "keep.json"))]


def test_the_seal_is_the_same_each_time_and_breaks_with_any_file(copy):
    """A release has one name; whoever changes a file on its way to readers is found out before them."""
    worker = (copy / "sw.js").read_bytes()
    keep.seal(copy)
    assert (copy / "sw.js").read_bytes() == worker
    assert keep.check_kept(copy) == []
    (copy / "glossary/index.html").write_bytes((copy / "glossary/index.html").read_bytes() + b"<!-- counted -->")
    (finding,) = verify.verify(str(copy), PROJECT / "docs")[0]
    assert "/glossary/: it is not what keep.json says" in str(finding)
    assert keep.check_kept(copy) == [finding]
    (copy / "keep.json").write_text("{}")
    assert "sw.js: it does not name this keep.json" in "".join(map(str, keep.check_kept(copy)))


def test_a_worker_that_was_changed_on_the_way_is_named(copy):
    """A host that adds a line to the script which would keep the site is found out before readers keep it."""
    file = copy / "sw.js"
    file.write_text(file.read_text(encoding="utf-8") + "// counted\n", encoding="utf-8")
    (finding,) = verify.verify(str(copy), PROJECT / "docs")[0]
    assert str(finding).startswith("sw.js: it is not the worker that was published; publish the whole folder again")


def test_a_host_that_would_answer_from_a_cache_is_named(copy):
    """A release that a host holds back is found before readers miss it."""
    file = copy / headers.FILE
    file.write_text(file.read_text(encoding="utf-8").replace("/sw.js", "/other.js"), encoding="utf-8")
    (finding,) = verify.verify(str(copy), PROJECT / "docs")[0]
    assert str(finding).startswith("/sw.js: it may be answered from a cache")


def test_copies_for_reading_offline_have_no_worker(site, tmp_path):
    """A copy on a disk has neither the worker nor its button, and says where on the web it is."""
    files, findings = make_editions(PROJECT, site, tmp_path, ["zip", "html"])
    assert findings == []
    with zipfile.ZipFile(files[0]) as archive:
        assert not [name for name in archive.namelist() if re.search(r"/(sw\.js|keep\.json|assets/keep\.[^/]*)$", name)]
        names = [name for name in archive.namelist() if name.endswith("about/offline/index.html")]
        texts = [archive.read(names[0]).decode(), files[1].read_text(encoding="utf-8")]
    for text in texts:
        assert "Keep this site on my phone" not in text
        assert "That is done on the website, at" in text
