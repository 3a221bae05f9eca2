"""Arguments and a text come in for Pandoc; what it made of them goes out, from a folder of earlier results if it can.

Pandoc runs in its own sandbox (it reads only the files it is handed, and never the network) and in a thread of ours, so
that pages are rendered meanwhile and neither side waits for the other's pipe. The folder is safe to delete at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pypandoc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
LONGEST = 600  # seconds; a site of 2,000 works takes about 10
MISSING = "Pandoc is missing; install it with: python -m pip install pypandoc_binary"
WORKERS = ThreadPoolExecutor(max_workers=os.cpu_count() or 2, thread_name_prefix="pandoc")
# Whatever changes a result besides its input: our own code that asks for it and reads it.
MAKERS = sorted(Path(__file__).with_name(f"{name}.py") for name in ("pandoc", "items", "styles", "namesakes", "csl"))


class Job(Generic[T]):
    """A result that is being made, or was made before by the same code from the same input; `result` waits for it."""

    def __init__(
        self, arguments: list[str], text: str, read: Callable[[str], T], files: Mapping[str, str], cache: Path | None
    ) -> None:
        """Have Pandoc work on `text`; `read` turns what it prints into JSON values.

        An argument `{name}` stands for a file with the text `files[name]`. Results are kept in `cache`, if given.
        """
        self.arguments, self.text, self.read, self.files = arguments, text, read, files
        asked = json.dumps([arguments, text, dict(files), _version()]).encode()
        digest = hashlib.sha256(asked + b"".join(file.read_bytes() for file in MAKERS)).hexdigest()
        self.stored = cache / f"{digest[:32]}.json" if cache else None
        self.kept: T | None = _kept(self.stored)
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
        _keep(self.stored, made)
        return made


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


def _version() -> str:
    """Give Pandoc's version."""
    try:
        return str(pypandoc.get_pandoc_version())
    except OSError as error:
        raise RuntimeError(MISSING) from error


def _kept(stored: Path | None) -> Any:  # noqa: ANN401 - JSON
    """Give what an earlier run left: None if there is nothing, or if it is not what was written."""
    try:
        digest, _, text = stored.read_text(encoding="utf-8").partition("\n") if stored else ("", "", "")
        return json.loads(text) if digest == _digest(text) else None
    except (OSError, ValueError):
        return None


def _keep(stored: Path | None, made: object) -> None:
    """Keep a result, in one step, so that a build that is killed leaves no half of it; a full disk is no error."""
    if stored is None:
        return
    text = json.dumps(made)
    try:
        stored.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=stored.parent, delete=False, encoding="utf-8") as file:
            file.write(f"{_digest(text)}\n{text}")
        Path(file.name).replace(stored)
    except OSError:
        return


def _digest(text: str) -> str:
    """Give a short check of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
