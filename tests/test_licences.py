"""Licences: everything that is borrowed may be, and what asks for its own code in return never comes to a reader."""

import ast
import importlib.metadata
import json
import re
import tomllib
from pathlib import Path

import pytest
from conftest import PROJECT
from packaging.utils import canonicalize_name

LOCK = {package["name"] for package in tomllib.loads((PROJECT / "uv.lock").read_text(encoding="utf-8"))["package"]}
KNOWN = tomllib.loads((PROJECT / "tests/licences.toml").read_text(encoding="utf-8"))
# Free to use, change and pass on beside code under MIT and words under CC BY; MPL asks for changes to its own files.
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-LBNL", "BlueOak-1.0.0", "CC0-1.0",
    "ISC", "MIT", "MIT-CMU", "MPL-2.0", "OFL-1.1", "PSF-2.0",
}  # fmt: skip
TEXTS = {
    "MIT": "permission is hereby granted",
    "BSD-2-Clause": "redistribution and use in source and binary forms",
    "MPL-2.0": "mozilla public license",
    "OFL-1.1": "sil open font",
}
# How packages of an older form say what SPDX has a short name for.
SPOKEN = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
TOOLS = sorted(PROJECT.glob(".cache/tools/lib/python3*/site-packages"))  # of .ci/tools, where they were installed

BORROWED = ("overrides/assets/vendor", "tests/vendor", "kb/editions/fonts", "kb/terser")


def installed():
    """Give what is installed here of what the lock names, with what each says of itself; "" where it says nothing."""
    found = {}
    for place in (None, *map(str, TOOLS)):
        for one in importlib.metadata.distributions(**({"path": [place]} if place else {})):
            if (name := canonicalize_name(one.metadata["Name"])) in LOCK:
                found.setdefault(name, declared(one.metadata))
    return found


def declared(metadata):
    """Give the licence that a package declares: its expression, else its classifiers, else its field."""
    classes = metadata.get_all("Classifier") or []
    spoken = [SPOKEN[name] for line in classes if (name := line.rpartition(" :: ")[2]) in SPOKEN]
    field = metadata.get("License") or ""
    if re.fullmatch(r"[\w.-]+|BSD-3-Clause, Apache-2.0, dependency licenses", field) and (
        not spoken or spoken == ["BSD"]
    ):
        spoken = [field]
    return metadata.get("License-Expression") or " AND ".join(dict.fromkeys(spoken))


def parts(expression):
    """Take an SPDX expression apart; of an OR one is enough, and none of ours needs that."""
    return set(re.split(r" AND | OR ", expression.strip("()")))


def test_every_package_that_the_lock_names_has_a_licence_that_we_allow():
    """Nothing is installed, in any group, whose licence nobody looked at."""
    table = KNOWN["python"] | KNOWN["read"] | {name: item["licence"] for name, item in KNOWN["apart"].items()}
    assert table.keys() == LOCK
    wrong = {name: said for name, said in KNOWN["python"].items() if not parts(said) <= ALLOWED}
    assert wrong == {}
    assert {name for name, item in KNOWN["read"].items() if not parts(item["licence"]) <= ALLOWED} == set()
    assert all(item["where"] for item in KNOWN["read"].values())


def test_what_is_installed_says_the_same():
    """A licence that changes with a new version is met when the pins change, not years later."""
    found = installed()
    assert len(found) > 70
    for name, said in found.items():
        if name in KNOWN["python"]:
            assert said == KNOWN["python"][name], name
        elif name in KNOWN["apart"]:
            assert said == KNOWN["apart"][name]["declares"], name
        else:
            assert said == KNOWN["read"][name]["declares"], name


@pytest.mark.parametrize("name", KNOWN["apart"])
def test_what_is_under_the_gpl_stays_apart(name):
    """A program under the GPL is started or called by a build and by no more: no page and no script has any of it."""
    item = KNOWN["apart"][name]
    assert re.match(r"GPL-[23]\.0-or-later", item["licence"])
    assert item["reason"]
    users = set()
    for file in [*(PROJECT / "kb").rglob("*.py"), PROJECT / "dev.py"]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(each.partition(".")[0] == item["module"] for each in names):
                users.add(file.relative_to(PROJECT).as_posix())
    assert users == set(item["used_by"])


def test_nothing_under_the_gpl_is_in_the_site(site):
    """What a reader receives is words, pictures, and scripts of our own or under MIT."""
    for file in site.rglob("*"):
        text = file.read_text(encoding="utf-8") if file.suffix in {".js", ".css"} else ""
        if "KB_SEARCH_TEXTS" not in text:  # which hold the words of pages, and one of those names the licence
            assert not re.search(r"GNU (Affero |Lesser )?General Public|\b[AL]?GPL-?[23]", text), file


@pytest.mark.parametrize("folder", ["tests", "bench"])
def test_every_script_package_has_a_licence_that_we_allow(folder):
    """What tests and benchmarks fetch for Node.js is looked at as well."""
    packages = json.loads((PROJECT / folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for path, item in packages.items():
        name = path.rpartition("node_modules/")[2]
        if name:
            licence = item.get("license") or KNOWN["scripts"][name]["licence"]
            assert parts(licence) & ALLOWED if " OR " in licence else parts(licence) <= ALLOWED, name
            assert item["integrity"].startswith("sha512-"), name


@pytest.mark.parametrize("folder", BORROWED)
def test_every_borrowed_file_comes_with_the_text_of_its_licence(folder):
    """Whoever takes our files along has the terms of those that others wrote beside them."""
    place = PROJECT / folder
    for item in tomllib.loads((place / "vendor.toml").read_text(encoding="utf-8"))["file"]:
        name, _, files = item["licence"].partition(" (")
        assert name in ALLOWED, item["path"]
        texts = item.get("licence_file") or " ".join(re.findall(r"[\w./-]+LICENSE[\w.-]*", files))
        assert texts, item["path"]
        for text in texts.split():
            words = (place / text).read_text(encoding="utf-8").lower()
            assert TEXTS[name] in words or "3RD-PARTY" in text, text
    named = {item["path"] for item in tomllib.loads((place / "vendor.toml").read_text(encoding="utf-8"))["file"]}
    borrowed = {".js", ".css", ".ttf", ".woff", ".woff2", ".otf", ".wasm"}
    assert named == {file.relative_to(place).as_posix() for file in place.rglob("*") if file.suffix in borrowed}


def test_no_borrowed_file_lies_anywhere_else():
    """A script, font or program dropped into the tree is found: each lies where its licence is looked at."""
    places = [PROJECT / place for place in BORROWED]
    for folder in ("overrides", "kb", "tests", "bench", "docs"):
        for file in (PROJECT / folder).rglob("*"):
            odd = file.suffix in {".ttf", ".otf", ".woff", ".woff2", ".wasm", ".jar", ".exe", ".so", ".dll"}
            if odd or file.name.endswith(".min.js"):
                assert any(Path(file).is_relative_to(place) for place in places), file
