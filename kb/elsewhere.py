"""The address of a page elsewhere comes in; what is wrong with its form goes out, without asking any network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMES = ("https", "http", "mailto", "tel", "sms")
"""What a link may start with; https first, as the one to prefer."""

# RFC 3986: what may stand in an address as it is (2.2, 2.3) and "%" with two hexadecimal digits (2.1). Square
# brackets only hold IPv6 hosts, which no page of ours links to; "#" may stand once, before the fragment (3.5).
SYNTAX = re.compile(
    r"(?:[\w.~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*(?:#(?:[\w.~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?", re.ASCII
)
# RFC 1123, 2.1: labels of letters, digits and inner hyphens.
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)

# A list kept by hand: services that hide where a link leads, and take it with them when they close.
SHORTENERS = frozenset({
    "adf.ly", "amzn.to", "bit.do", "bit.ly", "buff.ly", "cutt.ly", "dlvr.it", "fb.me", "goo.gl", "ift.tt", "is.gd",
    "j.mp", "lnkd.in", "mcaf.ee", "ow.ly", "qr.ae", "rb.gy", "rebrand.ly", "s.id", "shorturl.at", "snip.ly",
    "soo.gd", "t.co", "t.ly", "t2m.io", "tiny.cc", "tinyurl.com", "trib.al", "v.gd", "wp.me", "x.co", "youtu.be",
})  # fmt: skip
# A list kept by hand: parameters that tell a site who sent the reader, and change nothing of what is shown.
TRACKING = frozenset({
    "dclid", "fbclid", "gbraid", "gclid", "igshid", "li_fat_id", "mc_cid", "mc_eid", "msclkid", "ttclid", "twclid",
    "wbraid", "yclid",
})  # fmt: skip

# Whoever registers a DOI promises to keep it leading to the work; a record in outgoing.yml could promise no more.
PERSISTENT = frozenset({"doi.org", "dx.doi.org", "www.doi.org"})


def host(url: str) -> str:
    """Give the host of an address in lower case, or nothing if it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:  # brackets that are not an IPv6 address
        return ""


def is_external(url: str) -> bool:
    """Say whether an address leads to a page elsewhere (http or https), other than by a DOI."""
    return url.lower().startswith(("http://", "https://")) and host(url) not in PERSISTENT


def without_fragment(url: str) -> str:
    """Give the address of the page itself (RFC 3986, 3.5: the fragment is never sent to the host)."""
    return url.partition("#")[0]


def faults(url: str) -> Iterator[tuple[str, str]]:
    """Give (what, how to mend it) for each fault in the form of an address, as a page or a record holds it.

    Looked at are the scheme, the syntax (RFC 3986), names and passwords, shorteners and tracking parameters.
    """
    scheme = url.partition(":")[0].lower()
    if url.startswith("//"):
        yield f"the address {url} has no scheme", f"write https:{url}"
    elif scheme not in SCHEMES:
        yield f"the address {url} has the scheme '{scheme}'", f"use one of: {', '.join(SCHEMES)}"
    elif (good := SYNTAX.match(url)) and (at := good.end()) < len(url):
        mend = f"write `{url[at]}` as a percent sign and its bytes in hexadecimal (RFC 3986, 2.1)"
        yield f"the address {url} holds a character that an address may not hold: `{url[at]}`", mend
    elif scheme in {"http", "https"}:
        yield from _web_faults(url)


def _web_faults(url: str) -> Iterator[tuple[str, str]]:
    """Give the faults of an address of the web whose characters are right."""
    parts = urlsplit(url)
    if parts.username is not None:
        yield f"the address {url} holds a name or a password", "take out what stands before the @"
    name = host(url)
    if not HOST.fullmatch(name):
        yield f"the address {url} has no host that can be found", "write https://, the host, then the path"
    if not re.fullmatch(r"(?:\d{1,5})?", parts.netloc.rpartition("@")[2].partition(":")[2]):
        yield f"the address {url} has a port that is not a number", "take the port out"
    if name.removeprefix("www.") in SHORTENERS:
        mend = "follow it, and write the address that it leads to"
        yield f"the address {url} goes through the shortener {name}", mend
    for key, _ in parse_qsl(parts.query, keep_blank_values=True):
        if key.lower() in TRACKING or key.lower().startswith("utm_"):
            yield f"the address {url} carries '{key}', which tracks readers", f"take `{key}=…` out of it"
