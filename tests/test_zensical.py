"""Zensical: a site rendered by it, with our extension and without MkDocs, shows the same citations."""

import os
import subprocess
import sys
from urllib.parse import urljoin

import pytest
from lxml import html

from kb import publish

pytestmark = pytest.mark.full

BIB = r"""@article{doe2020,
  author = {Doe, Jane and Roe, Richard}, title = {A trial of things}, journal = {Journal}, year = {2020}, volume = {3},
  doi = {10.1000/a}, annote = {A trial of 20 people.}, verification = {verified}
}
@article{doe2020b,
  author = {Doe, Jane and Roe, Richard}, title = {Another trial}, journal = {Journal}, year = {2020}, volume = {4}
}
@book{ash:1999, author = {Ash, Ann}, title = {{A book \& more}}, publisher = {Press}, year = {1999}}
@book{key.dot, author = {van Berg, Bo}, title = {Dots}, publisher = {Press}, year = {2001}}
@online{web, title = {A page without an author}, year = {2011}, url = {https://example.org/page}}
@misc{unread, author = {Zed, Zoe}, title = {Nobody cites this}, year = {2012}}
"""
PAGES = {
    "index.md": "# Welcome\n\nNothing is cited here; me@doe2020.org and @nobody stay.\n",
    "paragraphs.md": """---
title: In paragraphs
---

## First

One [@doe2020; @ash:1999]. Two [see @ash:1999, p. 3;
@key.dot]. @doe2020b says so, and @web [p. 7] too.

## References

\\bibliography

## After

Three [-@key.dot].
""",
    "deep/index.md": "# Lists\n\n- one [@key.dot]\n    - two [@doe2020]\n\n1. three [@key.dot; @doe2020]\n",
    "deep/tables.md": """# In tables

| What | Who |
| --- | --- |
| a [@web] | [@ash:1999] |
| b | @ash:1999 |

Term [@doe2020]
:   Its meaning [@web].
""",
    "headings.md": "# Headed [@doe2020]\n\n## A part [@ash:1999] of it\n\nText [@web].\n\n### Deeper\n\n[@doe2020b]\n",
    "boxes.md": """# Boxes

!!! note "Titled [@web]"

    Inside [@doe2020].

??? tip

    Folded [@key.dot].

=== "Tab"

    In a tab [@ash:1999].

A note.[^1] Last [@doe2020b].

[^1]: A footnote that cites [@web].
""",
    "code.md": """# Code

`[@doe2020]` and `\\full_bibliography` and \\@doe2020.

```
[@doe2020]
```

~~~
@ash:1999
~~~

    [@web]

<!-- [@doe2020] --> <span title="[@web]">x</span> Real [@key.dot], unknown [@nokey].
""",
    "links.md": """# Links

[text @doe2020](https://example.org/@ash:1999) <https://example.org/@web> [@doe2020](index.md)
![alt @web](x.png "@web") and [@ash:1999].
""",
    "library.md": "# The library\n\nAll of it.\n\n\\full_bibliography\n",
}
SETTINGS = """site_name: Small
theme: {name: material, language: en, font: false}
nav:
  - Home: index.md
  - In the navigation: paragraphs.md
  - Deep: [deep/index.md, deep/tables.md]
  - headings.md
  - boxes.md
  - code.md
  - links.md
  - library.md
markdown_extensions:
  - admonition
  - attr_list
  - def_list
  - footnotes
  - tables
  - toc: {permalink: "#"}
  - pymdownx.details
  - pymdownx.superfences
  - pymdownx.tabbed: {alternate_style: true}
"""
OPTIONS = "{bib_file: refs.bib, csl_file: STYLE, lang: en-GB}"
SHOWN = [path.removesuffix(".md").removesuffix("index") for path in PAGES]


def build(folder, command, settings):
    """Write the small site and build it."""
    for path, text in PAGES.items():
        file = folder / "docs" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / "docs" / "x.png").write_bytes(b"")
    (folder / "refs.bib").write_text(BIB, encoding="utf-8")
    (folder / "mkdocs.yml").write_text(settings, encoding="utf-8")
    line = [sys.executable, "-m", command, "build"]
    done = subprocess.run(line, cwd=folder, env=publish.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: html.document_fromstring((folder / "site" / name / "index.html").read_bytes()) for name in SHOWN}, (
        done.stdout + done.stderr
    )


