"""Formatting: references and marks in any CSL style, from .bib text to HTML."""

import dataclasses
import re
import shutil
import socket
import threading
from functools import partial

import pytest
from conftest import PROJECT

from kb import csl, pandoc, runs
from kb.citations import parse_group
from kb.csl import IN_TEXT, NO_AUTHOR, Cite, dummies, shape
from kb.items import read_items
from kb.runs import Run
from kb.styles import StyleError, load_style

GOLDEN = PROJECT / "tests/golden"
SOURCES = {"entries": GOLDEN / "entries.bib", "library": PROJECT / "docs/research/references.bib"}
STYLES = ["nlm-citation-sequence", "apa", "harvard-cite-them-right", "chicago-author-date"]
RESIDUE = re.compile(r"\\|[{}]|\*|(?<!\w)_|_(?!\w)|&lt;/?(i|b|sub|sup|span)\b|[\ue000-\ue006]|nocase|\$E")


def book(key="doe2020", author="Doe, Jane", title="A Book", year="2020"):
    fields = {"author": author, "title": title, "publisher": "Press", "year": year}
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
    return f"@book{{{key},\n" + ",\n".join(lines) + "\n}\n"


def style_of(name, folder=PROJECT):
    return load_style(name, folder)


def run(bib, groups=(), style="apa", lang="en-GB", cache=None):
    """Format the works of a .bib text, and citation groups as writers write them, without their brackets."""
    parsed = [parse_group(group) if isinstance(group, str) else group for group in groups]
    made = Run(style_of(style), lang, read_items(bib, cache), parsed, cache).result()
    return made.references, [made.marks[group] for group in parsed]


def numbers(*groups, style="nlm-citation-sequence"):
    """Format groups of numbers, as a page with nine works does."""
    cited = [shape(parse_group(group), {str(n): n for n in range(1, 10)}) for group in groups]
    marks = Run(style_of(style), "en-GB", dummies(9), cited, None).result().marks
    return [marks[group] for group in cited]


def words(html):
    return re.sub("<[^>]+>", "", html)


# What comes out, line by line


def golden_groups(items):
    """Groups of the first works: single, three in a row, with words and pages, without authors, in the sentence."""
    a, b, c, d, e = [item["id"] for item in items[:5]]
    written = [
        f"@{a}",
        f"@{a}; @{b}; @{c}",
        f"@{a}; @{c}",
        f"see @{b}, pp. 3–4; @{d}, for more",
        f"-@{b}",
        f"@{e}, sec. 2",
    ]
    return {f"[{text}]": parse_group(text) for text in written} | {
        f"@{b}": (Cite(b, mode=IN_TEXT),),
        f"@{a} [p. 5]": (Cite(a, suffix=", p. 5", mode=IN_TEXT),),
    }


def golden_lines(name, style):
    """Write each reference, then each group, as a line: its key or text, a tab, and the HTML."""
    items = read_items(SOURCES[name].read_text(encoding="utf-8"))
    chosen, groups = style_of(style), golden_groups(items)
    if not chosen.numeric:
        made = Run(chosen, "en-GB", items, list(groups.values()), None).result()
        marks = {text: made.marks[group] for text, group in groups.items()}
    else:
        made = Run(chosen, "en-GB", items, [], None).result()
        place = {item["id"]: number for number, item in enumerate(items, 1)}
        shapes = {text: shape(group, place) for text, group in groups.items()}
        found = Run(chosen, "en-GB", dummies(5), list(shapes.values()), None).result().marks
        marks = {text: found[group] for text, group in shapes.items()}
    return [f"{key}\t{html}" for key, html in (made.references | marks).items()]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", SOURCES)
def test_every_reference_reads_as_it_was_read_and_approved(name, style, request):
    """Whoever changes code or a record sees each reference that changes; --update-golden approves."""
    file = GOLDEN / f"{name}.{style}.html"
    lines = golden_lines(name, style)
    if request.config.getoption("--update-golden"):
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert lines == file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", SOURCES)
def test_no_reference_shows_how_it_was_made(name, style):
    """A reader never sees LaTeX, BibTeX, Markdown or Pandoc's own marks."""
    text = (GOLDEN / f"{name}.{style}.html").read_text(encoding="utf-8")
    for line in text.splitlines():
        key, html = line.split("\t")
        assert key.startswith(("[", "@")) or not RESIDUE.search(re.sub(r'<a href="[^"]*">[^<]*</a>', "", html)), line
        assert set(re.findall(r"<(\w+)", html)) <= {"em", "strong", "sup", "sub", "a"}, line


