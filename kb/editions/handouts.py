"""The volume and its pages come in; handouts, each on one side of one sheet, and letters go out as PDF.

A page has a handout when its front matter has `handout:` with the ids of the sections that go on it; its title and its
summary always do, and what has the class `kb-web` never does. A4 is the paper of the UK and Letter that of the USA, so
that a section of numbers can be for one of them: `talk-uk/a4`. Sheets are black on white, for copying. Whatever does not
fit in the smallest letters stops the build.
"""

from __future__ import annotations

import copy
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import segno

from kb.addresses import outputs
from kb.editions.cleaning import classes, has_numbers, remove, words as plain
from kb.editions.grids import is_wide
from kb.editions.pdf import record
from kb.editions.press import Job, PressError, pages, press, quoted
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

SIZES = (13, 12.5, 12, 11.5, 11, 10.5, 10, 9.5, 9)  # points: smaller than 9 is hard to read, so that words have to go instead
UNCONFIRMED = "kb-helpline__check"
DROPPED = frozenset({"kb-cite", UNCONFIRMED, "kb-age", "kb-web"})


@dataclass(frozen=True)
class Handout:
    """One sheet: the name of its file, the page it comes from, the paper, the size of its letters in points, the PDF."""

    name: str
    page: str
    paper: str
    points: float
    pdf: bytes


@dataclass(frozen=True)
class Letter:
    """A letter on one sheet: title, lines of (label, value) that are filed with it, paragraphs, and a closing line."""

    title: str
    facts: tuple[tuple[str, str], ...]
    paragraphs: tuple[str, ...]
    closing: str
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


def sections_for(page: Page, paper: str) -> list[str]:
    """Give the ids of a page's sections that go on a sheet of `paper`; `talk-uk/a4` is for that paper alone."""
    parted = [item.partition("/") for item in page.handout]
    return [section for section, _, only in parted if only in {"", paper}]


def chosen(chapter: Chapter, sections: Iterable[str], address: str) -> Iterator[Element]:
    """Give copies of the blocks of some sections, in the order asked for, without what only the web page can use.

    A section is its heading and all below it up to the next heading of its level or above. Links lead to the website at
    the public address.
    """
    for section in sections:
        heading = chapter.body.find(f".//*[@id='{section}']")
        while heading is not None:
            if not classes(heading) & DROPPED:
                yield _for_paper(heading, address)
            heading = heading.getnext()
            if heading is not None and heading.tag in {"h1", "h2", "h3"} and heading.tag <= _level(chapter, section):
                break


def write_letter(letter: Letter, paper: str) -> bytes:
    """Print a letter on one side.

    Raises PressError when it takes more.
    """
    facts = record(title=letter.title, language=letter.language, paper=paper, day=spoken(letter.day))
    rows = "".join(f"([{words(name)}], [{words(value)}]), " for name, value in letter.facts)
    body = "\n\n".join(words(paragraph) for paragraph in letter.paragraphs)
    source = f'#import "handout.typ": *\n#letter({facts}, ({rows}), [{words(letter.closing)}])[{body}]\n'
    pdf = press(Job(letter.title, source, letter.day, {}, plain=True))
    if pages(pdf) != 1:
        raise PressError([Finding(letter.title, 0, 0, f"the letter takes more than one side of {PAPERS[paper]}", "shorten it")])
    return pdf


def _level(chapter: Chapter, section: str) -> str:
    """Give the tag of a section's heading."""
    found = chapter.body.find(f".//*[@id='{section}']")
    return str(found.tag) if found is not None else "h1"


def _for_paper(block: Element, address: str) -> Element:
    """Copy a block without marks of references, without links that only say where to read on, and without its ids."""
    block = copy.deepcopy(block)
    block.tail = None
    for line in block.iter("li"):
        _star(line)
    for element in list(block.iter()):
        if not isinstance(element.tag, str):
            continue
        element.attrib.pop("id", None)
        if classes(element) & DROPPED or (element.tag == "a" and _reads_on(element)):
            before = element.getprevious()
            parent = element.getparent()
            if parent is not None and before is None and parent.text and "kb-cite" in classes(element):
                parent.text = parent.text.rstrip()
            remove(element)
        elif (href := element.get("href") or "").startswith("/"):
            element.set("href", address + href[1:])
    return block


def _star(line: Element) -> None:
    """Put a star to a number that nobody has confirmed, in place of the sentence that says so."""
    name = line.find("strong")
    if name is not None and any(UNCONFIRMED in classes(part) for part in line):
        name.text = f"{(name.text or '').rstrip()}\N{NO-BREAK SPACE}*"


def _reads_on(link: Element) -> bool:
    """Say whether a link within the site stands alone, or after a sentence, at the end of its block."""
    holder, href = link.getparent(), link.get("href") or ""
    if holder is None or holder.tag in {"strong", "td", "th", "li", "h2", "h3"} or not href.startswith("/") or (link.tail or "").strip():
        return False
    before = link.getprevious()
    lead = (before.tail if before is not None else holder.text) or ""
    return link.getnext() is None and (not lead.strip() or lead.rstrip().endswith((".", "?", "!")))


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
    place = next(number for number, part in enumerate(parts) if part.tag == "table" or part.find(".//table") is not None)
    before = [markup(part, setting) for part in parts[:place] if part.tag != "h2"]
    after = [made for part in parts[place + 1 :] if (made := markup(part, setting))]
    beside = f"#beside({', '.join(f'[{made}]' for made in after)})" if after else ""
    return "\n\n".join([*before, markup(parts[place], setting), beside])


def _notes(volume: Volume, page: Page, parts: list[Element]) -> Iterator[str]:
    """Give the lines at a sheet's foot: which edition, when to check again, and what the signs on it mean."""
    again = spoken(page.recheck_by)
    numbers = " Check telephone numbers again before you rely on them." if any(map(has_numbers, parts)) else ""
    yield f"Edition of {spoken(volume.day)}; to be checked again by {again}.{numbers}"
    if any("*" in plain(part) for part in parts):
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
