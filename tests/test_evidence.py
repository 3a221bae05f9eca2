"""Evidence at a glance: what a writer may leave out, and what a reader sees in every place alike."""

import re

import pytest
from conftest import PROJECT, page
from lxml import html

from kb.evidence import KINDS, STRENGTHS, check_evidence, read_claims
from kb.pages import read_pages

BLOCK = """```evidence
id: claim-tea
claim: Tea helps: it is warm.
strength: some
kind: randomised trial
basis: One trial, 12 people | no peers.
sources: [@doe2020]
unknown: Whether
  coffee does.
dissent: Some prefer water [@doe2020].
```
"""


def found(tmp_path, body, **more):
    """Write one page and give the claims and findings of its evidence."""
    files = {"a.md": page("A", body)} | more
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    pages = read_pages(tmp_path)[0]
    return [claim for each in pages for claim in read_claims(each, each.path)[0]], check_evidence(pages)


def test_a_block_says_what_its_writer_wrote(tmp_path):
    """A writer may use colons, and go on in the next line."""
    claims, findings = found(tmp_path, BLOCK)
    assert findings == []
    assert (claims[0].claim, claims[0].unknown) == ("Tea helps: it is warm.", "Whether coffee does.")


@pytest.mark.parametrize(
    ("change", "line", "what", "mend"),
    [
        (("sources: [@doe2020]\n", ""), 1, "without `sources`", "[@key; @key]"),
        (("sources: [@doe2020]", "sources: a book"), 7, "`a book` cites nothing", "[@key; @key]"),
        (("sources: [@doe2020]", "sources:"), 7, "without `sources`", "[@key; @key]"),
        (("strength: some", "strength: goood"), 4, "`goood` is no strength of evidence", "did you mean 'good'?"),
        (("kind: randomised trial", "kind: trail"), 5, "`trail` is no kind of evidence", "use one of"),
        (("kind: randomised trial\n", ""), 1, "without `kind`", "randomised trial"),
        (("unknown: Whether\n  coffee does.\n", ""), 1, "without `unknown`", "leave open"),
        (("basis:", "bases:"), 6, "no field `bases`", "did you mean 'basis'?"),
        (("kind:", "strength: good\nkind:"), 5, "`strength` already stands in line", "keep one"),
        (("id: claim-tea", "id: tea"), 2, "`tea` is no id for a claim", "claim-"),
        (("basis:", "Just words.\nbasis:"), 6, "without a field", "indent a line"),
    ],
)
def test_what_a_block_lacks_is_said_with_its_line(tmp_path, change, line, what, mend):
    """A block without a source, or with a word that the rule does not know, is a finding where it stands."""
    findings = found(tmp_path, BLOCK.replace(*change))[1]
    first = page("A", BLOCK).splitlines().index("```evidence")
    hits = [finding for finding in findings if what in finding.what]
    assert [finding.line for finding in hits] == [first + line]
    assert hits[0].column > 0
    assert mend in hits[0].mend


def test_no_study_needs_no_kind_of_study(tmp_path):
    """A writer can say that nothing was found."""
    body = BLOCK.replace("strength: some\nkind: randomised trial", "strength: none found")
    assert found(tmp_path, body)[1] == []


def test_an_id_belongs_to_one_claim(tmp_path):
    """A link to a claim leads to that claim alone."""
    findings = found(tmp_path, BLOCK, **{"b.md": page("B", BLOCK)})[1]
    assert [(finding.path, finding.what.partition(" in ")[0]) for finding in findings] == [
        ("docs/b.md", "the claim 'claim-tea' already stands")
    ]


def test_a_block_that_is_shown_as_code_is_no_claim(tmp_path):
    """A page can explain how a block is written."""
    assert found(tmp_path, "````\n" + BLOCK + "````\n") == ([], [])


def test_a_block_is_drawn_and_listed(miniature):
    """A reader sees a claim on its page and in the list, with the same words and real citations in both."""
    files = {
        "tea.md": page("Tea", "Words.\n\n" + BLOCK + "\nMore.\n\n\\bibliography\n"),
        "research/index.md": page("Research", "## Rule {#how-we-weigh}\n\n\\evidence\n\n\\bibliography\n"),
    }
    built = miniature(files)
    assert built.status == 0, built.output
    block = html.parse(str(built.site / "tea/index.html")).find(".//div[@id='claim-tea']")
    words = " ".join(block.text_content().split())
    assert words.startswith("Evidence: Tea helps: it is warm. Strength Some · randomised trial (our rule)")
    assert "Who disagrees Some prefer water" in words
    assert [link.get("href") for link in block.iter("a")].count("../research/#how-we-weigh") == 1
    assert len(block.xpath(".//a[starts-with(@href, '#ref-')]")) > 1
    row = html.parse(str(built.site / "research/index.html")).find(".//article//tbody/tr")
    assert row.find(".//th//a").get("href") == "../tea/#claim-tea"
    assert "One trial, 12 people | no peers." in row.text_content()
    assert "doe2020" not in row.text_content()


def test_an_unknown_key_in_a_block_is_found_where_it_stands(miniature):
    """A mistyped key in a block stops the build with its line, as in any sentence."""
    built = miniature({"tea.md": page("Tea", BLOCK.replace("sources: [@doe2020]", "sources: [@dow2020]"))})
    assert built.status == 1
    line = page("Tea", BLOCK).splitlines().index("sources: [@doe2020]") + 1
    assert re.search(rf"docs/tea\.md:{line}:\d+: .*dow2020.*did you mean", built.output), built.output


def test_the_rule_is_published():
    """Whoever reads a strength can look up what it means, and so can whoever writes one."""
    text = (PROJECT / "docs/research/index.md").read_text(encoding="utf-8")
    rule = text[text.index("{#how-we-weigh}") : text.index("{#at-a-glance}")]
    assert re.findall(r"^- \*\*(.+?)\*\*:", rule, re.MULTILINE) == list(STRENGTHS.values())
    for kind in KINDS:
        assert kind.split()[-1] in rule.lower(), kind


def test_the_real_claims_are_listed_together(site):
    """A researcher finds every claim of the site in one table, the strongest first."""
    claims = [claim for each in read_pages(PROJECT / "docs")[0] for claim in read_claims(each, each.path)[0]]
    table = html.parse(str(site / "research/index.html")).find(".//div[@data-section='at-a-glance']")
    rows = table.findall(".//tbody/tr")
    assert len(rows) == len(claims) >= 10
    given = [row.findall("td")[0].find("strong").text for row in rows]
    assert given == sorted(given, key=list(STRENGTHS.values()).index)