# Styles


def test_a_style_is_found_by_name_by_file_and_by_address(tmp_path):
    """A writer names a style, puts a file beside mkdocs.yml, or pastes its address; none of them is fetched."""
    by_name = style_of("apa")
    (tmp_path / "ours.csl").write_text(by_name.text.replace('delimiter="; "', 'delimiter=" + "'), encoding="utf-8")
    assert (by_name.numeric, by_name.locators) == (False, True)
    assert 'delimiter=" + "' in style_of("ours.csl", tmp_path).text
    assert style_of("ours", tmp_path).text == style_of(str(tmp_path / "ours.csl")).text
    assert style_of("https://www.zotero.org/styles/apa").text == by_name.text


def test_a_file_of_ones_own_comes_before_the_style_of_the_same_name(tmp_path):
    """A writer may mend a style by saving it beside mkdocs.yml."""
    (tmp_path / "apa.csl").write_text(style_of("nlm-citation-sequence").text, encoding="utf-8")
    assert style_of("apa", tmp_path).numeric


def test_a_dependent_or_renamed_style_leads_to_the_one_it_stands_for(tmp_path):
    """A journal's own style, and yesterday's name of a style, work as well as the style itself."""
    assert style_of("vancouver-ama").text == style_of("american-medical-association").text
    assert style_of("vancouver").text == style_of("nlm-citation-sequence").text
    link = '<link href="http://www.zotero.org/styles/parent" rel="independent-parent"/>'
    child = f'<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0"><info>{link}</info></style>'
    (tmp_path / "csl").mkdir()
    (tmp_path / "csl/child.csl").write_text(child, encoding="utf-8")
    (tmp_path / "csl/parent.csl").write_text(style_of("apa").text, encoding="utf-8")
    assert style_of("csl/child.csl", tmp_path).locators
    (tmp_path / "csl/parent.csl").write_text(child, encoding="utf-8")
    with pytest.raises(StyleError, match="neither a citation layout nor a parent"):
        style_of("csl/child.csl", tmp_path)


def test_a_style_that_is_not_there_is_named_in_one_line_with_a_better_guess():
    """A typing error in a style's name is said once, with the name that was probably meant."""
    with pytest.raises(StyleError) as caught:
        style_of("harvard-cite-them-wright")
    assert "no style 'harvard-cite-them-wright'; did you mean 'harvard-cite-them-right'?" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<style", "x.csl:1: not XML"),
        ("<html/>", "x.csl is not a CSL style"),
        ('<!DOCTYPE style [<!ENTITY a SYSTEM "file:///etc/passwd">]><style>&a;</style>', "declares a DOCTYPE"),
        ('<!DOCTYPE s [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><style x="&b;"/>', "declares a DOCTYPE"),
    ],
)
def test_a_broken_or_hostile_style_is_refused_in_one_line(tmp_path, text, said):
    """A style file can neither read another file nor fill the memory."""
    (tmp_path / "x.csl").write_text(text, encoding="utf-8")
    with pytest.raises(StyleError, match=re.escape(said)) as caught:
        style_of("x", tmp_path)
    assert "\n" not in str(caught.value)


def test_a_note_style_numbers_its_notes():
    """A style for footnotes gives numbers in the text and what a footnote would say in the list."""
    style = style_of("chicago-notes-bibliography")
    assert style.numeric
    assert style_of("oscola").numeric
    assert numbers("@1; @2; @3", "@2, p. 5", style="oscola") == ["<sup>1–3</sup>", "<sup>2, p. 5</sup>"]
    references, _ = run(book(), style="oscola")
    assert "Doe" in references["doe2020"]
    assert "A Book" in references["doe2020"]


