"""A built site comes in; the list of what a reader's browser may keep of it, sealed with hashes, goes out into it.

`sw.js` at the root is the worker that keeps pages when a reader asks for it (Service Workers, W3C; the source is
overrides/assets/sw.js). It names its release: the SHA-256 of `keep.json`, which in turn gives the SHA-256 of each file.
So a browser that finds another `sw.js` fetches what has changed, and takes nothing that was not published with it.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from kb import assets
from kb.findings import Finding
from kb.headers import LIST, REDIRECTS, WORKER

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = "assets/keep"
ONLINE = (WORKER, LIST, "keep.*.js")  # names of what a copy for reading offline has no use for
RELEASE = re.compile(r'(?<=const RELEASE = ")[0-9a-f]*(?=")')
CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)"')
# What is not read in the browser: files to take away, what only hosts and other programs ask for, twins of files.
LEFT_OUT = re.compile(
    r"(_headers|_redirects|sw\.js|keep\.json|robots\.txt|sitemap\.xml|assets/card\.png)$|editions/"
    r"|.*(/|^)LICENSE$|.*\.(bib|ris|json|zip|pdf|epub|zim|toml|map|gz|br)$"
)
PHONE = (
    "<p>In this browser it cannot be kept. That needs JavaScript, an address that begins with https, and a window that "
    "is not private. Take one of the copies above instead.</p>"
    '<p hidden><button type="button" class="kb-copy" data-do="keep">Keep this site on my phone&nbsp;({size})</button> '
    '<button type="button" class="kb-copy" data-do="stop" hidden>Stop</button> '
    '<button type="button" class="kb-copy" data-do="remove" hidden>Remove it from this phone</button> '
    '<progress max="1" value="0" aria-label="Kept so far" hidden></progress> '
    '<span role="status" class="kb-copy__said"></span></p>'
    '<script src="{script}" defer></script>'
)


def put_worker(site: Path, worker: str, script: str) -> str:
    """Write the worker, not yet sealed, and the script of its buttons into a built site; give the script's name."""
    (site / WORKER).write_text(assets.script([worker]), encoding="utf-8", newline="\n")
    text = assets.script([script])
    name = assets.hashed(SCRIPT, "js", text)
    (site / name).parent.mkdir(parents=True, exist_ok=True)
    (site / name).write_text(text, encoding="utf-8", newline="\n")
    return name


def buttons(script: str, size: str) -> str:
    """Write the place for the buttons; `script` is their script's address from the page, `size` in words: 3.5 MB."""
    return PHONE.format(script=script, size=size)


def listed(site: Path) -> list[str]:
    """Give the files that are kept, sorted: all that a page shows or a search reads, and nothing to take away."""
    files = (file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file())
    return sorted(file for file in files if not LEFT_OUT.match(file))


def total(site: Path) -> int:
    """Give how many bytes are kept."""
    return sum((site / file).stat().st_size for file in listed(site))


def seal(site: Path) -> None:
    """Write the list of a site that has a worker, and its release into the worker; to be done after all else.

    In the list, a page has the address of its folder, as readers and hosts name it. `moves` are the old addresses that
    some hosts redirect by themselves, so that the page which stands there cannot be had from them.
    """
    worker = site / WORKER
    if not worker.is_file():
        return
    files = {}
    for file in listed(site):
        content = (site / file).read_bytes()
        files[_address(file)] = [hashlib.sha256(content).hexdigest(), len(content)]
    sealed = {"files": files, "moves": _moves(site), "worker": _bare(worker)}
    text = json.dumps(sealed, separators=(",", ":"), sort_keys=True)
    (site / LIST).write_text(text, encoding="utf-8", newline="\n")
    release = hashlib.sha256(text.encode()).hexdigest()
    worker.write_text(RELEASE.sub(release, worker.read_text(encoding="utf-8"), count=1), encoding="utf-8", newline="\n")


def addresses(site: Path) -> list[str]:
    """Give the address of each file that a site's list names, from its root; none where there is no list."""
    return list(_read(site))


def check_kept(site: Path) -> list[Finding]:
    """Compare a site, as built or as a host gives it, with the list that browsers will hold it to."""
    worker = site / WORKER
    if not worker.is_file():
        return []
    mend = "publish the whole folder again; if a host changes files on the way, have it leave them alone"
    files = _read(site)
    text = (site / LIST).read_bytes() if (site / LIST).is_file() else b""
    said = RELEASE.search(worker.read_text(encoding="utf-8", errors="replace"))
    if not files or said is None or said[0] != hashlib.sha256(text).hexdigest():
        return [Finding(WORKER, 0, 0, f"it does not name this {LIST}, so nobody could keep the site", mend)]
    if json.loads(text).get("worker") != _bare(worker):
        return [Finding(WORKER, 0, 0, "it is not the worker that was published", mend)]
    changed = [address for address, digest in files.items() if _digest(site / _file(address)) != digest]
    what = f"it is not what {LIST} says, so nobody could keep the site"
    return [Finding(f"/{address}", 0, 0, what, mend) for address in changed]


def _read(site: Path) -> dict[str, str]:
    """Read the hashes of a site's list by address; nothing where it is none."""
    try:
        found = json.loads((site / LIST).read_text(encoding="utf-8"))["files"]
        return {str(address): str(entry[0]) for address, entry in found.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _bare(worker: Path) -> str:
    """Give the SHA-256 of the worker without its release, which in turn is a hash of the list that holds this one."""
    return hashlib.sha256(RELEASE.sub("", worker.read_text(encoding="utf-8", errors="replace")).encode()).hexdigest()


def _address(file: str) -> str:
    """Give a file's address: that of the folder for its page."""
    return quote(re.sub(r"(^|/)index\.html$", r"\1", file))


def _file(address: str) -> str:
    """Give the file at an address."""
    return f"{address}index.html" if not address or address.endswith("/") else address


def _digest(file: Path) -> str:
    """Give a file's SHA-256, or nothing when it is not there."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _moves(site: Path) -> dict[str, str]:
    """Read what hosts redirect by themselves, by addresses from the site's root."""
    home, table = (
        file.read_text(encoding="utf-8") if file.is_file() else "" for file in (site / "index.html", site / REDIRECTS)
    )
    canonical = CANONICAL.search(home)
    base = urlsplit(canonical[1]).path if canonical else "/"
    pairs = [line.split()[:2] for line in table.splitlines()]
    return {old.removeprefix(base): new.removeprefix(base) for old, new in pairs}