@pytest.fixture(scope="module", params=["nlm-citation-sequence", "apa"])
def both(request, tmp_path_factory):
    """The same small site from MkDocs with the plugin and from Zensical with the extension: pages, and output."""
    options = OPTIONS.replace("STYLE", request.param)
    plugin = f"plugins:\n  - search\n  - kb-citations: {options}\n"
    extension = f"  - kb.standalone: {options}\nplugins:\n  - search\n"
    return (
        build(tmp_path_factory.mktemp("mkdocs"), "mkdocs", SETTINGS + plugin),
        build(tmp_path_factory.mktemp("zensical"), "zensical", SETTINGS + extension),
    )


def marks(tree):
    """List a page's marks: what each says, where it leads, and the words around it."""
    return [
        (
            mark.text_content(),
            mark.get("id"),
            mark.get("href"),
            mark.get("data-refs"),
            mark.get("aria-label"),
            " ".join(
                mark.xpath("string(ancestor::*[self::p or self::li or self::td or self::dd or self::dt][1])").split()
            ),
        )
        for mark in tree.xpath("//article//a[@class='kb-cite']")
    ]


def lists(pages, name):
    """List a page's references: each entry's key, words and the addresses that its links lead to, in order."""
    return [
        (
            entry.getparent().tag,
            entry.get("id"),
            entry.text_content(),
            [urljoin(f"https://small.example/{name}/index.html", link) for link in entry.xpath(".//a/@href")],
        )
        for entry in pages[name].xpath("//li[@class='kb-reference']")
    ]


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_shows_the_same_marks_under_zensical(both, name):
    """Whoever moves a site from MkDocs to Zensical finds every mark with the same words and targets."""
    (mkdocs, _), (zensical, _) = both
    assert marks(zensical[name]) == marks(mkdocs[name])


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_shows_the_same_references_under_zensical(both, name):
    """Whoever moves a site finds every list with the same entries, order, and links back and to the citing pages."""
    (mkdocs, _), (zensical, _) = both
    assert lists(zensical, name) == lists(mkdocs, name)


def test_the_small_site_holds_what_it_is_to_compare(both):
    """The comparison is of something: marks on every page that cites, and the whole library."""
    _, (zensical, _) = both
    counts = {name: len(marks(tree)) for name, tree in zensical.items()}
    assert counts == {
        "": 0,
        "paragraphs": 5,
        "deep/": 3,
        "deep/tables": 5,
        "headings": 4,
        "boxes": 6,
        "code": 1,
        "links": 1,
        "library": 0,
    }
    assert len(lists(zensical, "library")) == 6
    assert zensical["library"].xpath("//li[@id='ref-key.dot']//a[contains(@href, 'boxes/#')]")


def test_zensical_too_is_told_of_an_unknown_key(both):
    """A writer under Zensical reads where the slip is; the page shows it too."""
    _, (zensical, output) = both
    assert "docs/code.md:15:" in output
    assert "no reference 'nokey'; add it to the .bib file" in output
    assert zensical["code"].xpath("//span[@class='kb-cite-missing']")


def test_a_page_under_zensical_carries_its_references_as_files(both):
    """Where no file can lie beside the page, the link itself holds the references for a reference manager."""
    _, (zensical, _) = both
    link = zensical["links"].xpath("//p[@class='kb-downloads']/a[@download='cited.bib']")[0]
    assert "ash%3A1999" in link.get("href")


def test_the_menu_under_zensical_holds_no_marks(both):
    """A heading that cites is in the table of contents by its words alone."""
    _, (zensical, _) = both
    menu = zensical["headings"].xpath("//nav[contains(@class, 'md-nav--secondary')]")[0]
    assert not menu.xpath(".//*[contains(@class, 'kb-')]")
    assert "A part of it" in " ".join(menu.text_content().split())


def test_a_changed_record_is_on_the_page_at_the_next_build(tmp_path):
    """With the bibliography under `watch`, a writer who mends a record sees it at once, whatever the folder."""
    settings = SETTINGS + f"  - kb.standalone: {OPTIONS.replace('STYLE', 'apa')}\nwatch: [refs.bib]\n"
    build(tmp_path, "zensical", settings)
    (tmp_path / "refs.bib").write_text(BIB.replace("A trial of things", "A mended title"), encoding="utf-8")
    later = (tmp_path / "refs.bib").stat().st_mtime + 2
    os.utime(tmp_path / "refs.bib", (later, later))
    line = [sys.executable, "-m", "zensical", "build", "-f", str(tmp_path / "mkdocs.yml")]
    subprocess.run(line, cwd=tmp_path.parent, env=publish.environment(), capture_output=True, check=True)
    assert "A mended title" in (tmp_path / "site/paragraphs/index.html").read_text(encoding="utf-8")
