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

    from playwright.sync_api import Browser, Page

KINDS = (
    "",
    "help-now/",
    "framework/",
    "framework/what-helps-when/",
    "framework/stages-of-change/relapse/",
    "framework/social-support/emotional/",
    "practice/",
    "practice/session-plan/",
    "research/",
    "research/references/",
    "events/2016-peer-to-peer-support/reading-list/",
    "glossary/",
    "a-z/",
    "search/",
    "about/offline/",
    "404.html",
)
# What is pressed before a picture is taken, where it can be seen: the menu, the search, a term, a mark, two blocks.
PRESSED = (
    ("framework/", ".kb-menu-open"),
    ("framework/", "button.kb-search-open"),
    ("framework/what-helps-when/", ".kb-explain"),
    ("framework/social-support/emotional/", "article .kb-cite"),
    ("help-now/", ".kb-share > summary"),
    ("help-now/", ".kb-yours summary"),
)
WIDTHS = (320, 360, 768, 1366, 1920)
SCHEMES = ("light", "dark")
HEIGHT = 1500  # px of each page that are shown
SCALE = 0.4  # of its size on a screen, so that a sheet can be taken in at a glance
OPENING = 600  # ms until what opens has been fetched and has stopped moving


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
            for number, (kind, press) in enumerate([*((kind, "") for kind in KINDS), *PRESSED]):
                tab.goto(address + kind)
                if press and not _press(tab, press):
                    continue
                names.append(folder / f".part-{number}.png")
                tab.screenshot(path=names[-1])
            small, columns = int(width * SCALE), 6 if width > 1000 else 8  # noqa: PLR2004 - a sheet fits a screen
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


def _press(tab: Page, what: str) -> bool:
    """Press the first of its kind, and wait until what it opens stands still; say False where nobody can see it."""
    target = tab.locator(what).first
    if not target.is_visible():
        return False
    (target.hover if "kb-cite" in what else target.click)()  # a mark that is pressed leads to its reference
    tab.wait_for_timeout(OPENING)
    return True
