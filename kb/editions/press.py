"""Typst source comes in; a tagged PDF, the same bytes every time, goes out, or findings that say what stops it.

PDF/UA-1 (ISO 14289-1) is what Typst is asked for, because it then refuses a picture without words, a skipped heading
and a letter that no font has. No validator of that standard has read the files: nothing here claims to conform to it.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
import typst

from kb.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
ABOVE = 10  # points that a link shows above its place, as Typst's own links do
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class PressError(Exception):
    """What stops a PDF, as findings."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings


@dataclass(frozen=True)
class Job:
    """One PDF to print: its source, the name it has in messages, its day, and pictures by the name they are used under.

    `plain` is for sheets that are copied in black: no colour, no tint.
    """

    name: str
    source: str
    day: date
    files: Mapping[str, Path]
    plain: bool = False


def quoted(words: str) -> str:
    """Give words as a Typst string (the escapes are JSON's, except for control characters, which no page needs)."""
    return json.dumps(CONTROL.sub("", words), ensure_ascii=False)


def press(job: Job) -> bytes:
    """Print a job.

    Raises PressError with a finding for each error and each warning of Typst: a font that is not there or a layout that
    does not settle is only a warning, and would give a file with words missing.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for template in sorted(HERE.glob("*.typ")):
            shutil.copy(template, root / template.name)
        for name, file in job.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, root / name)
        (root / "main.typ").write_text('#import "press.typ": *\n' + job.source, encoding="utf-8")
        try:
            compiler = typst.Compiler(
                str(root / "main.typ"),
                root=str(root),
                font_paths=[str(FONTS)],
                ignore_system_fonts=True,
                sys_inputs={"plain": "yes"} if job.plain else {},
            )
            noon = datetime.combine(job.day, time(12), UTC)
            made, warnings = compiler.compile_with_warnings(
                format="pdf", pdf_standards=["1.7", "ua-1"], timestamp=int(noon.timestamp())
            )
            found = [] if job.plain else json.loads(compiler.query("<places>", field="value"))
            places = found[0] if found else []
        except typst.TypstError as error:
            raise PressError([_finding(job, error)]) from None
    if warnings or not isinstance(made, bytes):
        raise PressError([_finding(job, warning) for warning in warnings])
    return _finished(made, places)


def pages(pdf: bytes) -> int:
    """Count the pages of a PDF."""
    with pikepdf.open(io.BytesIO(pdf)) as book:
        return len(book.pages)


def _finding(job: Job, said: typst.TypstError | typst.TypstWarning) -> Finding:
    """Say in the house's form what Typst said: the words near the place, since writers never see Typst's source."""
    lines = [line.strip() for line in (said.diagnostic or "").splitlines()]
    near = next((line for line in lines if "│ " in line and '"' in line), "")
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', near)[:6]
    place = f" (near: {' '.join(strings)[:160]})" if strings else ""
    mend = "; ".join(said.hints) or "mend it in the page that these words come from"
    if "could not be displayed" in said.message:
        mend = "write it in words, or add a font that has it to kb/editions/fonts"
    return Finding(job.name, 0, 0, f"{said.message}{place}", mend)


def _finished(pdf: bytes, places: Sequence[tuple[str, int, float, float]] = ()) -> bytes:
    """Do what Typst does not: name each place, and make headings of rows.

    Also writes the file anew with an id made of its content, so that the same pages give the same bytes.
    """
    with pikepdf.open(io.BytesIO(pdf)) as book:
        if tree := book.Root.get("/StructTreeRoot"):
            _name_rows(tree)
        if places:
            _name_places(book, places)
        made = io.BytesIO()
        book.save(made, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return made.getvalue()


def _name_rows(tree: Any) -> None:  # noqa: ANN401 - pikepdf's objects have no narrower type
    """Make headings of the first cells of rows whose words are all strong (ISO 32000-1, 14.8.5.7: TH, Scope Row)."""
    for row in _elements(tree, "/TR"):
        first = next(iter(_children(row)), None)
        if first is not None and first.get("/S") == "/TD" and _strong(first):
            first["/S"] = pikepdf.Name("/TH")
            first["/A"] = pikepdf.Dictionary(O=pikepdf.Name("/Table"), Scope=pikepdf.Name("/Row"))


def _name_places(book: pikepdf.Pdf, places: Sequence[tuple[str, int, float, float]]) -> None:
    """Give each place a name by which a link can lead to it (ISO 32000-1, 12.3.2.3).

    A place is (name, page from 1 on, points from the left, points from the top); PDF counts from the foot.
    """
    names = pikepdf.NameTree(book.Root.Names.Dests)
    for name, number, left, top in places:
        page = book.pages[number - 1]
        height = float(page.MediaBox[3])
        names[name] = pikepdf.Array([page.obj, pikepdf.Name("/XYZ"), left, height - max(top - ABOVE, 0), 0])


def _children(element: Any) -> list[Any]:  # noqa: ANN401 - the same
    """Give the structure elements right inside one."""
    inside = element.get("/K")
    inside = list(inside) if isinstance(inside, pikepdf.Array) else [inside]
    return [child for child in inside if isinstance(child, pikepdf.Dictionary) and "/S" in child]


def _elements(element: Any, kind: str) -> Iterator[Any]:  # noqa: ANN401 - the same
    """Give all structure elements of a kind, in order."""
    waiting = [element]
    while waiting:
        found = waiting.pop()
        if found.get("/S") == kind:
            yield found
        waiting.extend(reversed(_children(found)))


def _strong(cell: Any) -> bool:  # noqa: ANN401 - the same
    """Say whether all that a cell holds is strong: what is not in a Strong of its own holds only what is."""
    inside = cell.get("/K")
    inside = list(inside) if isinstance(inside, pikepdf.Array) else [inside]
    if any(isinstance(part, int) or (isinstance(part, pikepdf.Dictionary) and "/MCID" in part) for part in inside):
        return False  # words right inside
    below = _children(cell)
    return bool(below) and all(part.get("/S") == "/Strong" or _strong(part) for part in below)
