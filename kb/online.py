"""Addresses of pages elsewhere come in; each is asked over the network, politely, and what it answered goes out."""

from __future__ import annotations

import http.client
import ssl
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree, html

from kb.elsewhere import host, without_fragment

if TYPE_CHECKING:
    from collections.abc import Iterable

FINE, MOVED, SLOW, UNCLEAR, DEAD = "fine", "moved", "slow", "unclear", "dead"

OK = range(200, 300)
FOR_EVER = frozenset({301, 308})  # RFC 9110, 15.4.2 and 15.4.9: the new address should be used from now on
ELSEWHERE = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
HOPS = 10
ENOUGH = 4_000_000  # bytes read of a page to look for an id


@dataclass(frozen=True)
class Manners:
    """How to ask: seconds to wait for an answer, between two questions to one host, and before each further round.

    `at_once` is the number of hosts asked at the same time; an answer that took more than `slow` seconds is called
    slow; `agent` names the project to those who are asked (RFC 9110, 10.1.5).
    """

    agent: str
    timeout: float = 20.0
    delay: float = 1.0
    waits: tuple[float, ...] = (30.0, 300.0)
    at_once: int = 8
    slow: float = 5.0


@dataclass(frozen=True)
class Answer:
    """What one address answered in the end: one of the five kinds, why in words, and how often it was asked.

    `heard` is false when no host answered at all. `leads_to` is the address that a moved one leads to; `lost`
    are the #fragments that pages use and that the page no longer has.
    """

    url: str
    kind: str
    why: str
    asked: int = 1
    heard: bool = True
    leads_to: str = ""
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Reply:
    """One answer of a host: its status, where it leads, and the page if it was fetched."""

    status: int
    location: str = ""
    body: bytes = field(default=b"", repr=False)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing, so that each step of a redirect is seen."""

    def redirect_request(self, *_: object) -> None:
        """Give no further request; urllib then raises the redirect as an HTTPError."""
        return


OPENER = urllib.request.build_opener(_Stay)


def ask_all(urls: Iterable[str], manners: Manners) -> list[Answer]:
    """Ask each address (http or https), and those that failed again after growing waits; give one answer each, sorted.

    Addresses that differ only in their #fragment are asked once. Hosts are asked side by side, the addresses of one
    host one after the other.
    """
    fragments: dict[str, set[str]] = {}
    for url in urls:
        fragments.setdefault(without_fragment(url), set()).update(filter(None, [url.partition("#")[2]]))
    answers: dict[str, Answer] = {}
    for number, wait in enumerate((0.0, *manners.waits), 1):
        again = [url for url in fragments if url not in answers or _failed(answers[url])]
        if again:
            time.sleep(wait)
            new = _round({url: fragments[url] for url in again}, manners)
            answers |= {answer.url: replace(answer, asked=number) for answer in new}
    return [answers[url] for url in sorted(answers)]


def _failed(answer: Answer) -> bool:
    """Say whether an address should be asked again before anything is said of it."""
    return answer.kind in {DEAD, UNCLEAR} or not answer.heard


def _round(fragments: dict[str, set[str]], manners: Manners) -> list[Answer]:
    """Ask each address once, the hosts side by side."""
    by_host: dict[str, list[str]] = {}
    for url in fragments:
        by_host.setdefault(host(url), []).append(url)

    def ask_host(urls: list[str]) -> list[Answer]:
        made = []
        for number, url in enumerate(urls):
            time.sleep(manners.delay if number else 0)
            made.append(_ask(url, fragments[url], manners))
        return made

    with ThreadPoolExecutor(manners.at_once) as pool:
        return [answer for answers in pool.map(ask_host, by_host.values()) for answer in answers]


def _ask(url: str, fragments: set[str], manners: Manners) -> Answer:
    """Ask one address once, and put what came back into words."""
    start = time.monotonic()
    try:
        came = _follow(url, manners, whole=bool(fragments))
    except TimeoutError:
        return Answer(url, SLOW, f"no answer within {manners.timeout:g} seconds", heard=False)
    except ssl.SSLError as error:
        return Answer(url, UNCLEAR, f"its certificate cannot be trusted: {error.reason or error}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(url, DEAD, f"no connection: {error}", heard=False)
    return _judge(url, came, fragments, late=time.monotonic() - start > manners.slow)


def _judge(url: str, came: tuple[_Reply, str, bool], fragments: set[str], *, late: bool) -> Answer:
    """Say what the last reply to an address means; `came` is what `_follow` gave, and `late` that it took long."""
    reply, leads_to, for_ever = came
    if reply.status in ELSEWHERE:
        why = f"redirected more than {HOPS} times, or in a circle; some hosts do so to whoever refuses cookies"
        return Answer(url, UNCLEAR, why)
    if reply.status not in OK:
        kind = DEAD if reply.status in GONE else UNCLEAR
        return Answer(url, kind, f"answers {reply.status} {http.client.responses.get(reply.status, '')}".rstrip())
    lost = tuple(sorted(name for name in fragments if not _has(reply.body, name)))
    if for_ever and urlsplit(leads_to).path in {"", "/"} and urlsplit(url).path not in {"", "/"}:
        return Answer(url, UNCLEAR, f"leads to the front page {leads_to}: the page itself may be gone", lost=lost)
    if for_ever:
        return Answer(url, MOVED, f"has moved to {leads_to}", leads_to=leads_to, lost=lost)
    why = f"leads to {leads_to} for the time being" if leads_to != url else ""
    return Answer(url, SLOW, "answered late", lost=lost) if late else Answer(url, FINE, why, lost=lost)


def _follow(url: str, manners: Manners, *, whole: bool) -> tuple[_Reply, str, bool]:
    """Ask an address and follow where it leads; give the last answer, its address, and whether every step was for ever.

    With `whole` the page itself is fetched. Without it only its head is asked for; many hosts refuse that or answer it
    wrongly, so that anything but success is asked again as a browser would.
    """
    for_ever: list[bool] = []
    at = url
    for _ in range(HOPS):
        reply = _request(at, "GET" if whole else "HEAD", manners)
        if reply.status not in OK and reply.status not in ELSEWHERE and not whole:
            reply = _request(at, "GET", manners)
        if reply.status not in ELSEWHERE or not reply.location:
            return reply, at, bool(for_ever) and all(for_ever)
        for_ever.append(reply.status in FOR_EVER)
        at = without_fragment(urljoin(at, reply.location))
        if not at.startswith(("http://", "https://")):
            raise ValueError(f"it leads to {at}, which is not a page of the web")
    return reply, at, False


def _request(url: str, method: str, manners: Manners) -> _Reply:
    """Send one request; give the answer, whatever its status.

    Raises:
        TimeoutError: nothing came within the time.
        OSError: no connection; http.client.HTTPException: no HTTP; ValueError: no address.
    """
    headers = {"User-Agent": manners.agent, "Accept": "text/html,*/*;q=0.8"}
    request = urllib.request.Request(url, method=method, headers=headers)  # noqa: S310 - only http and https come here
    try:
        with OPENER.open(request, timeout=manners.timeout) as response:
            return _Reply(response.status, body=response.read(ENOUGH) if method == "GET" else b"")
    except urllib.error.HTTPError as error:
        with error:
            return _Reply(error.code, error.headers.get("Location", ""))
    except urllib.error.URLError as error:
        raise error.reason if isinstance(error.reason, OSError) else OSError(str(error.reason)) from error


def _has(body: bytes, fragment: str) -> bool:
    """Say whether a page has an element of that id, or an old anchor of that name; a page that is no HTML has all."""
    try:
        tree = html.document_fromstring(body)
    except (etree.ParserError, ValueError):
        return True
    return bool(tree.xpath("//*[@id=$name] | //a[@name=$name]", name=unquote(fragment)))
