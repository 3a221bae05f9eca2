"""Editions read back by readers that did not write them: each page's title, words, sections, marks and links."""

import re
import zipfile
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

import html5lib

ADDRESS = "https://recovery.example/"
# What only the website can use, and what only an edition says.
WEB = {"headerlink", "kb-share", "kb-to-share", "kb-leave", "kb-explain", "kb-paper", "kb-cite-page", "kb-downloads"}
WEB |= {"kb-cell-link", "kb-who", "kb-yours", "kb-to-trust", "kb-cover"}
OWN = {"kb-age", "kb-edition", "colophon", "trail", "kb-fill", "turn", "Z3988"}
TAGS = {"script", "noscript", "style", "form", "fieldset", "nav", "button", "input", "template", "dialog"}
PASSING = re.compile(r"__|cite-\d|ref-|fn(ref\d*)?:|kb-|no-longer-here$")


@dataclass(frozen=True)
class Seen:
    """What a reader finds on one page of an edition."""

    title: str
    words: str
    sections: frozenset
    marks: tuple
    links: frozenset


def parse(text):
    """Parse a page by the HTML standard, as a browser would."""
    return html5lib.parse(text, treebuilder="etree", namespaceHTMLElements=False)


def is_left_out(element):
    return (
        element.tag in TAGS or bool((WEB | OWN) & set(element.get("class", "").split())) or "popover" in element.attrib
    )


def walk(element):
    """Give the elements and words that both the website and its editions hold, in order."""
    yield element, element.text or ""
    for child in element:
        if isinstance(child.tag, str) and not is_left_out(child):
            yield from walk(child)
        yield None, child.tail or ""


def several(mark):
    """Give each number of a mark of several, `(3,7)`, with its work; nothing for any other mark."""
    numbers, works = re.findall(r"\d+", "".join(mark.itertext())), mark.get("data-refs", "").split()
    together = re.fullmatch(r"\(\d+(,\d+)+\)", "".join(mark.itertext()))
    return list(zip(numbers, [f"#{work}" for work in works], strict=True)) if together else []


def seen(article, address_of_link, identifier=lambda value: value):
    """Read one article; `address_of_link` gives a link's address on the website or elsewhere, `identifier` an id's."""
    parts = list(walk(article))
    elements = [element for element, _ in parts if element is not None]
    words = " ".join("".join(text for _, text in parts).split())
    ids = [identifier(element.get("id")) for element in elements if element.get("id")]
    links = [(element, element.get("href")) for element in elements if element.tag == "a" and element.get("href")]
    cites = [(element, href) for element, href in links if "kb-cite" in element.get("class", "").split()]
    marks = [
        mark
        for element, href in cites
        for mark in several(element) or [("".join(element.itertext()), address_of_link(href))]
    ]
    marks = [(text.strip("()"), href.partition("#")[2]) for text, href in marks]
    heading = next(element for element in elements if element.tag == "h1")
    return Seen(
        " ".join("".join(heading.itertext()).split()),
        words,
        frozenset(i for i in ids if not PASSING.match(i)),
        tuple(marks),
        frozenset(
            address_of_link(href)
            for element, href in links
            if not href.startswith("sms:") and "kb-cite" not in element.get("class", "")
        ),
    )


def by_files(page):
    """Give a function that resolves links between files; a page's address is its folder."""

    def resolve(href):
        parts = urlsplit(href)
        if parts.scheme or parts.netloc:
            return href
        path = normpath(join(dirname(page), unquote(parts.path))) if parts.path else page
        path = (
            path
            if path.endswith((".html", ".xhtml")) or "." in path.rpartition("/")[2].strip(".")
            else f"{path}/index.html"
        )
        place = "/" + re.sub(r"(^|/)index\.x?html$", r"\1", normpath(path)).lstrip("/")
        place = place.replace("/./", "/")
        if not place.endswith("/"):
            return ADDRESS + place[1:]
        return f"{place}#{parts.fragment}" if parts.fragment else place

    return resolve


def article_of(text):
    return next(parse(text).iter("article"))


def read_site(site, files):
    return {file: seen(article_of((site / file).read_text(encoding="utf-8")), by_files(file)) for file in files}


def read_zip(file, files):
    with zipfile.ZipFile(file) as archive:
        return {name: seen(article_of(archive.read(f"{file.stem}/{name}").decode()), by_files(name)) for name in files}


def read_html(file, files):
    root = parse(file.read_text(encoding="utf-8"))
    found = {}
    for section in root.iter("section"):
        page = section.get("id") or ""
        if not page.startswith("/"):
            continue

        def link(href):
            if not href.startswith("#/"):
                return href
            path, _, rest = href[1:].rpartition("/")
            return f"{path}/#{rest}" if rest else f"{path}/"

        def own(identifier, page=page):
            assert identifier.startswith(page), identifier
            return identifier[len(page) :]

        found[page[1:] + "index.html"] = seen(next(section.iter("article")), link, own)
    return {name: found[name] for name in files}


def read_epub(file, files):
    with zipfile.ZipFile(file) as archive:
        pages = {name: archive.read("EPUB/" + name.replace(".html", ".xhtml")).decode() for name in files}
    found = {}
    for name, text in pages.items():
        body = re.sub(r"^<\?xml.*?\?>", "", text, flags=re.DOTALL)
        found[name] = seen(article_of(body), by_files(name))
    return found


def read_zim(file, files):
    from libzim.reader import Archive  # noqa: PLC0415 - the other readers do without it

    archive = Archive(file)
    return {
        name: seen(article_of(bytes(archive.get_entry_by_path(name).get_item().content).decode()), by_files(name))
        for name in files
    }


READERS = {"zip": read_zip, "html": read_html, "epub": read_epub, "zim": read_zim}
