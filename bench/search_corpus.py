"""A number of pages comes in; so many pages of real, varied text, written by others and installed here, go out.

The text is the documentation of Python modules, as docstrings hold it: the standard library's and that of whatever
packages are installed. Nothing is copied into the project; another machine has other packages, so compare only figures
of one machine.
"""

from __future__ import annotations

import ast
import html
import sys
import sysconfig
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from kb.search import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = (150, 4000)  # a page of fewer words is left out, a longer one is a page of its own kind


def corpus(count: int) -> tuple[Source, ...]:
    """Give `count` pages, the same on each run on one machine; fewer if the machine has no more."""
    found = sorted(_modules(), key=lambda item: item[0])
    step = max(1, len(found) // count)
    return tuple(_source(*item) for item in found[::step][:count])


def _modules() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Give each documented module: its name, and (heading, text) of itself, its classes and functions."""
    roots = {Path(sysconfig.get_paths()["stdlib"]), Path(sysconfig.get_paths()["purelib"])}
    roots |= {Path(path) for path in sys.path if path.endswith(("site-packages", "dist-packages"))}
    seen = set()
    for root in sorted(roots):
        for file in sorted(root.rglob("*.py")):
            name = ".".join(file.relative_to(root).with_suffix("").parts)
            if name in seen or "test" in name:
                continue
            seen.add(name)
            if parts := _documented(file):
                yield name, parts


def _documented(file: Path) -> list[tuple[str, str]]:
    """Give a file's docstrings under the names that they explain, or nothing if they are few words."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(file.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):
        return []
    parts = [("", ast.get_docstring(tree) or "")]
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    parts += [(node.name, ast.get_docstring(node) or "") for node in ast.walk(tree) if isinstance(node, kinds)]
    parts = [(name, text) for name, text in parts if text]
    words = sum(len(text.split()) for _, text in parts)
    return parts if WORDS[0] <= words <= WORDS[1] else []


def _source(name: str, parts: list[tuple[str, str]]) -> Source:
    """Give a module's documentation as a page."""
    body = "".join(
        (f'<h2 id="s{number}">{html.escape(head)}</h2>' if head else "") + f"<p>{html.escape(text)}</p>"
        for number, (head, text) in enumerate(parts)
    )
    first = parts[0][1].split("\n\n")[0]
    title = name.replace(".", " ").replace("_", " ").strip()
    url, above = name.replace(".", "/"), name.partition(".")[0]
    return Source(f"{url}.md", f"{url}/", title, title, (above,), first[:300], "", (), (), (), body)
