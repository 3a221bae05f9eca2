"""Stylesheets and scripts: cut to what pages use and never below it, joined, and named by their content."""

import re
import subprocess
import sys

import pytest
from conftest import often, page

from kb import assets, publish

CSS = """
/* a comment */
@charset "utf-8";
.a { color: var(--used); }
.b, .a > p.c { color: red !important; }
:is(.a, .b) em { color: blue }
.a:not(.b) { margin: 0 }
[dir=rtl] .a { margin: 1px }
[dir=ltr] .a { margin: 2px }
[aria-current] .a, #here { margin: 3px }
@media print { .b { top: 0 } }
@media screen { .a { animation: turn 1s } }
@keyframes turn { to { top: 0 } }
@keyframes lost { from { top: 0 } }
:root { --used: 1px; --lost: 2px; --icon: url("data:image/svg+xml,<svg/>") }
"""
SEEN = assets.used(['<div class="a"><p class="c d">x</p><em id="here">y</em></div>'], [], ["dir=ltr"])


def small(css=CSS, seen=SEEN, **more):
    return assets.write(assets.prune(assets.cut(assets.parse(css), seen, **more)))


def test_what_some_page_uses_is_kept_and_the_rest_is_not_sent():
    """A reader pays for no rule that no page can match, and misses none that one can."""
    assert small() == (
        ".a{color:var(--used)}.a>p.c{color:red!important}:is(.a,.b) em{color:blue}.a:not(.b){margin:0}"
        "[dir=ltr] .a{margin:2px}#here{margin:3px}@media screen{.a{animation:turn 1s}}"
        "@keyframes turn{to{top:0}}:root{--used:1px}"
    )


def test_a_colour_that_is_given_again_is_sent_once():
    """A reader does not pay for the theme's own colours, which ours replace; those for the dark and for paper stay."""
    css = ":root{--a:1;--b:var(--a);--c:var(--b)}.x{top:var(--c)}:root{--b:2}.x{--b:3}@media print{:root{--b:4}}"
    sent = small(css, assets.used(['<p class="x">'], []))
    assert sent == ":root{--c:var(--b)}.x{top:var(--c)}:root{--b:2}.x{--b:3}@media print{:root{--b:4}}"


def test_what_a_script_names_is_kept():
    """What a script adds to a page is drawn, although no page holds it before."""
    seen = assets.used(['<div class="a">'], ['part.className = "b"; part.setAttribute("aria-current", "page")'])
    assert ".b{top:0}" in small(seen=seen)
    assert "[aria-current] .a" in small(seen=seen)


def test_only_what_a_script_says_in_a_string_can_be_an_element():
    """A reader pays for no rule because a script has a variable of that name."""
    seen = assets.used(['<div class="a">'], ['code.b = name; part.title = "It\'s c";'])
    assert ".b{top:0}" not in small(seen=seen)
    assert ".a>p.c" not in small(seen=seen)
    assert ".b{top:0}" in small(seen=assets.used(['<div class="a">'], ["go(`b", "`)"]))


def test_what_we_draw_alone_takes_nothing_of_the_theme():
    """A maintainer who draws a part anew starts from nothing."""
    assert small(ours=frozenset({"a"})) == "#here{margin:3px}"


def test_scripts_lose_comments_and_nothing_else():
    """A reader's browser runs what was written; only words for maintainers stay behind."""
    said = '/* Says\n   much. */\n(() => {\n  // why\n  go("https://a.example/");  // so\n  say("; // no");\n})();\n'
    assert assets.script([said]) == '(() => {\ngo("https://a.example/");\nsay("; // no");\n})();\n'


def test_a_name_changes_with_what_is_named():
    """What a browser kept under a name stays right for ever."""
    assert assets.hashed("assets/kb", "css", "a") != assets.hashed("assets/kb", "css", "b")
    assert assets.hashed("assets/kb", "css", "a").startswith("assets/kb.")


@pytest.mark.parametrize("line", ["extra_css: [assets/gone.css]\n", "extra_javascript: [assets/gone.js]\n"])
def test_a_mistyped_file_is_named(miniature, line):
    """A maintainer who mistypes a stylesheet or script is told which, in words."""
    built = miniature({"small.md": page("Small")}, more=f"\n{line}")
    assert built.status == 1
    assert "no file 'assets/gone." in built.output
    assert "Traceback" not in built.output


def said_of(project):
    """Build a project, which is to fail; give what is said."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(project / "site")]
    done = subprocess.run(command, cwd=project, env=publish.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


MISTYPED = [
    ("kept", "kb-fill", "kb-fil", "which no stylesheet does"),
    ("ours", "admonition", "admonitoin", "which no stylesheet does"),
    ("whole", "about/offline/index.html", "abuot/offline/index.html", "which is no page that is built"),
]


@pytest.mark.parametrize(
    ("option", "old", "new", "what"),
    often(MISTYPED, MISTYPED[0]),
)
def test_a_mistyped_name_in_the_settings_of_styles_is_named(project_copy, option, old, new, what):
    """A maintainer who mistypes a name is told, and no reader finds a block undrawn because nobody was."""
    config = project_copy / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace(f"{option}: [{old}", f"{option}: [{new}", 1), encoding="utf-8")
    assert f"mkdocs.yml: `{option}` names '{new}', {what}; mend either" in said_of(project_copy)


@pytest.mark.parametrize("path", often(["menu.js", "sharing.js", "search/words.js", "sw.js", "keep.js"], "menu.js"))
def test_a_script_that_no_browser_can_read_stops_the_build_at_its_line(project_copy, path):
    """No reader gets a page whose scripts are dead: whoever edits one reads its file, as it lies here, and the line."""
    file = project_copy / "overrides/assets" / path
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}function( {{\n", encoding="utf-8")
    line = len(text.splitlines()) + 1
    assert re.search(rf"overrides/assets/{path}:{line}:\d+: no browser can read this script", said_of(project_copy))


LAST = """
import atexit
from py_mini_racer import _context
atexit.register(lambda: print(_context.context_count()))  # registered first, so asked last
from kb.minify import minify
print(minify("var a = 1 + 1;", None, "a.js"), end="")
"""


def test_a_build_that_made_scripts_small_comes_to_its_end():
    """On a busy machine, too, nobody waits for ever: V8 has ended before Python begins to."""
    done = subprocess.run([sys.executable, "-c", LAST], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("var a=2;\n0\n", "")
