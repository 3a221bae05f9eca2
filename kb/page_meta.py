"""A page's title, dates and cited works come in; its metadata for machines and references to it for essays go out.

The standards: Highwire Press tags, as Google Scholar's "Inclusion Guidelines for Webmasters" lists them; schema.org in
JSON-LD 1.1; RIS and BibTeX as in kb.exports; the styles that cite_this_page names. The works that a page cites stand in
its JSON-LD once, as identifiers: whoever reads a page pays for each byte, and the whole records lie beside it as files.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kb.csl_items import doi, plain, web_address
from kb.exports import to_bibtex, to_ris
from kb.library import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from kb.csl_items import Item

MONTHS = "January February March April May June July August September October November December"
READ = "the day you read it"  # what only the reader knows
CARD_SIZE = (1200, 630)
LATEX = str.maketrans(
    {mark: f"\\{mark}" for mark in "{}$&#_%"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)


def citation_meta(title: str, site: str, authors: Iterable[str], updated: date, address: str) -> list[tuple[str, str]]:
    """List names and contents of a page's `<meta>` tags, in order; whoever writes them into HTML escapes them.

    There is a `citation_author` only if an author is given. Highwire has no tag for a website, and Zotero takes a page
    with a `citation_title` alone for a journal article: hence the last two, from the Open Graph protocol (ogp.me).
    """
    rows = [
        ("citation_title", plain(title)),
        *(("citation_author", plain(author)) for author in authors),
        ("citation_publication_date", f"{updated:%Y/%m/%d}"),
        ("citation_public_url", web_address(address)),
        ("citation_fulltext_html_url", web_address(address)),
        ("og:type", "website"),
        ("og:site_name", plain(site)),
    ]
    return [(name, content) for name, content in rows if content]


def card_meta(  # noqa: PLR0913, PLR0917 - one argument for each thing a page knows of itself
    title: str, description: str, address: str, language: str, image: str, alt: str
) -> list[tuple[str, str]]:
    """List names and contents of the tags that make a card of a link: Open Graph (ogp.me) and what Twitter adds to it.

    `image` is the absolute address of a picture of CARD_SIZE pixels, or "" for none; `language` is a BCP 47 tag.
    """
    picture = [
        ("og:image", web_address(image)),
        ("og:image:width", str(CARD_SIZE[0])),
        ("og:image:height", str(CARD_SIZE[1])),
        ("og:image:alt", plain(alt)),
    ]
    rows = [
        ("og:title", plain(title)),
        ("og:description", plain(description)),
        ("og:url", web_address(address)),
        ("og:locale", language.replace("-", "_")),
        *(picture if image else []),
        ("twitter:card", "summary_large_image" if image else "summary"),
    ]
    return [(name, content) for name, content in rows if content]


def breadcrumbs_json_ld(trail: Iterable[tuple[str, str]]) -> str:
    """Write the way down to a page, as (name, public address) step by step, as a schema.org BreadcrumbList."""
    steps = [
        {"@type": "ListItem", "position": position, "name": plain(name), "item": web_address(address)}
        for position, (name, address) in enumerate(trail, 1)
    ]
    return _script({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": steps})


def page_json_ld(  # noqa: PLR0913, PLR0917 - as above
    title: str,
    site: str,
    updated: date,
    checked: date,
    address: str,
    licence_url: str,
    references: Iterable[Item],
    language: str = "",
) -> str:
    """Write a page as a schema.org Article, for a `<script type="application/ld+json">`; `references` are CSL items.

    `language` is a BCP 47 tag. There is no `datePublished`: no page knows the day on which it first was public. A cited
    work is its DOI, else its address, else its title: schema.org's `citation` takes text as well as a CreativeWork.
    """
    address = web_address(address)
    page = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": plain(title),
        "url": address,
        "mainEntityOfPage": {"@type": "WebPage", "@id": address, "lastReviewed": checked.isoformat()},
        "isPartOf": {"@type": "WebSite", "name": plain(site)},
        "dateModified": updated.isoformat(),
        "inLanguage": language,
        "license": web_address(licence_url),
        "citation": [cited for cited in map(_cited, references) if cited],
    }
    return _script({name: value for name, value in page.items() if value})


def _script(data: dict[str, Any]) -> str:
    r"""Write JSON for a script: `<`, `>` and `&` as JSON's \u escapes, so that no value ends it or opens a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.translate({ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"})


def _cited(item: Item) -> str:
    """Name a cited work in the shortest way that leads to it."""
    if found := doi(item):
        return f"https://doi.org/{quote(found, safe='/:;().')}"
    return web_address(item.get("URL")) or plain(item.get("title"))


def cite_this_page(title: str, site: str, updated: date, address: str) -> dict[str, str]:
    """Give references to the page itself as plain text, by style.

    No author or publisher is made up. Where a style wants an author the site's name stands: APA ("Publication Manual",
    7th edition) and Harvard ("Cite Them Right") both put the body behind a web page there. NLM ("Citing Medicine",
    chapter 25) says what is unknown. READ is for the reader to fill in.
    """
    title, site, address = plain(title), plain(site), web_address(address)
    month, stop = MONTHS.split()[updated.month - 1], "" if title.endswith(("?", "!", ".")) else "."
    days = f"[updated {updated.year} {month[:3]} {updated.day}; cited {READ}]"
    found = f"Available at: {address} (Accessed: {READ})."
    unknown = "[place unknown: publisher unknown]; [date unknown]"
    return {
        "APA 7": f"{site}. ({updated.year}, {month} {updated.day}). {title}{stop} {address}",
        "Harvard (Cite Them Right)": f"{site} ({updated.year}) {title}{stop} {found}",
        "Vancouver/NLM": f"{site} [Internet]. {unknown}. {title}; {days}. Available from: {address}",
    }


def page_records(title: str, site: str, updated: date, address: str) -> dict[str, str]:
    """Give the page itself as a record for reference managers, by the ending of its file: BibTeX and RIS.

    Both have a place for the site, so that it is no author.
    """
    title, site, address = plain(title), plain(site), web_address(address)
    item = _page_item(title, site, updated, address)
    return {"bib": _page_bibtex(title, site, updated, address), "ris": to_ris([item])}


def _page_item(title: str, site: str, updated: date, address: str) -> Item:
    """Give the page as a CSL item."""
    issued = {"date-parts": [[updated.year, updated.month, updated.day]]}
    return {"type": "webpage", "title": title, "container-title": site, "issued": issued, "URL": address}


def _page_bibtex(title: str, site: str, updated: date, address: str) -> str:
    """Give the page as the @misc that docs/about/cite.md shows; its key is made of site, year and title."""
    month = MONTHS.split()[updated.month - 1]
    fields = {
        "title": f"{{{title.translate(LATEX)}}}",
        "howpublished": site.translate(LATEX),
        "year": str(updated.year),
        "month": month[:3].lower(),
        "note": f"Last changed {updated.day} {month} {updated.year}",
        "url": address,
    }
    key = f"{_letters(' '.join(site.split()[:2]))}{updated.year}{_letters(title)}"
    return to_bibtex([Entry(key, "misc", 0, fields)])


def _letters(text: str) -> str:
    """Give the letters and figures of a text that a citation key can hold: lower case, ASCII, 40 at most."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text).lower())[:40]
