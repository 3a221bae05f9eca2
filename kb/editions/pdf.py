"""The volume comes in; the whole knowledge base as one tagged PDF, for A4 or US Letter, goes out.

Page numbers count from the cover, so that the number on the page is the one that a reading program shows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from kb.editions.cleaning import classes
from kb.editions.cleaning import words as plain
from kb.editions.drawings import drawn, kind_of
from kb.editions.grids import is_wide
from kb.editions.press import Job, press, quoted
from kb.editions.typeset import Setting, markup, words
from kb.pages import spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from kb.editions.volume import Chapter, Volume

# What is true of every file that this module lets out: press() and the tests hold to it.
TESTED = (
    "This file has tags, an outline and page numbers. A program checked that every drawing in it has words for people "
    "who do not see it, that every link within it leads somewhere, and that every letter has a shape. "
    "No validator of a standard and no person with a screen reader has tried it yet."
)
SKIPPED = frozenset({"kb-head", "Z3988", "kb-cell-link", "kb-who"})
PAPER = "#fbf8f3"


def write_pdf(volume: Volume, description: str, paper: str) -> bytes:
    """Print the volume on `paper`, "a4" or "us-letter"; `description` is what the cover says below the name.

    Raises kb.editions.press.PressError with findings: a picture without words, a letter that no font has, a link that
    leads nowhere.
    """
    files = {}
    for chapter in volume.chapters:
        for image in chapter.body.iter("img"):
            name = (image.get("src") or "").removeprefix(volume.address).lstrip("/")
            files[name] = volume.root / name
    return press(Job(f"the book on {paper}", source(volume, description, paper), volume.day, files))


def source(volume: Volume, description: str, paper: str) -> str:
    """Give the book's Typst source."""
    language, _, region = volume.language.partition("-")
    facts = record(
        title=volume.name,
        author=volume.publisher or volume.name,
        description=description,
        language=language,
        region=region,
        paper=paper,
        address=volume.address,
        number=volume.number,
        day=spoken(volume.day),
    )
    parts = [
        '#import "book.typ": *',
        f"#let facts = {facts}",
        "#show: body => book(facts, body)",
        f"#cover(facts, ({''.join(f'{drawn}, ' for drawn in _signs(volume))}))",
        f"#title-page(facts, [{_imprint(volume)}])",
        "#contents()",
    ]
    sections = Counter(chapter.section for chapter in volume.chapters)
    writer = _Writer(volume, linked(volume))
    for section, chapters in groupby(volume.chapters, key=lambda chapter: chapter.section):
        listed = list(chapters)
        if sections[section] > 1:
            rows = ", ".join(f"({quoted(item.title)}, {quoted(label(item))})" for item in listed)
            parts.append(f"#part(facts, {quoted(section)}, ({rows},))")
        parts += [writer.chapter(item, 2 if sections[section] > 1 else 1) for item in listed]
    return "\n".join(parts) + "\n"


def record(**fields: str) -> str:
    """Give a Typst dictionary of strings."""
    return "(" + ", ".join(f"{name}: {quoted(value)}" for name, value in fields.items()) + ")"


def label(chapter: Chapter, section: str = "") -> str:
    """Give the name by which the source refers to a place: the chapter's key, and the id that the website has too."""
    return f"{chapter.key}:{section}"


def linked(volume: Volume) -> frozenset[str]:
    """Give the labels of all places that a link leads to, or that a release promises."""
    found = {label(chapter, section) for chapter in volume.chapters for section in chapter.ids}
    for chapter in volume.chapters:
        for href in chapter.inner:
            if place := volume.place(href):
                found.add(label(*place))
    return frozenset(found)


