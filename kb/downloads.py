"""Works come in; the files in which a reader takes a page's references along go out: BibTeX, RIS and CSL-JSON.

Each work is written once, whatever number of pages cites it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kb.cache import remembered
from kb.exports import to_bibtex, to_csl_json, to_ris

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from kb.csl import Item
    from kb.library import Entry

FORMATS = {"bib": "BibTeX", "ris": "RIS", "json": "CSL-JSON"}


class Downloads:
    """The works of a site as texts, by format and key."""

    def __init__(
        self, items: Callable[[], Sequence[Item]], library: Mapping[str, Entry], cache: Path | None, *source: str
    ) -> None:
        """Write each work of the library, unless `cache` has what was written of the same `source`.

        `items` gives the works as CSL-JSON; the library has them as their file does.
        """
        self.texts = remembered(cache, ("downloads", *source), lambda: _written(items(), library))
        self.order = {end: {key: place for place, key in enumerate(texts)} for end, texts in self.texts.items()}

    def files(self, stem: str, keys: Collection[str]) -> dict[str, str]:
        """Give the files of some works by address: `stem` and an ending. Their order is that of the library."""
        found = {
            end: [self.texts[end][key] for key in sorted(keys, key=self.order[end].__getitem__)] for end in FORMATS
        }
        made = {"bib": "\n".join(found["bib"]), "ris": "".join(found["ris"]), "json": ",\n".join(found["json"])}
        made["json"] = f"[\n{made['json']}\n]\n"
        return {f"{stem}.{end}": text for end, text in made.items()}


class Writing:
    """Files on their way into a folder, written by a program beside this one."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        """Start writing `files`, texts by address, below `folder`."""
        with tempfile.NamedTemporaryFile("wb", suffix=".json", delete=False) as asked:
            asked.write(json.dumps(dict(files)).encode())
        command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("writer.py")), str(folder), asked.name]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE) if files else None

    def wait(self) -> None:
        """Wait until all is written. Raises RuntimeError in one line if it could not be."""
        if self.process and (said := self.process.communicate()[1]):
            raise RuntimeError(f"the files of references could not be written: {said.decode().splitlines()[-1]}")


def _written(items: Sequence[Item], library: Mapping[str, Entry]) -> dict[str, dict[str, str]]:
    """Write each work in each format, as it stands in a file between others."""
    return {
        "bib": {key: to_bibtex([library[key]]) for key in sorted(library)},
        "ris": {item["id"]: to_ris([item]) for item in items},
        "json": {item["id"]: to_csl_json([item])[2:-3] for item in items},
    }
