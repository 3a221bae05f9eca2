"""The project folder comes in; the last good site goes out on this machine, with what is wrong now on top of each page.

MkDocs' own live reload keeps readers waiting while a build fails. Here each build goes to a new folder as it does when
publishing, a page is always answered from the last one that succeeded, and a browser is told when there is a new one.
"""

from __future__ import annotations

import functools
import html
import http.server
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kb import atomic
from kb.publish import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

WATCHED = ("docs", "overrides", "kb", "mkdocs.yml")
OURS = "/__kb/"
PAUSE, BEAT = 0.4, 10.0  # seconds between two looks at the files, and between two signs of life to a browser
SCRIPT = 'new EventSource("{news}?{seen}").addEventListener("build", function () {{ location.reload(); }});'
STYLE = (
    ".kb-wrong { position: sticky; top: 0; z-index: 99; max-height: 50vh; overflow: auto; margin: 0; padding: 1rem;"
    " background: #7a0010; color: #fff; font: 1rem/1.5 monospace; white-space: pre-wrap }"
)
HEAD = '<link rel="stylesheet" href="{ours}style.css"><script src="{ours}news.js?{seen}" defer></script></head>'
BANNER = '<div class="kb-wrong" role="alert">{wrong}</div>'
WARNED = "The page below is new, and this must be mended before it can be published:"
FAILED = "The page below is the last good one, because the build stopped:"
NOTHING = (
    "<!doctype html><html lang=en><head><title>…</title></head><body><p>The first build is not ready.</p></body></html>"
)
LINE = re.compile(r"^(?:WARNING|ERROR)\s+-\s+|\x1b\[[\d;]*m", re.MULTILINE)
TOLD = re.compile(r"^INFO .*$\n?|^\s*Aborted with .*$\n?", re.MULTILINE)


@dataclass
class Served:
    """What is served: the `folder` of the last good site (None before the first), what is `wrong`, and a number."""

    folder: Path | None = None
    wrong: str = ""
    number: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def tell(self, folder: Path | None, wrong: str) -> None:
        """Take a new site, or what is wrong, and wake whoever waits for news."""
        with self.changed:
            self.folder, self.wrong = folder or self.folder, wrong
            self.number += 1
            self.changed.notify_all()


def serve(project: Path, host: str, port: int, base: str = "/") -> int:
    """Serve the site of `project` under the path `base`, and build it again whenever a file is saved, until Ctrl+C.

    A build with warnings is shown with them; one that fails leaves the last good site in its place.
    """
    served, place = Served(), project / ".cache" / "serve"
    try:
        with atomic.alone(place):
            server = http.server.ThreadingHTTPServer((host, port), functools.partial(Handler, served, base))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            for _ in changes(project):
                build(project, place, served)
    except atomic.BusyError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        mend = "stop what uses it, or give another one with --dev-addr"
        print(f"http://{host}:{port}/ cannot be used ({error.strerror}); {mend}", file=sys.stderr)
    except KeyboardInterrupt:
        return 0
    return 1


def build(project: Path, place: Path, served: Served) -> None:
    """Build the site once, print what is said of it, and serve it if it can be."""
    new = atomic.new_folder(place)
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(new)]
    done = subprocess.run(
        command, cwd=project, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    said = TOLD.sub("", LINE.sub("", done.stdout.decode(errors="replace"))).strip()
    print(said or "Built without a warning.", flush=True)
    if done.returncode == 0:
        atomic.put(new, place)
    why = FAILED if done.returncode else WARNED
    served.tell(None if done.returncode else place, f"{why}\n\n{said}" if said else "")


def changes(project: Path) -> Iterator[None]:
    """Give a sign at once, and again each time that a watched file was saved, added or taken away."""
    before: dict[Path, int] | None = None
    while True:
        now = dict(_times(project))
        if now != before:
            before = now
            yield
        time.sleep(PAUSE)


def _times(project: Path) -> Iterator[tuple[Path, int]]:
    """Give each watched file with the time of its last change."""
    for name in WATCHED:
        for file in [project / name, *(project / name).rglob("*")]:
            if "__pycache__" not in file.parts and file.is_file():
                yield file, file.stat().st_mtime_ns


class Handler(http.server.SimpleHTTPRequestHandler):
    """Answers from the last good site, with news of what is wrong in each page."""

    def __init__(self, served: Served, base: str, *arguments: object) -> None:
        """Answer one request for what is `served` under `base`."""
        self.served, self.base = served, base
        super().__init__(*arguments, directory=str(served.folder or "."))  # type: ignore[arg-type] # - as socketserver gives them

    def log_message(self, *_: object) -> None:
        """Say nothing: what a writer must know is what the builds say."""

    def do_GET(self) -> None:
        """Give a page with the news in it, any other file as it is."""
        path = urlsplit(self.path).path
        own = {"news": self._news, "news.js": self._script, "style.css": self._style}
        if path.startswith(OURS) and (answer := own.get(path.removeprefix(OURS))):
            answer()
        elif not path.startswith(self.base):
            self._lead(self.base)
        else:
            self.path = "/" + self.path.removeprefix(self.base)
            self._page(path)

    def _page(self, path: str) -> None:
        """Answer with a page if there is one, or with the file."""
        file = Path(self.translate_path(self.path))
        if file.is_dir() and path.endswith("/"):
            file /= "index.html"
        if self.served.folder is None:
            self._send(with_news(NOTHING, self.served), "text/html", 503)
        elif file.is_dir():
            self._lead(f"{path}/")
        elif file.is_file() and file.suffix != ".html":
            super().do_GET()
        else:
            shown = file if file.is_file() else self.served.folder / "404.html"
            self._send(
                with_news(shown.read_text(encoding="utf-8"), self.served), "text/html", 200 if shown == file else 404
            )

    def _lead(self, address: str) -> None:
        """Lead the browser on to another address."""
        self.send_response(http.HTTPStatus.FOUND)
        self.send_header("Location", address)
        self.end_headers()

    def _send(self, text: str, kind: str, status: int = 200) -> None:
        """Send a text."""
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(data)

    def _script(self) -> None:
        """Send the script that waits for news."""
        self._send(SCRIPT.format(news=f"{OURS}news", seen=self._seen()), "text/javascript")

    def _style(self) -> None:
        """Send the style of the banner."""
        self._send(STYLE, "text/css")

    def _news(self) -> None:
        """Keep a browser waiting until there was another build (server-sent events, HTML 9.2)."""
        self.send_response(http.HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        seen = self._seen()
        while seen == self.served.number:
            with self.served.changed:
                self.served.changed.wait_for(lambda: seen != self.served.number, BEAT)
            try:
                self.wfile.write(b"event: build\ndata: 1\n\n" if seen != self.served.number else b": waiting\n\n")
                self.wfile.flush()
            except OSError:  # the browser went away
                return

    def _seen(self) -> int:
        """Give the number of the build that the browser has."""
        query = urlsplit(self.path).query
        return int(query) if re.fullmatch("[0-9]{1,9}", query) else self.served.number


def with_news(page: str, served: Served) -> str:
    """Give a page that waits for news, with what is wrong on top of it."""
    page = page.replace("</head>", HEAD.format(ours=OURS, seen=served.number), 1)
    if not served.wrong:
        return page
    banner = BANNER.format(wrong=html.escape(served.wrong))
    return re.sub(r"<body[^>]*>", lambda match: match[0] + banner, page, count=1)
