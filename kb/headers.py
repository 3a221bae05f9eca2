"""The pages' policy and what has moved come in; the files of headers and redirects that static hosts read go out.

Both files have the form that Netlify and Cloudflare Pages share. GitHub Pages and GitLab Pages read no `_headers`;
there the policy stands in each page as a meta tag, without what only a header can say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.policy import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.redirects import Moves

FILE, REDIRECTS = "_headers", "_redirects"
WORKER, LIST = "sw.js", "keep.json"  # what a kept site asks for to learn of a newer release (kb/keep.py)
FRESH = "no-cache"
HASHED = re.compile(r"\.[0-9a-f]{8,}\.\w+$")
EVERYWHERE = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
"""Headers of every answer: CSP 3, Fetch (nosniff), Referrer Policy, Permissions Policy, HTML (7.1.4), RFC 7034."""


def write_headers(files: Iterable[str]) -> str:
    """Write `_headers`: the policy for every answer, what never changes, and what is never answered from a cache.

    Files named by their content never change. The worker and its list are asked for each time (RFC 9111, 5.2.2.4).
    """
    lines = ["/*", *(f"  {name}: {value}" for name, value in EVERYWHERE.items())]
    for file in sorted(filter(HASHED.search, files)):
        lines += [f"/{file}", "  Cache-Control: public, max-age=31536000, immutable"]
    for file in (WORKER, LIST):
        lines += [f"/{file}", f"  Cache-Control: {FRESH}"]
    return "\n".join(lines) + "\n"


def write_redirects(moves: Moves, base: str) -> str:
    """Write `_redirects`: a line for each page that moved as a whole; `base` is the path of the site, "/" as a rule.

    A page whose sections went different ways has none: only the page at the old address can tell them apart, since no
    browser sends the section (RFC 9110, 4.2.4).
    """
    apart = moves.sections()
    whole = [source for source in moves.redirects if "#" not in source and source not in apart]
    root = base.rstrip("/")
    return "".join(f"{root}{source} {root}{moves.final(source)} 301\n" for source in whole)


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
