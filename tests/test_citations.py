"""The syntax: what is a citation, what is not, and what becomes of it in every place where a writer may put it."""

import re

import markdown
import pytest
from lxml.html import fragment_fromstring

from kb.advice import complaints
from kb.citations import (
    CitationExtension,
    Collector,
    locate,
    mark_groups,
    parse_group,
    scan,
    strip_groups,
)
from kb.commands import without_code
from kb.csl import IN_TEXT, NO_AUTHOR, NORMAL, Cite
from kb.references import Said, number_page, write_marks

KNOWN = {"smith2020", "doe:2003", "key.dot", "DBLP:conf/x/y-1", "a+b", "a_b", "x-y:z.1/2_3+4"}
EXTENSIONS = [
    "attr_list",
    "tables",
    "footnotes",
    "admonition",
    "def_list",
    "toc",
    "md_in_html",
    "pymdownx.arithmatex",
    "pymdownx.blocks.admonition",
    "pymdownx.blocks.caption",
    "pymdownx.caret",
    "pymdownx.details",
    "pymdownx.magiclink",
    "pymdownx.superfences",
    "pymdownx.tabbed",
    "pymdownx.tasklist",
]
HANDLES = {"pymdownx.magiclink": {"social_url_shorthand": True, "repo_url_shorthand": True, "user": "u", "repo": "r"}}


def cited(text, **options):
    """Render a text; give its HTML and the groups found in it."""
    collector = Collector(KNOWN, **options)
    made = markdown.markdown(text, extensions=[*EXTENSIONS, CitationExtension(collector)], extension_configs=HANDLES)
    return made, collector


@pytest.mark.parametrize(
    ("text", "cites"),
    [
        ("@smith2020", (Cite("smith2020"),)),
        ("see @a, pp. 3–4; @b", (Cite("a", "see ", ", pp. 3–4"), Cite("b"))),
        ("-@a, 12", (Cite("a", "", ", 12", NO_AUTHOR),)),
        ("@a p. 3", (Cite("a", "", " p. 3"),)),
        ("@a;\n@b", (Cite("a"), Cite("b"))),
        (
            "@doe:2003; @key.dot; @DBLP:conf/x/y-1; @a+b; @a_b",
            tuple(map(Cite, ["doe:2003", "key.dot", "DBLP:conf/x/y-1", "a+b", "a_b"])),
        ),
        ("@smith2020.", (Cite("smith2020", "", "."),)),
        ("@{odd,key}, 3", (Cite("odd,key", "", ", 3"),)),
        ("@a,@b", (Cite("a"), Cite("b"))),
        ("@a, @b, p. 3", (Cite("a"), Cite("b", "", ", p. 3"))),
        ("see, e.g., @a, p. 3,\n-@{b}", (Cite("a", "see, e.g., ", ", p. 3"), Cite("b", mode=NO_AUTHOR))),
        ("@a, from me@b.example, x", (Cite("a", "", ", from me@b.example, x"),)),
        ("see @a, p. 3, and @b", None),
        ("@a and -@b", None),
        ("me@smith2020", None),
        ("no key here", None),
        ("@", None),
    ],
)
def test_a_group_is_read_as_pandoc_reads_it(text, cites):
    """A writer can give several works, words before and after, page numbers, and leave out the author."""
    assert parse_group(text) == cites


@pytest.mark.parametrize(
    "text",
    [
        "A paragraph [@smith2020].",
        "- a list [@smith2020]",
        "| a |\n| --- |\n| [@smith2020] |",
        '!!! note "Title"\n    Body [@smith2020].',
        "Text.[^1]\n\n[^1]: A note [@smith2020].",
        "Term\n:   Meaning [@smith2020].",
        '=== "Tab"\n    Inside [@smith2020].',
        "> Quoted [@smith2020].",
        "*Emphasis [@smith2020]*",
        "over lines [see\n@smith2020, p.\n3]",
        "> over lines [see\n> @smith2020]",
        "- over lines [see\n  @smith2020]",
        "| a [@smith2020] |\n| --- |\n| b |",
        "Title [@smith2020]\n---",
        '!!! note "Title [@smith2020]"\n    Body.',
        '??? note "Title [@smith2020]"\n    Body.',
        "/// note | Title [@smith2020]\nBody.\n///",
        '=== "Tab [@smith2020]"\n    Inside.',
        "Term [@smith2020]\n:   Meaning.",
        "/// caption\nA figure [@smith2020].\n///",
        "<figure markdown>\n![x](x.png)\n<figcaption markdown>A figure [@smith2020]</figcaption>\n</figure>",
        "<div markdown>\n[@smith2020]\n</div>",
        "- [ ] a task [@smith2020]",
        "Raised^[@smith2020]^",
        "<em>Raw</em> HTML <a href='x'>that is</a> closed [@smith2020]",
        "@smith2020 [`code`]",
    ],
)
def test_a_citation_works_wherever_text_stands(text):
    """A writer cites in a list, a table, a notice, a tab, a footnote, a definition or a quotation as in a paragraph."""
    made, collector = cited(text)
    assert [use.group[0].key for use in collector.uses] == ["smith2020"]
    assert made.count('<span class="kb-cite" data-n="0"></span>') == 1
    assert "\x02" not in str(collector.uses)


