"""The built site comes in; every edition of it, with checksums and manifest, goes out into one folder.

Each is read back when it is written, and refused when a promised address leads nowhere in it. A site of its own, with
the pages on offline copies and on changes filled in, is what the editions are made from; the published site's page on
offline copies is filled in last, with what was really packed.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from kb import keep
from kb.book import read_book
from kb.editions import filling, reading
from kb.editions.archive import write_archive
from kb.editions.epub import write_epub
from kb.editions.manifest import manifest_of, read_manifest, write_manifest
from kb.editions.packing import write_zip
from kb.editions.pictures import draw_cover, draw_icon
from kb.editions.singlefile import write_singlefile
from kb.editions.volume import Imprint, read_volume
from kb.editions.zim import write_zim
from kb.findings import Finding
from kb.pages import now, read_pages
from kb.releasing import check_tree, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kb.book import Book
    from kb.editions.manifest import Manifest
    from kb.editions.volume import Volume

KEPT = "docs/links/editions"  # the manifests of published editions
SUMS = "SHA256SUMS"
CHANGES = "/about/changes/"
OFFERED = "editions"  # the folder of the published site that holds them
LOGO = 96  # pixels: RACHEL shows it that small


@dataclass(frozen=True)
class Work:
    """What editions are made of, and where: the project, the site as a book and as a volume, and the folder."""

    project: Path
    book: Book
    volume: Volume
    folder: Path

    def file(self, ending: str) -> Path:
        """Give the path of an edition's file: its name says what it holds, and stays the same for ever."""
        name = re.sub(r"[^a-z0-9]+", "-", self.volume.name.lower()).strip("-")
        return self.folder / f"{name}{ending}"


