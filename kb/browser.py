"""Nothing comes in; the path of a browser that the tests can drive goes out, or None and the line to type."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
HINT = "install Chromium or Chrome (on Debian: apt-get install chromium), or run: python -m playwright install chromium"


def find() -> str | None:
    """Give the path of an installed browser: KB_BROWSER, then Chromium or Chrome, then Playwright's own download."""
    if named := os.environ.get("KB_BROWSER"):
        return named
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or next((place for place in PLACES if Path(place).exists()), None) or _playwright()


def obtain() -> str | None:
    """Give a browser's path, installing one where that is possible without asking.

    That is Playwright's own download first, then apt on a Debian where we are root. None if neither worked.
    """
    if found := find():
        return found
    print("No browser found: trying Playwright's own download …", flush=True)
    _run(sys.executable, "-m", "playwright", "install", "chromium", "--only-shell", seconds=300)
    if found := find():
        return found
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("No browser found: trying apt-get install chromium …", flush=True)
        _run("apt-get", "update", "-qq", seconds=300)
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", seconds=900)
    return find()


def _run(*command: str, seconds: int) -> None:
    """Run an installer quietly and within a time; whether it worked shows in what `find` finds afterwards."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, env=quiet, capture_output=True, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return


def _playwright() -> str | None:
    """Give the path of the browser that Playwright has downloaded, if it has."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only the tests' environment has it
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None