def test_nothing_is_asked_of_the_network(monkeypatch):
    """A build works in a train, and tells nobody what it cites."""
    asked = []
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=lambda: asked.append(server.accept()), daemon=True).start()
    proxy = f"http://127.0.0.1:{server.getsockname()[1]}"
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy)

    def refuse(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    bib = book(title=r"\input{http://example.org/x} A \includegraphics{https://example.org/y.png} B")
    assert run(bib, ["@doe2020"], style="vancouver-ama")[0]["doe2020"].startswith("Doe J.")
    assert asked == []
    server.close()


# Marks


def test_numbers_in_a_row_collapse_and_pages_are_kept():
    """Three works or more in a row are one range; a page number is never lost, though the style prints none."""
    assert numbers("@1; @2; @3", "@1; @2; @4", "@3; @1; @2; @5") == ["(1–3)", "(1,2,4)", "(1–3,5)"]
    assert numbers("@2, p. 5", "see @1, pp. 3–4; @2", "@1, *passim*") == [
        "(2, p. 5)",
        "(see 1, pp. 3–4; 2)",
        "(1, <em>passim</em>)",
    ]


def test_an_author_date_style_groups_and_says_pages_in_its_own_way():
    """Works of one author share the name; locators, words before and after, and marks without author work."""
    bib = book() + book("doe2021", year="2021") + book("roe2019", "Roe, Rex and Poe, Pia", year="2019")
    _, marks = run(
        bib,
        [
            "@roe2019; @doe2020; @doe2021",
            "see @doe2020, p. 5, and others",
            "-@doe2020",
            "@doe2020, pp. 3-4",
            (Cite("roe2019", mode=IN_TEXT),),
            (Cite("roe2019", suffix=", ch. 2", mode=IN_TEXT),),
            (Cite("doe2020", "see ", "", NO_AUTHOR),),
        ],
    )
    assert [words(mark) for mark in marks] == [
        "(Doe, 2020, 2021; Roe &amp; Poe, 2019)",
        "(see Doe, 2020, p. 5, and others)",
        "(2020)",
        "(Doe, 2020, pp. 3–4)",
        "Roe and Poe (2019)",
        "Roe and Poe (2019, Chapter 2)",
        "(see 2020)",
    ]


def test_terms_and_locators_are_in_the_language_of_the_site():
    """A German site says und, Hrsg. and S., also where a writer typed p., page or pp."""
    bib = "@book{e, editor = {Roe, Rex and Poe, Pia}, title = {{Werk}}, year = {2020}}"
    typed = ["p. 5", "pp. 5-6", "page 5", "p.5", "S. 5", "ch. 2", "sec. 3", "§ 3", "vol. 2", "fig. 1"]
    references, marks = run(bib, [f"@e, {text}" for text in typed], style="harvard-cite-them-right", lang="de")
    said = [words(mark).removeprefix("(Roe und Poe, 2020, ").removesuffix(")") for mark in marks]
    assert said == ["S. 5", "S. 5–6", "S. 5", "S. 5", "S. 5", "Kap. 2", "Abschn. 3", "Abschn. 3", "Bd. 2", "Abb. 1"]
    assert "Roe, R. und Poe, P. (Hrsg.)" in words(references["e"])


def test_the_same_letter_means_the_same_work_everywhere():
    """2002a on one page is 2002a in every mark and list of the site."""
    bib = book("b", title="Beta", year="2002") + book("a", title="Alpha", year="2002")
    references, marks = run(bib, ["@a", "@b", "@a; @b"])
    assert (words(marks[0]), words(marks[1]), words(marks[2])) == (
        "(Doe, 2002a)",
        "(Doe, 2002b)",
        "(Doe, 2002a, 2002b)",
    )
    assert "(2002a). Alpha" in words(references["a"])
    assert "(2002b). Beta" in words(references["b"])


@pytest.mark.parametrize("style", ["apa", "chicago-author-date", "harvard-cite-them-right", "apa-6th-edition"])
def test_many_runs_tell_works_apart_as_one_does(style, monkeypatch):
    """Speed changes no letter: works with and without namesakes come out as from one run."""
    people = ["Smith, Ann", "Smith, Bo", "Smith, A.", "Jones, Cy and Smith, Al", "Uno, U", "Due, D", "Due, D", "{Beta}"]
    people += ["Jones, Di", "van Ek, Flo", "van Ek, Gus and Uno, U", "Ek, Hal and Due, D and Smith, Ann", "Ng, {\\'E}l"]
    bib = "".join(book(f"k{n}", people[n * n % 13], f"Title {n % 3}", str(2000 + n % 4)) for n in range(130))
    bib += "@misc{none, title = {{Beta}}, year = {2001}}"
    groups = [f"@k{n}; @k{(n * 7) % 130}" for n in range(130)] + ["@none", "@k4; @k7", "-@k1; see @k8, p. 3; @k2"]
    groups += [f"see @k{n}, p. {n}; @k{(n * 11) % 130}; @k{(n * 17) % 130}, and so on" for n in range(130)]
    groups += [f"-@k{n}" for n in range(40)] + [f"@k{n}, ch. 2" for n in range(40)]
    parsed = [parse_group(group) for group in groups] + [(csl.Cite(f"k{n}", mode=csl.IN_TEXT),) for n in range(50)]
    items, chosen = read_items(bib), style_of(style)
    split = Run(chosen, "en-GB", items, parsed, None)
    split_made = split.result()
    monkeypatch.setattr(runs, "FEW", 1000)
    whole = Run(chosen, "en-GB", items, parsed, None)
    assert len(whole.parts) == 1
    assert len(split.parts) == 2 if style.startswith("harvard") else len(split.parts) > 2
    assert list(split_made.references.items()) == list(whole.result().references.items())
    assert split_made.marks == whole.result().marks


@pytest.mark.parametrize("style", ["apa-6th-edition", "apa-5th-edition"])
def test_the_first_mention_of_a_work_is_no_other_than_the_second(style):
    """A page read by itself, in any order, has the same mark for the same work."""
    bib = book("x", "Smith, A and Roe, B and Poe, C", "X", "2001") + book("y", "Ash, D", "Y", "2002")
    _, marks = run(bib, ["see @x", "@x", "@x, p. 4", "@y; @x"], style=style)
    said = [words(mark) for mark in marks]
    short = said[1].strip("()")
    assert "2001" in short
    assert all(short.partition(",")[0] in mark for mark in said)


def test_an_institution_with_and_in_its_name_is_one():
    """An Institute of Standards and Technology is not two bodies, also where the file has biblatex's types."""
    bib = "@online{o, title = {O}, url = {https://o.example}, date = {2020}}"
    bib += "@techreport{t, author = {Doe, J}, title = {T}, institution = {Standards and Technology}, year = {2008}}"
    assert read_items(bib)[1]["publisher"] == "Standards and Technology"


def test_a_key_may_hold_what_publishers_put_there():
    """Keys such as DBLP's come through with their colons, slashes and dots."""
    references, marks = run(book("DBLP:conf/nips/Doe_20+x.y"), ["@DBLP:conf/nips/Doe_20+x.y"])
    assert [*references] == ["DBLP:conf/nips/Doe_20+x.y"]
    assert words(marks[0]) == "(Doe, 2020)"


# Records


def test_text_from_a_record_is_never_code():
    """A script in a title is shown as text, and an address that runs one is no link."""
    url = "  url = {javascript:alert(1)},\n  year"
    bib = book(title="<script>alert(1)</script> \\& <img src=x onerror=y>").replace("  year", url)
    references, _ = run(bib, style="nlm-citation-sequence")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;img src=x" in references["doe2020"]
    assert "javascript" not in references["doe2020"]
    assert "<a" not in references["doe2020"]
    _, marks = run(bib, ["<b onclick=x>see</b> @doe2020, <script>"])
    assert marks[0] == "(&lt;b onclick=x&gt;see&lt;/b&gt; Doe, 2020, &lt;script&gt;)"


def test_an_address_is_a_link_that_every_browser_reads():
    """A DOI with odd characters is written as RFC 3986 has it, whether the record gives it bare or as an address."""
    for doi in ("10.1000/a<b>c", "https://doi.org/10.1000/a<b>c", "doi:10.1000/a<b>c"):
        references, _ = run(book().replace("  year", f"  doi = {{{doi}}},\n  year"))
        assert (
            '<a href="https://doi.org/10.1000/a%3Cb%3Ec">https://doi.org/10.1000/a&lt;b&gt;c</a>'
            in references["doe2020"]
        )


def test_editors_are_set_off_in_the_styles_of_medicine():
    """Pandoc's "In, editorsBlack A" does not come back."""
    bib = SOURCES["entries"].read_text(encoding="utf-8")
    assert "In: Black A, White T, editors. Handbook" in run(bib, style="nlm-citation-sequence")[0]["chap2015"]
    assert "In: Black A, White T, eds." in words(run(bib, style="american-medical-association")[0]["chap2015"])


@pytest.mark.parametrize(
    ("author", "style", "said"),
    [
        ("van der Berg, Anna", "nlm-citation-sequence", "van der Berg A."),
        ("Anna van der Berg", "apa", "van der Berg, A. ("),
        ("van der Berg, Anna", "chicago-author-date", "Berg, Anna van der."),
        ("el-Guebaly, Nady", "chicago-author-date", "el-Guebaly, Nady."),
        ("Nady el-Guebaly", "nlm-citation-sequence", "el-Guebaly N."),
        ("d'Alembert, Jean", "apa", "d’Alembert, J. ("),
        (r"M{\'\i}guez, B", "apa", "Míguez, B. ("),
        ("Smith, Jr., Dan", "nlm-citation-sequence", "Smith D Jr."),
        ("Smith, Jr., Dan", "apa", "Smith, D., Jr. ("),
        ("Best, David and others", "nlm-citation-sequence", "Best D, et al. "),
        ("Best, David and others", "harvard-cite-them-right", "Best, D. et al. ("),
        ("{Barnes and Noble}", "apa", "Barnes and Noble. ("),
    ],
)
def test_names_are_written_as_each_style_writes_them(author, style, said):
    """Particles, hyphens, suffixes, corporate names and "others" come out right."""
    assert words(run(book(author=author), style=style)[0]["doe2020"]).startswith(said)


@pytest.mark.parametrize(
    ("title", "plain", "capital"),
    [
        ("Notes on the Origin of Things", "Notes on the origin of things", "Notes on the Origin of Things"),
        ("{U.S.} recovery in the {UK}: a {Bayesian} view", "U.S. recovery in the UK: a Bayesian view", "U.S. Recovery"),
        ("Charles {de Gaulle} and the iPhone", "Charles de Gaulle and the iPhone", "Charles de Gaulle and the iPhone"),
        (r"On \emph{E. coli} in \v{S}koda", "On E. coli in Škoda", "On E. coli in Škoda"),
        ("{{Who Cares? A Study}}", "Who Cares? A Study", "Who Cares? A Study"),
        (r"\aa ngstr{\"o}m and na{\"\i}ve", "ångström and naïve", "Ångström and Naïve"),
        ("Awards of $3.25 Million and $5", "Awards of $3.25 million and $5", "Awards of $3.25 Million and $5"),
        (r"Why $E = mc^2$ and $\frac{a}{b}$", "Why E = mc2 and a/b", "Why E = mc2 and a/b"),
    ],
)
def test_titles_keep_what_braces_protect(title, plain, capital):
    """A title is in lower case where a style wants it, in capitals where another does, and names stay as they are."""
    bib = book(title=title)
    assert f"(2020). {plain}. Press" in words(run(bib)[0]["doe2020"])
    assert f"2020. {capital}" in words(run(bib, style="chicago-author-date")[0]["doe2020"])


@pytest.mark.parametrize(
    ("year", "said"),
    [("n.d.", "(n.d.)"), ("in press", "(in press)"), ("2001--2003", "(2001–2003)"), ("c. 1998", "(c. 1998)")],
)
def test_a_year_that_is_no_number_is_still_said(year, said):
    """Works without a date, to come, or of several years say so."""
    assert f"Doe, J. {said}. " in words(run(book(year=year))[0]["doe2020"])


def test_what_was_not_confirmed_is_not_part_of_the_reference():
    """A note on what was not seen stands in its own line of the site; any other note goes to the style."""
    noted = book().replace("  year", "  note = {Pages not confirmed},\n  year")
    doubted = noted.replace("  year", "  unconfirmed = {pages},\n  annote = {Ours},\n  year")
    assert read_items(noted)[0]["note"] == "Pages not confirmed"
    assert not {"note", "annote"} & read_items(doubted)[0].keys()


def test_editions_series_and_kinds_of_report_are_read_as_meant():
    """A second edition counts, a series keeps its name, and a report's number is one number."""
    bib = (
        "@techreport{r, author = {{Office}}, title = {{T}}, institution = {O}, year = {2020},"
        r" type = {{PhD} {\"U}bung \& Report}, number = {PEP23-02}}"
        "@book{b, author = {A, B}, title = {{T}}, series = {Addison-Wesley Series}, edition = {Second}, year = {2020}}"
    )
    references, _ = run(bib)
    assert "(PhD Übung &amp; Report No. PEP23-02)" in references["r"]
    assert "(2nd edn)" in references["b"]
    assert read_items(bib)[1]["collection-title"] == "Addison-Wesley Series"


def test_every_work_is_said_even_by_a_style_that_leaves_it_out():
    """No list and no mark is ever empty, whatever a style makes of a kind of work."""
    bib = SOURCES["entries"].read_text(encoding="utf-8")
    references, _ = run(bib, style="springer-basic-note")
    assert references["unpub2022"] == "Nguyen. Notes on unpublished things. 2022"
    _, marks = run(bib, ["-@many2020"], style="modern-language-association-no-url")
    assert marks == ["(Deep learning for MRI reconstruction)"]


# Pandoc at work


def test_a_warm_cache_gives_what_a_cold_one_gave(tmp_path, monkeypatch):
    """Results are kept by content: the second build asks Pandoc nothing, and the folder may be deleted."""
    make = partial(run, book(), ["@doe2020, p. 5"], cache=tmp_path / "c")
    cold = make()
    with monkeypatch.context() as patch:
        patch.setattr(pandoc, "_run", lambda *_: pytest.fail("Pandoc was asked"))
        assert make() == cold
    shutil.rmtree(tmp_path / "c")
    assert make() == cold
    assert {file.suffix for file in (tmp_path / "c").iterdir()} == {".json"}


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b'0000000000000000\n[{"doe2020": "Wrong"}, []]'])
def test_a_damaged_cache_is_written_afresh(tmp_path, damage):
    """A file cut off by a full disk, or changed by hand, is never believed."""
    make = partial(run, book(), ["@doe2020"], cache=tmp_path)
    cold = make()
    whole = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    for file in tmp_path.iterdir():
        file.write_bytes(damage)
    assert make() == cold
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == whole


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path):
    """A build on a disk that is full, or not ours, only takes longer."""
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    assert "Doe" in run(book(), cache=tmp_path / "file")[0]["doe2020"]


