"""A bibliography that is kept elsewhere: asked for when somebody says so, within limits, and read from its copy."""

import http.server
import shutil
import ssl
import subprocess
import sys
import threading
import time
from datetime import date

import pytest
from conftest import BIB, PROJECT, page

from kb.fetched import FetchError, Limits, copy_of, fetch, stored

DAY = date(2026, 3, 4)
TEXT = {"Content-Type": "text/plain; charset=utf-8"}
OPENSSL = shutil.which("openssl")


def drip(handler):
    """Send a letter every tenth of a second, for as long as somebody listens."""
    handler.answer(200, TEXT)
    for _ in range(300):
        handler.wfile.write(b"@")
        handler.wfile.flush()
        time.sleep(0.1)


def flood(handler):
    """Send without end."""
    handler.answer(200, TEXT)
    while True:
        handler.wfile.write(b"% a bibliography without end\n" * 1000)


def parts(handler):
    """Send one record, and say where the next one is."""
    first = "page=2" not in handler.path
    more = {"Link": '</parts?page=2>; rel="next", </>; rel="alternate"'} if first else {}
    handler.answer(200, TEXT | more, (BIB if first else BIB.replace("doe2020", "roe2021")).encode())


def silent(handler):
    """Say nothing at all."""
    time.sleep(5)
    handler.close_connection = True


ANSWERS = {
    "/good": lambda handler: handler.answer(200, TEXT, BIB.encode()),
    "/windows": lambda handler: handler.answer(200, TEXT, b"\xef\xbb\xbf" + BIB.replace("\n", "\r\n").encode()),
    "/moved": lambda handler: handler.answer(302, {"Location": "/good"}),
    "/drip": drip,
    "/flood": flood,
    "/parts": parts,
    "/silent": silent,
    "/round": lambda handler: handler.answer(302, {"Location": "/round"}),
    "/to-file": lambda handler: handler.answer(302, {"Location": "file:///etc/passwd"}),
    "/to-http": lambda handler: handler.answer(302, {"Location": f"http://{handler.headers['Host']}/good"}),
    "/to-ftp": lambda handler: handler.answer(301, {"Location": "ftp://a.example/a.bib"}),
    "/html": lambda handler: handler.answer(200, {"Content-Type": "text/html"}, b"<p>Sign in"),
    "/packed": lambda handler: handler.answer(200, TEXT | {"Content-Encoding": "gzip"}, b"\x1f\x8b"),
    "/empty": lambda handler: handler.answer(200, TEXT),
    "/words": lambda handler: handler.answer(200, TEXT, b"Please sign in."),
    "/binary": lambda handler: handler.answer(200, {"Content-Type": "application/octet-stream"}, bytes(range(256))),
    "/broken": lambda handler: handler.answer(200, TEXT, b"@book{a,\n title = {A\n"),
    "/hostile": lambda handler: handler.answer(200, TEXT, b"@book{a,\n url = {java#script:alert(1)}\n}\n"),
    "/teapot": lambda handler: handler.answer(418, TEXT),
}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as ANSWERS says, and 404 to the rest."""

    def log_message(self, *_):
        """Say nothing."""

    def answer(self, status, headers, body=b""):
        """Send an answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        """Find the answer."""
        try:
            ANSWERS.get(self.path.partition("?")[0], lambda handler: handler.answer(404, TEXT))(self)
        except OSError:  # whoever asked has had enough
            self.close_connection = True


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """A host of this machine with a certificate of its own; give its address and whom to trust."""
    if not OPENSSL:
        pytest.skip("no openssl here to make a certificate")
    folder = tmp_path_factory.mktemp("host")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([OPENSSL, *make, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}", ssl.create_default_context(cafile=str(certificate))
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("path", "count"), [("/good", 1), ("/moved", 1), ("/windows", 1), ("/parts", 2)])
def test_what_is_fetched_is_kept_with_its_day_and_sum(host, tmp_path, path, count):
    """A maintainer gets one file to commit, which says where it is from and since when, and builds read it unasked."""
    address, trust = host
    file, records = fetch(address + path, tmp_path, DAY, trust=trust)
    head = file.read_text(encoding="utf-8").splitlines()[0]
    assert records == count
    assert head.startswith(f"@comment{{fetched from {address}{path} on 2026-03-04, sha256 ")
    assert file.read_text(encoding="utf-8").count("@book{") == count
    assert stored(address + path, tmp_path) == file
    assert file.parent == tmp_path / "fetched"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/gone", "answers 404"),
        ("/teapot", "answers 418"),
        ("/round", "answers 302"),
        ("/to-file", "'file:///etc/passwd' is not allowed"),
        ("/to-http", "leads on to http://"),
        ("/to-ftp", "leads on to ftp://"),
        ("/html", "sends 'text/html', which is no bibliography"),
        ("/packed", "which is no bibliography"),
        ("/empty", "holds no record"),
        ("/words", "holds no record"),
        ("/binary", "not UTF-8"),
        ("/broken", "a record that cannot be read"),
        ("/hostile", "an address that is not http"),
        ("/drip", "did not answer in whole within 1 seconds"),
        ("/silent", "within 1 seconds"),
        ("/flood", "sends more than 1,000,000 bytes"),
    ],
)
def test_what_is_no_bibliography_changes_nothing(host, tmp_path, path, words):
    """Whatever a host answers, and however slowly, the copy that is kept stays, and the reason is one line."""
    address, trust = host
    kept = copy_of(address + path, tmp_path)
    kept.parent.mkdir()
    kept.write_text("kept", encoding="utf-8")
    start = time.monotonic()
    limits = Limits(1.0 if path in {"/drip", "/silent"} else 30.0, 1_000_000)
    with pytest.raises(FetchError) as error:
        fetch(address + path, tmp_path, DAY, limits, trust=trust)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert "the copy that is kept stays as it was" in str(error.value)
    assert [file.read_text(encoding="utf-8") for file in kept.parent.iterdir()] == ["kept"]
    if path in {"/drip", "/silent"}:
        assert time.monotonic() - start < 3


