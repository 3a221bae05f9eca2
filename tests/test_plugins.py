"""MkDocs with our plugin, on miniature sites: each slip of a writer turns the build red, and says where."""

import pytest
from conftest import BIB, page


def test_a_miniature_site_builds_without_a_word(miniature):
    """A small site with other content keeps the code and builds."""
    built = miniature(
        {"small.md": page("Small", "Cited [@doe2020].\n\n## References {#references}\n\n\\bibliography\n")}
    )
    assert built.status == 0, built.output
    assert "WARNING" not in built.output
    text = (built.site / "small" / "index.html").read_text(encoding="utf-8")
    assert "A Book" in text
    assert "Nobody with lived experience and no clinician has reviewed it yet." in text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (page("Small", summary=None), "docs/small.md:1: no `summary`"),
        (page("Small", colour="red"), "docs/small.md:2: unknown field `colour`"),
        (page("Small", "## No id\n"), "docs/small.md:17: the heading 'No id' has no id; write `## No id {#no-id}`"),
        (
            page("Small", "So [@doe2020].\n\n\\full_bibliography{C-A}\n"),
            "docs/small.md:19:1: no list is called \\full_bibliography{C-A}; write \\full_bibliography or",
        ),
        (
            page("Small", "So [@doe2020].\n\n \\bibliography{breif}\n"),
            "docs/small.md:19:2: no list is called \\bibliography{breif}; write \\bibliography or \\bibliography{",
        ),
        (page("Small", "So [@deo2020].\n"), "docs/small.md:17:5: no reference 'deo2020'; did you mean 'doe2020'?"),
        (page("Small", "Ring 0300 123 4567.\n"), "docs/small.md:17:6: the number 0300 123 4567 is not in"),
        (page("Small", related="[smal.md]"), "no page 'smal.md' to relate to; did you mean 'small.md'?"),
    ],
)
def test_a_slip_stops_the_build_with_one_line_and_no_traceback(miniature, text, says):
    """A writer reads where it is, what it is, and how to mend it."""
    built = miniature({"small.md": text})
    assert built.status != 0
    assert says in built.output
    assert "Traceback" not in built.output


def test_a_link_to_a_section_that_is_gone_fails_the_strict_build(miniature):
    """A section that was renamed while a page still links to it is a failure, with the line of the link."""
    built = miniature(
        {"small.md": page("Small", "## New {#new}\n"), "other.md": page("Other", "Go [there](small.md#nwe).\n")}
    )
    assert built.status == 1
    assert (
        "docs/other.md:17: a link to '#nwe', which small/index.html does not have; did you mean '#new'?" in built.output
    )


def test_a_record_without_verification_stops_the_build(miniature):
    """A work whose record nobody vouched for is not shown to readers."""
    built = miniature({"research/references.bib": BIB.replace("  verification = {verified},\n", "")})
    assert built.status != 0
    assert "docs/research/references.bib:1: 'doe2020' does not say how it was verified" in built.output


def test_a_page_past_its_day_warns_its_readers_but_builds(miniature):
    """A reader is told that a page is due for checking; a writer is not pushed to bump the date unread."""
    built = miniature({"small.md": page("Small", recheck_by="2025-12-31")})
    assert built.status == 0, built.output
    text = (built.site / "small" / "index.html").read_text(encoding="utf-8")
    assert "Due for checking" in text
    assert "31 December 2025" in text


def test_a_to_z_lists_every_page_and_term(miniature):
    """Whoever has no JavaScript finds every page and explained word in one list."""
    glossary = page("Glossary", "## A {#a}\n\nAftercare { #aftercare }\n:   Help after treatment.\n")
    built = miniature({"glossary.md": glossary, "a-z.md": page("A–Z", "\\a-z\n")})
    assert built.status == 0, built.output
    text = (built.site / "a-z" / "index.html").read_text(encoding="utf-8")
    assert 'href="../glossary/#aftercare">Aftercare</a>' in text
    assert 'id="letter-h"' in text
    assert 'href="../help-now/">Help now</a>' in text


def test_e_mail_addresses_and_code_that_look_like_citations_are_safe(miniature):
    """A writer can print an e-mail address without losing half of it."""
    built = miniature({"small.md": page("Small", "Write to help@doe2020.example.\n")})
    assert built.status == 0, built.output
    assert "help@doe2020.example" in (built.site / "small" / "index.html").read_text(encoding="utf-8")
