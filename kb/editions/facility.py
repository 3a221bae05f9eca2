"""The editions' files come in; one ZIP for a prison, hospital or hostel, with a letter to file, goes out."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kb.editions.filling import by_purpose, purpose, size
from kb.editions.handouts import Letter, write_letter
from kb.editions.packing import write_zip
from kb.pages import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kb.editions.volume import Volume

SUMS = "SHA256SUMS"
PAPERS = {"a4": "letter-a4.pdf", "us-letter": "letter-us.pdf"}
# What to type in the folder of the files; each system has its own program for it.
CHECKS = (
    ("Linux", f"sha256sum -c {SUMS}"),
    ("Mac", f"shasum -a 256 -c {SUMS}"),
    ("Windows", f"certutil -hashfile NAME-OF-FILE SHA256, and compare with its line in {SUMS}"),
)
PARAGRAPHS = (
    """These files are for reading without the internet. Each but the handouts holds the whole knowledge base, and
    you need only one: choose the one that suits your computers, tablets or printers.""",
    """None of them connects to anything by itself. They hold no tracking and no advertising, and nobody can write to
    anyone through them. They name {links} addresses of other websites, as sources. Such a link opens only if a person
    taps it on a device that has the internet. The ZIP and the .html contain small scripts, for searching the pages;
    both can be read with scripts switched off. The .epub, .zim and .pdf files contain none.""",
    """The words are information, not medical advice. They say how to act in an overdose. Telephone numbers can change:
    someone should check them before they are relied on.""",
)


def write_pack(volume: Volume, files: Iterable[Path], target: Path) -> None:
    """Pack the editions `files` with a one-page letter and their checksums into the ZIP `target`.

    Raise kb.editions.press.PressError when the letter takes more than one page.
    """
    held = {file.name: file.read_bytes() for file in files}
    letters = {name: write_letter(letter(volume, held), paper) for paper, name in PAPERS.items()}
    held = letters | held
    entries = [*sorted(held.items()), (SUMS, sums(held).encode())]
    write_zip(target, [(f"{target.stem}/{name}", content) for name, content in entries], volume.day)


def sums(files: dict[str, bytes]) -> str:
    """Write checksums as `sha256sum -c` reads them."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))


def letter(volume: Volume, files: dict[str, bytes]) -> Letter:
    """Write what a facility needs to know before it lets these files in, from what is true of them."""
    links = len(volume.outgoing())
    facts = (
        (
            "What it is",
            f"{volume.name}: a knowledge base for people with alcohol or drug problems and those who help them",
        ),
        ("Edition", f"{volume.number}, the pages as they stood on {spoken(volume.day)}"),
        ("Pages", f"{len(volume.chapters)}, the same in every file but the handouts"),
        ("Licence", f"{volume.licence}: it may be copied and passed on. {volume.licence_url}"),
        ("Published by", volume.publisher or "nobody named in this copy"),
        ("On the web", volume.address),
    )
    paragraphs = tuple(" ".join(part.split()).format(links=links) for part in PARAGRAPHS)
    rows = tuple((purpose(name), name, size(len(content))) for name, content in by_purpose(files))
    title, language = f"{volume.name}: offline copies", volume.language.partition("-")[0]
    return Letter(title, paragraphs, facts, rows, CHECKS, volume.day, language)