@pytest.mark.parametrize(
    "text",
    [
        "`[@smith2020]` and ``@smith2020``",
        "```\n[@smith2020]\n```",
        "~~~\n@smith2020\n~~~",
        "    [@smith2020]",
        '<a title="[@smith2020]">x</a>',
        "<!-- [@smith2020] -->",
        "<div>\n[@smith2020]\n</div>",
        "[words @smith2020](https://x.example/)",
        "[words](https://x.example/@smith2020)",
        "<https://x.example/@smith2020>",
        "https://x.example/@smith2020",
        "me@smith2020.example and <me@smith2020.example>",
        "\\@smith2020 and [\\@smith2020]",
        '![alt @smith2020](x.png "title [@smith2020]")',
        "@somebody says",
        "a#@smith2020 and a/@smith2020",
        "@smith2020@social.example and @smith2020/repository and @smith2020-x",
        "@somebody, @somebody/repository and #12",
        "$x @smith2020 y$ and \\([@smith2020]\\)",
        "$$\n[@smith2020]\n$$",
        "``` {.py}\n@smith2020\n```",
        "    @smith2020\n\n    [@smith2020]",
        "Text <!-- [@smith2020] --> text",
        "A <code>[@smith2020] @smith2020</code> and <kbd>@smith2020</kbd>",
        '<a href="x">[@smith2020] in *words @smith2020*</a>',
        '[words](x.md "title @smith2020") and [words][r]\n\n[r]: https://x.example/@smith2020 "title @smith2020"',
        "[@smith2020]\n\n[@smith2020]: https://x.example/",
        "![alt [@smith2020]][r]\n\n[r]: x.png",
        "www.x.example/@smith2020 and mailto:me@smith2020",
    ],
)
def test_what_is_not_a_citation_is_left_alone(text):
    """Code, HTML, comments, links, addresses, handles and escaped signs reach the reader as they were written."""
    made, collector = cited(text)
    assert collector.uses == []
    assert collector.unknown == []
    assert "kb-cite" not in made


def test_a_heading_keeps_a_clean_id_and_name():
    """The address of a section holds neither year nor number of what it cites."""
    made, _ = cited("## What is known [@smith2020]\n")
    assert re.match(r'<h2 id="what-is-known">What is known <span', made)


def test_a_sentence_can_name_its_work():
    """A writer can make a work the subject of a sentence, with a page."""
    _, collector = cited("@smith2020 [p. 3] found, and @doe:2003. Not so.")
    assert [(use.group[0].key, use.group[0].suffix, use.group[0].mode) for use in collector.uses] == [
        ("smith2020", ", p. 3", IN_TEXT),
        ("doe:2003", "", IN_TEXT),
    ]


def test_naming_works_in_sentences_can_be_switched_off():
    """A site full of handles switches bare keys off and keeps bracketed ones, as with mkdocs-bibtex."""
    made, collector = cited("@smith2020 and [@smith2020]", narrative=False)
    assert [use.group[0].mode for use in collector.uses] == [NORMAL]
    assert "@smith2020" in made


@pytest.mark.parametrize("key", sorted(KNOWN))
def test_a_key_may_hold_what_reference_managers_put_there(key):
    """A key with a colon, dot, slash, underscore, plus or hyphen works in brackets, braces and sentences alike."""
    _, collector = cited(f"One [@{key}], [@{{{key}}}; @{key}, p. 3]. @{key} says so, and @{key}.")
    assert [cite.key for use in collector.uses for cite in use.group] == [key] * 5


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("[@smith2020, pp. 3&ndash;4]", ", pp. 3–4"),
        ("[@smith2020, 3 &lt;b&gt;]", ", 3 <b>"),
        ("@smith2020 [pp. 4&ndash;5]", ", pp. 4–5"),
    ],
)
def test_signs_in_a_page_number_are_what_they_stand_for(text, suffix):
    """A writer may put an entity among the words of a citation, and its semicolon ends nothing."""
    _, collector = cited(text)
    assert [use.group[0].suffix for use in collector.uses] == [suffix]


