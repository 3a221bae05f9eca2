"""A finished folder comes in; it goes out in the place of the last one, which stays whole whatever happens meanwhile.

Two ways, by what the place allows. A **link** is pointed elsewhere in one step: rename(2) replaces a name at once
(POSIX.1-2017, "rename"), so that whoever opens the site meets the old or the new one and nothing between. Where there
are no links, a **folder** is put aside and the new one put there: two steps, and `recover` mends what a kill between
them left.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from kb.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = 1  # how many earlier sites stay beside the one that is served: for going back, and for pages half loaded
LINKS = os.name != "nt"  # on Windows a link to a folder needs a right that few people have
NEW, GOOD = "new-", "site-"  # what a folder is called while it is written, and once it was found good


class BusyError(RuntimeError):
    """Another build is at work in the same place; its text is a finding."""


def home(site: Path) -> Path:
    """Give the folder that holds the sites which `site` may point to: `.site` beside `site`."""
    return site.with_name(f".{site.name}")


def new_folder(site: Path) -> Path:
    """Make and give an empty folder for the next site."""
    folder = Path(tempfile.mkdtemp(prefix=NEW, dir=home(site)))
    folder.chmod(0o755)  # mkdtemp's is for its owner alone, and a web server is somebody else
    return folder


def put(fresh: Path, site: Path) -> None:
    """Put `fresh`, a finished `new_folder`, in the place of `site`: by a link, or as a folder where there are none."""
    if not LINKS:
        swap(fresh, site)
        return
    os.sync()  # what the link leads to is on the disk before the link is
    good = fresh.rename(fresh.with_name(fresh.name.replace(NEW, GOOD, 1)))
    link = home(site) / "link"
    link.unlink(missing_ok=True)
    link.symlink_to(good.relative_to(site.parent), target_is_directory=True)
    if site.is_dir() and not site.is_symlink():  # once, where an earlier build wrote a plain folder
        _put_aside(site)
    link.replace(site)
    shutil.rmtree(_aside(site), ignore_errors=True)
    _sweep(site)


def swap(fresh: Path, site: Path) -> None:
    """Put the folder `fresh` in the place of the folder `site`, and only then remove what stood there."""
    recover(site)
    if site.exists():
        _put_aside(site)
    fresh.rename(site)
    shutil.rmtree(_aside(site), ignore_errors=True)


def recover(site: Path) -> bool:
    """Put back the last good site if a kill left it aside; say whether there was need to."""
    lost = _aside(site).is_dir() and not site.is_symlink() and not site.exists()
    if lost:
        _aside(site).rename(site)
    return lost


@contextmanager
def alone(site: Path) -> Iterator[None]:
    """Keep other builds of the same site out, and mend and remove what a killed one left.

    The system itself lifts the lock when a build ends or is killed. Raises BusyError when another one is at work.
    """
    home(site).mkdir(parents=True, exist_ok=True)
    with (home(site) / "lock").open("a", encoding="utf-8") as file:
        if not _locked(file):
            raise BusyError(
                str(Finding(site.name, 0, 0, "another build is writing it", "wait for its end, or stop it"))
            )
        recover(site)
        _sweep(site)
        yield


def _aside(site: Path) -> Path:
    """Give where a folder waits while another takes its place."""
    return site.with_name(f"{site.name}.old")


def _put_aside(site: Path) -> None:
    """Move the folder `site` out of the way."""
    shutil.rmtree(_aside(site), ignore_errors=True)
    site.rename(_aside(site))


def _sweep(site: Path) -> None:
    """Remove what killed builds left half written, and all earlier sites but the newest."""
    earlier = [folder for folder in home(site).glob(f"{GOOD}*") if folder.resolve() != site.resolve()]
    earlier.sort(key=lambda folder: folder.stat().st_mtime_ns, reverse=True)
    for folder in [*home(site).glob(f"{NEW}*"), *earlier[KEPT:]]:
        shutil.rmtree(folder, ignore_errors=True)


def _locked(file: IO[str]) -> bool:
    """Lock an open file for this process; say whether that could be done."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - there is one of the two on any system

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - as above

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
