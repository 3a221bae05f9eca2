"""The folder of what writers wrote, and mkdocs.yml, come in; what no build should open or run goes out, as findings.

Looked at before anything else reads the files: links that lead out of the folder, files without end, snippets that are
not there, and settings that would run a program.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from lxml import etree, html

from kb.findings import Finding, read_text
from kb.harmless import active, addresses, outside, scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1024 * 1024
# Far above what anybody writes by hand, and low enough that a build ends within minutes on a small machine.
LARGEST = {
    ".md": MIB, ".yml": MIB, ".yaml": MIB, ".txt": 8 * MIB, ".csl": MIB, ".svg": 4 * MIB, ".bib": 16 * MIB,
}  # fmt: skip
TEXTS = {".md", ".yml", ".yaml", ".txt", ".svg"}
NESTED = 100  # square brackets within each other, of which Python-Markdown reads each to its end
# What a browser would run, or show as a page, when somebody opens its address: none of it is words or a picture.
RUNS = {
    ".html", ".htm", ".xhtml", ".xht", ".shtml", ".mhtml", ".xml", ".xsl", ".xslt", ".js", ".mjs", ".cjs", ".wasm",
    ".css", ".hta", ".swf", ".webmanifest",
}  # fmt: skip
REFUSED = re.compile(r"<!(DOCTYPE|ENTITY)|<\?(?!xml\s)|<\?xml[^>]*encoding\s*=\s*['\"](?!utf-8)", re.IGNORECASE)
PLAIN = "save it as plain SVG: shapes, words and ids alone, its looks as attributes"
TOO_LARGE = "a file of {size:,} bytes, and {suffix} files may have {most:,}"
SNIPPET = re.compile(r"""^[ \t]*-{1,}8<-{1,}[ \t]+["']?([^"'\n]+?)["']?[ \t]*$""", re.MULTILINE)
# MkDocs gives these names their objects; any other tag of the kind would have a program run while settings are read.
NAMED = re.compile(r"python/name:(material\.extensions\.emoji|pymdownx|kb)\.[\w.]+")


def check_files(docs: Path) -> list[Finding]:
    """Check every file below the folder `docs`: what it is, where it leads, how large it is, and that text is text."""
    findings = []
    for folder, folders, files in os.walk(docs):
        for name in sorted([*folders, *files]):
            file = Path(folder, name)
            shown = file.relative_to(docs.parent).as_posix().encode(errors="replace").decode()
            faults = [Finding(shown, 0, 0, *fault) for fault in _faults(file, docs)]
            findings += faults or _unread(file, shown)
    return findings


def check_settings(config: Path) -> list[Finding]:
    """Check mkdocs.yml, which MkDocs reads with a loader that can run programs, before MkDocs does."""
    text, findings = read_text(config, config.name)
    if len(text) > MIB:
        mend = "put back the last commit's"
        return [Finding(config.name, 0, 0, TOO_LARGE.format(size=len(text), suffix=".yml", most=MIB), mend)]
    try:
        for token in yaml.scan(text):
            if isinstance(token, yaml.TagToken) and "python/" in token.value[1] and not NAMED.fullmatch(token.value[1]):
                tag = "".join(filter(None, token.value))
                what = f"the tag `{tag}` would run a program while the settings are read"
                findings.append(Finding(config.name, token.start_mark.line + 1, 0, what, "take it out"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        findings.append(Finding(config.name, line, 0, "YAML that cannot be read", "compare it with the last commit's"))
    return findings


def check_snippets(text: str, name: str, folders: list[Path]) -> list[Finding]:
    """Check that every file that a page takes in by `--8<-- "file"` is there, in one of `folders` and nowhere else."""
    findings = []
    for match in SNIPPET.finditer(text):
        wanted = match[1].strip().lstrip(";")
        places = [folder / wanted.partition(":")[0] for folder in folders]
        inside = [place for place in places if any(place.resolve().is_relative_to(f.resolve()) for f in folders)]
        if not any(place.is_file() for place in inside):
            line = text.count("\n", 0, match.start()) + 1
            mend = f"give the name of a file in {', '.join(folder.name for folder in folders)}/"
            findings.append(Finding(name, line, 0, f"it takes in '{wanted}', which is not there", mend))
    return findings


def check_nesting(text: str, name: str) -> list[Finding]:
    """Check that no block nests square brackets so deeply that its rendering would take hours."""
    depth, line = 0, 1
    for sign in re.findall(r"[\[\]]|\n[ \t]*\n|\n", text):
        depth = {"[": depth + 1, "]": max(0, depth - 1), "\n": depth}.get(sign, 0)
        line += sign.count("\n")
        if depth > NESTED:
            return [Finding(name, line, 0, f"more than {NESTED} square brackets that are not closed", "close them")]
    return []


def _faults(file: Path, docs: Path) -> Iterator[tuple[str, str]]:
    """Give (what, how to mend it) for one file or folder."""
    state = file.lstat()
    if not _printable(file.name):
        yield "a name with signs that cannot be shown", "give it a name of letters, figures and hyphens"
    if stat.S_ISLNK(state.st_mode):
        target = file.resolve()
        if not target.is_relative_to(docs.resolve()):
            yield "a link that leads out of the folder", "put the file itself there"
        elif not target.is_file():
            yield "a link to a folder, or to nothing", "put the files themselves there"
    elif not (stat.S_ISREG(state.st_mode) or stat.S_ISDIR(state.st_mode)):
        yield "neither a file nor a folder", "take it out"
    elif stat.S_ISREG(state.st_mode) and not os.access(file, os.R_OK):
        yield "a file that may not be read", "give yourself the right to read it"
    most = LARGEST.get(file.suffix.lower(), 0)
    if most and state.st_size > most:
        yield TOO_LARGE.format(size=state.st_size, suffix=file.suffix, most=most), "divide it"
    elif file.suffix.lower() in RUNS and stat.S_ISREG(state.st_mode):
        yield "a file that a browser would run or show as a page", "write a page as Markdown; the rest is overrides/"
    elif file.suffix.lower() == ".svg" and stat.S_ISREG(state.st_mode) and os.access(file, os.R_OK):
        yield from _drawing(file)


def _drawing(file: Path) -> Iterator[tuple[str, str]]:
    """Give (what, how to mend it) for a drawing: opened at its own address, an SVG file is a page and can run."""
    text = file.read_bytes().decode("utf-8", errors="replace")
    if REFUSED.search(text):
        yield "a drawing with a DOCTYPE, an instruction or another encoding", PLAIN
        return
    for element in html.document_fromstring(f"<svg>{text}</svg>".encode()).iter(etree.Element):
        tag = str(element.tag).lower()
        whats = [what for what, _ in active(element)]
        whats += ["a script"] if tag.rpartition(":")[2] == "script" and not whats else []
        for href in addresses(element):
            whats += (
                [what for what, _, _ in outside(tag.rpartition(":")[2], href, "noreferrer")] if scheme(href) else []
            )
        for what in whats:
            yield f"a drawing with {what}", PLAIN


def _unread(file: Path, shown: str) -> list[Finding]:
    """Say where a file of text is none; only of what may be opened."""
    if file.suffix.lower() not in TEXTS or not file.is_file() or file.stat().st_size > LARGEST[file.suffix.lower()]:
        return []
    return read_text(file, shown)[1]


def _printable(name: str) -> bool:
    """Say whether a name can be shown and kept as UTF-8, without controls."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return name.isprintable()