@pytest.mark.parametrize("inner", ["`code`", r"\*", "<em>x</em>", "see [there](https://x.example/)"])
def test_a_group_that_cannot_be_read_is_told(inner):
    """A writer who puts code, HTML or a link between the brackets is told, and the text stays as it is."""
    made, collector = cited(f"So [@smith2020, {inner}].")
    assert collector.unknown == [("", "smith2020")]
    assert "kb-cite" not in made
    (found,) = complaints("a.md", f"So [@smith2020, {inner}].", ["smith2020"], [], dict.fromkeys(KNOWN))
    assert str(found).startswith("a.md:1:5: a citation with a link, code, HTML, \\ or two works in one part between")


@pytest.mark.parametrize("inner", ["@smith2020, p. 3, and @key.dot", "@smith2020 -@key.dot", "@smith2020; x; @key.dot"])
def test_two_works_in_one_part_are_told(inner):
    """A work is never lost without a word: where two stand in one part, the text stays, and the writer is told."""
    made, collector = cited(f"So [{inner}].", narrative=False)
    assert collector.unknown == [("", "smith2020"), ("", "key.dot")]
    assert "kb-cite" not in made
    assert "@smith2020" in made
    assert [str(found)[:9] for found in complaints("a.md", f"So [{inner}].", ["key.dot"], [], dict.fromkeys(KNOWN))]


@pytest.mark.parametrize("text", ["So [@Smith2020].", "So [see @SMITH2020, p. 3; @doe:2003].", "As @Smith2020 says."])
def test_a_key_in_other_letters_is_the_same_key(text):
    """A writer need not mind capitals in a key, as long as only one key can be meant."""
    made, collector = cited(text)
    assert collector.uses[0].group[0].key == "smith2020"
    assert (collector.unknown, "kb-cite-missing" in made) == ([], False)
    summary = Collector(KNOWN)
    mark_groups("[@Smith2020]", summary)
    assert [use.group for use in summary.uses] == [(Cite("smith2020"),)]
    assert strip_groups("A title [@Smith2020]", KNOWN) == "A title"


def test_a_key_that_may_mean_two_is_unknown():
    """Where two keys differ only in capitals, the site does not guess."""
    collector = Collector({"smith2020", "Smith2020"})
    markdown.markdown("[@SMITH2020] [@Smith2020]", extensions=[CitationExtension(collector)])
    assert collector.unknown == [("", "SMITH2020")]
    assert [use.group for use in collector.uses] == [(Cite("Smith2020"),)]


def test_attributes_after_a_citation_do_not_lose_it():
    """A brace behind a citation, which Markdown takes for its attributes, leaves the mark and its link."""
    made, collector = cited("So [@smith2020]{ .x #y }.")
    page = number_page(made, collector.uses, None)
    assert page.keys == ["smith2020"]
    assert ">(1)</a>" in write_marks(made, page, lambda _: Said("(1)"))


def test_an_unknown_key_is_shown_and_told():
    """A mistyped key is never swallowed: readers see a complaint, and the known works of the group stay."""
    made, collector = cited("So it is [@smith2020; @smth2020].")
    assert collector.unknown == [("", "smth2020")]
    assert "[no reference: smth2020]" in made
    assert [use.group for use in collector.uses] == [(Cite("smith2020"),)]


def test_a_command_is_a_block_of_its_own():
    r"""The list stands where \bibliography stands, and a sentence may speak of the command."""
    made, _ = cited("Write `\\full_bibliography` so.\n\n## References\n\\bibliography\n\nAfter \\bibliography here.")
    assert made.count('<div class="kb-list"></div>') == 1
    assert "<code>\\full_bibliography</code>" in made
    assert "After \\bibliography here." in made


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("Above.\n\\bibliography", ["p", "div"]),
        ("\\bibliography\nBelow.", ["div", "p"]),
        ("Above.\n\\bibliography\nBelow.", ["p", "div", "p"]),
        ("## Heading\n\\bibliography\nBelow.", ["h2", "div", "p"]),
        ("- a list\n- of two\n\\bibliography", ["ul", "div"]),
        ("> A quotation\n\\bibliography", ["blockquote", "div"]),
        ("| a |\n| --- |\n| b |\n\\bibliography", ["table", "div"]),
        ("Term\n:   Meaning\n\\bibliography", ["dl", "div"]),
        ("\\bibliography\n\\full_bibliography", ["div", "div"]),
        ("    code\n\\bibliography", ["pre", "div"]),
        ("Text.[^1]\n\n[^1]: A note.\n\\bibliography", ["p", "div", "div"]),
    ],
)
def test_a_command_needs_no_blank_line(text, order):
    """A writer who forgets the blank line above or below a command still gets the list, in its place."""
    made, _ = cited(text)
    assert [part.tag for part in fragment_fromstring(made, create_parent=True)] == order
    assert "\\" not in made
    assert made.count('<div class="kb-list"></div>') == 1


