"""Search: the readers' own scripts, run in V8 on the real site's index and on miniature sites that are really built."""

import json
import re

import pytest
from conftest import PROJECT, page, search_texts

from kb import search_report
from kb.crisis import read_crisis
from kb.engine import Engine, built
from kb.pages import read_pages
from kb.terms import check_language, read_terms

CRISIS, _ = read_crisis(PROJECT / "docs/crisis.yml", "docs/crisis.yml")
QUERIES = [
    line.split("\t")
    for line in (PROJECT / "tests/search-queries.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.fixture(scope="module")
def engine(site):
    """The real site's search, open."""
    code, index = built(site)
    with Engine(code) as opened:
        opened.open(index)
        yield opened


@pytest.fixture
def ask(miniature):
    """Give a function that builds a small site and asks its search; the engine ends with the test."""
    open_engines = []

    def asked(files, *queries, **want):
        made = miniature(files)
        assert made.status == 0, made.output
        code, index = built(made.site)
        opened = Engine(code)
        open_engines.append(opened)
        opened.open(index)
        return [opened.find(query, **want) for query in queries]

    yield asked
    for opened in open_engines:
        opened.context.close()


def urls(answer):
    return [result["url"] for result in answer["results"] if not result.get("fallback")]


def place(engine, query, accepted):
    """Give the place of the first page that answers a query, from 1, or 0."""
    wanted = {item.removeprefix("./") for item in accepted.split()}
    return next((n for n, url in enumerate(urls(engine.find(query)), 1) if url in wanted), 0)


def test_the_right_page_stands_first_for_what_people_type(engine):
    """Nine of ten readers find their page first, nearly all among the first three, and none finds nothing."""
    places = [place(engine, query, accepted) for _, query, accepted in QUERIES]
    missed = [query for (_, query, _), rank in zip(QUERIES, places, strict=True) if rank != 1]
    assert len(QUERIES) >= 120
    assert sum(rank == 1 for rank in places) / len(places) >= 0.9, missed
    assert sum(0 < rank < 4 for rank in places) / len(places) >= 0.97, missed
    assert sum(1 / rank for rank in places if rank) / len(places) >= 0.93, missed
    assert all(engine.find(query)["results"] for _, query, _ in QUERIES)


def test_a_call_for_help_is_always_answered_with_help(engine):
    """Somebody who types words of a crisis, misspelled too, sees the help card, and the help page before any other."""
    for query in [*CRISIS.help, *(query for kind, query, _ in QUERIES if kind == "crisis")]:
        answer = engine.find(query)
        assert answer["crisis"], query
        assert urls(answer)[0] == "help-now/", query


def test_other_words_do_not_raise_the_alarm(engine):
    """A reader who asks for a reading list is not shown emergency numbers."""
    assert [query for query in CRISIS.no_help if engine.find(query)["crisis"]] == []


def test_numbers_on_the_card_come_from_the_one_file(site):
    """A number that is mended in docs/helplines.yml is mended on the card as well."""
    _, index = built(site)
    lines = (PROJECT / "docs/helplines.yml").read_text(encoding="utf-8")
    assert {"tel:999", "tel:911"} <= {line["href"] for line in index["help"]["lines"]}
    assert all(f'"{line["href"]}"' in lines for line in index["help"]["lines"])


def test_every_page_is_found_first_by_a_name_of_its_own(site):
    """A page that none of its aliases finds first is as good as lost; the check names it."""
    assert search_report.alias_report(site) == []


def detail_of(site, index, engine, query, result):
    """Give the best section and the snippet of one result, as the screen asks for them."""
    file = (site / index["texts"][result["chunk"]]).read_text(encoding="utf-8")
    chunk = json.loads(file.partition("] = ")[2].strip().rstrip(";"))
    engine.context.eval("var kbDetail = function (r, q, t) { return JSON.stringify(engine.detail(r, q, t)); };")
    return json.loads(engine.context.call("kbDetail", result, query, chunk))


@pytest.mark.parametrize(
    ("query", "section", "marked"),
    [
        ("suicide", "suicide", "suicide"),
        ("suicde", "suicide", "suicide"),
        ("stop drinking safely", "withdrawal", "stopping"),
    ],
)
def test_the_section_is_the_one_that_says_what_was_typed(site, engine, query, section, marked):
    """Where a page says a reader's own words, they are led there, not to where it says what else they might mean."""
    _, index = built(site)
    result = next(found for found in engine.find(query)["results"] if found["url"] == "help-now/")
    detail = detail_of(site, index, engine, query, result)
    assert detail["section"]["id"] == section
    words = {part["text"].lower() for part in detail["snippet"] if part["mark"]}
    assert marked in words or marked in detail["section"]["title"].lower()
    assert "911" not in words


def test_what_search_shows_are_words_not_controls(site):
    """No snippet holds the sign of a link to a box, or the text behind a button."""
    matrix = search_texts(site)["framework/what-helps-when/", "matrix"]
    assert "#" not in matrix
    assert "More in the glossary" not in matrix
    assert "Who are you?" not in matrix


def test_each_part_of_an_answer_leads_somewhere(site, engine):
    """Addresses of results and sections exist, and a snippet holds only words of the page, marked where they match."""
    texts = search_texts(site)
    _, index = built(site)
    for query in ("emotional support", "ground rules", "naloxone", "Prochaska"):
        for result in engine.find(query)["results"][:3]:
            assert (site / result["url"] / "index.html").is_file()
            detail = detail_of(site, index, engine, query, result)
            section = detail["section"]["id"] if detail["section"] else ""
            shown = "".join(part["text"] for part in detail["snippet"])
            heading = detail["section"]["title"] if detail["section"] else ""
            assert shown.strip("… ") in f"{heading}: {texts[result['url'], section]}"
            assert any(part["mark"] for part in detail["snippet"]), query


def test_spelling_is_mended_and_said(ask):
    """A slip of the finger finds the page, and the reader is told what was searched."""
    files = {"moor.md": page("Moorland birds", "The curlew and the lapwing nest in heather.\n")}
    slip, exact, start = ask(files, "lapwnig", "lapwing", "lapw")
    assert slip["corrected"] == "lapwing"
    assert urls(slip)[0] == urls(exact)[0] == urls(start)[0] == "moor/"
    assert exact["corrected"] == start["corrected"] == ""


def test_the_reader_may_insist_on_the_words_as_typed(ask):
    """Whoever asks for the words as typed gets no other spelling; nothing near means ways on, never an empty page."""
    (answer,) = ask({"moor.md": page("Moorland birds")}, "morland", exact=True)
    assert answer["corrected"] == ""
    assert answer["results"]
    assert all(result["fallback"] for result in answer["results"])


def test_other_forms_help_and_the_exact_word_stays_first(ask):
    """“Walks” finds walking too, and the page that says walks comes first."""
    files = {
        "a.md": page("One", "Somebody was walking there.\n"),
        "b.md": page("Two", "Two walks a day.\n"),
    }
    (answer,) = ask(files, "walks")
    assert urls(answer)[:2] == ["b/", "a/"]


def test_words_of_another_country_find_the_page(ask):
    """Words that docs/terms.yml knows as one find each other's pages, and near ones lead one way only."""
    files = {
        "terms.yml": "sets:\n  - uk: [rambling club]\n    us: [hiking group]\n    near: [boots]\n",
        "club.md": page("The rambling club", "We meet on Sundays.\n"),
        "boots.md": page("Boots", "Boots are shoes.\n"),
    }
    other, near, back = ask(files, "a hiking group", "boots", "rambling club")
    assert urls(other)[0] == "club/"
    assert urls(near) == ["boots/", "club/"]
    assert urls(back) == ["club/"]


def test_a_question_is_answered_by_its_telling_words(ask):
    """“What” and “can” bring up no page that only looks like them."""
    files = {"tin.md": page("The can opener", "What a can is.\n"), "bee.md": page("Bees", "How bees make honey.\n")}
    (answer,) = ask(files, "what can I do with honey")
    assert urls(answer)[0] == "bee/"


def test_quoted_words_must_stand_together(ask):
    """A phrase in quotation marks drops pages without its words."""
    files = {"a.md": page("One", "Green tea and red wine.\n"), "b.md": page("Two", "Red tea.\n")}
    (answer,) = ask(files, '"green tea"')
    assert urls(answer) == ["a/"]


def test_filters_narrow_and_are_named(engine):
    """A reader can keep to one section, kind of support or stage."""
    everything = engine.find("support")
    kept = engine.find("support", kind="emotional")
    assert 0 < len(urls(kept)) < len(urls(everything))
    assert all("emotional" in result["kinds"] for result in kept["results"])
    assert engine.find("support", section="Research")["results"][0]["section"] == "Research"


def test_two_builds_give_the_same_files(miniature):
    """The same sources make the same search, byte for byte."""
    files = {"a.md": page("One", "Some words.\n")}
    first, second = ({file.name for file in (miniature(files).site / "assets/search").iterdir()} for _ in range(2))
    assert first == second


def test_search_needs_no_page_and_no_network(site):
    """The engine holds no request, worker or storage, so it runs from disk and keeps nothing of what was asked."""
    for name in ("words", "terms", "ideas", "detail", "engine"):
        code = (PROJECT / f"overrides/assets/search/{name}.js").read_text(encoding="utf-8")
        assert not re.search(r"fetch\(|XMLHttp|Worker\(|localStorage|cookie|document\.|innerHTML|eval\(", code), name
    assert "MiniSearch" in built(site)[0]


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("terms.yml", "sets:\n  - plain: [one, two]\n    greek: [three]\n", 3),
        ("terms.yml", "sets:\n  - plain: [alone]\n", 2),
        ("terms.yml", "avoid:\n  - words: [bad]\n", 2),
        ("terms.yml", "sets:\n  - plain: [a, b]\n    glossary: nowhere\n", 2),
        ("crisis.yml", "rules:\n  - words: [danger]\n    typo: maybe\n", 2),
        ("crisis.yml", "rulez:\n  - words: [danger]\n", 1),
        ("crisis.yml", "rules: [\n", 2),
    ],
)
def test_a_slip_in_a_data_file_is_named_with_its_line(miniature, file, text, line):
    """A writer who mistypes a field is told the file and the line."""
    made = miniature({file: text})
    assert made.status != 0
    assert f"docs/{file}:{line}: " in made.output
    assert "Traceback" not in made.output


