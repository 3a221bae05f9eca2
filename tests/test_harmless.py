"""Harmless: whatever somebody writes, in whatever file, no address that runs and nothing active reaches a reader."""

import html
import re

import pytest
from conftest import BIB, PROJECT, often, page
from lxml import html as parser

from kb.harmless import plain, scheme
from kb.intake import check_files

# One address in the dresses that browsers see through (WHATWG URL, 4.4): case, spaces, lines, controls, entities.
RUNNING = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript://www.example.org/%0aalert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<b>1</b>",
    "data:text/html;base64,PGI+MTwvYj4=",
    "data:image/svg+xml,<svg/>",
    "file:///etc/passwd",
    "blob:https://a.example/1",
    "view-source:https://a.example/",
    "intent://a.example/#Intent;end",
    "ftp://a.example/x",
]
ENTITIES = [
    "javascript&#58;alert(1)",
    "&#106;avascript:alert(1)",
    "javascript&colon;alert(1)",
    "java&#10;script:alert(1)",
    "java&Tab;script:alert(1)",
]
HARMFUL = re.compile(r"^(javascript|vbscript|data|file|blob|view-source|intent|ftp):", re.IGNORECASE)
LINKS = {
    "Markdown": "[a]({})",
    "Markdown in brackets": "[a](<{}>)",
    "a picture": "![a]({})",
    "an automatic link": "<{}>",
    "a reference": "[a][ref]\n\n[ref]: {}",
    "HTML": '<a href="{}">a</a>',
    "HTML without quotes": "<a href={}>a</a>",
    "a map": '<map name="m"><area alt="a" href="{}"></map>',
    "a picture in HTML": '<img alt="a" src="{}">',
    "a set of pictures": '<img alt="a" src="a.svg" srcset="{} 2x">',
    "a frame": '<iframe title="a" src="{}"></iframe>',
    "an object": '<object data="{}"></object>',
    "a form": '<form action="{}"><button>a</button></form>',
    "a button": '<button formaction="{}">a</button>',
    "a film": '<video src="{}"></video>',
    "its picture": '<video poster="{}"></video>',
    "a drawing's link": '<svg><a xlink:href="{}"><text>a</text></a></svg>',
    "a drawing's picture": '<svg><image href="{}"/></svg>',
    "attributes": "[a](help-now.md){{: href='{}' }}",
    "a new page at once": '<meta http-equiv="refresh" content="0; url={}">',
    "a base": '<base href="{}">',
}


def harmful(file):
    """List every address of a built page that a browser would run, or that leaves the web."""
    elements = parser.document_fromstring(file.read_bytes()).iter() if file.exists() else []
    values = [value for element in elements for value in getattr(element, "attrib", {}).values()]
    return [value for value in values if HARMFUL.match(plain(value))]


def outcome(miniature, folder, pages):
    """Build pages, again without those that stop a build, until there is a site; give what was said of each page."""
    said, left = {}, dict(pages)
    while True:
        built = miniature(left, strict=False)
        assert "Traceback" not in built.output
        lines = [line for line in built.output.splitlines() if "docs/" in line and not line.startswith("INFO")]
        new = {path: [line for line in lines if f"docs/{path}" in line] for path in left}
        said |= {path: said.get(path, []) + told for path, told in new.items()}
        if built.status == 0:
            return said, built.site
        stopping = [path for path, told in new.items() if told]
        assert stopping, built.output
        for path in stopping:
            del left[path]
            (folder / "docs" / path).unlink()


@pytest.mark.parametrize("url", RUNNING)
def test_a_scheme_is_found_as_a_browser_finds_it(url):
    """No space, line, control or capital hides what an address would do."""
    assert scheme(url) in {"javascript", "vbscript", "data", "file", "blob", "view-source", "intent", "ftp"}


@pytest.mark.parametrize("where", often(LINKS, "Markdown", "HTML", "a picture", "attributes"))
def test_no_address_in_a_page_runs(miniature, tmp_path, where):
    """Whoever writes an address that runs, in Markdown or HTML, is told, or it stays the words that it is."""
    pages = {
        f"x{number}.md": page(f"X{number}", LINKS[where].format(_quoted(url, where)) + "\n")
        for number, url in enumerate(RUNNING + ENTITIES)
    }
    said, site = outcome(miniature, tmp_path, pages)
    assert said["x0.md"]  # the plainest of them is not only harmless: whoever wrote it is told
    for path in pages:
        live = harmful(site / path.removesuffix(".md") / "index.html")
        assert said[path] or not live, f"{path}: {live}"
        assert all(re.match(r"(WARNING +- +kb: )?docs/x\d+\.md(:\d+)*: ", line) for line in said[path]), said[path]


def _quoted(url, where):
    """Give an address as HTML holds it; those written with entities already are."""
    return html.escape(url, quote=True) if "HTML" in where and "&" not in url else url


