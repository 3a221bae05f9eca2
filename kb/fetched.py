"""The address of a .bib file comes in; the copy of it that the repository keeps goes out.

No build asks a network. `python3 dev.py fetch` asks once and writes a copy with its address, day and SHA-256 in its
first line; commit it, and each build reads that, the same on every machine and after the address is gone.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import tempfile
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from kb.findings import Finding, report
from kb.library import read_library

if TYPE_CHECKING:
    import ssl
    from datetime import date
    from email.message import Message

FOLDER = "fetched"
ADDRESS = re.compile(r"[a-z]+://", re.IGNORECASE)
HEAD = re.compile(r"@comment\{fetched from (\S+) on (\d{4}-\d\d-\d\d), sha256 ([0-9a-f]{64})\}\n")
SETTINGS, HOPS, PART = "mkdocs.yml", 5, 65_536
NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next\b', re.IGNORECASE)  # RFC 8288: how Zotero gives a list in parts
TYPES = re.compile(r"^(text/(plain|x-bibtex)|application/(x-bibtex|x-tex|octet-stream)|$)", re.IGNORECASE)
KEEP = "the copy that is kept stays as it was"


@dataclass(frozen=True)
class Limits:
    """How long all of it may take, in seconds, and how large it may be, in bytes (the same as a file of our own)."""

    seconds: float = 60.0
    size: int = 16 * 1024 * 1024


class FetchError(ValueError):
    """An address that gives no bibliography, or a copy that cannot be used; its text is a finding."""


def copy_of(url: str, folder: Path) -> Path:
    """Give where the copy of an address is kept, below the folder of mkdocs.yml."""
    name = re.sub(r"[^a-z0-9]+", "-", f"{urlsplit(url).hostname}{urlsplit(url).path}".lower().removesuffix(".bib"))
    return folder / FOLDER / f"{name.strip('-')[:60]}-{hashlib.sha256(url.encode()).hexdigest()[:8]}.bib"


def stored(url: str, folder: Path) -> Path:
    """Give the copy of an address that is kept, without asking any network.

    Raises FetchError when there is none, or when it is not what was fetched.
    """
    file = copy_of(url, folder)
    name, type_it = f"{FOLDER}/{file.name}", "type `python -m kb fetch` beside mkdocs.yml, and commit what it writes"
    if not file.is_file():
        raise FetchError(str(Finding(SETTINGS, 0, 0, f"no copy of {url} is kept, and no build asks for one", type_it)))
    data = file.read_bytes().replace(b"\r\n", b"\n")  # as git may write it on Windows
    head, _, body = data.partition(b"\n")
    match = HEAD.fullmatch(head.decode("utf-8", errors="replace") + "\n")
    if not match or match[1] != url or match[3] != hashlib.sha256(body).hexdigest():
        raise FetchError(str(Finding(name, 1, 0, f"this is not what was fetched from {url}", type_it)))
    return file


def fetch(
    url: str, folder: Path, today: date, limits: Limits | None = None, *, trust: ssl.SSLContext | None = None
) -> tuple[Path, int]:
    """Ask an address for its bibliography and keep the copy; give the file and how many records it has.

    Only https, also where it leads on; `trust` stands in for the system's certificates. What is kept already is
    replaced only by a bibliography that can be read.

    Raises FetchError when the address gives none, takes too long or gives too much.
    """
    if not ADDRESS.match(url):
        raise FetchError(str(Finding(SETTINGS, 0, 0, "`bib_file` is no address", "there is nothing to fetch")))
    limits = limits or Limits()
    done: list[bytes | Exception] = []
    # In a thread, since a host that sends a letter now and then keeps each single wait short.
    asking = threading.Thread(target=_ask_all, args=(url, limits, trust, done), daemon=True)
    asking.start()
    asking.join(limits.seconds)
    if not done or isinstance(done[0], TimeoutError):  # the limit of the whole, or of a single wait: one to a reader
        raise _failed(f"{url} did not answer in whole within {limits.seconds:g} seconds")
    if isinstance(done[0], Exception):
        raise _failed(" ".join(str(done[0]).split())) from done[0]
    text, count = _checked(url, done[0])
    file = copy_of(url, folder)
    file.parent.mkdir(exist_ok=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    new = file.with_suffix(".new")
    new.write_text(
        f"@comment{{fetched from {url} on {today}, sha256 {digest}}}\n{text}", encoding="utf-8", newline="\n"
    )
    new.replace(file)
    return file, count


class _Https(urllib.request.HTTPRedirectHandler):
    """Follows a few steps, each of which is https."""

    max_redirections = HOPS

    def redirect_request(  # noqa: PLR0913, PLR0917 - the standard library's signature
        self, req: urllib.request.Request, fp: object, code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        """Refuse to be led to another kind of address."""
        _only_https(newurl, f"{req.full_url} leads on to")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type] # - as above


def _ask_all(url: str, limits: Limits, trust: ssl.SSLContext | None, done: list[bytes | Exception]) -> None:
    """Ask for an address and, where it gives a list in parts, for all; put what came, or why not, into `done`."""
    try:
        until, whole, at = time.monotonic() + limits.seconds, b"", _zotero(url)
        opener = urllib.request.build_opener(_Https, urllib.request.HTTPSHandler(context=trust))
        while at and time.monotonic() < until:
            _only_https(at, "the address is")
            with opener.open(urllib.request.Request(at, headers={"Accept": "*/*"}), timeout=limits.seconds) as answer:  # noqa: S310 - https alone
                whole += _read(answer, at, limits.size - len(whole), until)
                further = NEXT.search(answer.headers.get("Link", ""))
            at, whole = (urljoin(at, further[1]), whole + b"\n") if further else ("", whole)
        if not at:
            done.append(whole)
    except urllib.error.HTTPError as error:
        done.append(ValueError(f"{url} answers {error.code} ({error.reason})"))
    except (OSError, ValueError, http.client.HTTPException) as error:
        done.append(_why(url, error))


def _why(url: str, error: Exception) -> Exception:
    """Give what is to be told: TimeoutError for any wait that was too long, else ValueError that names the address.

    A new one, since the one that was caught holds sockets open by its traceback.
    """
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, TimeoutError):
        return TimeoutError()
    return ValueError(f"{reason}" if url in str(reason) else f"{url} cannot be had: {reason}")


def _read(answer: http.client.HTTPResponse, at: str, most: int, until: float) -> bytes:
    """Read an answer; raise ValueError for another type or more than `most` bytes, TimeoutError after `until`."""
    kind = answer.headers.get("Content-Type", "").strip()
    if not TYPES.match(kind) or answer.headers.get("Content-Encoding", "identity") != "identity":
        raise ValueError(f"{at} sends '{kind}', which is no bibliography")
    whole = b""
    while part := answer.read1(PART):
        whole += part
        if len(whole) > most:
            raise ValueError(f"{at} sends more than {most:,} bytes")
        if time.monotonic() > until:
            raise TimeoutError
    return whole


def _only_https(url: str, words: str) -> None:
    """Raise ValueError for an address that is not https."""
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise ValueError(f"{words} {url}, which is not https")


def _zotero(url: str) -> str:
    """Ask Zotero's interface for BibTeX, a hundred works at a time, as mkdocs-bibtex does."""
    parts = urlsplit(url)
    if parts.hostname != "api.zotero.org":
        return url
    query = dict(parse_qsl(parts.query)) | {"format": "bibtex", "limit": "100"}
    return parts._replace(query=urlencode(query)).geturl()


def _checked(url: str, data: bytes) -> tuple[str, int]:
    """Give what came as text, with the number of its records; raise FetchError where it is no bibliography."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "came.bib")
        file.write_bytes(data)
        entries, findings = read_library(file, url)
        if stopping := [finding for finding in findings if not finding.mild]:
            raise FetchError(report(stopping[:1]) + f" ({KEEP})")
        if not entries:
            raise _failed(f"{url} holds no record")
    return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n"), len(entries)


def _failed(what: str) -> FetchError:
    """Make the error for a fetch that came to nothing."""
    return FetchError(str(Finding(SETTINGS, 0, 0, what, f"look at `bib_file` and the network; {KEEP}")))