@dataclass(frozen=True)
class _Writer:
    """Writes chapters of one volume."""

    volume: Volume
    places: frozenset[str]

    def chapter(self, chapter: Chapter, depth: int) -> str:
        """Write a chapter: its head, its body, and wide tables on sheets of their own, with the heading above them."""
        heads = [part for part in chapter.body.iter() if "kb-head" in classes(part)]  # Help now has a second one
        facts = record(
            title=chapter.title,
            label=label(chapter),
            trail=" · ".join(chapter.trail[1:]),
            address=chapter.short or chapter.address,
            kind=kind_of(chapter.title),
        )
        facts = f"{facts[:-1]}, depth: {depth})"
        setting = self.setting(chapter, depth)
        readers, warning = "", ""
        for part in (part for head in heads for part in head):
            if "kb-for" in classes(part):
                readers = words("For " + plain(part).removeprefix("For "))
            if "admonition" in classes(part):
                warning = markup(part, setting)
        opening = f"#chapter({facts}, [{words(chapter.summary)}], [{readers}])\n{warning}\n"
        return opening + "\n\n".join(_sheets(chapter.body, setting))

    def setting(self, chapter: Chapter, depth: int) -> Setting:
        """Say how a chapter is set."""

        def target(link: Element) -> str | None:
            place = self.volume.place(link.get("href") or "")
            return label(*place) if place else None

        def own(section: str) -> str:
            return name if section and (name := label(chapter, section)) in self.places else ""

        return Setting(
            target=target,
            label=own,
            pages=lambda place: not place.startswith(f"{chapter.key}:"),
            depth=depth,
            skip=_skipped,
            language=self.volume.language.partition("-")[0],
        )


def _skipped(element: Element) -> bool:
    """Say whether an element is set elsewhere, or is of use only where a mark can be clicked back to."""
    if "kb-reference__back" in classes(element):
        return next(element.iterancestors("ol"), None) is not None
    return bool(classes(element) & SKIPPED)


def _blocks(body: Element) -> Iterator[Element]:
    """Give the blocks of a body, and those of the box that the frame puts round a page's own text."""
    for block in body:
        if "kb-body" in classes(block):
            yield from _blocks(block)
        elif isinstance(block.tag, str):
            yield block


def _sheets(body: Element, setting: Setting) -> Iterator[str]:
    """Set a body block by block; a wide table gets a turned sheet, with the heading and the line above it."""
    held: list[Element] = []
    for block in _blocks(body):
        if setting.skip(block):
            continue
        table = block if block.tag == "table" else block.find("table")
        wide = table is not None and is_wide(table)
        if wide:
            yield f"#turned[{' '.join(markup(part, setting) for part in (*held, block))}]"
            held = []
            continue
        if block.tag == "p" and len(held) == 1:  # a line of explanation stays with its heading
            held.append(block)
            continue
        yield from (markup(part, setting) for part in held)
        held = [block] if block.tag in {"h2", "h3"} else []
        if not held:
            yield markup(block, setting)
    yield from (markup(part, setting) for part in held)


def _signs(volume: Volume) -> list[str]:
    """Give the signs of the kinds of support, as they stand at the heads of their pages, for the cover."""
    found = []
    for chapter in volume.chapters:
        holder = chapter.body.find(".//*[@class='kb-head__sign']")
        if holder is not None and len(holder):
            found.append(drawn(holder[0], PAPER))
    return found


def _imprint(volume: Volume) -> str:
    """Give the title page's lines: which edition, where it comes from, what may be done with it, what was tested."""
    address, licence = quoted(volume.address), quoted(volume.licence_url)
    lines = [
        words(f"Edition of {spoken(volume.day)}, number {volume.number}"),
        words(f"Published by {volume.publisher}." if volume.publisher else "This copy has no named publisher."),
        f"{words('The public address: ')}#away({address})[#{address};]",
        f"{words('Words: ')}#away({licence})[{words(volume.licence)}].",
        words("This is information, not medical advice."),
        words("Telephone numbers change. Check each one again before you rely on it."),
        words("A newer edition may be out: the public address has it. Each page names its own address at its foot."),
        words(TESTED),
    ]
    return "\n\n".join(lines)
