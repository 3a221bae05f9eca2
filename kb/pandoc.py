"""Arguments and a text come in for Pandoc; what it made of them goes out, from a folder of earlier results if it can.

Pandoc runs in its own sandbox (it reads only the files it is handed, and never the network) and in a thread of ours, so
that pages are rendered meanwhile and neither side waits for the other's pipe. The folder is safe to delete at any time.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Generic, TypeVar

import pypandoc

from kb.cache import keep, kept, place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
LONGEST = 600  # seconds; a site of 2,000 works takes about 10
MISSING = "Pandoc is missing; install it with: python -m pip install pypandoc_binary"
WORKERS = ThreadPoolExecutor(max_workers=os.cpu_count() or 2, thread_name_prefix="pandoc")


class Job(Generic[T]):
    """A result that is being made, or was made before by the same code from the same input; `result` waits for it."""

    def __init__(
        self, arguments: list[str], text: str, read: Callable[[str], T], files: Mapping[str, str], cache: Path | None
    ) -> None:
        """Have Pandoc work on `text`; `read` turns what it prints into JSON values.

        An argument `{name}` stands for a file with the text `files[name]`. Results are kept in `cache`, if given.
        """
        self.arguments, self.text, self.read, self.files = arguments, text, read, files
        self.stored = place(cache, which(), *arguments, text, *files, *files.values())
        self.kept: T | None = kept(self.stored)
        self.making: Future[T] | None = None if self.kept is not None else WORKERS.submit(self._make)

    def result(self) -> T:
        """Wait for the result. Raises RuntimeError in one line if Pandoc is missing or failed."""
        if self.kept is None and self.making is not None:
            self.kept = self.making.result()
        assert self.kept is not None  # noqa: S101 - one of the two gave it; this tells mypy
        return self.kept

    def _make(self) -> T:
        """Run Pandoc, read what it printed, and keep that."""
        with tempfile.TemporaryDirectory(prefix="kb-") as folder:
            paths = {}
            for name, text in self.files.items():
                paths[f"{{{name}}}"] = str(Path(folder, name))
                Path(folder, name).write_text(text, encoding="utf-8")
            made = self.read(_run([paths.get(argument, argument) for argument in self.arguments], self.text))
        keep(self.stored, made)
        return made


def beside(work: Callable[[], T]) -> Future[T]:
    """Do some work in a thread of its own, beside what goes on here; what it gives or raises is in the result."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever asks for the result is to see it
            future.set_exception(error)

    Thread(target=run, name="beside", daemon=True).start()
    return future


def _run(arguments: list[str], text: str) -> str:
    """Run Pandoc once. Raises RuntimeError with its own words if it fails."""
    try:
        command = [pypandoc.get_pandoc_path(), "--sandbox", *arguments]
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False, timeout=LONGEST)
    except OSError as error:
        raise RuntimeError(MISSING) from error
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"Pandoc did not end within {LONGEST} seconds; give it fewer works") from error
    if done.returncode:
        words = " ".join(done.stderr.decode(errors="replace").split())
        raise RuntimeError(words or f"Pandoc ended with status {done.returncode} and without a word")
    return done.stdout.decode()


@functools.cache
def which() -> str:
    """Say which Pandocs there are, without asking one: with a warm cache no process is started."""
    own = Path(pypandoc.__file__).parent.glob("files/pandoc*")
    names = [os.environ.get("PYPANDOC_PANDOC"), shutil.which("pandoc"), *own]
    found = [Path(name).stat() for name in names if name and Path(name).exists()]
    return " ".join(f"{status.st_size}-{status.st_mtime_ns}" for status in found)


def version() -> str:
    """Give the version of the Pandoc that is used. Raises RuntimeError in one line if it is missing."""
    which()
    return str(pypandoc.get_pandoc_version())
