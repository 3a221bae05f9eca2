"""A page as MkDocs has it comes in; the same with what other pages tell its reader goes out: for the door `site`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kb.addresses import relative
from kb.evidence import LIST, blocks, claims_table, read_claims
from kb.glossary import explain, explanations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kb.pages import Page

COMMIT = re.compile(r"\\commit\b")
RULE = "research/index.md", "how-we-weigh"  # where the words for strength are explained
GLOSSARY = "glossary.md"
ARTICLE = re.compile(r"(<article\b[^>]*>)(.*)(</article>)", re.DOTALL)


def fill_in(markdown: str, path: str, pages: Mapping[str, Page], commit: str) -> str:
    """Turn a page's blocks of evidence into Markdown, and fill in the list of all of them and the build's commit."""
    page = pages.get(path)
    if page is not None and "evidence" in markdown:
        rule = f"{relative(RULE[0], path)}#{RULE[1]}" if RULE[0] in pages else ""
        markdown = blocks(markdown, read_claims(page, path)[0], rule)
        if LIST.search(markdown):
            claims = [claim for each in pages.values() for claim in read_claims(each, each.path)[0]]
            table = claims_table(claims, path)
            markdown = LIST.sub(lambda _: table, markdown)
    return COMMIT.sub(f"commit `{commit}`" if commit else "a commit that this copy does not record", markdown)


def explained(html: str, path: str, pages: Mapping[str, Page]) -> str:
    """Give a finished page with buttons behind its links to glossary terms; the glossary itself needs none."""
    if GLOSSARY not in pages or path == GLOSSARY:
        return html
    known = explanations(pages[GLOSSARY])
    return ARTICLE.sub(lambda match: match[1] + explain(match[2], known) + match[3], html)
