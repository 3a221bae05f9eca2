"""The house: walls, sizes, docstrings and borrowed files are what the project says they are."""

import ast
import hashlib
import re
import tomllib

from conftest import PROJECT

CODE = sorted((PROJECT / "kb").rglob("*.py"))
# Who may call whom: each room may import what stands before it in this list.
ROOMS = [
    "findings",
    "policy",
    "plain_yaml",
    "quotes",
    "addresses",
    "elsewhere",
    "harmless",
    "intake",
    "permanent",
    "schema",
    "pages",
    "headings",
    "a_to_z",
    "glossary",
    "cache",
    "minify",
    "library",
    "fetched",
    "helplines",
    "data",
    "terms",
    "crisis",
    "passages",
    "engine",
    "search",
    "search_report",
    "outgoing",
    "robust",
    "online",
    "link_report",
    "pandoc",
    "styles",
    "items",
    "namesakes",
    "csl",
    "runs",
    "commands",
    "citations",
    "evidence",
    "advice",
    "references",
    "csl_items",
    "exports",
    "page_meta",
    "downloads",
    "lists",
    "catalogue",
    "bibliography",
    "standalone",
    "matrix",
    "markup",
    "retired",
    "redirects",
    "contract",
    "promise",
    "moved",
    "sharing",
    "book",
    "checks",
    "assets",
    "portions",
    "headers",
    "keep",
    "verify",
    "atomic",
    "publish",
    "reproduce",
    "serve",
    "changelog",
    "materials",
    "releasing",
    "editions",
    "browser",
    "sheets",
]
DOORS = ["plugins", "__main__"]


def tree(file):
    return ast.parse(file.read_text(encoding="utf-8"))


def imported(file):
    """Name every module that a file imports."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (item.name for item in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{item.name}" for item in node.names)


def room(file):
    return file.relative_to(PROJECT / "kb").parts[0].removesuffix(".py")


def test_only_one_room_knows_mkdocs():
    """When MkDocs ends, one room is rewritten and the rest stands."""
    knowing = {
        room(file) for file in CODE for name in imported(file) if re.match(r"(mkdocs|mkdocs_bibtex|material)\b", name)
    }
    assert knowing == {"plugins"}


def test_imports_only_go_down():
    """Whoever reads the rooms in their order never meets a name before its room."""
    order = ROOMS + DOORS
    for file in CODE:
        for name in imported(file):
            parts = name.split(".")
            if parts[0] == "kb" and len(parts) > 1 and room(file) != "__init__" and parts[1] in order:
                assert order.index(parts[1]) <= order.index(room(file)), f"{file.name} imports {name}"
                assert parts[1] not in DOORS or parts[1] == room(file)


def test_rooms_and_functions_stay_small():
    """A newcomer can read any room in one sitting."""
    for file in [*CODE, PROJECT / "dev.py"]:
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 250, file.name
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 40, f"{file.name}: {node.name}"


def test_every_room_says_what_comes_in_and_what_goes_out():
    """A room's first sentence is its map."""
    for file in CODE:
        first = ast.get_docstring(tree(file)).split("\n\n")[0]
        assert re.search(r"comes? in|go in", first), file.name
        assert re.search(r"goe?s?( \w+)? out|come out", first), file.name


def test_every_test_states_a_promise():
    """Whoever breaks something reads, in a sentence, what was promised and to whom."""
    for file in sorted((PROJECT / "tests").glob("test_*.py")):
        for node in tree(file).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                promise = ast.get_docstring(node) or ""
                assert promise.endswith("."), f"{file.name}: {node.name}"
                assert "\n" not in promise, f"{file.name}: {node.name}"


def test_borrowed_files_are_the_ones_we_say():
    """Each file that others wrote has a source, a version, a licence and a hash, and is unchanged."""
    for folder in (PROJECT / "overrides/assets/vendor", PROJECT / "kb/terser", PROJECT / "tests/vendor"):
        named = tomllib.loads((folder / "vendor.toml").read_text(encoding="utf-8")).get("file", [])
        for item in named:
            assert all(item.get(field) for field in ("what", "source", "version", "licence")), item["path"]
            assert hashlib.sha256((folder / item["path"]).read_bytes()).hexdigest() == item["sha256"], item["path"]
        scripts = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.suffix in {".js", ".css"}}
        assert scripts == {item["path"] for item in named}


def test_presentation_names_no_other_host():
    """No template, stylesheet or script of ours asks another host for anything."""
    for file in (PROJECT / "overrides").rglob("*"):
        if file.suffix in {".html", ".css", ".svg"}:
            hosts = re.findall(r"https?://([\w.-]+)", file.read_text(encoding="utf-8"))
            assert set(hosts) <= {"www.w3.org"}, file.name


def test_every_ignored_rule_has_its_reason():
    """Whoever meets an ignored lint rule is told why it is ignored."""
    for file in [*CODE, PROJECT / "dev.py", *sorted((PROJECT / "tests").glob("*.py"))]:
        for line in file.read_text(encoding="utf-8").splitlines():
            if re.search(r"# (noqa|type: ignore)", line):
                assert re.search(r"#.*(noqa: [A-Z0-9, ]+|type: ignore\[[\w-]+\]).* [-#] \w+", line), (
                    f"{file.name}: {line.strip()}"
                )


def test_continuous_integration_runs_what_everyone_runs():
    """A newcomer and the machine run the same command."""
    assert "dev.py test --full" in (PROJECT / ".ci/run").read_text(encoding="utf-8")
