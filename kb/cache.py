"""What something is made from comes in; what an earlier run made of exactly that goes out, from a folder by content.

The folder is safe to delete at any time, and whatever in it is damaged is made afresh.
"""

from __future__ import annotations

import functools
import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# Whatever changes a result besides its input: our own code that asks for it and reads it.
MAKERS = (
    "cache",
    "library",
    "pandoc",
    "items",
    "styles",
    "namesakes",
    "csl",
    "csl_items",
    "exports",
    "assets",
    "minify",
)


def place(folder: Path | None, *asked: str) -> Path | None:
    """Give the file that holds what is made from `asked`, or None where nothing is to be kept."""
    digest = hashlib.sha256(_makers())
    for text in asked:
        digest.update(hashlib.sha256(text.encode()).digest())
    return folder / f"{digest.hexdigest()[:32]}.json" if folder else None


def remembered(folder: Path | None, asked: tuple[str, ...], make: Callable[[], T]) -> T:
    """Give what `make` gives, JSON values, or what it gave in an earlier run when it was `asked` the same."""
    stored = place(folder, *asked)
    made: T | None = kept(stored)
    if made is None:
        made = make()
        keep(stored, made)
    return made


def kept(stored: Path | None) -> Any:  # noqa: ANN401 - JSON
    """Give what an earlier run left: None if there is nothing, or if it is not what was written."""
    try:
        digest, _, text = stored.read_text(encoding="utf-8").partition("\n") if stored else ("", "", "")
        return json.loads(text) if digest == _check(text) else None
    except (OSError, ValueError):
        return None


def keep(stored: Path | None, made: object) -> None:
    """Keep a result, in one step, so that a build that is killed leaves no half of it; a full disk is no error."""
    if stored is None:
        return
    text = json.dumps(made)
    try:
        stored.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=stored.parent, delete=False, encoding="utf-8") as file:
            file.write(f"{_check(text)}\n{text}")
        Path(file.name).replace(stored)
    except OSError:
        return


def _check(text: str) -> str:
    """Give a short check of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@functools.cache
def _makers() -> bytes:
    """Give a check of the code that makes what is kept."""
    code = b"".join(Path(__file__).with_name(f"{name}.py").read_bytes() for name in MAKERS)
    return hashlib.sha256(code).digest()
