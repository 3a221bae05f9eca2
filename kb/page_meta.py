"""A page's title, dates and cited works come in; its metadata for machines and references to it for essays go out.

The standards: Highwire Press tags, as Google Scholar's "Inclusion Guidelines for Webmasters" lists them, with their
`citation_reference`; schema.org in JSON-LD 1.1; RIS and BibTeX as in kb.exports; the styles that cite_this_page names.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kb.csl_items import body, day, doi, family, given, inverted, pages, people, plain, web_address, written
from kb.exports import to_bibtex, to_ris
from kb.library import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from kb.csl_items import Item

MONTHS = "January February March April May June July August September October November December"
READ = "the day you read it"  # what only the reader knows
SCHEMA_TYPES = {
    "article-journal": "ScholarlyArticle",
    "book": "Book",
    "chapter": "Chapter",
    "report": "Report",
    "webpage": "WebPage",
    "thesis": "Thesis",
    "paper-conference": "ScholarlyArticle",
}
SCHEMA_CONTAINERS = {"article-journal": "Periodical", "chapter": "Book", "webpage": "WebSite"}
CARD_SIZE = (1200, 630)
CONTAINERS = {"article-journal": "citation_journal_title", "paper-conference": "citation_conference_title"}
PUBLISHERS = {"report": "citation_technical_report_institution", "thesis": "citation_dissertation_institution"}
LATEX = str.maketrans(
    {mark: f"\\{mark}" for mark in "{}$&#_%"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)


def citation_meta(  # noqa: PLR0913, PLR0917 - one argument for each thing a page knows of itself
    title: str, site: str, authors: Iterable[str], updated: date, address: str, items: Iterable[Item]
) -> list[tuple[str, str]]:
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
        *(("citation_reference", _reference(item)) for item in items),
        ("og:type", "website"),
        ("og:site_name", plain(site)),
    ]
    return [(name, content) for name, content in rows if content]


def card_meta(  # noqa: PLR0913, PLR0917 - as above
    title: str, description: str, address: str, language: str, image: str, alt: str
) -> list[tuple[str, str]]:
    """List names and contents of the tags that make a card of a link: Open Graph (ogp.me) and what Twitter adds to it.

    `image` is the absolute address of a picture of CARD_SIZE pixels, or "" for none; `language` is a BCP 47 tag.
    """
    picture = [
        ("og:image", web_address(image)),
        ("og:image:type", "image/png"),
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


def _reference(item: Item) -> str:
    """Write a cited work as `name=value; name=value`; the form has no escape, so a semicolon in a value is a comma."""
    kind = item.get("type") or ""
    first, last = pages(item)
    rows = [
        ("citation_title", plain(item.get("title"))),
        *(("citation_author", inverted(name)) for name in people(item)),
        ("citation_publication_date", written(day(item), "/")),
        (CONTAINERS.get(kind, "citation_inbook_title"), plain(item.get("container-title"))),
        ("citation_volume", plain(item.get("volume"))),
        ("citation_issue", plain(item.get("issue"))),
        ("citation_firstpage", first),
        ("citation_lastpage", last),
        (PUBLISHERS.get(kind, "citation_publisher"), plain(item.get("publisher"))),
        ("citation_technical_report_number", plain(item.get("number")) if kind == "report" else ""),
        ("citation_isbn", plain(item.get("ISBN"))),
        ("citation_issn", plain(item.get("ISSN"))),
        ("citation_doi", doi(item).replace(";", "%3B")),
        ("citation_public_url", web_address(item.get("URL")).replace(";", "%3B")),
    ]
    return "; ".join(f"{name}={value.replace(';', ',')}" for name, value in rows if value)


def page_json_ld(  # noqa: PLR0913, PLR0917 - as above
    title: str,
    description: str,
    site: str,
    updated: date,
    checked: date,
    address: str,
    licence_url: str,
    references: Iterable[Item],
    language: str = "",
) -> str:
    """Write a page as a schema.org Article, for a `<script type="application/ld+json">`; `references` are CSL items.

    `language` is a BCP 47 tag. There is no `datePublished`: no page knows the day on which it first was public.
    """
    address = web_address(address)
    page = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": plain(title),
        "description": plain(description),
        "url": address,
        "mainEntityOfPage": {"@type": "WebPage", "@id": address, "lastReviewed": checked.isoformat()},
        "isPartOf": {"@type": "WebSite", "name": plain(site)},
        "dateModified": updated.isoformat(),
        "inLanguage": language,
        "license": web_address(licence_url),
        "citation": [_schema_work(item) for item in references],
    }
    return _script({name: value for name, value in page.items() if value})


def _script(data: dict[str, Any]) -> str:
    r"""Write JSON for a script: `<`, `>` and `&` as JSON's \u escapes, so that no value ends it or opens a comment."""
    text = json.dumps(data, ensure_ascii=False)
    return text.translate({ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"})


def _schema_work(item: Item) -> dict[str, Any]:
    """Give a cited work as a schema.org CreativeWork."""
    kind = item.get("type") or ""
    container = plain(item.get("container-title"))
    work = {
        "@type": SCHEMA_TYPES.get(kind, "CreativeWork"),
        "name": plain(item.get("title")),
        "author": [_schema_author(name) for name in people(item)],
        "datePublished": written(day(item), "-"),
        "isPartOf": {"@type": SCHEMA_CONTAINERS.get(kind, "CreativeWork"), "name": container} if container else None,
        "sameAs": f"https://doi.org/{quote(doi(item), safe='/:;().')}" if doi(item) else "",
        "url": web_address(item.get("URL")),
    }
    return {name: value for name, value in work.items() if value}


def _schema_author(name: Item) -> dict[str, str]:
    """Give an author as a schema.org Person or Organization."""
    if body(name):
        return {"@type": "Organization", "name": body(name)}
    parts = (given(name), family(name), plain(name.get("suffix")))
    return {"@type": "Person", "name": " ".join(part for part in parts if part)}


def cite_this_page(title: str, site: str, updated: date, address: str) -> dict[str, str]:
    """Give references to the page itself as plain text, by style: three styles, then BibTeX and RIS.

    No author or publisher is made up. Where a style wants an author the site's name stands: APA ("Publication Manual",
    7th edition) and Harvard ("Cite Them Right") both put the body behind a web page there. NLM ("Citing Medicine",
    chapter 25) says what is unknown; BibTeX and RIS have a place for the site. READ is for the reader to fill in.
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
        "BibTeX": _page_bibtex(title, site, updated, address),
        "RIS": to_ris([_page_item(title, site, updated, address)]),
    }


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
