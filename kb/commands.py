"""A block of Markdown comes in; a place for a list, for each line that is a command, goes out with the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from markdown.blockprocessors import BlockProcessor

from kb.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OWN, FULL, BRIEF = "\\bibliography", "\\full_bibliography", "{brief}"

# Fences, code in a line and comments, as far as a first look can tell them.
CODE = re.compile(
    r"^[ \t>*+\d.-]*(?P<fence>`{3,}|~{3,})[^`\n]*\n(?:.*?\n)??[ \t>]*(?P=fence)"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)"
    r"|<!--.*?-->",
    re.DOTALL | re.MULTILINE,
)


def list_commands(own: str, full: str) -> dict[str, str]:
    r"""Give the class of the place that each command for a list of works leaves.

    `own` stands for the page's list, usually \bibliography, `full` for all works; `{brief}` behind `own` asks for the
    same list without what each work shows.
    """
    return {own: "kb-list", own + BRIEF: "kb-brief-list", full: "kb-full-list"}


def check_commands(text: str, name: str, own: str = OWN) -> Iterator[Finding]:
    """Say of each line that asks for a kind of list that there is not; `name` is how findings call the file."""
    for match in re.finditer(rf"^ {{0,3}}({re.escape(own)}\{{[^}}\n]*\}}?)[ \t]*$", without_code(text), re.MULTILINE):
        if match[1] != own + BRIEF:
            line, column = text.count("\n", 0, match.start()) + 1, match.start(1) - match.start() + 1
            yield Finding(name, line, column, f"no list is called {match[1]}", f"write {own} or {own}{BRIEF}")


def without_code(text: str) -> str:
    """Give a source with spaces for its code and comments, so that lines and columns stay."""
    return CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


class CommandProcessor(BlockProcessor):
    r"""Reads a line that is nothing but a command such as \bibliography, also between other lines."""

    def __init__(self, parser: Any, commands: Mapping[str, str]) -> None:  # noqa: ANN401 - Python-Markdown's own type
        """Note the commands and the class of the place that each leaves."""
        super().__init__(parser)
        self.commands = commands
        names = "|".join(map(re.escape, commands))
        self.line = re.compile(rf"^ {{0,{self.tab_length - 1}}}({names})[ \t]*$", re.MULTILINE)

    def test(self, parent: ET.Element, block: str) -> bool:  # noqa: ARG002 - Python-Markdown names it
        """Say whether a block holds a command."""
        return self._find(block) is not None

    def run(self, parent: ET.Element, blocks: list[str]) -> None:
        """Leave an empty place for the list, after what stands above the command and before what stands below."""
        block = blocks.pop(0)
        match = self._find(block)
        assert match is not None  # noqa: S101 - test() has just found it; this tells mypy
        if before := block[: match.start()].rstrip("\n"):
            self.parser.parseBlocks(parent, [before])
        ET.SubElement(parent, "div", {"class": self.commands[match[1]]})
        if after := block[match.end() :].strip("\n"):
            blocks.insert(0, after)

    def _find(self, block: str) -> re.Match[str] | None:
        """Find a command; not in code or a comment over several lines, and not indented as code is."""
        spoken_of = any(command in block for command in self.commands)
        return self.line.search(without_code(block)) if spoken_of else None