def test_a_host_that_nobody_vouches_for_is_refused(host, tmp_path):
    """A bibliography from a host with a certificate of its own making is not taken."""
    with pytest.raises(FetchError, match="certificate"):
        fetch(host[0] + "/good", tmp_path, DAY)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/a.bib", "file:///etc/passwd", "ftp://a.example/a.bib"])
def test_only_https_is_asked(tmp_path, url):
    """No other kind of address is opened, not even one of this machine."""
    with pytest.raises(FetchError, match="which is not https"):
        fetch(url, tmp_path, DAY)


def test_a_build_reads_the_copy_and_never_asks(host, tmp_path, miniature):
    """A site whose bibliography is elsewhere builds without a network, and says in one line when it has no copy yet."""
    url, trust = host[0] + "/good", host[1]
    text = (PROJECT / "mkdocs.yml").read_text(encoding="utf-8")
    plugins = text[text.index("\nplugins:") :].partition("\nwatch:")[0].replace("docs/research/references.bib", url)
    files = {"a.md": page("A", "Cited [@doe2020].\n\n\\bibliography\n")}
    built = miniature(files, more=plugins + "\n")
    assert built.status == 1
    assert f"mkdocs.yml: no copy of {url} is kept, and no build asks for one; type `python -m kb fetch`" in built.output
    file, _ = fetch(url, tmp_path, DAY, trust=trust)
    built = miniature(files, more=plugins + "\n")
    assert built.status == 0, built.output
    assert "A Book" in (built.site / "a/index.html").read_text(encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace("A Book", "Another"), encoding="utf-8")
    built = miniature(files, more=plugins + "\n")
    assert built.status == 1
    assert f"fetched/{file.name}:1: this is not what was fetched from {url}; " in built.output


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("site_name: A\nplugins:\n  - kb-citations: {bib_file: a.bib}\n", "`bib_file` is no address; there is nothing"),
        ("site_name: A\n", "`bib_file` is no address; there is nothing"),
        (
            "plugins:\n  - kb-citations: {bib_file: 'https://127.0.0.1:9/a.bib'}\n",
            "https://127.0.0.1:9/a.bib cannot be",
        ),
        ("site_name: [\n", "YAML that cannot be read"),
    ],
)
def test_the_command_says_in_one_line_what_came_of_it(tmp_path, settings, words):
    """A maintainer who has nothing to fetch, or no network, reads one line, and no traceback."""
    (tmp_path / "mkdocs.yml").write_text(settings, encoding="utf-8")
    command = [sys.executable, "-m", "kb", "fetch", "--config", str(tmp_path / "mkdocs.yml")]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "fetched").exists()