def make_editions(
    project: Path, site: Path, folder: Path, only: Iterable[str] = ()
) -> tuple[list[Path], list[Finding]]:
    """Write editions of the built `site` into `folder`; give their files, and what is wrong.

    `only` names some of KINDS; none means all. Of what is wrong, a tool that is not installed is `mild`: the other
    editions are made, and only a release refuses to go on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "site"
        shutil.copytree(site, copy, ignore=shutil.ignore_patterns(OFFERED, *keep.ONLINE))
        imprint, findings = read_imprint(project)
        older, more = read_manifests(project)
        if imprint is None or more:
            return [], findings + more
        volume, findings = _filled(copy, imprint, older)
        if findings:
            return [], findings
        work = Work(project, read_book(copy), volume, folder)
        files: list[Path] = []
        makers: list[Maker] = [KINDS[kind] for kind in only or KINDS]
        makers += [] if only else [partial(_papers, files=files)]
        for make in makers:
            made, found = _make(make, work)
            files += made
            findings += found
    return files, findings


def offer(project: Path, site: Path, files: Iterable[Path]) -> None:
    """Put editions into the published site, in editions/, and their sizes and checksums on its page for copies."""
    imprint, _ = read_imprint(project)
    folder = site / OFFERED
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    copies, manifest = [], None
    for file in files:
        content = Path(shutil.copy2(file, folder)).read_bytes()
        copies.append(filling.Copy(file.name, len(content), hashlib.sha256(content).hexdigest()))
        if file.suffix == ".json":
            manifest, _ = read_manifest(content.decode("utf-8"), file.name)
    if imprint and manifest:
        told = filling.offered(copies, imprint.number, f"../../{OFFERED}/")
        filling.fill(site / filling.OFFLINE, {filling.COPIES: told})
        changed = filling.since(_before(imprint, read_manifests(project)[0]), manifest, CHANGES)
        filling.fill(site / filling.CHANGES, {filling.SINCE: changed})
    keep.seal(site)  # the pages that were filled in are kept as they are now


def read_imprint(project: Path) -> tuple[Imprint | None, list[Finding]]:
    """Read from mkdocs.yml who publishes, and from the pages and the history which day the edition is of."""
    settings, findings = read_settings(project / "mkdocs.yml")
    missing = [key for key in ("site_name", "site_url") if key not in settings]
    findings += [Finding("mkdocs.yml", 0, 0, f"no `{key}`", "compare it with the last commit's") for key in missing]
    if findings:
        return None, findings
    value = {key: text for key, (text, _) in settings.items()}
    day = now(project, read_pages(project / "docs")[0])
    licence = value.get("licence", ""), value.get("licence_url", "")
    who = value["site_name"], value["site_url"].rstrip("/") + "/", value.get("language", "en")
    return Imprint(*who, day, day.isoformat(), *licence, value.get("publisher", "")), []


def read_manifests(project: Path) -> tuple[list[Manifest], list[Finding]]:
    """Read the manifests of the editions that were published before."""
    manifests, findings = [], []
    for file in sorted((project / KEPT).glob("*.json")):
        manifest, found = read_manifest(file.read_text(encoding="utf-8", errors="replace"), f"{KEPT}/{file.name}")
        manifests += [manifest] if manifest else []
        findings += found
    return manifests, findings


def _filled(copy: Path, imprint: Imprint, older: list[Manifest]) -> tuple[Volume, list[Finding]]:
    """Say in the site that the editions are made from which edition it is and what has changed; give its volume."""
    first, findings = read_volume(read_book(copy), imprint)
    if findings:
        return first, findings
    told = filling.since(_before(imprint, older), manifest_of(first), CHANGES)
    filling.fill(copy / filling.CHANGES, {filling.SINCE: told})
    filling.fill(copy / filling.OFFLINE, filling.own_places(imprint))
    return read_volume(read_book(copy), imprint)


def _before(imprint: Imprint, older: list[Manifest]) -> list[Manifest]:
    """Leave out the edition itself: it may have been kept already."""
    return [manifest for manifest in older if manifest.number != imprint.number]


def _make(make: Maker, work: Work) -> tuple[list[Path], list[Finding]]:
    """Make editions of one kind; a tool that is missing is said, and is no reason to make no others."""
    try:
        return make(work)
    except ImportError as error:
        what = f"an edition was not made, because {error.name} is not installed"
        return [], [Finding("dist", 0, 0, what, "run `python3 dev.py editions`, which installs it", mild=True)]


def _checked(work: Work, file: Path, tree: reading.Tree) -> tuple[list[Path], list[Finding]]:
    """Give an edition, unless an address that was promised leads nowhere in it."""
    lost = [Finding(file.name, 0, 0, finding.what, finding.mend) for finding in check_tree(work.project, tree)]
    return ([] if lost else [file]), lost


def _zip(work: Work) -> tuple[list[Path], list[Finding]]:
    """Make the ZIP for computers."""
    file = work.file(".zip")
    found = write_archive(work.book, work.volume, file, draw_icon(work.volume, LOGO))
    return ([], found) if found else _checked(work, file, reading.read_zip(file))


def _html(work: Work) -> tuple[list[Path], list[Finding]]:
    """Make the single file for phones."""
    file = work.file(".html")
    write_singlefile(work.volume, file)
    return _checked(work, file, reading.read_singlefile(file))


def _epub(work: Work) -> tuple[list[Path], list[Finding]]:
    """Make the e-book."""
    file = work.file(".epub")
    write_epub(work.volume, file, draw_cover(work.volume))
    return _checked(work, file, reading.read_epub(file))


def _zim(work: Work) -> tuple[list[Path], list[Finding]]:
    """Make the ZIM for Kiwix."""
    file = work.file(".zim")
    write_zim(work.volume, file, draw_icon(work.volume))
    return _checked(work, file, reading.read_zim(file))


def _pdf(work: Work) -> tuple[list[Path], list[Finding]]:
    """Make the book to print, on A4 and on US Letter."""
    from kb.editions.pdf import write_pdf  # noqa: PLC0415 - it needs Typst and pikepdf
    from kb.editions.press import PressError  # noqa: PLC0415 - as above

    about = work.volume.chapters[0].description
    made = {work.file(ending): paper for paper, ending in (("a4", ".pdf"), ("us-letter", "-us-letter.pdf"))}
    try:
        for file, paper in made.items():
            file.write_bytes(write_pdf(work.volume, about, paper))
    except PressError as error:
        return [], error.findings
    return list(made), []


def _handouts(work: Work) -> tuple[list[Path], list[Finding]]:
    """Make the handouts of one page, in one ZIP."""
    from kb.editions.handouts import write_handouts  # noqa: PLC0415 - as above
    from kb.editions.press import PressError  # noqa: PLC0415 - as above

    file = work.file("-handouts.zip")
    try:
        made = write_handouts(work.volume, read_pages(work.project / "docs")[0])
    except PressError as error:
        return [], error.findings
    write_zip(file, [(f"{file.stem}/{sheet.name}", sheet.pdf) for sheet in made], work.volume.day)
    return [file], []


def _papers(work: Work, files: list[Path]) -> tuple[list[Path], list[Finding]]:
    """Make what goes with the editions: the manifest, the pack for facilities, and the checksums of all."""
    from kb.editions.facility import sums, write_pack  # noqa: PLC0415 - as above
    from kb.editions.press import PressError  # noqa: PLC0415 - as above

    manifest, pack = work.file(".json"), work.file("-facility-pack.zip")
    manifest.write_text(write_manifest(manifest_of(work.volume)), encoding="utf-8", newline="\n")
    try:
        write_pack(work.volume, files, pack)
    except PressError as error:
        return [], error.findings
    made = [*files, manifest, pack]
    checksums = work.folder / SUMS
    checksums.write_text(sums({file.name: file.read_bytes() for file in made}), encoding="utf-8", newline="\n")
    return [manifest, pack, checksums], []


Maker: TypeAlias = "Callable[[Work], tuple[list[Path], list[Finding]]]"
KINDS: dict[str, Maker] = {
    "zip": _zip,
    "html": _html,
    "epub": _epub,
    "zim": _zim,
    "pdf": _pdf,
    "handouts": _handouts,
}