HELPLINE = """- {{id: a, group: talk-uk, name: A, call: "{call}", call_uri: "{uri}", text: "", text_uri: "",
   text_note: "", web: "{web}", who: w, hours: h, cost: c, note: n, seen: s, seen_on: "", confirmed: ""}}
"""
SETTINGS = (
    "extra: {{card: {{image: '{card}', alt: A}}, leave: '{leave}', generator: false,"
    " identity: {{publisher: P, contact: '{contact}', language: en-GB, licence: L, licence_url: '{licence}'}}}}\n"
)
GOOD = {
    "card": "assets/card.png",
    "leave": "https://a.example/",
    "contact": "the hall",
    "licence": "https://b.example/",
}
LEFT = page("A", "Words.\n", leave="true")


def bib(field):
    """Give the files of a site that cites a record with a field."""
    record = BIB.replace("year = {2020}", f"year = {{2020}},\n  {field}")
    return {"a.md": page("A", "Cited [@doe2020].\n\n\\bibliography\n"), "research/references.bib": record}


def evidence(words):
    """Give a page with a block of evidence that holds words."""
    fields = f"id: claim-a\nclaim: {words}\nstrength: some\nkind: argument\nbasis: {words}\nsources: [@doe2020]"
    return {"a.md": page("A", f"```evidence\n{fields}\nunknown: {words}\ndissent: {words}\n```\n\n\\bibliography\n")}


DATA = {
    "a record's url": lambda url: bib(f"url = {{{url}}}"),
    "its archived copy": lambda url: bib(f"url = {{https://a.example/}}, archiveurl = {{{url}}}"),
    "its DOI": lambda url: bib(f"doi = {{{url}}}"),
    "a link in its title": lambda url: bib(f"note = {{\\href{{{url}}}{{a}}}}"),
    "an address in its text": lambda url: bib(f"howpublished = {{\\url{{{url}}}}}"),
    "HTML in its text": lambda url: bib(f"note = {{<a href='{url}'>a</a>}}"),
    "a service's website": lambda url: {"helplines.yml": HELPLINE.format(call="", uri="", web=url)},
    "its number": lambda url: {"helplines.yml": HELPLINE.format(call="1", uri=url, web="")},
    "a page elsewhere": lambda url: {"links/outgoing.yml": f'- url: "{url}"\n'},
    "its copy": lambda url: {"links/outgoing.yml": f'- url: https://a.example/\n  archived: "{url}"\n'},
    "what is gone": lambda url: {
        "links/retired.yml": f'- {{address: /a/, title: A, since: 2027-01-02, why: W, instead: ["{url}"]}}\n'
    },
    "what has moved": lambda url: {"links/redirects.txt": f"/a/ -> {url}\n"},
    "a page's relations": lambda url: {"a.md": page("A", related=f'["{url}"]')},
    "its summary": lambda url: {"a.md": page("A", summary=f'"[a]({url})"')},
    "evidence": lambda url: evidence(f"[a]({url})"),
    "evidence in HTML": lambda url: evidence(f'<a href="{url}">a</a>'),
    "a term": lambda url: {"glossary.md": page("G", f"A {'{'} #a {'}'}\n:   [a]({url})\n")},
    "words for a term": lambda url: {
        "glossary.md": page("G", "A { #a }\n:   Words.\n"),
        "terms.yml": f'sets:\n  - plain: ["<a href={url}>a</a>", b]\n    glossary: a\n',
    },
    "the menu": lambda url: {"more": f'nav:\n  - Home: index.md\n  - Bad: "{url}"\n'},
    "the licence": lambda url: {"more": SETTINGS.format(**GOOD | {"licence": url})},
    "the way out": lambda url: {"a.md": LEFT, "more": SETTINGS.format(**GOOD | {"leave": url})},
    "whom to ask": lambda url: {"more": SETTINGS.format(**GOOD | {"contact": url})},
    "the card": lambda url: {"more": SETTINGS.format(**GOOD | {"card": url})},
}


@pytest.mark.parametrize("where", often(DATA, *list(DATA)[::3]))
@pytest.mark.parametrize(
    "url", often(["javascript:alert(1)", "JAVA&#115;cript:alert(1)", "data:text/html,1"], "javascript:alert(1)")
)
def test_no_address_in_data_or_settings_runs(miniature, where, url):
    """Whoever puts an address that runs into a record, a list or the settings is told, or nobody can follow it."""
    files = DATA[where](url)
    built = miniature({path: text for path, text in files.items() if path != "more"}, more="\n" + files.get("more", ""))
    assert "Traceback" not in built.output
    live = [address for file in built.site.rglob("*.html") for address in harmful(file)]
    assert built.status == 1 or not live, live
    if built.status:
        assert [line for line in built.output.splitlines() if re.search(r"(docs/|site/|mkdocs\.yml)\S*: .*; ", line)]


