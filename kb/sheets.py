"""A built site comes in; contact sheets go out: every kind of page at one width, by day or by night, in one picture.

They are for the eye: look at them before and after a change of the look. Drawn by the tests' own browser.
"""

from __future__ import annotations

import functools
import http.server
import threading
from typing import TYPE_CHECKING

from kb import browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

KINDS = (
    "",
    "help-now/",
    "framework/",
    "framework/what-helps-when/",
    "framework/stages-of-change/relapse/",
    "framework/social-support/emotional/",
    "practice/session-plan/",
    "research/",
    "research/references/",
    "glossary/",
    "a-z/",
    "404.html",
)
WIDTHS = (320, 360, 768, 1366, 1920)
SCHEMES = ("light", "dark")
HEIGHT = 1500  # px of each page that are shown
SCALE = 0.4  # of its size on a screen, so that a sheet can be taken in at a glance


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def write_sheets(site: Path, folder: Path) -> list[Path]:
    """Draw one PNG for each width and scheme into `folder`, and give their paths.

    Raises RuntimeError when there is no browser, with the line to type.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only the tests' environment has it

    path = browser.find()
    if not path:
        raise RuntimeError(browser.HINT)
    folder.mkdir(parents=True, exist_ok=True)
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        made = list(_draw(chromium, f"http://127.0.0.1:{server.server_port}/", folder))
        chromium.close()
        server.shutdown()
    return made


def _draw(chromium: Browser, address: str, folder: Path) -> Iterator[Path]:
    """Draw sheet after sheet: the pages one by one, then one page that shows all of them."""
    for width in WIDTHS:
        for scheme in SCHEMES:
            tab = chromium.new_page(viewport={"width": width, "height": HEIGHT}, color_scheme=scheme)  # type: ignore[arg-type] # - one of two words
            names = []
            for number, kind in enumerate(KINDS):
                tab.goto(address + kind)
                names.append(folder / f".part-{number}.png")
                tab.screenshot(path=names[-1])
            small, columns = int(width * SCALE), 4 if width > 1000 else 6  # noqa: PLR2004 - a sheet fits a screen
            pictures = "".join(f'<img src="{name.name}" width="{small}">' for name in names)
            page = folder / ".sheet.html"
            page.write_text(f'<body style="margin:8px;background:#777">{pictures}', encoding="utf-8")
            tab.set_viewport_size({"width": columns * (small + 4) + 16, "height": 400})
            tab.goto(page.as_uri())
            sheet = folder / f"{width}-{scheme}.png"
            tab.screenshot(path=sheet, full_page=True)
            tab.close()
            for part in (*names, page):
                part.unlink()
            yield sheet
