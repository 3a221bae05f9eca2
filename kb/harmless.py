"""An element of a built page comes in; the addresses it holds, and what in it could run or load, go out.

The content security policy would stop most of it in a reader's browser. This is the wall before that one, and the only
one where no policy is read: whatever writers, records and settings put into a page, nothing in it runs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kb.elsewhere import SCHEMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

# Every attribute that HTML and SVG take an address from, but for lists of them (`srcset`, `ping`).
ADDRESSES = frozenset({"href", "src", "action", "formaction", "poster", "background", "longdesc", "manifest"})
LISTS = frozenset({"srcset", "imagesrcset", "ping"})
REFRESH = re.compile(r"[^;,]*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"]*)", re.IGNORECASE)
# A page within the page, another program, or another base for every address.
FRAMES = frozenset({"iframe", "frame", "frameset", "object", "embed", "applet", "portal", "fencedframe", "base"})
MOVING = frozenset({"animate", "set", "animatemotion", "animatetransform"})  # SVG: they can change an address later
LOADED = frozenset({
    "stylesheet", "icon", "preload", "modulepreload", "prefetch", "prerender", "dns-prefetch", "preconnect", "manifest",
    "apple-touch-icon", "mask-icon", "import", "expect", "compression-dictionary",
})  # fmt: skip
DATA = "application/ld+json"  # what search engines read, and no browser runs
CONTROLS = "".join(map(chr, range(33)))


def plain(url: str) -> str:
    """Give an address as browsers read it (WHATWG URL, 4.4): no controls or spaces around it, no tab or line inside."""
    return re.sub(r"[\t\n\r]", "", url.strip(CONTROLS))


def scheme(url: str) -> str:
    """Give the scheme of an address in lower case, as browsers find it; "" if it has none."""
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", plain(url))
    return match[1].lower() if match else ""


def addresses(element: Element) -> Iterator[str]:
    """Give each address that an element points at or loads."""
    tag = str(element.tag)
    for name, value in element.items():
        local = str(name).rpartition(":")[2].lower()  # xlink:href, by whatever prefix
        if local in ADDRESSES or (local == "data" and tag == "object"):
            yield str(value)
        elif local in LISTS:
            yield from (part.split()[0] for part in str(value).split(",") if part.strip())
    if tag == "meta" and str(element.get("http-equiv")).lower() == "refresh":
        match = REFRESH.match(str(element.get("content") or ""))
        yield from filter(None, [match[1] if match else ""])


def active(element: Element) -> Iterator[tuple[str, str]]:
    """Give (what, words to look for in the source) for each thing in an element that could run, or style the page."""
    tag = str(element.tag).lower()
    for name in map(str, element.keys()):
        if name.lower().startswith("on"):
            yield f"an inline handler, `{name}`", name
        elif name.lower() in {"style", "srcdoc", "formaction"}:
            yield f"the attribute `{name}`", name
    if tag == "form" and element.get("action"):
        yield "a form that sends what is typed", "<form"
    if tag in FRAMES or tag == "style":
        yield f"the element <{tag}>", f"<{tag}"
    if tag in MOVING and str(element.get("attributename") or element.get("attributeName")).lower().endswith("href"):
        yield f"the element <{tag}> that changes an address", f"<{tag}"
    if tag.rpartition(":")[2] == "script" and not element.get("src") and element.get("type") != DATA:
        yield "a script", "<script"


def stray(element: Element) -> Iterator[tuple[str, str]]:
    """Give (what, words to look for) for an address in angle brackets that Markdown does not take for a link.

    HTML takes it for an element without a meaning, so that its words are shown to nobody.
    """
    tag = str(element.tag)
    if ":" in tag:
        yield f"`<{tag[:80]}>`, an address that is no link and that nobody sees", f"<{tag}"


def outside(tag: str, href: str, rel: str) -> Iterator[tuple[str, str, str]]:
    """Give (what, how to mend it, words to look for) for an address that leaves the site.

    Only links may, and only by a harmless scheme. A picture is a file: what `data:` holds can be a whole page.
    """
    if tag == "link" and not LOADED.intersection(rel.lower().split()):
        return  # such as the canonical address, which names the site's own public host
    found = scheme(href)
    if not _readable(href):
        yield f"an address that cannot be read, '{href}'", "write it anew, without square brackets", href
    elif tag not in {"a", "area"}:
        mend = "keep a copy in docs/ or overrides/assets/, and give its path"
        yield f"<{tag}> loads '{href[:80]}' from {'inside the page' if found == 'data' else 'another host'}", mend, href
    elif found in {"http", "https"} and "noreferrer" not in rel.split():
        mend = 'write rel="external noreferrer"; kb-outgoing does so for what stands in a page\'s text'
        yield f"a link to '{href}' that tells the other site where the reader came from", mend, href
    elif found not in SCHEMES:
        yield f"a link with the scheme '{found}'", f"use one of {', '.join(SCHEMES)}", href


def _readable(href: str) -> bool:
    """Say whether an address can be taken apart."""
    try:
        urlsplit(plain(href))
    except ValueError:  # square brackets without an IPv6 number in them
        return False
    return True