def test_prose_names_the_person_first(tmp_path):
    """A writer is told of a word that this site does not use of people; quotations, names and code are let be."""
    docs = tmp_path / "docs"
    docs.mkdir()
    body = "An addict came.\n\nThe book “My addict” and `addict` and Addict Anonymous.\n\n> An addict wrote this.\n"
    (docs / "index.md").write_text(page("Home", body, aliases="[addict]"), encoding="utf-8")
    (docs / "terms.yml").write_text("avoid:\n  - words: [addict]\n    instead: a person\n", encoding="utf-8")
    pages, _ = read_pages(docs)
    terms, wrong = read_terms(docs / "terms.yml", "docs/terms.yml")
    found = check_language(pages, terms)
    assert wrong == []
    first = (docs / "index.md").read_text(encoding="utf-8").splitlines().index("An addict came.") + 1
    assert [str(item).partition("; ")[0] for item in found] == [f"docs/index.md:{first}:4: the word “addict”"]


def test_glossary_entries_say_other_words_for_the_same(site):
    """Whoever looks up a term reads what it is in plain words, from the one terms file."""
    text = (site / "glossary/index.html").read_text(encoding="utf-8")
    entry = text.partition('<dt id="instrumental-support">')[2].partition("</dd>")[0]
    assert "In other words: practical help" in entry


def test_a_writer_sees_why_a_page_is_found(site):
    """`dev.py search` prints each page with its score and the field and word that gave it."""
    lines = search_report.explain(site, "emotonal suport")
    assert any("Searched for: emotional support" in line for line in lines)
    assert any("/framework/social-support/emotional/" in line for line in lines[:4])
    assert any(re.search(r"title: emotional", line) for line in lines)
    assert search_report.explain(site / "assets", "x") == [search_report.NOTHING.format("assets")]


def test_nobody_is_said_to_have_reviewed_what_nobody_has():
    """The list of crisis words names a reviewer only with the day of the review."""
    assert bool(CRISIS.reviewed_by) == bool(CRISIS.reviewed_on)