def test_a_missing_pandoc_is_said_in_one_line(monkeypatch):
    """Without Pandoc a writer reads what to install, and no traceback."""

    def missing():
        raise OSError("No pandoc was found:\neither install it …")

    monkeypatch.setattr(pandoc.pypandoc, "get_pandoc_path", missing)
    with pytest.raises(RuntimeError, match=r"^Pandoc is missing; install it with: [^\n]+$"):
        run(book())


def test_a_failed_pandoc_is_quoted_in_one_line():
    """What Pandoc says of a style that it cannot read reaches the writer, without line breaks."""
    broken = dataclasses.replace(style_of("apa"), text="<style", quick="<style")
    with pytest.raises(RuntimeError) as caught:
        Run(broken, "en-GB", read_items(book()), [], None).result()
    assert str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_record_that_pandoc_cannot_read_is_said_in_one_line():
    """A .bib file that the library let through but Pandoc refuses stops the build with Pandoc's own words."""
    with pytest.raises(RuntimeError, match=r"^[^\n]+$"):
        read_items("@book{a, title = {{A}}, year = 2020 # }")


def test_a_site_without_citations_asks_nothing():
    """No works and no groups are no work for Pandoc."""
    made = Run(style_of("apa"), "en", [], [], None)
    assert (made.parts, made.result().references, made.result().marks) == ([], {}, {})


def test_a_library_and_a_text_of_any_length_go_through():
    """Neither side waits for the other's pipe, however much there is to say."""
    bib = "".join(book(f"k{n}", f"Name{n}, A", "Word " * 60, "2020") for n in range(300))
    made, marks = run(bib, [f"@k{n}, {'very ' * 60}" for n in range(300)], style="harvard-cite-them-right")
    assert (len(made), len(marks)) == (300, 300)
