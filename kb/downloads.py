"""Works come in; the files in which a reader takes a page's references along go out: BibTeX, RIS and CSL-JSON.

Each work is written once, whatever number of pages cites it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.cache import remembered
from kb.exports import to_bibtex, to_csl_json, to_ris

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from kb.csl import Item
    from kb.library import Entry

FORMATS = {"bib": "BibTeX", "ris": "RIS", "json": "CSL-JSON"}


class Downloads:
    """The works of a site as texts, by format and key."""

    def __init__(self, items: Sequence[Item], library: Mapping[str, Entry], cache: Path | None) -> None:
        """Write each work of the library, unless `cache` has it: items as CSL-JSON, entries as their file has them."""
        said = [f"{entry.key} {entry.type} {sorted(entry.fields.items())}" for entry in library.values()]
        self.texts = remembered(cache, ("downloads", repr(items), *said), lambda: _written(items, library))

    def files(self, stem: str, keys: Collection[str]) -> dict[str, str]:
        """Give the files of some works by address: `stem` and an ending. Their order is that of the library."""
        found = {end: [text for key, text in self.texts[end].items() if key in keys] for end in FORMATS}
        made = {"bib": "\n".join(found["bib"]), "ris": "".join(found["ris"]), "json": ",\n".join(found["json"])}
        made["json"] = f"[\n{made['json']}\n]\n"
        return {f"{stem}.{end}": text for end, text in made.items()}


def _written(items: Sequence[Item], library: Mapping[str, Entry]) -> dict[str, dict[str, str]]:
    """Write each work in each format, as it stands in a file between others."""
    return {
        "bib": {key: to_bibtex([library[key]]) for key in sorted(library)},
        "ris": {item["id"]: to_ris([item]) for item in items},
        "json": {item["id"]: to_csl_json([item])[2:-3] for item in items},
    }
