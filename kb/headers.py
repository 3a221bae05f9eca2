"""The pages' policy and what has moved come in; the files of headers and redirects that static hosts read go out.

Both files have the form that Netlify and Cloudflare Pages share. GitHub Pages and GitLab Pages read no `_headers`;
there the policy stands in each page as a meta tag, without what only a header can say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.redirects import Redirect

FILE, REDIRECTS = "_headers", "_redirects"
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
"""Headers of every answer: CSP 3, Fetch (nosniff), Referrer Policy, Permissions Policy, HTML (7.1.4), RFC 7034."""


def write_headers(hashed: Iterable[str]) -> str:
    """Write `_headers`: the policy for every answer, and for files named by their content that they never change."""
    lines = ["/*", *(f"  {name}: {value}" for name, value in EVERYWHERE.items())]
    for file in sorted(hashed):
        lines += [f"/{file}", "  Cache-Control: public, max-age=31536000, immutable"]
    return "\n".join(lines) + "\n"


def write_redirects(moved: Iterable[Redirect]) -> str:
    """Write `_redirects`: a line for each page that moved as a whole; the pages at old addresses do the rest."""
    return "".join(f"{item.source} {item.target} 301\n" for item in moved)


def wanted(text: str, path: str) -> list[tuple[str, str]]:
    """Give the headers that a `_headers` file asks for at a path: a `*` stands for anything."""
    found: dict[str, str] = {}
    matches = False
    for line in text.splitlines():
        if line.startswith("/"):
            matches = re.fullmatch(".*".join(map(re.escape, line.strip().split("*"))), path) is not None
        elif matches and ":" in line:
            name, _, value = line.strip().partition(":")
            found[name] = value.strip()
    return list(found.items())
