"""The list of pages comes in; one list of every page and glossary term, by first letter, goes out as Markdown."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.pages import Page


def a_to_z(pages: list[Page], path: str) -> str:
    """Give the Markdown list of every page and glossary term, by first letter, with links relative to `path`."""
    here = posixpath.dirname(path)
    entries = []
    for page in pages:
        target = posixpath.relpath(page.path, here or ".")
        entries.append((page.title, target, ""))
        entries += [(term.name, f"{target}#{term.anchor}", "explained") for term in page.terms()]
    letters: dict[str, list[str]] = {}
    for name, target, note in sorted(entries, key=lambda entry: _sort_key(entry[0])):
        letter = _sort_key(name)[0].upper()
        line = f"- [{name}]({target})" + (f" <small>{note}</small>" if note else "")
        letters.setdefault(letter if letter.isalpha() else "0–9", []).append(line)
    jump = " ".join(f"[{letter}](#letter-{_slug(letter)})" for letter in letters)
    groups = [f"## {letter} {{#letter-{_slug(letter)}}}\n\n" + "\n".join(lines) for letter, lines in letters.items()]
    return "\n\n".join([f"{jump}\n{{: .kb-letters }}", *groups])


def _sort_key(name: str) -> str:
    """Give the words a title is sorted by: without quotation marks, a leading article, or capitals."""
    return re.sub(r"^(the|a|an) ", "", re.sub(r"[^\w\s-]", "", name).strip().lower())


def _slug(letter: str) -> str:
    """Give the id-safe form of a letter group."""
    return letter.lower() if letter.isalpha() else "digits"
