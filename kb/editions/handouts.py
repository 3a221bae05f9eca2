"""The volume and its pages come in; handouts, each on one side of one sheet, and letters go out as PDF.

A page has a handout when its front matter has `handout:` with the ids of the sections that go on it; its title and its
summary always do, and what has the class `kb-web` never does. A4 is the paper of the UK and Letter that of the USA, so
that a section of numbers can be for one of them: `talk-uk/a4`. Sheets are black on white, for copying. What does not
fit in the smallest letters stops the build.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno

from kb.addresses import outputs
from kb.editions.cleaning import has_numbers
from kb.editions.cleaning import words as plain
from kb.editions.grids import is_wide
from kb.editions.pdf import record
from kb.editions.press import Job, PressError, pages, press
from kb.editions.sheets import STAR, chosen, sections_for
from kb.editions.typeset import Setting, markup, words
from kb.findings import Finding
from kb.pages import spoken
from kb.schema import PAPERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from lxml.etree import _Element as Element

    from kb.editions.volume import Chapter, Volume
    from kb.pages import Page

SIZES = (
    13,
    12.5,
    12,
    11.5,
    11,
    10.5,
    10,
    9.5,
    9,
)  # points: smaller than 9 is hard to read, so that words have to go instead


@dataclass(frozen=True)
class Handout:
    """One sheet: its file's name, the page it comes from, the paper, the size of its letters in points, the PDF."""

    name: str
    page: str
    paper: str
    points: float
    pdf: bytes


@dataclass(frozen=True)
class Letter:
    """A letter on one sheet: title, paragraphs, and rows of words that are filed with it.

    `facts` are (label, value), `files` are (what for, name, size), `checks` are (where, the command to type there).
    """

    title: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str, str], ...]
    checks: tuple[tuple[str, str], ...]
    day: date
    language: str


def write_handouts(volume: Volume, sources: Iterable[Page]) -> list[Handout]:
    """Print the handout of each page that has one, for A4 and for US Letter.

    Raises PressError with a finding for each sheet that is too full, and for what stops any PDF.
    """
    made, findings = [], []
    for page in sources:
        chapter = volume.find(outputs(page.path)[0]) if page.handout else None
        if chapter is None:
            continue
        for paper in PAPERS:
            try:
                made.append(handout(volume, chapter, page, paper))
            except PressError as error:
                findings += error.findings
    if findings:
        raise PressError(findings)
    return made


def handout(volume: Volume, chapter: Chapter, page: Page, paper: str) -> Handout:
    """Print one page's handout in the largest letters that leave it on one side.

    Raises PressError when even the smallest do not.
    """
    parts = list(chosen(chapter, sections_for(page, paper), volume.address))
    name = f"handout-{chapter.key.rpartition('framework-')[2]}-{paper.removeprefix('us-')}.pdf"
    for points in SIZES:
        job = Job(f"docs/{page.path}", _source(volume, chapter, page, parts, paper, points), volume.day, {}, plain=True)
        if pages(pdf := press(job)) == 1:
            return Handout(name, page.path, paper, points, pdf)
    mend = "take a section out of `handout:`, or shorten one"
    what = f"the handout does not fit on one side of {PAPERS[paper]} in {SIZES[-1]}-point letters"
    raise PressError([Finding(f"docs/{page.path}", 0, 0, what, mend)])


def write_letter(letter: Letter, paper: str) -> bytes:
    """Print a letter on one side.

    Raises PressError when it takes more.
    """
    facts = record(title=letter.title, language=letter.language, paper=paper, day=spoken(letter.day))
    body = "\n\n".join(words(paragraph) for paragraph in letter.paragraphs)
    rows = ", ".join(_rows(rows) for rows in (letter.facts, letter.files, letter.checks))
    source = f'#import "handout.typ": *\n#letter({facts}, {rows})[{body}]\n'
    pdf = press(Job(letter.title, source, letter.day, {}, plain=True))
    if pages(pdf) != 1:
        raise PressError(
            [Finding(letter.title, 0, 0, f"the letter takes more than one side of {PAPERS[paper]}", "shorten it")]
        )
    return pdf


def _rows(rows: tuple[tuple[str, ...], ...]) -> str:
    """Give rows of words as a Typst array of arrays."""
    return f"({''.join('(' + ''.join(f'[{words(cell)}], ' for cell in row) + '), ' for row in rows)})"


def _source(  # noqa: PLR0913, PLR0917 - each is one thing that a sheet shows
    volume: Volume, chapter: Chapter, page: Page, parts: list[Element], paper: str, points: float
) -> str:
    """Give a sheet's Typst source."""
    language, _, region = volume.language.partition("-")
    address = chapter.short or chapter.address
    turned = any(is_wide(table) for part in parts for table in part.iter("table"))
    facts = record(
        title=chapter.title,
        site=volume.name,
        language=language,
        region=region,
        paper=paper,
        address=address,
        code=_code(address),
    )
    facts = f"{facts[:-1]}, size: {points}pt, turned: {'true' if turned else 'false'})"
    setting = Setting(lambda _: None, lambda _: "", lambda _: False, skip=_empty, language=language, black=True)
    body = _around_table(parts, setting) if turned else "\n\n".join(markup(part, setting) for part in parts)
    notes = "\n\n".join(words(note) for note in _notes(volume, page, parts))
    return f'#import "handout.typ": *\n#sheet({facts}, [{words(chapter.summary)}], [{notes}])[\n{body}\n]\n'


def _around_table(parts: list[Element], setting: Setting) -> str:
    """Set a wide table as the whole sheet: without the heading that names it, and what follows it side by side."""
    place = next(
        number for number, part in enumerate(parts) if part.tag == "table" or part.find(".//table") is not None
    )
    before = [markup(part, setting) for part in parts[:place] if part.tag != "h2"]
    after = [made for part in parts[place + 1 :] if (made := markup(part, setting))]
    beside = f"#beside({', '.join(f'[{made}]' for made in after)})" if after else ""
    return "\n\n".join([*before, markup(parts[place], setting), beside])


def _notes(volume: Volume, page: Page, parts: list[Element]) -> Iterator[str]:
    """Give the lines at a sheet's foot: which edition, when to check again, and what the signs on it mean."""
    again = spoken(page.recheck_by)
    numbers = " Check telephone numbers again before you rely on them." if any(map(has_numbers, parts)) else ""
    yield f"Edition of {spoken(volume.day)}; to be checked again by {again}.{numbers}"
    if any(STAR in "".join(map(str, part.itertext())) for part in parts):
        yield "* Not yet confirmed with the service. The web page says where the number was seen."
    yield (
        "Sources, and more on the words that are underlined: on the web page. "
        f"Words: {volume.licence}. This is information, not medical advice."
    )


def _empty(element: Element) -> bool:
    """Say whether a paragraph has nothing left in it."""
    return element.tag == "p" and not plain(element)


def _code(address: str) -> str:
    """Draw the QR code of an address (ISO/IEC 18004): level M, four modules of white round it."""
    drawn = io.BytesIO()
    segno.make_qr(address, error="m", boost_error=False).save(drawn, kind="svg", border=4, light="#fff", xmldecl=False)
    return drawn.getvalue().decode()