ACTIVE = [
    ('<p style="color: red">a</p>', "the attribute `style`"),
    ('<p ONCLICK="a()">a</p>', "an inline handler, `onclick`"),
    ("<svg onload=a()></svg>", "an inline handler, `onload`"),
    ("Words.\n{: onmouseover=a() }", "an inline handler, `onmouseover`"),
    ("Words.\n{: style='position:fixed' }", "the attribute `style`"),
    ("<script>a()</script>", "a script"),
    ("<svg><script>a()</script></svg>", "a script"),
    ("<style>p { color: red }</style>", "the element <style>"),
    ('<iframe title="a" srcdoc="a"></iframe>', "the element <iframe>"),
    ('<embed src="help-now.md">', "the element <embed>"),
    ('<svg><animate attributeName="href" values="javascript:a()"/></svg>', "the element <animate>"),
    ('<script src="https://a.example/x.js"></script>', "<script> loads 'https://a.example/x.js' from another host"),
    ('<link rel="stylesheet" href="https://a.example/x.css">', "<link> loads 'https://a.example/x.css'"),
    ("![a](https://a.example/x.png)", "<img> loads 'https://a.example/x.png' from another host"),
    ("![a](https://recovery.example.evil.example/x.png)", "from another host"),
    ("![a](//a.example/x.png)", "//a.example/x.png"),
    ("![a](data:image/png;base64,AAAA)", "the address data:image/png;base64,AAAA has the scheme 'data'"),
    (
        '<img alt="a" src="data:image/png;base64,AAAA">',
        "<img> loads 'data:image/png;base64,AAAA' from inside the page",
    ),
    ('<img alt="a" src="https://[a">', "an address that cannot be read, 'https://[a'"),
    ('<a href="https://[a">a</a>', "the address https://[a holds a character"),
]


@pytest.mark.parametrize(("words", "what"), often(ACTIVE, *ACTIVE[::3]))
def test_nothing_active_and_nothing_from_elsewhere_is_built(miniature, words, what):
    """A page that would run, style itself or load from another host is refused, with its line where that is known."""
    built = miniature({"a.md": page("A", f"Words.\n\n{words}\n")})
    assert built.status == 1
    assert "Traceback" not in built.output
    assert [line for line in built.output.splitlines() if what in line and "docs/a.md" in line], built.output


DRAWING = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("a.svg", DRAWING.format('<a href="https://a.example/"><path d="M0"/></a><use href="#b"/>'), ""),
        ("a.svg", '<?xml version="1.0" encoding="UTF-8"?>\n' + DRAWING.format("<title>A</title>"), ""),
        ("a.svg", DRAWING.format("<script>a()</script>"), "a script"),
        ("a.svg", DRAWING.format('<script href="a.js"/>'), "a script"),
        ("a.svg", '<x:svg xmlns:x="http://www.w3.org/2000/svg"><x:script>a()</x:script></x:svg>', "a script"),
        ("a.svg", DRAWING.format('<g onclick="a()"/>'), "an inline handler, `onclick`"),
        ("a.svg", DRAWING.format('<a x:href="java&#10;script:a()"/>'), "a link with the scheme 'javascript'"),
        ("a.svg", DRAWING.format('<image href="https://a.example/b.png"/>'), "from another host"),
        ("a.svg", DRAWING.format("<foreignObject><iframe/></foreignObject>"), "the element <iframe>"),
        ("a.svg", DRAWING.format("<style>a { fill: red }</style>"), "the element <style>"),
        ("a.svg", "<!DOCTYPE svg [<!ENTITY a 'b'>]>" + DRAWING.format("&a;"), "a DOCTYPE"),
        ("a.svg", '<?xml-stylesheet href="a.css"?>' + DRAWING.format(""), "an instruction"),
        ("a.svg", '<?xml version="1.0" encoding="utf-7"?>' + DRAWING.format(""), "another encoding"),
        ("a.SVG", DRAWING.format("<script>a()</script>"), "a script"),
        ("a.html", "<script>a()</script>", "a file that a browser would run"),
        ("a.js", "a()", "a file that a browser would run"),
        ("a.xml", "<a/>", "a file that a browser would run"),
    ],
)
def test_a_file_beside_the_pages_is_words_or_a_picture(tmp_path, name, text, what):
    """A drawing or another file that could run at its own address, where a host sends no policy, is refused."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / name).write_text(text, encoding="utf-8")
    found = [str(finding) for finding in check_files(tmp_path / "docs")]
    assert len(found) == bool(what), found
    assert all(line.startswith(f"docs/{name}: ") and what in line for line in found), found


def test_what_we_draw_ourselves_passes_as_well():
    """The rules for drawings are kept by this site's own."""
    assert check_files(PROJECT / "docs") == []
