"""A page that MkDocs renders comes in; what its template shows of sharing, citing, its card and its place goes out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb import sharing
from kb.addresses import address_of
from kb.bibliography import stem
from kb.downloads import put
from kb.page_meta import breadcrumbs_json_ld, card_meta, cite_this_page, page_records

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page as MkDocsPage

    from kb.helplines import Helpline
    from kb.pages import Page


def shared(source: Page, config: MkDocsConfig, helplines: Iterable[Helpline]) -> sharing.Sharing | None:
    """Give what a reader can send of a page; nothing while the site has no address."""
    return sharing.sharing(source, config.site_name, config.site_url, helplines) if config.site_url else None


def card(page: MkDocsPage, source: Page, address: str, config: MkDocsConfig) -> list[tuple[str, str]]:
    """Give the tags that make a card of a link to the page: its title, its words, and the site's one picture."""
    picture = config.extra.get("card") or {}
    image = config.site_url + picture["image"] if config.site_url and picture.get("image") else ""
    title = str(page.meta.get("title") or page.title)
    return card_meta(title, source.description, address, language(config), image, picture.get("alt") or "")


def breadcrumbs(page: MkDocsPage, nav: Navigation, address: str, config: MkDocsConfig) -> str:
    """Give the way from the home page down to a page as JSON-LD, by public addresses; nothing for the home page.

    A section stands in it with its own page; one without a page of its own has no address, and is left out.
    """
    if page.is_homepage or nav.homepage is None or not config.site_url:
        return ""
    trail = [(nav.homepage.title or "", config.site_url)]
    sections: list[Any] = list(page.ancestors)  # MkDocs types them too widely to have children
    for section in reversed(sections):
        index = next((item for item in section.children if item.is_page and item.is_index), None)
        if index and index is not page:
            trail.append((section.title, config.site_url.rstrip("/") + address_of(index.file.src_uri)))
    return breadcrumbs_json_ld([*trail, (str(page.meta.get("title") or page.title), address)])


def cited_itself(page: MkDocsPage, about: tuple[str, str, date, str], config: MkDocsConfig) -> dict[str, Any]:
    """Give how to cite a page itself, and write its records for reference managers beside it: `a/` has `a/cite.bib`.

    `about` is its title, the site's name, the day of its last change and its public address.
    """
    file = stem(page.url, "cite")
    put(Path(config.site_dir), {f"{file}.{end}": text for end, text in page_records(*about).items()})
    return {"cite": cite_this_page(*about), "cite_file": file.rpartition("/")[2]}


def language(config: MkDocsConfig) -> str:
    """Give the language of the pages as BCP 47 writes it: en-GB."""
    return str((config.extra.get("identity") or {}).get("language") or config.theme["language"])
