"""Works come in; the files in which a reader takes a page's references along go out: BibTeX, RIS and CSL-JSON.

Each work is written once, whatever number of pages cites it. `python -m kb.downloads JOB` writes the files of a whole
site; a build starts that as a program of its own, because its threads would wait for the one that renders pages.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kb.exports import to_bibtex, to_csl_json, to_ris
from kb.library import Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kb.csl import Item

FORMATS = {"bib": "BibTeX", "ris": "RIS", "json": "CSL-JSON"}


class Downloads:
    """The works of a site as texts, by format and key."""

    def __init__(self, items: Sequence[Item], library: Mapping[str, Entry]) -> None:
        """Write each work: items as CSL-JSON and RIS, entries as their file has them."""
        self.texts = {
            "bib": {key: to_bibtex([library[key]]) for key in sorted(library)},
            "ris": {item["id"]: to_ris([item]) for item in items},
            "json": {item["id"]: to_csl_json([item])[2:-3] for item in items},
        }
        self.order = {end: {key: place for place, key in enumerate(texts)} for end, texts in self.texts.items()}

    def files(self, stem: str, keys: Collection[str]) -> dict[str, str]:
        """Give the files of some works by address: `stem` and an ending. Their order is that of the library."""
        found = {
            end: [texts[key] for key in sorted(keys, key=self.order[end].__getitem__)]
            for end, texts in self.texts.items()
        }
        made = {"bib": "\n".join(found["bib"]), "ris": "".join(found["ris"]), "json": ",\n".join(found["json"])}
        made["json"] = f"[\n{made['json']}\n]\n"
        return {f"{stem}.{end}": text for end, text in made.items()}


class Writing:
    """The files of a whole site on their way into its folder, written by a program beside this one."""

    def __init__(
        self, site: Path, items: Sequence[Item], library: Mapping[str, Entry], stems: Mapping[str, Collection[str]]
    ) -> None:
        """Start writing below `site`, the site's folder: for each of `stems`, an address, the works with these keys."""
        self.process: subprocess.Popen[bytes] | None = None
        self.job = Path()
        if not stems:
            return
        entries = [[entry.key, entry.type, entry.line, dict(entry.fields)] for entry in library.values()]
        pages = {stem: sorted(keys) for stem, keys in stems.items()}
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False, encoding="utf-8") as job:
            job.write(
                json.dumps([str(site), items, entries, pages])
            )  # at once, which is ten times as fast as json.dump
        self.job = Path(job.name)
        command = [sys.executable, "-P", "-m", "kb.downloads", job.name]  # -P: a file beside mkdocs.yml is no module
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE)

    def wait(self) -> None:
        """Wait until all is written. Raises RuntimeError in one line if it could not be."""
        if self.process is None:
            return
        said = self.process.communicate()[1].decode(errors="replace").splitlines()
        self.job.unlink(missing_ok=True)
        if status := self.process.returncode:
            why = said[-1] if said else f"the program ended with status {status} and without a word"
            raise RuntimeError(f"the files of references could not be written: {why}")


def write(job: Path) -> None:
    """Write the files that a job asks for, and take the job away."""
    site, items, entries, pages = json.loads(job.read_bytes())
    job.unlink()
    library = {key: Entry(key, kind, line, fields) for key, kind, line, fields in entries}
    downloads = Downloads(items, library)
    for stem, keys in pages.items():
        put(Path(site), downloads.files(stem, keys))


def put(site: Path, files: Mapping[str, str]) -> None:
    """Write files, by address, into a site's folder."""
    for address, text in files.items():
        file = site / address
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