@pytest.mark.parametrize(
    "text",
    [
        "A sentence with \\bibliography in it.",
        "A sentence that ends with\nthe word \\bibliography",
        "Code `over\n\\bibliography\nlines` here.",
        "Code ``a ` b\n\\bibliography\n`` here.",
        "A comment <!-- over\n\\bibliography\nlines --> here.",
        "```\n\\bibliography\n```",
        "Text.\n```\n\\bibliography\n```\nText.",
        "~~~\nText.\n\\bibliography\n\nText.\n~~~",
        "Text.\n\n    \\bibliography\n    more",
        "So it is written:\n    \\bibliography",
        "<div>\n\\bibliography\n</div>",
        "\\\\bibliography",
        "\\bibliography_of_mine",
    ],
)
def test_a_command_that_is_spoken_of_stays(text):
    """A page that explains a command shows it: in a sentence, in code of every kind, in a comment, in raw HTML."""
    made, _ = cited(text)
    assert "kb-list" not in made
    assert "bibliography" in made


@pytest.mark.parametrize(
    ("text", "keys", "says"),
    [
        ("[@smith2020][@doe:2003]", ["smith2020", "doe:2003"], ""),
        ("[@smith2020][@doe:2003][@a_b]", ["smith2020", "doe:2003", "a_b"], ""),
        ("[@smith2020][see @doe:2003, p. 3]", ["smith2020", "doe:2003"], ""),
        ("[@smith2020] [@doe:2003]", ["smith2020", "doe:2003"], ""),
        ("[@smith2020][gone]", ["smith2020"], "[gone]"),
        ("[@smith2020][]", ["smith2020"], "[]"),
        ("[@smith2020][ref]\n\n[ref]: https://x.example/", [], '<a href="https://x.example/">@smith2020</a>'),
        ("[words @smith2020][ref]\n\n[ref]: https://x.example/", [], ">words @smith2020</a>"),
        ("[@smith2020](https://x.example/)", [], '<a href="https://x.example/">@smith2020</a>'),
        ("[@smith2020][^1]\n\n[^1]: A note.", ["smith2020"], 'class="footnote-ref"'),
    ],
)
def test_groups_that_touch_are_two_and_links_stay_links(text, keys, says):
    """A writer may put one group against the next; only a link that is defined is a link."""
    made, collector = cited(text)
    assert [use.group[0].key for use in collector.uses] == keys
    assert made.count('class="kb-cite"') == len(keys)
    assert says in made


def test_the_first_look_finds_what_will_be_cited():
    """Pandoc starts early on what the sources seem to cite."""
    keys, groups = scan("Text [@a, p. 3; @b] and @c.\n")
    assert list(keys) == ["a", "b", "c"]
    assert groups == [(Cite("a", "", ", p. 3"), Cite("b"))]


def test_a_title_loses_its_citations_and_a_summary_keeps_them():
    """The browser's tab shows no brackets; the summary shows a mark and nothing unescaped."""
    assert strip_groups("A title [@smith2020]", KNOWN) == "A title"
    assert strip_groups("A title [@nobody]", KNOWN) == "A title [@nobody]"
    collector = Collector(KNOWN)
    assert mark_groups("1 < 2 [@smith2020].", collector) == '1 &lt; 2 <span class="kb-cite" data-n="0"></span>.'


def test_a_key_is_found_again_in_its_source():
    """A complaint names the line and column where the key stands."""
    assert list(locate("one\ntwo [@a; @ab]\n@a", "a")) == [(2, 6), (3, 1)]


def test_code_is_passed_over_when_a_key_is_looked_for():
    """A complaint names a citation and not an example of one; a stray backtick hides no more than its paragraph."""
    text = "`@a` @a\n\n``` text\n@a ` x\n```\n\nIt`s @a\n\nit`s <!-- @a\n--> @a\n\n- ~~~\n  @a\n  ~~~\n"
    assert list(locate(without_code(text), "a")) == [(1, 6), (7, 6), (10, 5)]
